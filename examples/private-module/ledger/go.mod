module git.example.com/platform/ledger.git

go 1.22

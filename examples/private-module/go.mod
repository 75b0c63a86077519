module example.com/statement

go 1.22

require git.example.com/platform/ledger.git v1.0.0

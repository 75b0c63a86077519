// Command statement prints the balances of a list of transactions, read from standard input or from an https URL.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"text/tabwriter"

	"git.example.com/platform/ledger.git"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "statement:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	if len(args) > 0 {
		response, err := http.Get(args[0])
		if err != nil {
			return err
		}
		defer response.Body.Close()
		in = response.Body
	}
	transactions, err := ledger.Read(in)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, b := range ledger.Balances(transactions) {
		fmt.Fprintf(table, "%s\t%d.%02d\t%s\n", b.Account, b.Amount/100, abs(b.Amount%100), b.Currency)
	}
	return table.Flush()
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

// Package ledger adds up transactions. It stands for a module that a company keeps to itself.
package ledger

import (
	"encoding/json"
	"fmt"
	"io"
	"sort"
)

// Transaction moves an amount, in the currency's smallest unit, to an account.
type Transaction struct {
	Account  string `json:"account"`
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

// Balance is what an account has in one currency.
type Balance struct {
	Account, Currency string
	Amount            int64
}

// Read decodes transactions, one JSON object after another.
func Read(reader io.Reader) ([]Transaction, error) {
	var transactions []Transaction
	decoder := json.NewDecoder(reader)
	for {
		var transaction Transaction
		if err := decoder.Decode(&transaction); err == io.EOF {
			return transactions, nil
		} else if err != nil {
			return nil, fmt.Errorf("transaction %d: %w", len(transactions)+1, err)
		}
		transactions = append(transactions, transaction)
	}
}

// Balances adds up, sorted by account and currency.
func Balances(transactions []Transaction) []Balance {
	type key struct{ account, currency string }
	sums := map[key]int64{}
	for _, t := range transactions {
		sums[key{t.Account, t.Currency}] += t.Amount
	}
	balances := make([]Balance, 0, len(sums))
	for k, amount := range sums {
		balances = append(balances, Balance{k.account, k.currency, amount})
	}
	sort.Slice(balances, func(i, j int) bool {
		a, b := balances[i], balances[j]
		return a.Account < b.Account || a.Account == b.Account && a.Currency < b.Currency
	})
	return balances
}

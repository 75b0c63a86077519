package main

import (
	"strings"
	"testing"
)

func TestRunPrintsBalances(t *testing.T) {
	in := `{"account":"rent","amount":-90000,"currency":"EUR"} {"account":"cash","amount":150,"currency":"EUR"} {"account":"cash","amount":1,"currency":"EUR"}`
	var out strings.Builder
	if err := run(nil, strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	if want := "cash  1.51     EUR\nrent  -900.00  EUR\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

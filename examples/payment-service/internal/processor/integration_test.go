//go:build integration

package processor_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"example.com/payment-service/internal/payments"
	"example.com/payment-service/internal/processor"
)

// The processor's sandbox accepts what the merchant's key signed, so these tests need the key.
func keyFile() string {
	if path := os.Getenv("API_KEY_FILE"); path != "" {
		return path
	}
	return "/run/secrets/api_key"
}

func TestChargeIsSignedWithTheKey(t *testing.T) {
	key, err := processor.ReadKey(keyFile())
	if err != nil {
		t.Fatal(err)
	}
	sandbox := httptest.NewServer(sandboxFor(key.Public().(ed25519.PublicKey)))
	defer sandbox.Close()
	status, err := processor.NewClient(sandbox.URL, key).Charge(context.Background(), payments.Payment{ID: "pay_1", Amount: 1, Currency: "EUR"})
	if err != nil || status != "approved" {
		t.Fatalf("got %q, %v", status, err)
	}
}

func TestChargeWithAnotherKeyIsRefused(t *testing.T) {
	key, err := processor.ReadKey(keyFile())
	if err != nil {
		t.Fatal(err)
	}
	sandbox := httptest.NewServer(sandboxFor(key.Public().(ed25519.PublicKey)))
	defer sandbox.Close()
	_, other, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	if status, err := processor.NewClient(sandbox.URL, other).Charge(context.Background(), payments.Payment{ID: "pay_2", Amount: 1, Currency: "EUR"}); err == nil {
		t.Fatalf("charge went through with %q", status)
	}
}

func sandboxFor(public ed25519.PublicKey) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		signature, _ := base64.StdEncoding.DecodeString(r.Header.Get("X-Signature"))
		if r.URL.Path != "/charges" || !ed25519.Verify(public, body, signature) {
			http.Error(w, "bad signature", http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, `{"status":"approved"}`)
	})
}

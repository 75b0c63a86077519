// Package processor speaks to the payment processor: JSON over HTTP, each request signed with the merchant's Ed25519 key.
package processor

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"time"

	"example.com/payment-service/internal/payments"
)

// Client signs and sends charges.
type Client struct {
	url  string
	key  ed25519.PrivateKey
	http *http.Client
}

// NewClient charges at url, signing with key.
func NewClient(url string, key ed25519.PrivateKey) *Client {
	return &Client{url: url, key: key, http: &http.Client{Timeout: 10 * time.Second}}
}

// ReadKey reads a PKCS #8 private key from a PEM file. Errors name the file and never its content.
func ReadKey(path string) (ed25519.PrivateKey, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, fmt.Errorf("%s: no PEM block", path)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: not a PKCS #8 key", path)
	}
	private, ok := key.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s: %T is not an Ed25519 key", path, key)
	}
	return private, nil
}

// Charge sends the payment and returns the processor's status.
func (c *Client) Charge(ctx context.Context, payment payments.Payment) (string, error) {
	body, err := json.Marshal(payment)
	if err != nil {
		return "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/charges", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Signature", base64.StdEncoding.EncodeToString(ed25519.Sign(c.key, body)))
	response, err := c.http.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("processor answered %s", response.Status)
	}
	var answer struct{ Status string }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return "", err
	}
	return answer.Status, nil
}

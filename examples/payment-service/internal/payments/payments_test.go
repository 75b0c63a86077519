package payments

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

type broken struct{}

func (broken) Charge(context.Context, Payment) (string, error) {
	return "", errors.New("processor is away")
}

func TestCreateAndShow(t *testing.T) {
	handler := NewHandler(Sandbox{})
	created := call(handler, "POST", "/payments", `{"amount":1250,"currency":"EUR","reference":"order 7"}`)
	if created.Code != http.StatusCreated {
		t.Fatalf("create: %d %s", created.Code, created.Body)
	}
	var payment Payment
	if err := json.Unmarshal(created.Body.Bytes(), &payment); err != nil {
		t.Fatal(err)
	}
	if payment.Status != "approved" || !strings.HasPrefix(payment.ID, "pay_") {
		t.Errorf("unexpected payment %+v", payment)
	}
	shown := call(handler, "GET", created.Header().Get("Location"), "")
	if shown.Code != http.StatusOK || shown.Body.String() != created.Body.String() {
		t.Errorf("show: %d %s", shown.Code, shown.Body)
	}
}

func TestRefused(t *testing.T) {
	for name, test := range map[string]struct {
		charger Charger
		body    string
		status  int
	}{
		"no JSON":       {Sandbox{}, `amount=1`, http.StatusBadRequest},
		"unknown field": {Sandbox{}, `{"amount":1,"currency":"EUR","to":"me"}`, http.StatusBadRequest},
		"no amount":     {Sandbox{}, `{"currency":"EUR"}`, http.StatusUnprocessableEntity},
		"bad currency":  {Sandbox{}, `{"amount":1,"currency":"Euro"}`, http.StatusUnprocessableEntity},
		"own status":    {Sandbox{}, `{"amount":1,"currency":"EUR","status":"approved"}`, http.StatusUnprocessableEntity},
		"processor":     {broken{}, `{"amount":1,"currency":"EUR"}`, http.StatusBadGateway},
	} {
		t.Run(name, func(t *testing.T) {
			if got := call(NewHandler(test.charger), "POST", "/payments", test.body); got.Code != test.status {
				t.Errorf("got %d %s, want %d", got.Code, got.Body, test.status)
			}
		})
	}
	if got := call(NewHandler(Sandbox{}), "GET", "/payments/pay_none", ""); got.Code != http.StatusNotFound {
		t.Errorf("got %d for a payment that is not there", got.Code)
	}
}

func call(handler http.Handler, method, path, body string) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(method, path, strings.NewReader(body)))
	return recorder
}

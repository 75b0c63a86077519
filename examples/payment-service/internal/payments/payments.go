// Package payments is the HTTP API: it checks payments, has them charged and remembers them.
package payments

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
)

// Payment is one charge. Amounts are in the currency's smallest unit.
type Payment struct {
	ID        string `json:"id"`
	Amount    int64  `json:"amount"`
	Currency  string `json:"currency"`
	Reference string `json:"reference,omitempty"`
	Status    string `json:"status"`
}

// A Charger moves the money and says how it went.
type Charger interface {
	Charge(ctx context.Context, payment Payment) (status string, err error)
}

// Sandbox approves everything.
type Sandbox struct{}

func (Sandbox) Charge(context.Context, Payment) (string, error) { return "approved", nil }

type handler struct {
	charger  Charger
	mutex    sync.RWMutex
	payments map[string]Payment
}

// NewHandler serves POST /payments, GET /payments/{id} and GET /healthz.
func NewHandler(charger Charger) http.Handler {
	h := &handler{charger: charger, payments: map[string]Payment{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /payments", h.create)
	mux.HandleFunc("GET /payments/{id}", h.show)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	return mux
}

func (h *handler) create(w http.ResponseWriter, r *http.Request) {
	var payment Payment
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&payment); err != nil {
		fail(w, http.StatusBadRequest, err)
		return
	}
	if err := validate(payment); err != nil {
		fail(w, http.StatusUnprocessableEntity, err)
		return
	}
	payment.ID = newID()
	status, err := h.charger.Charge(r.Context(), payment)
	if err != nil {
		fail(w, http.StatusBadGateway, err)
		return
	}
	payment.Status = status
	h.mutex.Lock()
	h.payments[payment.ID] = payment
	h.mutex.Unlock()
	w.Header().Set("Location", "/payments/"+payment.ID)
	reply(w, http.StatusCreated, payment)
}

func (h *handler) show(w http.ResponseWriter, r *http.Request) {
	h.mutex.RLock()
	payment, found := h.payments[r.PathValue("id")]
	h.mutex.RUnlock()
	if !found {
		fail(w, http.StatusNotFound, fmt.Errorf("no payment %q", r.PathValue("id")))
		return
	}
	reply(w, http.StatusOK, payment)
}

func validate(payment Payment) error {
	if payment.Amount <= 0 {
		return fmt.Errorf("amount %d is not positive", payment.Amount)
	}
	if len(payment.Currency) != 3 {
		return fmt.Errorf("currency %q is not a three-letter code", payment.Currency)
	}
	if payment.ID != "" || payment.Status != "" {
		return fmt.Errorf("id and status are given by the service")
	}
	return nil
}

func newID() string {
	var bytes [12]byte
	_, _ = rand.Read(bytes[:])
	return "pay_" + hex.EncodeToString(bytes[:])
}

func reply(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

func fail(w http.ResponseWriter, status int, err error) {
	reply(w, status, map[string]string{"error": err.Error()})
}

// Command payment-service takes payments over HTTP and passes them on, signed, to a payment processor.
package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"example.com/payment-service/internal/payments"
	"example.com/payment-service/internal/processor"
)

func main() {
	if err := run(); err != nil {
		slog.Error("payment-service ends", "error", err)
		os.Exit(1)
	}
}

func run() error {
	charger, err := newCharger()
	if err != nil {
		return err
	}
	server := &http.Server{
		Addr:              envOr("LISTEN", ":8080"),
		Handler:           payments.NewHandler(charger),
		ReadHeaderTimeout: 5 * time.Second,
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() {
		<-ctx.Done()
		deadline, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(deadline)
	}()
	slog.Info("listening", "address", server.Addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// newCharger talks to the processor where PROCESSOR_URL and API_KEY_FILE are set; without them every payment is approved at once.
func newCharger() (payments.Charger, error) {
	url := os.Getenv("PROCESSOR_URL")
	if url == "" {
		slog.Warn("PROCESSOR_URL is not set: sandbox, every payment is approved")
		return payments.Sandbox{}, nil
	}
	key, err := processor.ReadKey(envOr("API_KEY_FILE", "/run/secrets/api_key"))
	if err != nil {
		return nil, err
	}
	return processor.NewClient(url, key), nil
}

func envOr(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

module example.com/payment-service

go 1.22

package bots

import (
	"context"
	"time"
)

// Exchange is one request to a platform and what came of it, as it may be kept and shown: without secrets, telephone
// numbers, names and what people said. Class is set by whoever judges a whole try; the others leave it empty.
type Exchange struct {
	Delivery string // that it was made for; empty: another errand
	Channel  string
	Method   string
	Host     string
	Path     string
	Status   int // of the answer; 0: there was none
	Request  string
	Response string
	Error    string
	Class    ErrorClass
	Began    time.Time
	Took     time.Duration
}

// Record takes an exchange to be kept. It never blocks, and its failure is nobody's.
type Record func(Exchange)

type deliveryKey struct{}

// WithDelivery says for which delivery requests are made.
func WithDelivery(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, deliveryKey{}, id)
}

func deliveryOf(ctx context.Context) string {
	id, _ := ctx.Value(deliveryKey{}).(string)
	return id
}

package policy

import "slices"

// What becomes of mail that may leave over TLS only, when no server of the other side has TLS that can be checked.
const (
	WaitTLS   = "wait"   // it is tried again, until the queue's time is over
	HoldTLS   = "hold"   // it waits for an administrator
	RefuseTLS = "refuse" // its sender gets it back at once
)

// stricter is the one of two that ends sooner; "" says nothing.
func stricter(a, b string) string {
	order := []string{"", WaitTLS, HoldTLS, RefuseTLS}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

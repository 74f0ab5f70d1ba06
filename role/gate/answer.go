package gate

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/emersion/go-smtp"

	"sekisho"
)

// This file is the one place where errors become SMTP answers. The text tells outsiders what to do and no more; the
// reference in it finds the mail in the trace, where the whole reason stands.

func refuse(code int, status, text string, args ...any) *smtp.SMTPError {
	var e smtp.EnhancedCode
	fmt.Sscanf(status, "%d.%d.%d", &e[0], &e[1], &e[2])
	return &smtp.SMTPError{Code: code, EnhancedCode: e, Message: fmt.Sprintf(text, args...)}
}

// answer turns a failure inside the house into an answer that makes the sender try again.
func (g *Gate) answer(err error) *smtp.SMTPError {
	if final, ok := errors.AsType[*smtp.SMTPError](err); ok { // decided already
		return final
	}
	g.config.Log.Warn("mail deferred", "error", err)
	switch sekisho.KindOf(err) {
	case sekisho.Full:
		return refuse(452, "4.3.1", "No space left here at present, try later")
	case sekisho.TooLarge:
		return refuse(552, "5.3.4", "The mail is too large")
	case sekisho.TooMany:
		return refuse(450, "4.7.1", "Too much at once, try later")
	}
	return refuse(451, "4.3.0", "Cannot take mail at present, try later")
}

// newTrace makes a reference. It is random: from one nobody learns of others.
func newTrace() sekisho.TraceID {
	var b [8]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return sekisho.TraceID(binary.BigEndian.Uint64(b[:])>>1 | 1)
}

package sekisho

import "errors"

// ErrorKind sorts errors by what the caller should do. The numbers travel between roles: never change one, only add.
type ErrorKind uint8

// The kinds of errors.
const (
	Internal    ErrorKind = iota + 1 // a fault of ours: nothing the caller can mend
	Invalid                          // the request makes no sense: mend it, do not repeat it
	NotFound                         // no such thing, or not visible to this caller
	Exists                           // it is there already
	Denied                           // not allowed; repeating does not help
	Unavailable                      // a role or a device is away: repeat later
	Full                             // no space or quota: repeat when there is some
	TooLarge                         // over a limit of size
	TooMany                          // over a limit of rate or number: repeat later
	Conflict                         // it changed meanwhile: read again, then repeat
	Corrupt                          // stored data is damaged: an operator must look
)

var errorKinds = [...]string{"", "internal", "invalid", "not found", "exists", "denied", "unavailable", "full",
	"too large", "too many", "conflict", "corrupt"}

// String is the kind in words.
func (k ErrorKind) String() string {
	if int(k) < len(errorKinds) {
		return errorKinds[k]
	}
	return "unknown"
}

// Error is the one error type that crosses role borders. Protocols turn its Kind into their own answers in one place
// each; the text is for logs and operators, not for outsiders.
type Error struct {
	Op   string    // what was being done: "store.accept"
	Kind ErrorKind // what the caller should do
	Err  error     // the cause; nil when Op and Kind say all
}

// Error gives operation, kind and cause.
func (e *Error) Error() string {
	s := e.Op + ": " + e.Kind.String()
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// E makes an error of an operation, a kind and a cause that may be nil.
func E(op string, kind ErrorKind, cause error) *Error { return &Error{Op: op, Kind: kind, Err: cause} }

// KindOf is the kind of the outermost Error in err's chain; Internal for any other error, 0 for nil.
func KindOf(err error) ErrorKind {
	if err == nil {
		return 0
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

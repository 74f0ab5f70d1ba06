package wire

import (
	"time"

	"sekisho"
)

// What a person types into the login page is sealed in his browser to a key of vault's, so that it passes edge unread. It
// does not help against an edge that serves another page; it does against one that only looks, and in its memory there is
// nothing to find afterwards.

// VaultTyping gives the key to which a browser seals what is typed, and a challenge that is good for one secret, once.
var VaultTyping = define[Nothing, Typing](sekisho.Vault, 130, "typing", small, sekisho.Edge)

// Typing is what a browser needs to seal a secret.
type Typing struct {
	Key       []byte // P-256, uncompressed point (SEC 1 section 2.3.3)
	Challenge []byte // opaque; to be given back
	Expires   time.Time
}

// Typed is a secret as a browser sealed it: an ephemeral P-256 point, 12 bytes of nonce, and the text under AES-256-GCM with
// HKDF-SHA256 of the agreed secret, salted with the challenge, for the purpose "sekisho/typed/v1".
type Typed struct{ Challenge, Sealed []byte }

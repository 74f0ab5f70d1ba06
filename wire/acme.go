package wire

import "sekisho"

// VaultACME is what edge needs to get certificates from an authority by itself (RFC 8555): the account's key and the keys of
// certificates stay in vault. It is for the installation's own host names only, and only where the configuration names an
// authority.
var VaultACME = define[ACME, ACMEDone](sekisho.Vault, 89, "acme", small, sekisho.Edge)

// ACME says what to do.
type ACME struct {
	Do     string // an ACME constant
	Digest []byte // ACMESign: SHA-256
	Name   string // ACMERequest, ACMEInstall: a host name
	Chain  []byte // ACMEInstall: PEM
}

// What ACME can do.
const (
	ACMEAccount = "account" // gives the public half of the account's key, which is made when there is none
	ACMESign    = "sign"    // signs with it
	ACMERequest = "request" // makes a key for a host name, and the request for its certificate
	ACMEInstall = "install" // puts the certificate in force
)

// ACMEDone is what came of it.
type ACMEDone struct {
	Public    []byte // PKIX
	Signature []byte // ASN.1
	Request   []byte // PKCS #10 in PEM
}

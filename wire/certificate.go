package wire

import (
	"time"

	"sekisho"
)

// Certificates of host names: their private keys are made in vault and stay there, or are brought by the operator once.

// The calls about certificates.
var (
	VaultRequest = define[CertificateRequest, CertificateRequested](sekisho.Vault, 131, "request", small, sekisho.Admin)
	VaultInstall = define[CertificateInstall, CertificateInstalled](sekisho.Vault, 132, "install", small, sekisho.Admin)
)

// CertificateRequest makes a key for a host name that waits for its certificate. An earlier one that waits is replaced.
type CertificateRequest struct {
	Name     string
	Also     []string // further names for the same certificate
	Operator uint64   // user number of the operator + 1
}

// CertificateRequested is the request for a certificate authority (PKCS #10), in PEM.
type CertificateRequested struct{ PEM []byte }

// CertificateInstall puts a certificate in force: for the key that waits, for the one in force, or for one that comes with it.
type CertificateInstall struct {
	Name     string
	Chain    []byte // PEM, the host's own first
	Private  []byte // PEM of its key (PKCS #8, PKCS #1 or SEC 1); empty when vault has it
	Operator uint64
}

// CertificateInstalled says what is in force now.
type CertificateInstalled struct {
	Names   []string
	Issuer  string
	Expires time.Time
}

package admin

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"time"

	"sekisho/wire"
)

// Issue asks for a certificate of the installation's own CA for a host name.
type Issue struct {
	Name string `json:"name"`
}

// Issued is the CA that signed it.
type Issued struct {
	CA string `json:"ca"`
}

func (c *Admin) tlsIssue(ctx context.Context, _ operator, q Issue) (Issued, error) {
	if _, err := wire.VaultSigner.Ask(ctx, c.peers.Vault, wire.NewSigner{Purpose: "tls", Name: q.Name, Algorithm: "ecdsa-p256"}); err != nil {
		return Issued{}, err
	}
	chains, err := wire.VaultChains.Ask(ctx, c.peers.Vault, wire.Nothing{})
	return Issued{string(chains.CA)}, err
}

// HostCertificate is a host name's certificate as commands show it.
type HostCertificate struct {
	Name    string    `json:"name"`
	Names   []string  `json:"names"`
	Issuer  string    `json:"issuer"`
	Own     bool      `json:"own"` // signed by the installation's own CA
	Expires time.Time `json:"expires"`
}

func (c *Admin) tlsList(ctx context.Context, _ operator, _ struct{}) ([]HostCertificate, error) {
	chains, err := wire.VaultChains.Ask(ctx, c.peers.Vault, wire.Nothing{})
	if err != nil {
		return nil, err
	}
	out := []HostCertificate{}
	for _, x := range chains.List {
		block, _ := pem.Decode(x.PEM)
		if block == nil {
			continue
		}
		leaf, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		out = append(out, HostCertificate{x.Name, leaf.DNSNames, leaf.Issuer.String(), signedBy(leaf, chains.CA), leaf.NotAfter})
	}
	return out, nil
}

// signedBy says whether a certificate is of the CA given in PEM.
func signedBy(leaf *x509.Certificate, ca []byte) bool {
	block, _ := pem.Decode(ca)
	if block == nil {
		return false
	}
	c, err := x509.ParseCertificate(block.Bytes)
	return err == nil && leaf.CheckSignatureFrom(c) == nil
}

// CertificateRequest asks for a request for a certificate authority.
type CertificateRequest struct {
	Name string   `json:"name"`
	Also []string `json:"also,omitempty"`
}

// CertificateRequested is the request in PEM.
type CertificateRequested struct {
	PEM string `json:"request"`
}

func (c *Admin) tlsRequest(ctx context.Context, who operator, q CertificateRequest) (CertificateRequested, error) {
	a, err := wire.VaultRequest.Ask(ctx, c.peers.Vault, wire.CertificateRequest{Name: q.Name, Also: q.Also, Operator: uint64(who)})
	return CertificateRequested{string(a.PEM)}, err
}

// CertificateInstall puts a certificate in force.
type CertificateInstall struct {
	Name    string `json:"name"`
	Chain   string `json:"chain"`
	Private string `json:"private,omitempty"`
}

func (c *Admin) tlsInstall(ctx context.Context, who operator, q CertificateInstall) (HostCertificate, error) {
	a, err := wire.VaultInstall.Ask(ctx, c.peers.Vault, wire.CertificateInstall{Name: q.Name, Chain: []byte(q.Chain), Private: []byte(q.Private), Operator: uint64(who)})
	return HostCertificate{Name: q.Name, Names: a.Names, Issuer: a.Issuer, Expires: a.Expires}, err
}

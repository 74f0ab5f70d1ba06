package edge

import (
	"bytes"
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/acme"

	"sekisho"
	"sekisho/wire"
)

// Authority is where certificates come from by themselves (RFC 8555).
type Authority struct {
	Directory string         // URL; "": none
	Contact   string         // e-mail address for the authority
	Roots     *x509.CertPool // that the authority's own certificate must be under
}

const (
	acmeProtocol = "acme-tls/1" // RFC 8737
	renewBefore  = 30 * 24 * time.Hour
	lookEvery    = 12 * time.Hour
	lookAgain    = time.Hour // after a failure: authorities count those
	acmeTime     = 5 * time.Minute
)

// renew keeps the certificates of the host names in force until ctx is done.
func (e *Edge) renew(ctx context.Context) {
	if e.config.Authority.Directory == "" {
		return
	}
	c, err := e.acmeClient(ctx)
	for ctx.Err() == nil {
		wait := lookEvery
		if err == nil {
			err = e.renewDue(ctx, c)
		} else {
			c, err = e.acmeClient(ctx)
			if err == nil {
				continue
			}
		}
		if err != nil && ctx.Err() == nil {
			e.config.Log.Error("no certificate from the authority, trying again in an hour", "authority", e.config.Authority.Directory, "error", err)
			wait, err = lookAgain, nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// renewDue orders a certificate for each name whose own is the installation's, or ends soon.
func (e *Edge) renewDue(ctx context.Context, c *acme.Client) error {
	chains, err := wire.VaultChains.Ask(ctx, e.peers.Vault, wire.Nothing{})
	if err != nil {
		return err
	}
	var failed error
	names := []string{e.config.Mail, e.config.Console, e.config.Desk, e.config.Content}
	for _, x := range chains.List {
		if policyHost(x.Name) != "" {
			names = append(names, x.Name)
		}
	}
	for _, name := range names {
		i := slices.IndexFunc(chains.List, func(x wire.Chain) bool { return strings.EqualFold(x.Name, name) })
		if i >= 0 && !due(chains.List[i].PEM, chains.CA, e.config.Clock()) {
			continue
		}
		order, cancel := context.WithTimeout(ctx, acmeTime)
		err := e.order(order, c, name)
		cancel()
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", name, err))
			continue
		}
		e.config.Log.Info("a certificate was renewed", "name", name)
	}
	return failed
}

// due says whether a chain should be replaced: it is the installation's own, cannot be read, or ends soon.
func due(chain, ca []byte, now time.Time) bool {
	read := func(b []byte) *x509.Certificate {
		block, _ := pem.Decode(b)
		if block == nil {
			return nil
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil
		}
		return c
	}
	leaf, own := read(chain), read(ca)
	return leaf == nil || own != nil && bytes.Equal(leaf.RawIssuer, own.RawSubject) || now.Add(renewBefore).After(leaf.NotAfter)
}

// order gets one certificate by tls-alpn-01 and has vault put it in force.
func (e *Edge) order(ctx context.Context, c *acme.Client, name string) error {
	o, err := c.AuthorizeOrder(ctx, acme.DomainIDs(name))
	if err != nil {
		return err
	}
	for _, u := range o.AuthzURLs {
		if err := e.authorize(ctx, c, u, name); err != nil {
			return err
		}
	}
	place := o.URI
	if o, err = c.WaitOrder(ctx, place); err != nil {
		return err
	}
	made, err := wire.VaultACME.Ask(ctx, e.peers.Vault, wire.ACME{Do: wire.ACMERequest, Name: name})
	if err != nil {
		return err
	}
	block, _ := pem.Decode(made.Request)
	if block == nil {
		return sekisho.E("edge.acme", sekisho.Internal, errors.New("no request"))
	}
	ders, err := finalize(ctx, c, place, o.FinalizeURL, block.Bytes)
	if err != nil {
		return err
	}
	var chain bytes.Buffer
	for _, d := range ders {
		if err := pem.Encode(&chain, &pem.Block{Type: "CERTIFICATE", Bytes: d}); err != nil {
			return err
		}
	}
	_, err = wire.VaultACME.Ask(ctx, e.peers.Vault, wire.ACME{Do: wire.ACMEInstall, Name: name, Chain: chain.Bytes()})
	e.ring.Forget()
	return err
}

// finalize asks for the certificate. Authorities that take their time answer without repeating where the order is (RFC 8555
// section 7.4 does not ask for it), which the client does not expect: then the order itself tells.
func finalize(ctx context.Context, c *acme.Client, place, url string, request []byte) ([][]byte, error) {
	ders, _, err := c.CreateOrderCert(ctx, url, request, true)
	if err == nil {
		return ders, nil
	}
	o, again := c.WaitOrder(ctx, place)
	if again != nil || o.CertURL == "" {
		return nil, errors.Join(err, again)
	}
	return c.FetchCert(ctx, o.CertURL, true)
}

// authorize proves that a name is ours: the authority connects and is shown a certificate that holds its token.
func (e *Edge) authorize(ctx context.Context, c *acme.Client, url, name string) error {
	z, err := c.GetAuthorization(ctx, url)
	if err != nil || z.Status == acme.StatusValid {
		return err
	}
	for _, ch := range z.Challenges {
		if ch.Type != "tls-alpn-01" {
			continue
		}
		cert, err := c.TLSALPN01ChallengeCert(ch.Token, name)
		if err != nil {
			return err
		}
		e.proofs.Store(strings.ToLower(name), &cert)
		defer e.proofs.Delete(strings.ToLower(name))
		if _, err := c.Accept(ctx, ch); err != nil {
			return err
		}
		_, err = c.WaitAuthorization(ctx, url)
		return err
	}
	return sekisho.E("edge.acme", sekisho.Invalid, errors.New("the authority does not offer tls-alpn-01"))
}

// certificate shows the proof of a name to the authority, and its certificate to everybody else.
func (e *Edge) certificate(ring *wire.Keyring) func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if slices.Equal(h.SupportedProtos, []string{acmeProtocol}) {
			if c, ok := e.proofs.Load(strings.ToLower(h.ServerName)); ok {
				return c.(*tls.Certificate), nil
			}
			return nil, errors.New("no proof of this name is wanted now")
		}
		return ring.Certificate(h)
	}
}

// acmeClient makes a client with an account.
func (e *Edge) acmeClient(ctx context.Context) (*acme.Client, error) {
	a := e.config.Authority
	got, err := wire.VaultACME.Ask(ctx, e.peers.Vault, wire.ACME{Do: wire.ACMEAccount})
	if err != nil {
		return nil, err
	}
	public, err := x509.ParsePKIXPublicKey(got.Public)
	if err != nil {
		return nil, err
	}
	h := &http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DialContext: e.dial, TLSClientConfig: &tls.Config{RootCAs: a.Roots, MinVersion: tls.VersionTLS12}, DisableKeepAlives: true, Proxy: nil}}
	c := &acme.Client{Key: acmeKey{public, e.peers.Vault}, DirectoryURL: a.Directory, HTTPClient: h, UserAgent: "sekisho"}
	account := &acme.Account{}
	if a.Contact != "" {
		account.Contact = []string{"mailto:" + a.Contact}
	}
	if _, err := c.Register(ctx, account, acme.AcceptTOS); err != nil && !errors.Is(err, acme.ErrAccountAlreadyExists) {
		return nil, err
	}
	return c, nil
}

// dial has dial connect to the authority: to where both were configured for, nowhere else.
func (e *Edge) dial(ctx context.Context, _, address string) (net.Conn, error) {
	return wire.DialAddress(ctx, e.peers.Dial, address)
}

// acmeKey signs with the account's key, which is in vault.
type acmeKey struct {
	public crypto.PublicKey
	vault  *wire.Peer
}

// Public is the public half.
func (k acmeKey) Public() crypto.PublicKey { return k.public }

// Sign has vault sign a digest.
func (k acmeKey) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	a, err := wire.VaultACME.Ask(ctx, k.vault, wire.ACME{Do: wire.ACMESign, Digest: digest})
	return a.Signature, err
}

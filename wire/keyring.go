package wire

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"strings"
	"sync"
	"time"
)

// Keyring shows certificates whose private keys are in vault: every handshake asks vault for a signature.
type Keyring struct {
	vault *Peer
	own   string // host name of the installation

	mu     sync.Mutex // guards what follows
	read   time.Time
	byName map[string]*tls.Certificate
	first  *tls.Certificate
}

// chainsLife is how long certificates are kept before vault is asked for new ones.
const chainsLife = time.Minute

// signTime is how long a handshake waits for vault.
const signTime = 10 * time.Second

// NewKeyring makes a keyring that knows no certificate yet. Who names no server is shown the certificate of the host name given, the
// installation's own, or any when it has none.
func NewKeyring(vault *Peer, own string) *Keyring {
	return &Keyring{vault: vault, own: strings.ToLower(own)}
}

// Certificate gives the certificate for the server name that a client asked for, or the installation's own. It is made to
// be tls.Config's GetCertificate.
func (k *Keyring) Certificate(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.byName == nil || time.Since(k.read) > chainsLife {
		if err := k.load(h.Context()); err != nil && k.byName == nil {
			return nil, err
		}
	}
	if c := k.byName[strings.ToLower(h.ServerName)]; c != nil {
		return c, nil
	}
	if k.first == nil {
		return nil, errors.New("no certificate")
	}
	return k.first, nil
}

// Forget has vault asked anew before the next certificate is shown: there are others.
func (k *Keyring) Forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.read = time.Time{}
}

func (k *Keyring) load(ctx context.Context) error {
	got, err := VaultChains.Ask(ctx, k.vault, Nothing{})
	if err != nil {
		return err
	}
	k.byName, k.first, k.read = map[string]*tls.Certificate{}, nil, time.Now()
	for _, c := range got.List {
		cert, err := certificateOf(c, k.vault)
		if err != nil {
			return err
		}
		k.byName[strings.ToLower(c.Name)] = cert
		for _, n := range cert.Leaf.DNSNames {
			k.byName[strings.ToLower(n)] = cert
		}
		if k.first == nil {
			k.first = cert
		}
	}
	if own := k.byName[k.own]; own != nil {
		k.first = own
	}
	return nil
}

func certificateOf(c Chain, vault *Peer) (*tls.Certificate, error) {
	out := &tls.Certificate{}
	for rest := c.PEM; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		out.Certificate = append(out.Certificate, block.Bytes)
	}
	if len(out.Certificate) == 0 {
		return nil, errors.New("certificate chain is empty")
	}
	var err error
	if out.Leaf, err = x509.ParseCertificate(out.Certificate[0]); err != nil {
		return nil, err
	}
	out.PrivateKey = remoteKey{c.Key, out.Leaf.PublicKey, vault}
	return out, nil
}

// remoteKey is a private key that stays in vault.
type remoteKey struct {
	key    uint64
	public crypto.PublicKey
	vault  *Peer
}

// Public is the public half.
func (r remoteKey) Public() crypto.PublicKey { return r.public }

// Sign has vault sign.
func (r remoteKey) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), signTime)
	defer cancel()
	_, pss := opts.(*rsa.PSSOptions)
	s, err := VaultTLS.Ask(ctx, r.vault, Sign{Key: r.key, Digest: digest, Hash: uint16(opts.HashFunc()), PSS: pss})
	return s.Signature, err
}

package post

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"sekisho"
	"sekisho/mail/header"
	"sekisho/seal"
	"sekisho/wire"
)

// open gets a mail from the spool, through vault, as it goes out: without our notes of delivery, and signed.
func (p *Post) open(ctx context.Context, i wire.QueueItem) ([]byte, error) {
	raw, err := p.unseal(ctx, i)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(raw, []byte("Return-Path:")) { // the last server writes it (RFC 5321 section 4.4)
		raw = raw[bytes.IndexByte(raw, '\n')+1:]
	}
	if i.Envelope.Contract == 0 || i.Envelope.Listener == wire.Forwarded {
		return p.chain(ctx, i, raw) // passing through, or sent on: not ours to sign, whatever it says it is from
	}
	return p.sign(ctx, i, raw)
}

func (p *Post) unseal(ctx context.Context, i wire.QueueItem) ([]byte, error) {
	m, err := wire.StoreSpool.Ask(ctx, p.peers.Store, wire.SpoolQuery{Message: i.Message,
		Want: wire.Want{Summary: true, Header: true, Body: true, Attachment: true}})
	if err != nil {
		return nil, err
	}
	q := wire.OpenKept{Contract: m.Contract, Key: wire.SpoolKey, Classes: []sekisho.Class{sekisho.ClassHeader, sekisho.ClassBody}}
	if len(m.Attachment) > 0 {
		q.Classes = append(q.Classes, sekisho.ClassAttachment)
	}
	for _, b := range m.Boxes {
		if b.Key == wire.SpoolKey {
			q.Boxes = []wire.MessageBox{{Message: m.ID, Key: b.Key, Sealed: b.Sealed}}
		}
	}
	if q.Boxes == nil {
		return nil, errors.New("the mail is not sealed to the spool")
	}
	keys, err := wire.VaultSpool.Ask(ctx, p.peers.Vault, q)
	if err != nil {
		return nil, err
	}
	if len(keys.Messages) != 1 || len(keys.Messages[0].Keys) != len(q.Classes) {
		return nil, seal.ErrSealed
	}
	return assemble(m, keys.Messages[0].Keys)
}

// assemble opens the pieces with the keys of header, body and attachment and joins them.
func assemble(m wire.SealedMessage, keys [][]byte) ([]byte, error) {
	open := func(n int, k seal.Kind, sealed []byte) ([]byte, error) {
		if len(sealed) == 0 {
			return nil, nil
		}
		c, err := seal.NewCipher(keys[n], m.ID)
		if err != nil {
			return nil, err
		}
		return c.Open(k, sealed)
	}
	encoded, err1 := open(0, seal.Summary, m.Summary)
	head, err2 := open(0, seal.Header, m.Header)
	body, err3 := open(1, seal.Body, m.Body)
	attached, err4 := open(2, seal.Attachment, m.Attachment)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return nil, err
	}
	s, err := wire.DecodeSummary(encoded)
	if err != nil {
		return nil, err
	}
	return seal.Join(s.Pieces, head, body, attached)
}

// signed are the fields that a signature covers (RFC 6376 section 5.4.1), each as often as it is there and once more for
// those that must not be added later.
var signed = []string{"From", "Reply-To", "Subject", "Date", "To", "Cc", "Message-ID", "In-Reply-To", "References",
	"MIME-Version", "Content-Type", "Content-Transfer-Encoding", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"}

// sign puts DKIM signatures in front, one per key of the sender's domain. The keys are in vault. A mail whose From is of
// no domain of the contract goes unsigned.
func (p *Post) sign(ctx context.Context, i wire.QueueItem, raw []byte) ([]byte, error) {
	c, err := p.known.contract(ctx, i.Contract, p.config.Clock())
	if err != nil {
		return nil, err
	}
	fields, _ := header.Split(raw)
	from, _ := header.First(fields, "From")
	d, ok := domainOf(c.Domains, from, i.Envelope.From)
	if !ok {
		return raw, nil
	}
	// All keys sign at the same time: their entries share one commit of the ledger.
	keys := slices.DeleteFunc(slices.Clone(d.DKIM), func(k wire.DKIMKey) bool { return k.State != "" })
	signatures, failures := make([]string, len(keys)), make([]error, len(keys))
	var signing sync.WaitGroup
	for n, k := range keys {
		signing.Go(func() {
			var err error
			if signatures[n], err = p.signature(ctx, i.Message, d.Name, k, raw); err != nil {
				failures[n] = fmt.Errorf("DKIM %s._domainkey.%s: %w", k.Selector, d.Name, err)
			}
		})
	}
	signing.Wait()
	if err := errors.Join(failures...); err != nil {
		return nil, err
	}
	return append([]byte(strings.Join(signatures, "")), raw...), nil
}

// domainOf finds the contract's domain that the header From names, or the envelope when From is empty.
func domainOf(domains []wire.Domain, from, envelope string) (wire.Domain, bool) {
	if from == "" {
		from = envelope
	}
	from = strings.TrimRight(strings.ToLower(strings.TrimSpace(from)), "> \t")
	at := from[strings.LastIndexByte(from, '@')+1:]
	for _, d := range domains {
		if strings.EqualFold(d.Name, at) {
			return d, true
		}
	}
	return wire.Domain{}, false
}

func (p *Post) signature(ctx context.Context, m sekisho.MessageID, domain string, k wire.DKIMKey, raw []byte) (string, error) {
	public, err := x509.ParsePKIXPublicKey(k.Public)
	if err != nil {
		return "", err
	}
	s, err := dkim.NewSigner(&dkim.SignOptions{Domain: domain, Selector: k.Selector, Hash: crypto.SHA256, HeaderKeys: signed,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
		Signer: remoteKey{ctx, k.Key, public, m, p.peers.Vault}})
	if err != nil {
		return "", err
	}
	_, err = s.Write(raw)
	if err = errors.Join(err, s.Close()); err != nil {
		return "", err
	}
	return s.Signature(), nil
}

// remoteKey is a DKIM key that stays in vault.
type remoteKey struct {
	ctx     context.Context
	key     uint64
	public  crypto.PublicKey
	message sekisho.MessageID
	vault   *wire.Peer
}

// Public is the public half.
func (r remoteKey) Public() crypto.PublicKey { return r.public }

// Sign has vault sign.
func (r remoteKey) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	ctx, cancel := context.WithTimeout(r.ctx, 10*time.Second)
	defer cancel()
	s, err := wire.VaultSign.Ask(ctx, r.vault, wire.Sign{Key: r.key, Digest: digest, Hash: uint16(opts.HashFunc()), For: r.message})
	return s.Signature, err
}

package link

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"sekisho"
	"sekisho/wire"
)

// Config is what link is told.
type Config struct {
	Address string         // URL of the key management service
	Mount   string         // where its transit engine is mounted
	Key     string         // name of its key
	Token   string         // for it
	Roots   *x509.CertPool // that the certificates of all these must be under
	Witness []string       // URLs of the witnesses
	Log     *slog.Logger
}

// Peers are the roles that link asks.
type Peers struct{ Dial *wire.Peer }

// Link answers the calls of wire's link file.
type Link struct {
	config Config
	peers  Peers
	http   *http.Client
}

// requestTime bounds one request.
const requestTime = 20 * time.Second

// New makes a link.
func New(c Config, p Peers) *Link {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	l := &Link{config: c, peers: p}
	l.http = &http.Client{Timeout: requestTime, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DialContext: l.dial, TLSClientConfig: &tls.Config{RootCAs: c.Roots, MinVersion: tls.VersionTLS12},
			DisableKeepAlives: true, Proxy: nil}}
	return l
}

// dial has dial connect to the destination that both were configured with.
func (l *Link) dial(ctx context.Context, _, address string) (net.Conn, error) {
	return wire.DialAddress(ctx, l.peers.Dial, address)
}

// Service is link's answers.
func (l *Link) Service(report func(sekisho.Caller, string, error)) *wire.Service {
	s := wire.NewService(sekisho.Link, report)
	wire.Handle(s, wire.LinkKey, l.key)
	wire.Handle(s, wire.LinkWitness, l.witness)
	return s
}

// key asks the key management service.
func (l *Link) key(ctx context.Context, _ sekisho.Caller, q wire.KeyService) (out wire.KeyServed, err error) {
	if l.config.Address == "" {
		return out, sekisho.E("link.key", sekisho.Invalid, errors.New("no key management service is configured"))
	}
	switch q.Do {
	case "wrap":
		out.Wrapped, err = l.wrap(ctx, q)
	case "unwrap":
		out.Key, err = l.unwrap(ctx, q)
	case "rotate":
		err = l.ask(ctx, "POST", "keys/"+l.config.Key+"/rotate", struct{}{}, nil)
	case "trim":
		out.Left, err = l.trim(ctx)
	default:
		err = sekisho.E("link.key", sekisho.Invalid, fmt.Errorf("cannot %q", q.Do))
	}
	return out, err
}

func (l *Link) wrap(ctx context.Context, q wire.KeyService) (string, error) {
	var a struct {
		Data struct {
			Ciphertext string `json:"ciphertext"`
		} `json:"data"`
	}
	err := l.ask(ctx, "POST", "encrypt/"+l.config.Key, map[string][]byte{"plaintext": q.Key, "associated_data": []byte(q.Context)}, &a)
	if err == nil && a.Data.Ciphertext == "" {
		err = sekisho.E("link.key", sekisho.Unavailable, errors.New("the key service gave no ciphertext"))
	}
	return a.Data.Ciphertext, err
}

func (l *Link) unwrap(ctx context.Context, q wire.KeyService) ([]byte, error) {
	var a struct {
		Data struct {
			Plaintext []byte `json:"plaintext"`
		} `json:"data"`
	}
	err := l.ask(ctx, "POST", "decrypt/"+l.config.Key, map[string]any{"ciphertext": q.Wrapped, "associated_data": []byte(q.Context)}, &a)
	return a.Data.Plaintext, err
}

// trim destroys all versions of the key but the newest. A token that may not do that is told apart: then somebody else must.
func (l *Link) trim(ctx context.Context) (left string, err error) {
	var a struct {
		Data struct {
			Latest int `json:"latest_version"`
		} `json:"data"`
	}
	if err = l.ask(ctx, "GET", "keys/"+l.config.Key, nil, &a); err == nil {
		err = l.ask(ctx, "POST", "keys/"+l.config.Key+"/config", map[string]int{"min_decryption_version": a.Data.Latest, "min_encryption_version": a.Data.Latest}, nil)
	}
	if err == nil {
		err = l.ask(ctx, "POST", "keys/"+l.config.Key+"/trim", map[string]int{"min_available_version": a.Data.Latest}, nil)
	}
	if sekisho.KindOf(err) == sekisho.Denied {
		return fmt.Sprintf("the token may not destroy old versions of the key %q: whoever administers the key service must set min_decryption_version and min_available_version to %d", l.config.Key, a.Data.Latest), nil
	}
	return "", err
}

// mostAnswer bounds an answer.
const mostAnswer = 1 << 20

// ask makes one request below the engine's path.
func (l *Link) ask(ctx context.Context, method, path string, question, answer any) error {
	u, err := url.JoinPath(l.config.Address, "v1", l.config.Mount, path)
	if err != nil {
		return sekisho.E("link.key", sekisho.Invalid, err)
	}
	var body io.Reader
	if question != nil {
		b, err := json.Marshal(question)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, u, body)
	if err != nil {
		return sekisho.E("link.key", sekisho.Invalid, err)
	}
	r.Header.Set("X-Vault-Token", l.config.Token)
	r.Header.Set("X-Vault-Request", "true")
	got, err := l.http.Do(r)
	if err != nil {
		return sekisho.E("link.key", sekisho.Unavailable, fmt.Errorf("the key service does not answer: %w", err))
	}
	defer got.Body.Close()
	text, err := io.ReadAll(io.LimitReader(got.Body, mostAnswer))
	if err != nil {
		return sekisho.E("link.key", sekisho.Unavailable, err)
	}
	return parseAnswer(got.StatusCode, text, answer)
}

// parseAnswer reads an answer of the service. Its error texts are passed on, cut.
func parseAnswer(code int, text []byte, answer any) error {
	switch {
	case code == http.StatusNoContent, code == http.StatusOK && answer == nil:
		return nil
	case code == http.StatusOK:
		if err := json.Unmarshal(text, answer); err != nil {
			return sekisho.E("link.key", sekisho.Unavailable, errors.New("the key service gave no JSON"))
		}
		return nil
	}
	var fault struct {
		Errors []string `json:"errors"`
	}
	why := http.StatusText(code)
	if json.Unmarshal(text, &fault) == nil && len(fault.Errors) > 0 {
		why = fault.Errors[0]
	}
	kind := sekisho.Unavailable
	switch code {
	case http.StatusForbidden, http.StatusUnauthorized:
		kind = sekisho.Denied
	case http.StatusNotFound:
		kind = sekisho.NotFound
	case http.StatusBadRequest:
		kind = sekisho.Invalid
	}
	return sekisho.E("link.key", kind, fmt.Errorf("the key service answers %d: %.200q", code, why))
}

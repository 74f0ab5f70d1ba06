package test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"time"

	"sekisho/seal/key"
)

// Browser is somebody at a browser, as far as HTTP goes: cookies, and the headers that requests of a page's script have.
type Browser struct {
	*http.Client
	t    testing.TB
	port string
}

// NewBrowser makes one that finds the names below localhost as browsers do.
func NewBrowser(t testing.TB, h *House) *Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	to := h.Port("https")
	_, port, err := net.SplitHostPort(to)
	if err != nil {
		t.Fatal(err)
	}
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: h.TLS().RootCAs}, ForceAttemptHTTP2: true, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, to)
	}}
	t.Cleanup(tr.CloseIdleConnections)
	return &Browser{&http.Client{Jar: jar, Transport: tr, Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, t, port}
}

// Origin is the origin of one of the hosts: "mail", "console", "desk", "content".
func (b *Browser) Origin(host string) string { return "https://" + host + ".localhost:" + b.port }

// Answer is an answer, with its body as JSON where it is that.
type Answer struct {
	Status int
	Header http.Header
	Raw    []byte
	Body   map[string]any
}

// send sends one request of a page of the origin; header are names and values that stand instead of its own.
func (b *Browser) send(origin, method, path string, body any, header ...string) Answer {
	b.t.Helper()
	var r io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			b.t.Fatal(err)
		}
		r = bytes.NewReader(text)
	}
	q, err := http.NewRequestWithContext(b.t.Context(), method, origin+path, r)
	if err != nil {
		b.t.Fatal(err)
	}
	for k, x := range map[string]string{"Accept-Language": "en", "Origin": origin, "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"} {
		q.Header.Set(k, x)
	}
	if body != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		q.Header.Set(header[i], header[i+1])
		if header[i] == "Authorization" { // a program says nothing of pages
			for _, k := range []string{"Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest"} {
				q.Header.Del(k)
			}
		}
	}
	a, err := b.Do(q)
	if err != nil {
		b.t.Fatal(err)
	}
	defer a.Body.Close()
	out := Answer{Status: a.StatusCode, Header: a.Header}
	if out.Raw, err = io.ReadAll(a.Body); err != nil {
		b.t.Fatal(err)
	}
	if strings.Contains(a.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(out.Raw, &out.Body); err != nil {
			b.t.Fatalf("%v: %s", err, out.Raw)
		}
	}
	return out
}

// Ask sends one request to a host and gives status, JSON and header.
func (b *Browser) Ask(host, method, path string, body any, header ...string) (int, map[string]any, http.Header) {
	b.t.Helper()
	a := b.send(b.Origin(host), method, path, body, header...)
	return a.Status, a.Body, a.Header
}

// Seal seals a secret as the login page does.
func (b *Browser) Seal(host, text string) map[string]string {
	b.t.Helper()
	_, s, _ := b.Ask(host, "GET", "/auth/session", nil)
	to, _ := s["seal"].(map[string]any)
	public, _ := base64.RawURLEncoding.DecodeString(to["key"].(string))
	challenge, _ := base64.RawURLEncoding.DecodeString(to["challenge"].(string))
	sealed, err := key.SealTyped(public, challenge, []byte(text))
	if err != nil {
		b.t.Fatal(err)
	}
	return map[string]string{"challenge": to["challenge"].(string), "sealed": base64.RawURLEncoding.EncodeToString(sealed)}
}

// SignIn signs in by password.
func (b *Browser) SignIn(host, address, password string) (int, map[string]any) {
	b.t.Helper()
	status, out, _ := b.Ask(host, "POST", "/auth/password", map[string]any{"address": address, "password": b.Seal(host, password)})
	return status, out
}

// Visitor is a browser at one origin, or with an access token a program.
type Visitor struct {
	*Browser
	Origin string
	Bearer string
}

// Visit goes to an origin, "https://console.localhost:1443".
func (h *House) Visit(origin string) *Visitor {
	h.t.Helper()
	return &Visitor{NewBrowser(h.t, h), origin, ""}
}

// Want makes a request and expects a status.
func (v *Visitor) Want(status int, method, path string, body any) Answer {
	v.t.Helper()
	var header []string
	if v.Bearer != "" {
		header = []string{"Authorization", "Bearer " + v.Bearer}
	}
	a := v.send(v.Origin, method, path, body, header...)
	if a.Status != status {
		v.t.Fatalf("%s %s: %d, want %d: %s", method, path, a.Status, status, a.Raw)
	}
	return a
}

package test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"time"
)

// Visitor is somebody at a browser, as far as HTTP goes: one origin, its cookies, and the headers that a page's own requests have.
type Visitor struct {
	t      testing.TB
	client *http.Client
	Origin string
	Bearer string // an access token: then it is a program
}

// Visit goes to one of a house's hosts, "https://console.localhost:1443", without a browser.
func (h *House) Visit(origin string) *Visitor {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	config := h.TLS()
	config.ServerName = ""
	to := h.Port("https")
	transport := &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", to)
	}}
	h.t.Cleanup(transport.CloseIdleConnections)
	return &Visitor{h.t, &http.Client{Transport: transport, Jar: jar, Timeout: 30 * time.Second}, origin, ""}
}

// Answer is an answer, with its body as JSON where it is that.
type Answer struct {
	Status int
	Header http.Header
	Raw    []byte
	Body   map[string]any
}

// Do makes a request as a page's script does.
func (v *Visitor) Do(method, path string, body any) Answer {
	v.t.Helper()
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			v.t.Fatal(err)
		}
		r = bytes.NewReader(b)
	}
	q, err := http.NewRequestWithContext(v.t.Context(), method, v.Origin+path, r)
	if err != nil {
		v.t.Fatal(err)
	}
	q.Header.Set("Accept-Language", "en")
	if v.Bearer != "" {
		q.Header.Set("Authorization", "Bearer "+v.Bearer)
	} else {
		v.asPage(q.Header)
	}
	if body != nil {
		q.Header.Set("Content-Type", "application/json")
	}
	a, err := v.client.Do(q)
	if err != nil {
		v.t.Fatal(err)
	}
	defer a.Body.Close()
	out := Answer{Status: a.StatusCode, Header: a.Header}
	if out.Raw, err = io.ReadAll(a.Body); err != nil {
		v.t.Fatal(err)
	}
	if strings.Contains(a.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(out.Raw, &out.Body); err != nil {
			v.t.Fatalf("%v: %s", err, out.Raw)
		}
	}
	return out
}

// asPage sets what browsers say of themselves.
func (v *Visitor) asPage(h http.Header) {
	h.Set("Origin", v.Origin)
	for k, x := range map[string]string{"Site": "same-origin", "Mode": "cors", "Dest": "empty"} {
		h.Set("Sec-Fetch-"+k, x)
	}
}

// Want is Do with a status.
func (v *Visitor) Want(status int, method, path string, body any) Answer {
	v.t.Helper()
	a := v.Do(method, path, body)
	if a.Status != status {
		v.t.Fatalf("%s %s: %d, want %d: %s", method, path, a.Status, status, a.Raw)
	}
	return a
}

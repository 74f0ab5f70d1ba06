package test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The policy of a customer's domain is served under its own host name and certificate once an operator says so, and nothing else is there.
func TestPolicyHost(t *testing.T) {
	h := NewService(t, Setting{Zone: "there.example. TXT \"v=spf1 -all\"\n"})
	get := func(host, path string) (int, string) {
		t.Helper()
		c := h.TLS().Clone()
		c.ServerName = host
		tr := &http.Transport{TLSClientConfig: c, DisableKeepAlives: true, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, h.Port("https"))
		}}
		a, err := (&http.Client{Transport: tr, Timeout: 30 * time.Second}).Get("https://" + host + path)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		b, err := io.ReadAll(a.Body)
		if err != nil {
			t.Fatal(err)
		}
		return a.StatusCode, string(b)
	}
	if !strings.Contains(h.Run("domain", "sts", "mori.example", "enforce"), "mori.example") {
		t.Error("the command says nothing")
	}
	if code, text := get("mta-sts.mori.example", "/.well-known/mta-sts.txt"); code != 200 || text != "version: STSv1\r\nmode: enforce\r\nmx: mx.sekisho.example\r\nmax_age: 604800\r\n" {
		t.Errorf("%d %q", code, text)
	}
	if code, _ := get("mta-sts.mori.example", "/"); code != 404 {
		t.Errorf("/ answers %d", code)
	}
	records := h.Run("domain", "dns", "mori.example")
	for _, want := range []string{"mta-sts.mori.example.", "CNAME", "_mta-sts.mori.example.", "v=STSv1; id="} {
		if !strings.Contains(records, want) {
			t.Errorf("no %q in\n%s", want, records)
		}
	}
	h.Run("domain", "sts", "mori.example", "off")
	if code, _ := get("mta-sts.mori.example", "/.well-known/mta-sts.txt"); code != 421 {
		t.Errorf("after the end: %d", code)
	}
	if out, err := h.Try("domain", "sts", "nobody.example", "testing"); err == nil {
		t.Errorf("a domain that nobody has: %s", out)
	}
}

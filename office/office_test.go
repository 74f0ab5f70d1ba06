package office

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho"
	"sekisho/wire"
)

func TestRoute(t *testing.T) {
	got, err := ParseRoute([]string{"mx.far.example", "mx2.far.example:2525", "192.0.2.1/must", "[2001:db8::1]:25/verify"})
	want := []wire.NextHop{{Host: "mx.far.example", Port: 25, TLS: "may"}, {Host: "mx2.far.example", Port: 2525, TLS: "may"}, {Host: "192.0.2.1", Port: 25, TLS: "must"}, {Host: "2001:db8::1", Port: 25, TLS: "verify"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v %v", got, err)
	}
	again, err := ParseRoute(Route(got))
	if err != nil || !slices.Equal(again, want) {
		t.Errorf("written and read: %+v %v", again, err)
	}
	for _, bad := range []string{"", "host:0", "host:99999", "host:x", "host/often", "/must"} {
		if _, err := ParseRoute([]string{bad}); sekisho.KindOf(err) != sekisho.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzParseRoute(f *testing.F) {
	f.Add("mx.example:25/must")
	f.Add("[::1]:25")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseRoute([]string{s})
		if err != nil {
			return
		}
		if again, err := ParseRoute(Route(got)); err != nil || !slices.Equal(again, got) {
			t.Errorf("%q: %+v, again %+v, %v", s, got, again, err)
		}
	})
}

func TestRecovery(t *testing.T) {
	for text, want := range map[string]wire.Choice{"": {}, "none": {None: true}, "2/3": {Need: 2, Of: 3}} {
		if got, err := ParseRecovery(text); err != nil || got != want {
			t.Errorf("%q: %+v %v", text, got, err)
		}
	}
	for _, bad := range []string{"1/3", "3/2", "2", "a/b", "2/3/4", "all"} {
		if _, err := ParseRecovery(bad); sekisho.KindOf(err) != sekisho.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// What is to be published names the host, and carries keys in the form of their algorithm.
func TestRecords(t *testing.T) {
	public, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	list := Records("mx.example", wire.Domain{Name: "mori.example", DKIM: []wire.DKIMKey{{Selector: "e", Algorithm: "ed25519-sha256", Public: der}, {Selector: "r", Algorithm: "rsa-sha256", Public: []byte("der")}}}, time.Now())
	var all []string
	for _, r := range list {
		all = append(all, r.Name+" "+r.Type+" "+r.Value)
		if r.Why == "" {
			t.Errorf("%s: no reason", r.Name)
		}
	}
	for _, want := range []string{"mori.example MX 10 mx.example", "mori.example TXT v=spf1 a:mx.example -all", "e._domainkey.mori.example TXT v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public),
		"r._domainkey.mori.example TXT v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString([]byte("der"))} {
		if !slices.Contains(all, want) {
			t.Errorf("%q is missing in %q", want, all)
		}
	}
}

// A notice is one mail with its text, whatever its subject and text say.
func TestNotice(t *testing.T) {
	n := Notice{To: "a@mori.example", Subject: "保留\r\nBcc: x@there.example", Text: strings.Repeat("本文\r\n", 50), At: time.Unix(1_800_000_000, 0)}
	head, body, ok := strings.Cut(string(n.Mail("mx.example")), "\r\n\r\n")
	if !ok || strings.Contains(head, "\nBcc:") || !strings.Contains(head, "Auto-Submitted: auto-generated") {
		t.Errorf("%s", head)
	}
	for line := range strings.Lines(head + "\r\n" + body) {
		if len(line) > 998 || len(strings.TrimRight(line, "\r\n")) == len(line) {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
	}
	if text, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(body, "\r\n", "")); err != nil || string(text) != n.Text {
		t.Errorf("%v %q", err, text)
	}
}

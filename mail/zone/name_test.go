package zone

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
)

func TestHost(t *testing.T) {
	for _, c := range []struct {
		in, want string
		ok       bool
	}{
		{"Mori.Example.", "mori.example", true},
		{"_dmarc.mori.example", "_dmarc.mori.example", true},
		{"森.example", "xn--9kq.example", true},
		{"", "", false},
		{".", "", false},
		{"a..b", "", false},
		{"[192.0.2.1]", "", false},
		{"a b.example", "", false},
		{"a\r\nb.example", "", false},
		{strings.Repeat("a", 64) + ".example", "", false},
		{strings.Repeat("a.", 128), "", false},
		{"\xff.example", "", false},
	} {
		got, ok := Host(c.in)
		if ok != c.ok || ok && c.want != got && !strings.HasPrefix(got, "xn--") {
			t.Errorf("%q: %q %v, want %q %v", c.in, got, ok, c.want, c.ok)
		}
	}
}

func TestReverse(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.10":        "10.2.0.192.in-addr.arpa",
		"::ffff:192.0.2.10": "10.2.0.192.in-addr.arpa",
		"2001:db8::f1":      "1.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
	} {
		if got := Reverse(netip.MustParseAddr(in)); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}

// failing answers every question with one error.
type failing struct{ err error }

// Lookup fails.
func (f failing) Lookup(context.Context, string, string) (Records, error) { return Records{}, f.err }

func TestAsk(t *testing.T) {
	for _, c := range []struct {
		err       error
		temporary bool
	}{
		{ErrTemporary, true},
		{context.DeadlineExceeded, true},
		{context.Canceled, true},
		{errors.New("no such question"), false},
	} {
		x, err := Ask(t.Context(), failing{c.err}, "TXT", "a")
		if errors.Is(err, ErrTemporary) != c.temporary || err == nil && !x.Void {
			t.Errorf("%v: %+v, %v", c.err, x, err)
		}
	}
}

package dial

import (
	"net/netip"
	"testing"

	"sekisho"
	"sekisho/wire"
)

// Where a role may connect to: a hostile MX record must not lead into the operator's own networks.
func TestDestination(t *testing.T) {
	closed := &Dial{config: Config{Ports: []uint16{25, 465, 587}, Internal: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}, Clamd: "127.0.0.1:3310"}}
	open := &Dial{config: Config{Private: true, ACME: "host:443"}}
	for _, x := range []struct {
		d    *Dial
		role sekisho.Role
		to   string
		want string // "" is refused
	}{
		{closed, sekisho.Post, "192.0.2.1:25", "192.0.2.1:25"},
		{closed, sekisho.Post, "[2001:db8::1]:587", "[2001:db8::1]:587"},
		{closed, sekisho.Post, "[::ffff:192.0.2.1]:25", "192.0.2.1:25"},
		{closed, sekisho.Post, "192.0.2.1:22", ""},
		{closed, sekisho.Post, "127.0.0.1:25", ""},
		{closed, sekisho.Post, "[::1]:25", ""},
		{closed, sekisho.Post, "[::ffff:127.0.0.1]:25", ""},
		{closed, sekisho.Post, "10.2.0.1:25", ""},
		{closed, sekisho.Post, "10.1.0.1:2525", "10.1.0.1:2525"},
		{closed, sekisho.Post, "192.168.1.1:25", ""},
		{closed, sekisho.Post, "169.254.169.254:25", ""},
		{closed, sekisho.Post, "[fd00::1]:25", ""},
		{closed, sekisho.Post, "[fe80::1]:25", ""},
		{closed, sekisho.Post, "100.64.0.1:25", ""},
		{closed, sekisho.Post, "0.0.0.0:25", ""},
		{closed, sekisho.Post, "255.255.255.255:25", ""},
		{closed, sekisho.Post, "224.0.0.1:25", ""},
		{closed, sekisho.Gate, "192.0.2.1:25", "127.0.0.1:3310"},
		{open, sekisho.Post, "127.0.0.1:2525", "127.0.0.1:2525"},
		{open, sekisho.Gate, "127.0.0.1:25", ""},
		{open, sekisho.Edge, "127.0.0.1:443", "host:443"}, // its address is dial's to find
		{open, sekisho.Edge, "127.0.0.1:25", ""},
		{closed, sekisho.Edge, "192.0.2.1:443", ""},
	} {
		to := netip.MustParseAddrPort(x.to)
		_, got, err := x.d.destination(x.role, wire.Connect{Host: "host", To: to.Addr(), Port: to.Port()})
		if got != x.want || (err == nil) != (x.want != "") {
			t.Errorf("%s to %s: %q, %v; want %q", x.role, x.to, got, err, x.want)
		}
	}
}

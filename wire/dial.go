package wire

import (
	"context"
	"net"
	"net/netip"
	"os"
	"strconv"

	"sekisho"
)

// dial is the only role with sockets to the outside and with DNS. It hands out connected sockets and never sees what
// goes through them.

// The calls of dial.
var (
	DialLookup  = define[Lookup, Records](sekisho.Dial, 1, "lookup", small, sekisho.Gate, sekisho.Post, sekisho.Admin, sekisho.Console, sekisho.Fetch)
	DialConnect = define[Connect, Connected](sekisho.Dial, 2, "connect", small, sekisho.Post, sekisho.Gate, sekisho.Link, sekisho.Fetch, sekisho.Edge)
)

// Lookup asks the resolver.
type Lookup struct {
	Type string // "TXT", "MX", "A", "AAAA", "IP" (both), "PTR", "CNAME", "TLSA"
	Name string
}

// Records answers. A name that does not exist is an empty answer with Void set; Unavailable is a passing failure.
type Records struct {
	Void   bool // NXDOMAIN
	TXT    []string
	MX     []MX
	IP     []netip.Addr
	Names  []string // PTR, CNAME
	TLSA   [][]byte // data as on the wire
	Secure bool     // validated by a resolver on this host
}

// MX is one mail exchanger.
type MX struct {
	Preference uint16
	Host       string
}

// Connect asks for a connected socket. Where each role may connect to is dial's own policy.
type Connect struct {
	Host string     // for the log
	To   netip.Addr // address
	Port uint16
}

// Connected carries the socket.
type Connected struct {
	Conn  *os.File
	Local netip.Addr
}

// Dial has dial connect, and takes the socket, which is the caller's.
func Dial(ctx context.Context, dial *Peer, to Connect) (net.Conn, error) {
	c, err := DialConnect.Ask(ctx, dial, to)
	if err != nil {
		return nil, err
	}
	defer c.Conn.Close()
	return net.FileConn(c.Conn)
}

// DialAddress is Dial to "host:port", for roles whose destinations dial knows by name.
func DialAddress(ctx context.Context, dial *Peer, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, err
	}
	return Dial(ctx, dial, Connect{Host: host, Port: uint16(n)})
}

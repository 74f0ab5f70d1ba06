package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"
)

func (c *Config) checkKeys() *Fault {
	k := c.Keys
	switch k.Root {
	case "file":
	case "descriptor":
		if k.Descriptor < 3 {
			return &Fault{Key: "keys.descriptor", Wrong: "it is no number of an open descriptor", Remedy: `Pass one that can be read from its beginning: "sekisho serve --config FILE 3<root.key" with descriptor = 3`}
		}
	case "transit":
		if _, _, err := c.KeyService(); err != nil {
			return &Fault{Key: "keys.address", Wrong: err.Error(), Remedy: `Write "https://vault.example:8200"`}
		}
		if k.Mount == "" || k.Key == "" || strings.ContainsAny(k.Mount+k.Key, "/?#% ") {
			return &Fault{Key: "keys.key", Wrong: "mount and key must be plain names", Remedy: `Write mount = "transit" and key = "sekisho"`}
		}
		if _, err := os.Stat(k.Token); err != nil {
			return &Fault{Key: "keys.token", Wrong: err.Error(), Remedy: "Name a file with the token of the key service"}
		}
		if _, err := os.Stat(k.CA); k.CA != "" && err != nil {
			return &Fault{Key: "keys.ca", Wrong: err.Error(), Remedy: "Name a file with certificates, or leave it out"}
		}
	default:
		return &Fault{Key: "keys.root", Wrong: fmt.Sprintf("there is no source %q", k.Root), Remedy: `Write "file", "descriptor" or "transit"`}
	}
	if _, err := c.Witnesses(); err != nil {
		return &Fault{Key: "ledger.witness", Wrong: err.Error(), Remedy: `Write ["https://witness.example NAME+HASH+KEY"], with the key that the witness gave you`}
	}
	if k.Backups < 1 || k.Copies < 1 {
		return &Fault{Key: "keys.backups", Wrong: "it must be at least 1 day", Remedy: "90 and, for keys.copies, 7 are the defaults"}
	}
	return nil
}

// KeyService gives the destination of the key service, "host:port", and its URL. Without TLS it must be on this host.
func (c *Config) KeyService() (destination string, u *url.URL, err error) {
	return service(c.Keys.Address)
}

// service reads the address of a service: its destination, "host:port", and its URL.
func service(address string) (destination string, u *url.URL, err error) {
	u, err = url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Path != "" && u.Path != "/" || u.RawQuery != "" {
		return "", nil, fmt.Errorf("%q is no address of a service", address)
	}
	port := u.Port()
	switch u.Scheme {
	case "https":
		if port == "" {
			port = "443"
		}
	case "http":
		if a, err := netip.ParseAddr(u.Hostname()); err != nil || !a.IsLoopback() {
			return "", nil, fmt.Errorf("%q is without TLS: that is for addresses of this host only", address)
		}
		if port == "" {
			port = "80"
		}
	default:
		return "", nil, fmt.Errorf("%q is neither https nor http", address)
	}
	return net.JoinHostPort(u.Hostname(), port), u, nil
}

// Witness is somebody else who signs checkpoints of the ledger.
type Witness struct {
	Destination string // "host:port"
	URL         string
	Key         string // as "sekisho witness key" prints it
}

// Witnesses reads ledger.witness.
func (c *Config) Witnesses() ([]Witness, error) {
	var out []Witness
	for _, text := range c.Ledger.Witness {
		address, key, found := strings.Cut(strings.TrimSpace(text), " ")
		destination, u, err := service(address)
		if err == nil && (!found || strings.Count(key, "+") < 2) {
			err = fmt.Errorf("%q has no key", text)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, Witness{destination, u.String(), strings.TrimSpace(key)})
	}
	return out, nil
}

package config

import (
	"fmt"
	"net"
	"net/url"
	"os"
)

// Authority is where the certificate authority of web.acme is, "host:port"; "" when there is none.
func (c *Config) Authority() (string, error) {
	if c.Web.ACME == "" {
		return "", nil
	}
	u, err := url.Parse(c.Web.ACME)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return "", fmt.Errorf("%q is no https address of a directory", c.Web.ACME)
	}
	port := u.Port()
	if port == "" {
		port = "443"
	}
	return net.JoinHostPort(u.Hostname(), port), nil
}

func (c *Config) checkWeb() *Fault {
	if _, err := c.Authority(); err != nil {
		return &Fault{Key: "web.acme", Wrong: err.Error(), Remedy: `Write the address of the authority's directory: "https://ca.example/directory"`}
	}
	if _, err := os.Stat(c.Web.CA); c.Web.CA != "" && err != nil {
		return &Fault{Key: "web.ca", Wrong: err.Error(), Remedy: "Name a file with certificates, or leave it out"}
	}
	return nil
}

package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"sekisho/role/admin"
)

// tlsCommand manages certificates. Until one is installed, a host name has one of the installation's own CA.
type tlsCommand struct {
	List    tlsList    `cmd:"" help:"List certificates and when they end."`
	Request tlsRequest `cmd:"" help:"Make a key in vault and print the request for a certificate authority."`
	Install tlsInstall `cmd:"" help:"Put a certificate in force."`
}

type tlsList struct{}

// Run lists certificates.
func (tlsList) Run(g *Global) error {
	a, err := call[[]admin.HostCertificate](g, "tls/list", struct{}{})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		row(w, "HOST", "NAMES", "ENDS", "ISSUER")
		for _, c := range a {
			issuer := c.Issuer
			if c.Own {
				issuer = "this installation's own CA"
			}
			row(w, c.Name, strings.Join(c.Names, " "), ends(c.Expires), issuer)
		}
	})
}

// ends says when a certificate ends, and warns when that is soon.
func ends(t time.Time) string {
	s := t.UTC().Format(time.DateOnly)
	if left := time.Until(t); left < 21*day {
		s += fmt.Sprintf(" (in %d days)", int(left/day))
	}
	return s
}

type tlsRequest struct {
	Name string   `arg:"" help:"Host name."`
	Also []string `placeholder:"NAME" help:"Further names for the same certificate."`
}

// Run prints the request.
func (c *tlsRequest) Run(g *Global) error {
	a, err := call[admin.CertificateRequested](g, "tls/request", admin.CertificateRequest{Name: c.Name, Also: c.Also})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) { fmt.Fprint(w, a.PEM) })
}

type tlsInstall struct {
	Name  string `arg:"" help:"Host name."`
	Chain string `required:"" type:"existingfile" help:"File with the certificate and those between it and the authority, in PEM."`
	Key   string `type:"existingfile" help:"File with the private key, when it was not made by request."`
}

// Run installs it.
func (c *tlsInstall) Run(g *Global) error {
	q := admin.CertificateInstall{Name: c.Name}
	b, err := os.ReadFile(c.Chain)
	if err != nil {
		return err
	}
	q.Chain = string(b)
	if c.Key != "" {
		if b, err = os.ReadFile(c.Key); err != nil {
			return err
		}
		q.Private = string(b)
	}
	a, err := call[admin.HostCertificate](g, "tls/install", q)
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		row(w, "host", a.Name)
		row(w, "names", strings.Join(a.Names, " "))
		row(w, "ends", ends(a.Expires))
		row(w, "issuer", a.Issuer)
		row(w, "in force", "for new connections within a minute")
	})
}

package test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// loopbackDNS answers every question for an address with 127.0.0.1.
func loopbackDNS(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") // the authority asks over TCP
	if err != nil {
		t.Fatal(err)
	}
	s := &dns.Server{Listener: l, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		a := new(dns.Msg).SetReply(q)
		if len(q.Question) == 1 && q.Question[0].Qtype == dns.TypeA {
			a.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 1}, A: net.IPv4(127, 0, 0, 1)}}
		}
		w.WriteMsg(a)
	})}
	go s.ActivateAndServe()
	t.Cleanup(func() { s.Shutdown() })
	return l.Addr().String()
}

// authority starts Let's Encrypt's test server, which checks names on the port given. It gives the address of its directory and
// the file with the certificate that its own is under. Without the program the test is skipped.
func authority(t *testing.T, dir string, port int) (directory, ca string) {
	t.Helper()
	program := os.Getenv("PEBBLE")
	if program == "" {
		var err error
		if program, err = exec.LookPath("pebble"); err != nil {
			t.Skip("no pebble: install github.com/letsencrypt/pebble/v2/cmd/pebble, or name it in PEBBLE")
		}
	}
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	x := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, x, x, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ca = write("authority.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	key := write("authority.key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
	listen := fmt.Sprintf("127.0.0.1:%d", port+1)
	settings, err := json.Marshal(map[string]any{"pebble": map[string]any{"listenAddress": listen, "managementListenAddress": fmt.Sprintf("127.0.0.1:%d", port+2), "certificate": ca, "privateKey": key,
		"httpPort": port, "tlsPort": port, "ocspResponderURL": "", "externalAccountBindingRequired": false}})
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, "-config", write("pebble.json", settings), "-dnsserver", loopbackDNS(t))
	c.Env = append(os.Environ(), "PEBBLE_VA_NOSLEEP=1", "PEBBLE_WFE_NONCEREJECT=0")
	out, err := os.Create(filepath.Join(dir, "pebble.log"))
	if err != nil {
		t.Fatal(err)
	}
	c.Stdout, c.Stderr = out, out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait(); out.Close() })
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if n, err := net.Dial("tcp", listen); err == nil {
			n.Close()
			return "https://" + listen + "/dir", ca
		}
	}
	t.Fatal("the authority does not answer")
	return "", ""
}

// TestAuthority: with an authority in the configuration every host name gets its certificate by itself, with a key that is in
// vault; edge reaches nothing else.
func TestAuthority(t *testing.T) {
	h := NewHouse(t, 0, false)
	h.Stop()
	directory, ca := authority(t, filepath.Dir(h.Data), h.base+443)
	h.Extra = fmt.Sprintf("[web]\nacme = %q\ncontact = \"postmaster@sekisho.example\"\nca = %q\n", directory, ca)
	h.StartServe()
	issuer := func(name string) string {
		c, err := tls.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", h.base+443), &tls.Config{ServerName: name, InsecureSkipVerify: true})
		if err != nil {
			return err.Error()
		}
		defer c.Close()
		leaf := c.ConnectionState().PeerCertificates[0]
		if leaf.VerifyHostname(name) != nil {
			return "another name"
		}
		return leaf.Issuer.CommonName
	}
	for _, label := range []string{"mail", "console", "desk", "content"} {
		name, got := label+".mx.sekisho.example", ""
		for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Second) {
			if got = issuer(name); strings.Contains(got, "Pebble") || strings.Contains(h.Log(), "no certificate from the authority") {
				break
			}
		}
		if !strings.Contains(got, "Pebble") {
			b, _ := os.ReadFile(filepath.Join(filepath.Dir(h.Data), "pebble.log"))
			t.Fatalf("%s: issued by %q\n%s\n%s", name, got, h.Log(), b)
		}
	}
	if log := h.Log(); strings.Contains(log, "ALERT") {
		t.Errorf("alerts:\n%s", log)
	}
}

package test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sekisho/role/admin"
)

// outsideCA signs certificates for the world outside.
type outsideCA struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newOutsideCA(t *testing.T) *outsideCA {
	t.Helper()
	a := &outsideCA{t: t}
	c := a.issue("authority.example")
	a.key = c.PrivateKey.(*ecdsa.PrivateKey)
	var err error
	if a.cert, err = x509.ParseCertificate(c.Certificate[0]); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *outsideCA) issue(names ...string) tls.Certificate {
	a.t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	x := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: names[0]}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), DNSNames: names, BasicConstraintsValid: true, IsCA: a.key == nil}
	parent, by := a.cert, a.key
	if a.key == nil {
		parent, by = x, k
	}
	der, err := x509.CreateCertificate(rand.Reader, x, parent, &k.PublicKey, by)
	if err != nil {
		a.t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: k}
}

func (a *outsideCA) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

// web answers for the MTA-STS policy hosts of the world outside.
func (a *outsideCA) web(policies map[string]string, asked *atomic.Int64) uint16 {
	a.t.Helper()
	names := []string{"www.example"}
	for n := range policies {
		names = append(names, n)
	}
	l, err := tls.Listen("tcp", "127.0.0.3:0", &tls.Config{Certificates: []tls.Certificate{a.issue(names...)}})
	if err != nil {
		a.t.Fatal(err)
	}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		host, _, _ := net.SplitHostPort(r.Host)
		text := policies[host]
		if r.URL.Path != "/.well-known/mta-sts.txt" || text == "" {
			http.NotFound(w, r)
			return
		}
		if to, moved := strings.CutPrefix(text, "-> "); moved {
			http.Redirect(w, r, to, http.StatusFound)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprint(w, text)
	})}
	go s.Serve(l)
	a.t.Cleanup(func() { s.Close() })
	return uint16(l.Addr().(*net.TCPAddr).Port)
}

// waits gives what the queue says of a mail for an address once it was tried.
func waits(t *testing.T, w *World, to string) string {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		for _, q := range Ask[[]admin.QueueItem](t, w.Admin, "queue/list", admin.Query{}) {
			if q.Recipient == to && q.Last != "" {
				return q.Last
			}
		}
	}
	t.Fatalf("no mail to %s waits", to)
	return ""
}

func transportWorld(t *testing.T, zone string, policies map[string]string, with ...func(*World)) (*World, *FakeMTA, *outsideCA, *atomic.Int64) {
	t.Helper()
	a, asked := newOutsideCA(t), &atomic.Int64{}
	for name := range policies {
		zone += fmt.Sprintf("%s. A 127.0.0.3\n_mta-sts.%s. TXT \"v=STSv1; id=1\"\n", name, strings.TrimPrefix(name, "mta-sts."))
	}
	for _, d := range []string{"good", "other", "testing", "broken", "moved", "none", "dane", "forged", "unsigned"} {
		zone += fmt.Sprintf("%s.example. MX 10 mx.%s.example.\nmx.%s.example. A 127.0.0.3\n", d, d, d)
	}
	w := NewWorld(t, zone+"partner.example. TXT \"v=spf1 ip4:127.0.0.1 -all\"\n", append(with, func(w *World) { w.Roots, w.Web = a.pool(), a.web(policies, asked) })...)
	settle(t, w.Admin, "Mori", "mori.example", 1)
	Ask[admin.Contract](t, w.Admin, "contract/set", admin.ContractSet{Contract: "Mori", Policy: "version = 1\n"}) // what is in the mails is not tried here
	_, port, _ := net.SplitHostPort(w.Address["mx"])
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	remote := NewFakeMTA(t, n)
	remote.tls = &tls.Config{Certificates: []tls.Certificate{a.issue("mx.good.example", "mx.other.example", "mx.moved.example")}}
	return w, remote, a, asked
}

func forward(t *testing.T, w *World, to string) {
	t.Helper()
	alias := strings.NewReplacer("@", "-", ".", "-").Replace(to) + "@mori.example"
	Ask[admin.AliasAdd](t, w.Admin, "alias/add", admin.AliasAdd{Address: alias, Targets: []string{to}})
	if err := handIn(t, w, "hana@partner.example", alias, message("hana@partner.example", alias, "for "+to, 300)); err != nil {
		t.Fatal(err)
	}
}

func sts(mode, mx string) string {
	return fmt.Sprintf("version: STSv1\r\nmode: %s\r\nmx: %s\r\nmax_age: 86400\r\n", mode, mx)
}

// A policy in force decides which servers get mail, and only with a certificate that is theirs; a testing one is noted; one that cannot be
// fetched is none.
func TestMTASTS(t *testing.T) {
	w, remote, _, asked := transportWorld(t, "", map[string]string{
		"mta-sts.good.example":    sts("enforce", "*.good.example"),
		"mta-sts.other.example":   sts("enforce", "mx.elsewhere.example"),
		"mta-sts.testing.example": sts("testing", "mx.testing.example"),
		"mta-sts.broken.example":  sts("enforce", "mx.broken.example"), // its server's certificate is for other names
		"mta-sts.moved.example":   "-> https://mta-sts.other.example/.well-known/mta-sts.txt",
	})
	for _, d := range []string{"good", "testing", "moved", "none"} {
		forward(t, w, "taro@"+d+".example")
		if m := remote.await(t, "taro@"+d+".example", 1); !m.encrypted {
			t.Errorf("%s: in the clear", d)
		}
	}
	for d, want := range map[string]string{"other": "does not name mx.other.example", "broken": "MTA-STS enforce: no TLS as is required"} {
		forward(t, w, "taro@"+d+".example")
		if last := waits(t, w, "taro@"+d+".example"); !strings.Contains(last, want) {
			t.Errorf("%s: %s", d, last)
		}
		if _, taken := remote.count("taro"); taken != 4 {
			t.Errorf("%s: %d mails were taken, not 4", d, taken)
		}
	}
	before := asked.Load()
	forward(t, w, "jiro@good.example")
	remote.await(t, "jiro@good.example", 1)
	if asked.Load() != before {
		t.Error("a policy in force was fetched again")
	}
}

// A server without TLS does not get the mail of a domain that enforces.
func TestMTASTSStripped(t *testing.T) {
	w, remote, _, _ := transportWorld(t, "", map[string]string{"mta-sts.good.example": sts("enforce", "mx.good.example")})
	remote.tls = nil
	forward(t, w, "taro@good.example")
	if last := waits(t, w, "taro@good.example"); !strings.Contains(last, "MTA-STS enforce: no TLS as is required") {
		t.Error(last)
	}
	if _, taken := remote.count("taro"); taken != 0 {
		t.Error("the mail was handed over in the clear")
	}
}

// TLSA records count where DNS is validated, and then nothing else does.
func TestDANE(t *testing.T) {
	h := sha256.Sum256([]byte("another key"))
	wrong := fmt.Sprintf("%x", h)
	w, remote, _, _ := transportWorld(t, "forged.example. TXT \"!secure\"\n*._tcp.mx.forged.example. TLSA 3 1 1 "+wrong+
		"\n*._tcp.mx.unsigned.example. TLSA 3 1 1 "+wrong+"\n", nil)
	forward(t, w, "taro@forged.example")
	if last := waits(t, w, "taro@forged.example"); !strings.Contains(last, "DANE: no TLS as is required") || !strings.Contains(last, "fits no TLSA record") {
		t.Error(last)
	}
	forward(t, w, "taro@unsigned.example")
	remote.await(t, "taro@unsigned.example", 1)
	if _, taken := remote.count("taro"); taken != 1 {
		t.Errorf("%d mails were taken, not 1", taken)
	}

	leaf, err := x509.ParseCertificate(remote.tls.Certificates[0].Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	h = sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
	held := remote.tls
	w, remote, _, _ = transportWorld(t, fmt.Sprintf("dane.example. TXT \"!secure\"\n*._tcp.mx.dane.example. TLSA 3 1 1 %x\n", h), nil)
	remote.tls = held // its names are other ones: for DANE-EE they do not count
	forward(t, w, "taro@dane.example")
	if m := remote.await(t, "taro@dane.example", 1); !m.encrypted {
		t.Error("in the clear")
	}
}

package test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/smtp"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// postfix is an instance of the real Postfix, on a port of 127.0.0.2, with everything in a directory of its own.
type postfix struct {
	dir     string
	address string // where it takes mail
	mail    string // maildir of what it delivered
}

const postfixMain = `compatibility_level = 3.6
queue_directory = %[1]s/queue
data_directory = %[1]s/data
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_bind_address = 127.0.0.1
myhostname = mx.postfix.example
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
smtp_dns_support_level = disabled
smtpd_relay_restrictions = permit_mynetworks, reject
maillog_file = %[1]s/mail.log
maillog_file_prefixes = %[1]s
smtpd_tls_security_level = may
smtpd_tls_chain_files = %[1]s/pair.pem
smtpd_tls_received_header = yes
virtual_mailbox_domains = far.example, guarded.example
virtual_mailbox_maps = static:all/
virtual_mailbox_base = %[1]s/mail
virtual_uid_maps = static:%[2]d
virtual_gid_maps = static:%[2]d
virtual_minimum_uid = 1
%[3]s
`

const postfixMaster = `127.0.0.2:%d inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`

// newPostfix starts one; more are further lines of main.cf.
func newPostfix(t *testing.T, port int, more string) *postfix {
	t.Helper()
	master := "/usr/lib/postfix/sbin/master"
	if _, err := os.Stat(master); err != nil {
		tool(t, master)
	}
	owner, err := user.Lookup("postfix")
	if err != nil || os.Getuid() != 0 {
		t.Skipf("Postfix starts as root only, and needs its user: %v", err)
	}
	uid, _ := strconv.Atoi(owner.Uid)
	dir, err := os.MkdirTemp("", "sekisho-postfix-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	p := &postfix{dir: dir, address: fmt.Sprintf("127.0.0.2:%d", port), mail: filepath.Join(dir, "mail", "all")}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.Chmod(dir, 0o755))
	for _, d := range []string{"conf", "queue", "data", "mail"} {
		must(os.Mkdir(filepath.Join(dir, d), 0o755))
	}
	must(os.Chown(filepath.Join(dir, "data"), uid, -1))
	must(os.Chown(filepath.Join(dir, "mail"), uid, uid))
	must(os.WriteFile(filepath.Join(dir, "pair.pem"), pairFor(t, "mx.postfix.example"), 0o600))
	must(os.WriteFile(filepath.Join(dir, "conf", "main.cf"), fmt.Appendf(nil, postfixMain, dir, uid, more), 0o644))
	must(os.WriteFile(filepath.Join(dir, "conf", "master.cf"), fmt.Appendf(nil, postfixMaster, port), 0o644))
	// It makes the queue's folders; what it grumbles about (symbolic links of the package) is no matter here.
	exec.Command("/usr/sbin/postfix", "-c", filepath.Join(dir, "conf"), "check").Run()
	c := exec.Command(master, "-d", "-c", filepath.Join(dir, "conf"))
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	c.Env = append(os.Environ(), "MAIL_CONFIG="+filepath.Join(dir, "conf"))
	must(c.Start())
	t.Cleanup(func() { c.Process.Signal(syscall.SIGTERM); c.Wait() })
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if conn, err := net.Dial("tcp", p.address); err == nil {
			conn.Close()
			return p
		}
		if time.Now().After(end) {
			t.Fatalf("Postfix does not answer:\n%s", p.log())
		}
	}
}

func (p *postfix) log() string {
	b, err := os.ReadFile(filepath.Join(p.dir, "mail.log"))
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// pairFor makes a key and a certificate of its own signature, in PEM.
func pairFor(t *testing.T, name string) []byte {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
}

// A real Postfix hands mail to us over verified TLS, and takes ours over TLS: as the server of a domain outside, and as the
// own server of a protected domain behind us (gateway).
func TestPostfix(t *testing.T) {
	port := 13000 + os.Getpid()%1000
	h := NewService(t, Setting{Port: port, Zone: `
mori.example.     TXT "v=spf1 ip4:127.0.0.1 -all"
partner.example.  TXT "v=spf1 ip4:127.0.0.1 -all"
far.example.      MX 10 mx.far.example.
mx.far.example.   A 127.0.0.2
`})
	_, mx, _ := net.SplitHostPort(h.Port("smtp"))
	p := newPostfix(t, port, fmt.Sprintf(`relayhost = [localhost]:%s
smtp_tls_security_level = secure
smtp_tls_secure_cert_match = mx.sekisho.example
smtp_host_lookup = native
smtp_tls_CAfile = %s
smtp_tls_loglevel = 1`, mx, h.Ready.CA))

	t.Run("sender", func(t *testing.T) {
		to, err := smtp.Dial(p.address)
		if err != nil {
			t.Fatal(err)
		}
		defer to.Close()
		for i := range 20 {
			raw := message("lena@partner.example", "ann@mori.example", fmt.Sprintf("through postfix %d", i), 3000)
			if err := sendOne(to, "lena@partner.example", "ann@mori.example", raw); err != nil {
				t.Fatal(err)
			}
		}
		c := mailbox(t, h, "ann@mori.example")
		got := arrived(t, 20, p.log, func() map[string]string { return bySubject(bodies(t, c, "INBOX")) })
		for s, m := range got {
			if !strings.Contains(m, "with ESMTPS") || !strings.Contains(m, "TLS 1.3") {
				t.Errorf("%s did not come over TLS: %.300s", s, m)
			}
		}
		if !strings.Contains(p.log(), "Verified TLS connection established to localhost") {
			t.Errorf("Postfix did not verify our certificate:\n%s", p.log())
		}
	})
	t.Run("next hop", func(t *testing.T) {
		for i := range 10 {
			if err := submit(t, h, "ann@mori.example", "friend@far.example", message("ann@mori.example", "friend@far.example", fmt.Sprintf("to postfix %d", i), 3000)); err != nil {
				t.Fatal(err)
			}
		}
		got := arrived(t, 10, func() string { return p.log() + h.Log() }, func() map[string]string { return files(t, p.mail) })
		for s, m := range got {
			if !strings.Contains(m, "using TLSv1.3") || !strings.Contains(m, "DKIM-Signature:") {
				t.Errorf("%s went without TLS or signature: %.400s", s, m)
			}
		}
	})
	t.Run("gateway", func(t *testing.T) {
		h.Run("domain", "add", "Mori", "guarded.example", "--route", fmt.Sprintf("127.0.0.2:%d/must", port))
		already := len(files(t, p.mail))
		err := deliver(h, "lena@partner.example", []string{"kim@guarded.example"}, message("lena@partner.example", "kim@guarded.example", "for the gateway", 2000))
		if err != nil {
			t.Fatal(err)
		}
		arrived(t, already+1, func() string { return p.log() + h.Log() }, func() map[string]string { return files(t, p.mail) })
		m := bySubject(files(t, p.mail))["for the gateway"]
		if !strings.Contains(m, "using TLSv1.3") || !strings.Contains(m, "spf=pass") {
			t.Errorf("the protected domain's server got %.600s", m)
		}
		if strings.Contains(m, "DKIM-Signature") {
			t.Error("mail that only passes through was signed in the contract's name")
		}
		if err := deliver(h, "lena@partner.example", []string{"kim@guarded.example"}, eicarMail("kim@guarded.example")); err == nil {
			t.Error("malware for a protected domain was taken")
		}
	})
}

// arrived waits until n mails are there.
func arrived(t *testing.T, n int, log func() string, look func() map[string]string) map[string]string {
	t.Helper()
	for end := time.Now().Add(40 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		got := look()
		if len(got) >= n {
			return got
		}
		if time.Now().After(end) {
			t.Fatalf("%d mails of %d arrived:\n%s", len(got), n, log())
		}
	}
}

func bySubject[K comparable](in map[K]string) map[string]string {
	out := map[string]string{}
	for _, m := range in {
		_, rest, _ := strings.Cut(m, "\nSubject: ")
		s, _, _ := strings.Cut(rest, "\n")
		s = strings.TrimSuffix(s, "\r")
		out[s] = m
	}
	return out
}

func files(t *testing.T, maildir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, f := range mails(t, maildir) {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out[f] = string(b)
	}
	return out
}

package test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// tool finds a real client; where it is not installed the test says so and skips, except in CI, which installs it.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") != "" && os.Getuid() == 0 {
			t.Fatalf("%s is not installed: see test/deps.sh", name)
		}
		t.Skipf("%s is not installed: see test/deps.sh", name)
	}
	return path
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// Real clients, as people use them: swaks on every way in, mbsync and Python's imaplib on the way to the mailbox.
func TestClients(t *testing.T) {
	h := NewHouse(t, 0, false)
	t.Run("swaks", func(t *testing.T) { swaks(t, h) })
	t.Run("mbsync", func(t *testing.T) { mbsync(t, h) })
	t.Run("imaplib", func(t *testing.T) { imaplib(t, h) })
}

func swaks(t *testing.T, h *House) {
	bin := tool(t, "swaks")
	_, port, _ := net.SplitHostPort(h.Port("smtp"))
	out := run(t, bin, "--server", "127.0.0.1", "--port", port, "--from", "lena@partner.example", "--to", "ann@mori.example",
		"--header", "Subject: by swaks", "--body", "Hello Ann, see you on Tuesday at ten.", "--tls-optional")
	if !strings.Contains(out, "~> ") || !strings.Contains(out, "Taken, reference") {
		t.Errorf("STARTTLS and acceptance:\n%s", out)
	}
	_, port, _ = net.SplitHostPort(h.Port("submission"))
	auth := []string{"--server", "127.0.0.1", "--port", port, "--from", "ann@mori.example", "--to", "sato@mori.example", "--auth-user", "ann@mori.example",
		"--auth-password", h.Secret("ann@mori.example"), "--header", "Subject: submitted by swaks", "--body", "Good morning."}
	for _, mechanism := range []string{"PLAIN", "LOGIN"} {
		if out := run(t, bin, append(auth, "--tls", "--auth", mechanism)...); !strings.Contains(out, "Taken, reference") {
			t.Errorf("submission with %s:\n%s", mechanism, out)
		}
	}
	// Without TLS there is no AUTH, and without AUTH no mail.
	c := exec.Command(bin, append(auth, "--auth", "PLAIN")...)
	if out, err := c.CombinedOutput(); err == nil {
		t.Errorf("signed in without TLS:\n%s", out)
	}
	c = exec.Command(bin, "--server", "127.0.0.1", "--port", port, "--tls", "--from", "ann@mori.example", "--to", "sato@mori.example")
	if out, err := c.CombinedOutput(); err == nil || !strings.Contains(string(out), "530 5.7.0") {
		t.Errorf("submission without AUTH:\n%s", out)
	}
	c = exec.Command(bin, "--server", "127.0.0.1", "--port", port, "--tls", "--auth", "PLAIN", "--auth-user", "ann@mori.example", "--auth-password", h.Secret("ann@mori.example"),
		"--from", "sato@mori.example", "--to", "sato@mori.example")
	if out, err := c.CombinedOutput(); err == nil || !strings.Contains(string(out), "553 5.7.1") {
		t.Errorf("somebody else's address as sender:\n%s", out)
	}
	if !has(bodies(t, mailbox(t, h, "sato@mori.example"), "INBOX"), "submitted by swaks") {
		t.Error("the submitted mail did not arrive")
	}
}

func mbsync(t *testing.T, h *House) {
	bin := tool(t, "mbsync")
	dir := t.TempDir()
	_, port, _ := net.SplitHostPort(h.Port("imaps"))
	config := fmt.Sprintf(`IMAPAccount k
Host localhost
Port %s
User ken@kawa.example
Pass %s
SSLType IMAPS
CertificateFile %s

IMAPStore far
Account k

MaildirStore near
Path %s/mail/
Inbox %s/mail/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns INBOX Sent
Create Near
Expunge Both
SyncState *
`, port, h.Secret("ken@kawa.example"), h.Ready.CA, dir, dir)
	os.Mkdir(filepath.Join(dir, "mail"), 0o700)
	path := filepath.Join(dir, "mbsyncrc")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		if err := deliver(h, "lena@partner.example", []string{"ken@kawa.example"}, message("lena@partner.example", "ken@kawa.example", fmt.Sprintf("sync %d", i), 2000+i*200)); err != nil {
			t.Fatal(err)
		}
	}
	run(t, bin, "-c", path, "all")
	files := mails(t, filepath.Join(dir, "mail", "INBOX"))
	if len(files) != 30 {
		t.Fatalf("mbsync brought %d mails of 30", len(files))
	}
	// A mail filed here goes up, one deleted here goes away there; a second run finds nothing to do.
	if err := os.WriteFile(filepath.Join(dir, "mail", "INBOX", "cur", "1.local:2,S"), []byte("From: ken@kawa.example\r\nSubject: filed locally\r\n\r\nA note.\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(files[0]); err != nil {
		t.Fatal(err)
	}
	run(t, bin, "-c", path, "all")
	inbox := bodies(t, mailbox(t, h, "ken@kawa.example"), "INBOX")
	if len(inbox) != 30 || !has(inbox, "filed locally") {
		t.Errorf("%d mails on the server, want 29 and the one that was filed", len(inbox))
	}
}

func mails(t *testing.T, dir string) (out []string) {
	t.Helper()
	for _, d := range []string{"cur", "new"} {
		m, err := filepath.Glob(filepath.Join(dir, d, "*"))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, m...)
	}
	return out
}

const imaplibScript = `
import imaplib, ssl, sys
port, ca, user, password = sys.argv[1:]
m = imaplib.IMAP4_SSL('localhost', int(port), ssl_context=ssl.create_default_context(cafile=ca))
m.login(user, password)
assert m.create('Projects')[0] == 'OK'
raw = b'From: a@b.example\r\nSubject: filed\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nhello there\r\n--x\r\nContent-Type: text/csv; name=a.csv\r\nContent-Disposition: attachment; filename=a.csv\r\n\r\n1,2\r\n--x--\r\n'
assert m.append('Projects', '(\\Seen)', None, raw)[0] == 'OK'
assert m.select('Projects') == ('OK', [b'1'])
assert m.fetch('1', '(BODY.PEEK[])')[1][0][1] == raw, 'the mail came back changed'
assert m.fetch('1', '(BODY.PEEK[2])')[1][0][1] == b'1,2', m.fetch('1', '(BODY.PEEK[2])')
assert b'"csv"' in m.fetch('1', '(BODYSTRUCTURE)')[1][0].lower()
assert m.search(None, 'SUBJECT', 'filed') == ('OK', [b'1'])
assert m.search(None, 'BODY', '"ello the"') == ('OK', [b'1']), 'a part of a word'
assert m.search(None, 'TEXT', 'nowhere') == ('OK', [b''])
assert m.store('1', '+FLAGS', '(\\Flagged $Work)')[0] == 'OK'
flags = m.fetch('1', '(FLAGS)')[1][0]
assert b'$Work' in flags and b'\\Flagged' in flags and b'\\Seen' in flags, flags
assert m.copy('1', 'Archive')[0] == 'OK'
assert m.uid('MOVE', '1', 'Trash')[0] == 'OK'
assert m.search(None, 'ALL') == ('OK', [b''])
assert m.select('Trash') == ('OK', [b'1'])
assert m.store('1', '+FLAGS', '\\Deleted')[0] == 'OK'
assert m.expunge()[0] == 'OK'
assert m.select('Trash') == ('OK', [b'0'])
assert m.rename('Projects', 'Old')[0] == 'OK'
assert m.delete('Old')[0] == 'OK'
m.logout()
wrong = imaplib.IMAP4_SSL('localhost', int(port), ssl_context=ssl.create_default_context(cafile=ca))
try:
    wrong.login(user, 'wrong')
    raise SystemExit('a wrong secret was taken')
except imaplib.IMAP4.error as e:
    assert 'app' in str(e).lower(), e
print('fine')
`

func imaplib(t *testing.T, h *House) {
	bin := tool(t, "python3")
	_, port, _ := net.SplitHostPort(h.Port("imaps"))
	if out := run(t, bin, "-c", imaplibScript, port, h.Ready.CA, "ann@mori.example", h.Secret("ann@mori.example")); !strings.Contains(out, "fine") {
		t.Error(out)
	}
}

// What was sent is what is read: a mail passes unchanged but for the trace fields in front.
func TestUnchanged(t *testing.T) {
	h := NewHouse(t, 0, false)
	raw := bytes.ReplaceAll([]byte("From: Ann Mori <ann@mori.example>\nTo: yamada@kawa.example\nSubject: =?ISO-2022-JP?B?GyRCJEYkOSRIGyhC?=\nDate: Sun, 22 Nov 2026 10:00:00 +0900\nMessage-ID: <u@mori.example>\n"+
		"X-Odd:   spaces  kept \nMIME-Version: 1.0\nContent-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B$F$9$H\x1b(B\n.\n..\nlast line\n"), []byte("\n"), []byte("\r\n"))
	if err := submit(t, h, "ann@mori.example", "yamada@kawa.example", raw); err != nil {
		t.Fatal(err)
	}
	for _, m := range bodies(t, mailbox(t, h, "yamada@kawa.example"), "INBOX") {
		if strings.HasSuffix(m, string(raw)) {
			return
		}
		t.Errorf("changed:\n%q\nwas\n%q", m, raw)
	}
}

package test

import (
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// eicarMail carries the antivirus industry's test file, put together here so that no scanner stops this source.
func eicarMail(to string) []byte {
	file := `X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-` + `STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`
	return attached(to, "report.com", []byte(file))
}

// attached is a mail with one file.
func attached(to, name string, file []byte) []byte {
	return []byte(strings.ReplaceAll(fmt.Sprintf("From: <lena@partner.example>\nTo: <%s>\nSubject: a file\nDate: Sun, 22 Nov 2026 10:00:00 +0000\nMessage-ID: <f%d@partner.example>\nMIME-Version: 1.0\n"+
		"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nPlease see the file.\n--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=%q\n"+
		"Content-Transfer-Encoding: base64\n\n%s\n--b--\n", to, time.Now().UnixNano(), name, base64.StdEncoding.EncodeToString(file)), "\n", "\r\n"))
}

const clamdConfig = `Foreground yes
TCPSocket %[2]d
TCPAddr 127.0.0.1
DatabaseDirectory %[1]s/db
LogFile %[1]s/clamd.log
MaxThreads 2
`

// clamd starts the real engine with two signatures of our own, one in ClamAV's extended form and one in YARA's.
func clamd(t *testing.T) (address string, stop func()) {
	t.Helper()
	bin, err := exec.LookPath("clamd")
	if err != nil {
		bin = tool(t, "/usr/sbin/clamd")
	}
	dir, err := os.MkdirTemp("", "sekisho-clamd-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	os.Chmod(dir, 0o755)
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		os.MkdirAll(filepath.Dir(path), 0o755)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// name:target:offset:bytes (target 0 is any file)
	write("db/own.ndb", fmt.Sprintf("Sekisho.Test.Extended:0:*:%x\n", "persimmon-lantern-0017"))
	write("db/own.yara", "rule Sekisho_Test_Yara { strings: $a = \"maple-harbour-0042\" condition: $a }\n")
	port := bases.take() + 310
	write("clamd.conf", fmt.Sprintf(clamdConfig, dir, port))
	c := exec.Command(bin, "-c", filepath.Join(dir, "clamd.conf"))
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := false
	stop = func() {
		if !ended {
			ended = true
			c.Process.Kill()
			c.Wait()
		}
	}
	t.Cleanup(stop)
	address = fmt.Sprintf("127.0.0.1:%d", port)
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return address, stop
		}
		if time.Now().After(end) {
			log, _ := os.ReadFile(filepath.Join(dir, "clamd.log"))
			t.Fatalf("clamd does not answer:\n%s", log)
		}
	}
}

// What only clamd knows is refused with its name; while clamd is down, mail waits with its sender and is never passed unseen.
func TestClamd(t *testing.T) {
	address, stop := clamd(t)
	h := NewService(t, Setting{Zone: `partner.example. TXT "v=spf1 ip4:127.0.0.1 -all"` + "\n", More: fmt.Sprintf("[inspect]\nclamd = %q\n", address)})
	send := func(word string) error {
		return deliver(h, "lena@partner.example", []string{"ann@mori.example"}, attached("ann@mori.example", "notes.bin", []byte("The word is "+word+", no more.")))
	}
	if err := send("harmless"); err != nil {
		t.Fatalf("a clean mail: %v", err)
	}
	for word, name := range map[string]string{"persimmon-lantern-0017": "Sekisho.Test.Extended", "maple-harbour-0042": "Sekisho_Test_Yara"} {
		if err := send(word); err == nil || !strings.Contains(err.Error(), "550") && !strings.Contains(err.Error(), "Refused") {
			t.Errorf("%s: %v", name, err)
		}
		if out := h.Run("trace", "ann@mori.example", "--json"); !strings.Contains(out, name) {
			t.Errorf("the trace does not name %s:\n%s", name, out)
		}
	}
	stop()
	if err := send("harmless"); err == nil || !strings.Contains(fmt.Sprintf("%+v", err), "Cannot take mail at present") {
		t.Errorf("with clamd down: %v", err)
	}
}

const withoutVirus = `version = 1

[[rule]]
name = "cure"
direction = "inbound"
when = 'Has("virus")'
action = "remove-attachment"
text = "virus"
for = "336h"
`

// clamd names no part: where a rule takes infected attachments out, all of them go, and what is delivered was asked about again. A find in
// the text refuses the mail.
func TestClamdRemovesAttachments(t *testing.T) {
	address, _ := clamd(t)
	h := NewService(t, Setting{Zone: `partner.example. TXT "v=spf1 ip4:127.0.0.1 -all"` + "\n", More: fmt.Sprintf("[inspect]\nclamd = %q\n", address)})
	policy := filepath.Join(t.TempDir(), "policy.toml")
	if err := os.WriteFile(policy, []byte(withoutVirus), 0o644); err != nil {
		t.Fatal(err)
	}
	h.Run("contract", "policy", "Mori", "--set", policy)
	infected := attached("ann@mori.example", "notes.bin", []byte("The word is maple-harbour-0042, no more."))
	if err := deliver(h, "lena@partner.example", []string{"ann@mori.example"}, infected); err != nil {
		t.Fatal(err)
	}
	got := bodies(t, mailbox(t, h, "ann@mori.example"), "INBOX")
	if len(got) != 1 {
		t.Errorf("%d mails", len(got))
	}
	for _, b := range got {
		if !strings.Contains(b, "Please see the file") || !strings.Contains(b, "notes.bin.txt") || strings.Contains(b, base64.StdEncoding.EncodeToString([]byte("The word is maple"))[:20]) {
			t.Errorf("delivered: %s", b)
		}
	}
	text := []byte(strings.Replace(string(infected), "Please see the file.", "maple-harbour-0042", 1))
	if err := deliver(h, "lena@partner.example", []string{"ann@mori.example"}, text); err == nil || !strings.Contains(fmt.Sprintf("%+v", err), "Sekisho_Test_Yara") {
		t.Errorf("a find in the text: %v", err)
	}
	if out := h.Run("trace", "ann@mori.example", "--json"); !strings.Contains(out, "not only in the attachments") {
		t.Errorf("the refusal is in no trace:\n%s", out)
	}
}

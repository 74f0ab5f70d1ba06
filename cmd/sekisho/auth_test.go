package main

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestAuthCheck asks about a file with the line ends of this system; a control character of a sender reaches no terminal.
func TestAuthCheck(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	c := authCheckCommand{DNS: write("zone", "mori.example. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n_dmarc.mori.example. TXT \"v=DMARC1; p=reject\"\n"),
		IP: netip.MustParseAddr("192.0.2.9"), MailFrom: "a@mori.example", Now: time.Unix(1_800_000_000, 0), Name: "mx.example",
		File: write("mail", "From: a@mori.example\n\nHello\n")}
	var out bytes.Buffer
	if err := c.Run(&Global{JSON: true, Out: &out}); err != nil {
		t.Fatal(err)
	}
	var a authAnswer
	if err := json.Unmarshal(out.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	if a.SPF.Result != "fail" || a.SPF.Reason != "-all" || a.DMARC.Result != "fail" || a.Policy != "reject" || a.Aligned {
		t.Errorf("%+v", a)
	}
	out.Reset()
	c.MailFrom = "a@x\x1b[31m.example"
	if err := c.Run(&Global{Out: &out}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "\x1b") || !strings.Contains(out.String(), "dmarc  fail") {
		t.Errorf("%q", out.String())
	}
}

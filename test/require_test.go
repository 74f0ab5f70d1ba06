package test

import (
	"strings"
	"testing"

	"sekisho/role/admin"
)

const requirePolicy = `version = 1

[[rule]]
name = "sealed road"
direction = "outbound"
when = 'subject startsWith "secret"'
action = "require-tls"
`

// What a rule lets go over TLS only waits, with the reason, for a server whose certificate is not its own or that has no TLS; other mail
// goes to the same servers.
func TestRequireTLS(t *testing.T) {
	w, remote, _, _ := transportWorld(t, "mori.example. TXT \"v=spf1 ip4:127.0.0.1 -all\"\n", nil)
	Ask[admin.Contract](t, w.Admin, "contract/set", admin.ContractSet{Contract: "Mori", Policy: requirePolicy, Networks: []string{"127.0.0.0/8"}})
	send := func(to, subject string) {
		t.Helper()
		if err := handIn(t, w, "u1@mori.example", to, message("u1@mori.example", to, subject, 300)); err != nil {
			t.Fatal(err)
		}
	}
	send("taro@good.example", "secret")
	if m := remote.await(t, "taro@good.example", 1); !m.encrypted {
		t.Error("in the clear")
	}
	send("taro@broken.example", "open") // its server's certificate is for other names
	remote.await(t, "taro@broken.example", 1)
	send("jiro@broken.example", "secret")
	if last := waits(t, w, "jiro@broken.example"); !strings.Contains(last, "no TLS as is required") {
		t.Errorf("waits for %q", last)
	}
	remote.tls = nil
	send("saburo@other.example", "secret")
	if last := waits(t, w, "saburo@other.example"); !strings.Contains(last, "no TLS as is required") {
		t.Errorf("waits for %q", last)
	}
	for _, who := range []string{"jiro", "saburo"} {
		if _, taken := remote.count(who); taken != 0 {
			t.Errorf("%s's mail was handed over", who)
		}
	}
}

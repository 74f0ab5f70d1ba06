package test

import (
	"strings"
	"testing"
	"time"

	"sekisho/role/admin"
)

const requirePolicy = `version = 1

[[rule]]
name = "sealed road"
direction = "outbound"
when = 'subject startsWith "secret"'
action = "require-tls"

[[rule]]
name = "or back"
direction = "outbound"
when = 'subject == "secret or back"'
action = "require-tls"
fallback = "refuse"

[[rule]]
name = "or looked at"
direction = "outbound"
when = 'subject == "secret or looked at"'
action = "require-tls"
fallback = "hold"
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

// Where a rule says so, what cannot leave over TLS comes back to its sender at once, or waits for an administrator; where no server answers
// it is tried again, as any mail.
func TestRequireTLSFallback(t *testing.T) {
	w, remote, _, _ := transportWorld(t, "mori.example. TXT \"v=spf1 ip4:127.0.0.1 -all\"\nnowhere.example. MX 10 mx.nowhere.example.\nmx.nowhere.example. A 127.0.0.9\n", nil)
	Ask[admin.Contract](t, w.Admin, "contract/set", admin.ContractSet{Contract: "Mori", Policy: requirePolicy, Networks: []string{"127.0.0.0/8"}})
	remote.tls = nil
	state := func(to, want string) admin.QueueItem {
		t.Helper()
		var last []admin.QueueItem
		for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			last = Ask[[]admin.QueueItem](t, w.Admin, "queue/list", admin.Query{Match: to, All: true, Most: 10})
			if len(last) == 1 && last[0].State == want && last[0].Attempts > 0 {
				return last[0]
			}
		}
		t.Fatalf("%s is not %s: %+v", to, want, last)
		return admin.QueueItem{}
	}
	for to, subject := range map[string]string{"taro@other.example": "secret or back", "jiro@other.example": "secret or looked at", "saburo@nowhere.example": "secret or back"} {
		if err := handIn(t, w, "u1@mori.example", to, message("u1@mori.example", to, subject, 300)); err != nil {
			t.Fatal(err)
		}
	}
	if i := state("taro@other.example", "failed"); !strings.Contains(i.Last, "requires TLS") {
		t.Errorf("%+v", i)
	}
	if i := state("jiro@other.example", "suspended"); !strings.Contains(i.Last, "no TLS as is required") {
		t.Errorf("%+v", i)
	}
	state("saburo@nowhere.example", "waiting")
	if _, taken := remote.count("taro"); taken != 0 {
		t.Error("it left in the clear")
	}
	notes := Ask[[]admin.Trace](t, w.Admin, "trace", admin.Query{Match: "u1@mori.example", Most: 50})
	told := 0
	for _, n := range notes {
		if n.Recipient == "u1@mori.example" {
			told++
		}
	}
	if told != 2 {
		t.Errorf("the sender was told %d times, not of what came back and of what waits", told)
	}
}

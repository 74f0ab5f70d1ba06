package test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"

	"sekisho/role/admin"
)

const bulletinZone = "guild.example. TXT \"v=spf1 ip4:127.0.0.1 -all\"\n"

// bulletin is one of a series of harmless mails that some people want and others do not.
func bulletin(n int) []byte {
	subject := []string{"Rose growers' bulletin, spring", "Rose growers' bulletin, summer", "Rose growers' bulletin, autumn", "Rose growers' bulletin, winter", "Rose growers' bulletin, a year later"}[n%5]
	return fmt.Appendf(nil, "From: Guild of Rose Growers <bulletin@guild.example>\r\nTo: members@guild.example\r\nSubject: %s\r\nDate: Sun, 29 Nov 2026 02:00:00 +0000\r\n"+
		"Message-ID: <bulletin-%d@guild.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"+
		"Dear members of the guild,\r\nthis is number %d of our bulletin about pruning, grafting and mulching of climbing roses.\r\n"+
		"The committee met in the village hall and talked about greenfly, black spot and the flower show.\r\n"+
		"Subscriptions for the coming season are due; please bring your secateurs to the next workshop on grafting.\r\nThe secretary of the guild\r\n", subject, n, n)
}

// junks moves everything that stands in one folder into another, as a person does, and gives how many mails that was.
func junks(t testing.TB, h *House, who, from, to string) int {
	t.Helper()
	c := mailbox(t, h, who)
	s, err := c.Select(from, nil).Wait()
	if err != nil {
		t.Fatal(err)
	}
	if s.NumMessages > 0 {
		if _, err := c.Move(imap.SeqSet{imap.SeqRange{Start: 1}}, to).Wait(); err != nil {
			t.Fatal(err)
		}
	}
	return int(s.NumMessages)
}

// counted is how many bulletins somebody has in a folder.
func counted(t testing.TB, h *House, who, folder string) (n int) {
	t.Helper()
	for _, b := range bodies(t, mailbox(t, h, who), folder) {
		if strings.Contains(b, "Guild of Rose Growers") {
			n++
		}
	}
	return n
}

func taught(t testing.TB, h *House, of ...string) map[string]admin.Layer {
	t.Helper()
	var list []admin.Layer
	if err := json.Unmarshal([]byte(h.Run(append([]string{"learn", "status", "--json"}, of...)...)), &list); err != nil {
		t.Fatal(err)
	}
	out := map[string]admin.Layer{}
	for _, l := range list {
		out[l.Of] = l
	}
	return out
}

// Ann moves three mails of a kind into Junk: the next goes there for her, and for nobody else. When others have done so too, it does
// for all of the contract, and still for no other. What is reset is forgotten.
func TestLearning(t *testing.T) {
	h := NewService(t, Setting{Zone: bulletinZone})
	h.Run("contract", "add", "Hayashi", "--language", "en")
	h.Run("domain", "add", "Hayashi", "hayashi.example")
	people := []string{"ann@mori.example", "sato@mori.example", "ken@mori.example", "mika@mori.example", "yuki@hayashi.example"}
	for _, name := range people[2:] {
		var a admin.Account
		if err := json.Unmarshal([]byte(h.Run("account", "add", name, "--json")), &a); err != nil {
			t.Fatal(err)
		}
		h.Ready.Accounts = append(h.Ready.Accounts, Account{Address: name, AppPassword: a.AppPassword})
	}
	n := 0
	send := func(times int) {
		t.Helper()
		for range times {
			if err := deliver(h, "bulletin@guild.example", people, bulletin(n)); err != nil {
				t.Fatal(err)
			}
			n++
		}
	}
	want := func(what string, junk ...int) {
		t.Helper()
		for i, who := range people {
			if got := counted(t, h, who, "Junk"); got != junk[i] {
				t.Errorf("%s: %s has %d in Junk, not %d: %s", what, who, got, junk[i], h.Run("trace", who, "--json"))
			}
		}
	}
	send(3)
	want("before", 0, 0, 0, 0, 0)
	if moved := junks(t, h, "ann@mori.example", "INBOX", "Junk"); moved != 3 {
		t.Fatalf("moved %d", moved)
	}
	if got := taught(t, h, "Mori"); got["ann@mori.example"].Spam != 3 || got["ann@mori.example"].Waiting != 0 || got["contract"].Spam != 0 {
		t.Fatalf("%+v", got)
	}
	send(1)
	want("ann has spoken", 4, 0, 0, 0, 0)
	if out := h.Run("trace", "ann@mori.example", "--json"); !strings.Contains(out, "what people here said") {
		t.Errorf("the trace does not tell: %s", out)
	}
	if junks(t, h, "sato@mori.example", "INBOX", "Junk") != 4 || junks(t, h, "ken@mori.example", "INBOX", "Junk") != 4 {
		t.Fatal("they had other mail")
	}
	if got := taught(t, h, "Mori"); got["contract"].Spam == 0 {
		t.Fatalf("three agree: %+v", got)
	}
	send(1)
	want("three have spoken", 5, 5, 5, 1, 0)
	h.Run("learn", "reset", "Mori")
	h.Run("learn", "reset", "Mori", "ann@mori.example")
	send(1)
	want("after a reset", 5, 6, 6, 1, 0)
	if out, err := h.Try("learn", "reset", "Mori", "nobody@mori.example"); err == nil {
		t.Errorf("nobody's layer was reset: %s", out)
	}
}

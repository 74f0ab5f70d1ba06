package test

import (
	"encoding/json"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"sekisho"
	"sekisho/role/admin"
	"sekisho/role/desk"
	"sekisho/wire"
)

const outsideShares = `version = 1

[[rule]]
name = "by link, but for a partner"
direction = "outbound"
when = 'recipient_domain != "none.example"'
action = "secure-link"
`

var outsideLink = regexp.MustCompile(`https://desk\.test\.example/f/#([A-Za-z0-9_-]+)`)

// toAll hands in one mail to several recipients in one transaction.
func toAll(t *testing.T, w *World, from string, to []string, raw []byte) error {
	t.Helper()
	c, err := smtp.Dial(w.Address["mx"])
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.SendMail(from, to, strings.NewReader(string(raw)))
}

// One mail to three outside: two get a link each, which is theirs alone, and the third his files, as the rules say; a code comes to the
// address that the mail went to, and the other's code opens nothing.
func TestSecureLinkOutside(t *testing.T) {
	w, remote, _, _ := transportWorld(t, "mori.example. TXT \"v=spf1 ip4:127.0.0.1 -all\"\n", nil, func(w *World) { w.Desk = "https://desk.test.example" })
	Ask[admin.Contract](t, w.Admin, "contract/set", admin.ContractSet{Contract: "Mori", Policy: outsideShares, Networks: []string{"127.0.0.0/8"}})
	to := []string{"taro@good.example", "jiro@other.example", "saburo@none.example"}
	if err := toAll(t, w, "u1@mori.example", to, mailWithFiles("u1@mori.example", "everybody@good.example", "plan")); err != nil {
		t.Fatal(err)
	}
	tokens := map[string]string{}
	for _, who := range to[:2] {
		body := texts(t, remote.await(t, who, 1).raw)
		m := outsideLink.FindStringSubmatch(body)
		if m == nil || strings.Contains(body, "a,b\r\n1,2") {
			t.Fatalf("%s got %s", who, body)
		}
		tokens[who] = m[1]
	}
	if body := texts(t, remote.await(t, to[2], 1).raw); outsideLink.MatchString(body) || !strings.Contains(body, "a,b\r\n1,2") {
		t.Errorf("%s got %s", to[2], body)
	}
	if tokens[to[0]] == tokens[to[1]] {
		t.Fatal("two have one link")
	}
	x := desk.New(desk.Config{}, desk.Peers{Store: w.Peer(sekisho.Desk, sekisho.Store), Vault: w.Peer(sekisho.Desk, sekisho.Vault), Inspect: w.Peer(sekisho.Desk, sekisho.Inspect)})
	line := wire.NewPeer(sekisho.Desk)
	if err := wire.Local(t.Context(), sekisho.Caller{Role: sekisho.Edge, Instance: 1}, x.Service(func(sekisho.Caller, string, error) {}), line); err != nil {
		t.Fatal(err)
	}
	ask := func(status int, path string, body map[string]any) map[string]any {
		t.Helper()
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		a, err := wire.DeskAsk.Ask(t.Context(), line, wire.WebRequest{Method: "POST", Path: path, Body: b, Client: netip.MustParseAddr("198.51.100.7")})
		if err != nil || a.Status != status {
			t.Fatalf("%s: %v %d %s", path, err, a.Status, a.Body)
		}
		out := map[string]any{}
		if err := json.Unmarshal(a.Body, &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	codes := map[string]string{}
	for _, who := range to[:2] {
		ask(200, "/desk/share/code", map[string]any{"token": tokens[who]})
		m := mailedCode.FindStringSubmatch("\n" + texts(t, remote.await(t, who, 2).raw))
		if m == nil {
			t.Fatalf("no code for %s", who)
		}
		codes[who] = m[1]
	}
	if codes[to[0]] != codes[to[1]] {
		ask(422, "/desk/share/open", map[string]any{"token": tokens[to[0]], "code": codes[to[1]]})
	}
	if got := ask(200, "/desk/share/open", map[string]any{"token": tokens[to[0]], "code": codes[to[0]]}); len(got["files"].([]any)) != 2 {
		t.Errorf("%v", got)
	}
	list := Ask[[]admin.Share](t, w.Admin, "share/list", admin.ShareQuery{})
	if len(list) != 1 || len(list[0].To) != 2 || list[0].To[0].Opened+list[0].To[1].Opened != 1 || list[0].Events[0].Who != "198.51.100.7" {
		t.Errorf("%+v", list)
	}
}

// Where there is no desk nothing leaves with files that a rule wants by link.
func TestSecureLinkWithoutDesk(t *testing.T) {
	w, remote, _, _ := transportWorld(t, "mori.example. TXT \"v=spf1 ip4:127.0.0.1 -all\"\n", nil)
	Ask[admin.Contract](t, w.Admin, "contract/set", admin.ContractSet{Contract: "Mori", Policy: outsideShares, Networks: []string{"127.0.0.0/8"}})
	err := toAll(t, w, "u1@mori.example", []string{"taro@good.example"}, mailWithFiles("u1@mori.example", "taro@good.example", "plan"))
	if err == nil || !strings.Contains(err.Error(), "451") {
		t.Errorf("%v", err)
	}
	if _, taken := remote.count("taro"); taken != 0 {
		t.Error("it left")
	}
}

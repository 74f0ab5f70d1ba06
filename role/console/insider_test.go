package console_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"sekisho/wire"
)

// The auditor sees the ranking in his language, with reasons; nobody else does, and his look is in the list of accesses.
func TestInsiders(t *testing.T) {
	h := newHouse(t)
	of := h.of(h.mori)
	user := h.people["user"]
	private := strings.Split(user.address, "@")[0] + "@gmail.com"
	for range 3 {
		h.mail(h.mori, "user", wire.FateQueue, func(a *wire.Arrival) {
			a.Trace.Envelope.Account, a.Trace.Envelope.Contract = user.id, h.mori
			a.Deliveries[0].Recipient = private
		})
	}
	got := h.do("auditor", "GET", of+"/insiders?days=7", nil, 200)
	if got.at("items.0.address") != user.address || got.at("items.0.parts.0.kind") != "private" || !strings.Contains(fmt.Sprint(got.at("items.0.parts.0.text")), "3 mails to the person's own name") {
		t.Errorf("%s", got.Body)
	}
	ja := h.ask("auditor", wire.WebRequest{Method: "GET", Path: "/api/v1" + of + "/insiders", Language: "ja"})
	if !strings.Contains(string(ja.Body), "本人名義") {
		t.Errorf("%s", ja.Body)
	}
	one := h.do("auditor", "GET", fmt.Sprintf("%s/insiders/%d", of, user.id), nil, 200)
	if one.at("history.sums.private") != 3.0 || len(one.at("history.times").([]any)) != 120 || strings.Contains(string(one.Body), private) {
		t.Errorf("%s", one.Body)
	}
	for _, who := range []string{"contract-admin", "operator", "help-desk", "approver", "user"} {
		h.do(who, "GET", of+"/insiders", nil, 403)
	}
	h.do("auditor", "GET", of+"/insiders/987654", nil, 404)
	h.do("auditor", "GET", of+"/insiders?days=91", nil, 400)
	h.do("auditor", "GET", h.of(h.kita)+"/insiders", nil, 404)
	if a := h.do("contract-admin", "GET", of+"/accesses", nil, 200); !strings.Contains(string(a.Body), user.address) || !strings.Contains(string(a.Body), `"what":"insider"`) {
		t.Errorf("the look is not in the list: %s", a.Body)
	}
}

// Hosts that links lead to, MTA-STS, own waits and sets of fingerprints, as an administrator changes them.
func TestContractScreens(t *testing.T) {
	h := newHouse(t)
	of := h.of(h.mori)
	h.do("contract-admin", "POST", of+"/links", object{"do": "allow", "hosts": []string{"WWW.Shop.example"}}, 200)
	h.do("contract-admin", "POST", of+"/links", object{"do": "block", "hosts": []string{"https://bad.example/"}}, 400)
	h.do("contract-admin", "POST", of+"/links", object{"do": "remove", "hosts": []string{"bad.example"}}, 404)
	h.do("auditor", "POST", of+"/links", object{"do": "ask"}, 403)
	if a := h.do("auditor", "GET", of+"/links", nil, 200); a.at("allow.0") != "www.shop.example" || a.at("direct") != false {
		t.Errorf("%s", a.Body)
	}
	if a := h.do("auditor", "GET", of+"/clicks?days=30", nil, 200); a.at("total") != 0.0 {
		t.Errorf("%s", a.Body)
	}
	a := h.do("contract-admin", "PATCH", of+"/domains/mori.example", object{"sts": "testing"}, 200)
	if a.at("sts") != "testing" {
		t.Errorf("%s", a.Body)
	}
	h.do("contract-admin", "PATCH", of+"/domains/mori.example", object{"sts": "always"}, 400)
	if a = h.do("contract-admin", "PATCH", of+"/domains/mori.example", object{"sts": "off", "route": []string{"mx.mori.example:25/must"}}, 200); a.at("sts") != "off" || a.at("route.0") != "mx.mori.example:25/must" {
		t.Errorf("%s", a.Body)
	}
	if a = h.do("contract-admin", "PATCH", of+"/domains/mori.example", object{"sts": "enforce"}, 200); a.at("route.0") != "mx.mori.example:25/must" {
		t.Errorf("a mode changed the route: %s", a.Body)
	}
	if a = h.do("contract-admin", "PATCH", of, object{"wait": 60}, 200); a.at("wait") != 60.0 {
		t.Errorf("%s", a.Body)
	}
	h.do("contract-admin", "PATCH", of, object{"wait": 5000}, 400)
	if a = h.do("contract-admin", "PATCH", of, object{"wait": 0}, 200); a.at("wait") != 0.0 {
		t.Errorf("%s", a.Body)
	}
	set := base64.StdEncoding.EncodeToString([]byte(wire.PrintForm + strings.Repeat("x", 100)))
	h.do("contract-admin", "PUT", of+"/fingerprints/customers", object{"set": base64.StdEncoding.EncodeToString([]byte("customers.csv"))}, 400)
	h.do("contract-admin", "PUT", of+"/fingerprints/Customers", object{"set": set}, 400)
	h.do("contract-admin", "PUT", of+"/fingerprints/customers", object{"set": set}, 204)
	h.do("help-desk", "GET", of+"/fingerprints", nil, 403)
	if a = h.do("auditor", "GET", of+"/fingerprints", nil, 200); a.at("items.0.name") != "customers" || a.at("items.0.bytes") != 108.0 {
		t.Errorf("%s", a.Body)
	}
	h.do("contract-admin", "DELETE", of+"/fingerprints/customers", nil, 204)
	h.do("contract-admin", "DELETE", of+"/fingerprints/customers", nil, 404)
	boss := h.people["auditor"].address
	account := fmt.Sprintf("%s/accounts/%d", of, h.people["user"].id)
	if a = h.do("contract-admin", "PATCH", account, object{"supervisor": boss, "leaves": "2027-03-31"}, 200); a.at("supervisor") != boss || a.at("leaves") != "2027-03-31" {
		t.Errorf("%s", a.Body)
	}
	h.do("contract-admin", "PATCH", account, object{"leaves": "soon"}, 400)
	file := h.do("contract-admin", "GET", of+"/accounts?format=csv", nil, 200)
	if head, _, _ := strings.Cut(string(file.Body), "\r\n"); !strings.Contains(head, "supervisor,leaves") || !strings.Contains(string(file.Body), boss+",2027-03-31") {
		t.Errorf("the file of accounts lacks them: %s", file.Body)
	}
	if a = h.do("contract-admin", "PATCH", account, object{"supervisor": "none", "leaves": "none"}, 200); a.at("supervisor") != "" || a.at("leaves") != "" {
		t.Errorf("%s", a.Body)
	}
}

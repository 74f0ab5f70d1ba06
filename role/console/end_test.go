package console_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"testing"
	"time"

	"sekisho"
	"sekisho/ledger"
	"sekisho/wire"
)

// An operator ends a contract: he sees what goes, types its name, has proved himself, and holds the proof afterwards.
func TestTermination(t *testing.T) {
	h := newHouse(t)
	of := h.of(h.kita) + "/termination"
	h.mail(h.kita, "kita-user", wire.FateQuarantine)
	before := h.do("operator", "GET", of, nil, 200)
	if before.at("accounts") != 2.0 || before.at("messages") != 1.0 || before.at("kept") != 1.0 || before.at("bytes").(float64) < 100 || before.at("certificate") != nil {
		t.Errorf("%s", before.Body)
	}
	end := func(who string, body object, want int) answered { return h.do(who, "POST", of, body, want) }
	end("operator", object{"name": "kita"}, 400)
	end("kita-admin", object{"name": "Kita"}, 403)
	end("contract-admin", object{"name": "Kita"}, 404)
	h.do("operator", "POST", h.of(h.home)+"/termination", object{"name": "Operator"}, 409)
	h.do("operator", "PATCH", h.of(h.kita), object{"hold": "case 7"}, 200)
	if a := end("operator", object{"name": "Kita"}, 409); a.at("errors.0.detail") != "a legal hold stands: case 7. Lift it first" {
		t.Errorf("%s", a.Body)
	}
	if a := h.do("operator", "GET", h.of(h.kita), nil, 200); a.at("status") != "active" || a.at("hold") != "case 7" {
		t.Errorf("after refusals: %s", a.Body)
	}
	h.do("kita-admin", "PATCH", h.of(h.kita), object{"hold": "none"}, 403)
	h.do("operator", "PATCH", h.of(h.kita), object{"hold": "none"}, 200)
	h.ahead.Add(int64(11 * time.Minute))
	if a := end("operator", object{"name": "Kita"}, 403); a.at("type") != "urn:sekisho:problem:step-up" {
		t.Errorf("%s", a.Body)
	}
	h.people["operator"].cookie = nil // he proves himself anew
	done := end("operator", object{"name": "Kita", "reason": "they moved on", "contact": "who@kita.example"}, 200)
	if done.at("status") != "terminated" || done.at("accounts") != 0.0 || done.at("messages") != 0.0 || done.at("certificate.statement.messages") != 1.0 ||
		done.at("certificate.statement.name") != "Kita" || done.at("certificate.statement.reason") != "they moved on" {
		t.Fatalf("%s", done.Body)
	}
	decode := func(at string) []byte {
		return must[[]byte](t)(base64.StdEncoding.DecodeString(done.at("certificate." + at).(string)))
	}
	if !ed25519.Verify(decode("key"), []byte(done.at("certificate.text").(string)), decode("signature")) {
		t.Error("the certificate's signature is not right")
	}
	if n := h.kinds(ledger.Termination); n != 1 {
		t.Errorf("%d terminations in the ledger by a session of console", n)
	}
	if again := h.do("second", "GET", of, nil, 200); again.at("certificate.text") != done.at("certificate.text") {
		t.Errorf("the proof later: %s", again.Body)
	}
	if again := end("operator", object{"name": "Kita"}, 200); again.at("certificate.text") != done.at("certificate.text") {
		t.Errorf("once more: %s", again.Body)
	}
	if a := h.do("operator", "GET", "/contracts?status=terminated", nil, 200); a.at("items.0.name") != "Kita" {
		t.Errorf("%s", a.Body)
	}
	if got := must[wire.Listed](t)(wire.StoreList.Ask(t.Context(), h.peers["admin/store"], wire.List{What: "account", Contract: h.kita})); len(got.Accounts) != 0 {
		t.Errorf("accounts are left: %v", got.Accounts)
	}
	if a := h.do("operator", "GET", h.of(h.home), nil, 200); a.at("status") != "active" {
		t.Errorf("another contract: %s", a.Body)
	}
}

// No access token ends a contract, whatever its scopes; and console alone, without store's word for this very session, does not either.
func TestTerminationTakesAPerson(t *testing.T) {
	h := newHouse(t)
	made := h.do("operator", "POST", "/tokens", object{"name": "robot", "scopes": []string{"contracts:manage", "contract:view"}, "expires": h.clock().Add(time.Hour)}, 201)
	o := h.people["operator"]
	h.people["robot"] = &someone{id: o.id, contract: o.contract, address: o.address, token: made.at("secret").(string)}
	for _, method := range []string{"GET", "POST"} {
		var body any
		if method == "POST" {
			body = object{"name": "Kita"}
		}
		if a := h.do("robot", method, h.of(h.kita)+"/termination", body, 403); a.at("type") != "urn:sekisho:problem:person" {
			t.Errorf("%s", a.Body)
		}
	}
	vault, store := h.peers["console/vault"], h.peers["console/store"]
	enter := func(who string) (wire.Ticket, wire.HandEnd) {
		x := must[wire.Ticket](t)(wire.VaultEnter.Ask(t.Context(), vault, h.capability(who)))
		return x, wire.HandEnd{Hand: wire.Hand{Session: x.Session, Secret: x.Secret}, Contract: h.kita}
	}
	refused := func(what string, q wire.HandEnd) {
		t.Helper()
		before := h.denials()
		if _, err := wire.VaultHandEnd.Ask(t.Context(), vault, q); sekisho.KindOf(err) != sekisho.Denied || h.denials() <= before {
			t.Errorf("%s: %v, %d denials", what, err, h.denials()-before)
		}
	}
	operator, end := enter("operator")
	refused("without store's word", end)
	must[wire.Ended](t)(wire.StoreEnd.Ask(t.Context(), store, wire.Ending{Pass: operator.Pass, Do: "begin", Contract: h.kita, Name: "Kita"}))
	_, other := enter("second")
	refused("by another session", other)
	other.Contract = h.mori
	end.Contract = h.mori
	refused("another contract", end)
	robot, byToken := enter("robot")
	must[wire.Ended](t)(wire.StoreEnd.Ask(t.Context(), store, wire.Ending{Pass: robot.Pass, Do: "begin", Contract: h.kita, Name: "Kita"}))
	refused("by a token, with store's word", byToken)
	if _, err := wire.StoreEnd.Ask(t.Context(), store, wire.Ending{Pass: operator.Pass, Do: "finish", Contract: h.kita}); sekisho.KindOf(err) != sekisho.Conflict {
		t.Errorf("rows deleted while the keys are there: %v", err)
	}
	admin, _ := enter("contract-admin")
	if _, err := wire.StoreEnd.Ask(t.Context(), store, wire.Ending{Pass: admin.Pass, Do: "look", Contract: h.kita}); sekisho.KindOf(err) != sekisho.Denied {
		t.Errorf("looked at by a customer: %v", err)
	}
}

package console_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"testing"

	"sekisho/wire"
)

// The shared address book: kept by the contract's administrators, read by their auditors, each change in the list, and nobody else's.
func TestPartners(t *testing.T) {
	h := newHouse(t)
	of := h.of(h.mori) + "/partners"
	made := h.do("contract-admin", "POST", of, object{"name": " 鈴木 一郎 ", "addresses": []string{"Suzuki@Far.example", "ichiro@far.example"}, "organization": "ファー商事", "groups": []string{"suppliers", "far"}}, 201)
	if made.at("addresses.0") != "suzuki@far.example" || made.at("name") != "鈴木 一郎" || made.at("groups.1") != "far" {
		t.Errorf("%s", made.Body)
	}
	path := fmt.Sprintf("%s/%.0f", of, made.at("id"))
	h.do("contract-admin", "POST", of, object{"name": "again", "addresses": []string{"ichiro@far.example"}}, 409)
	h.do("contract-admin", "POST", of, object{"name": "none", "addresses": []string{"far.example"}}, 400)
	h.do("contract-admin", "POST", of, object{"name": "Tanaka", "addresses": []string{"tanaka@near.example"}, "groups": []string{"suppliers"}}, 201)
	for query, want := range map[string]float64{"": 2, "?search=%E3%83%95%E3%82%A1%E3%83%BC": 1, "?search=near": 1, "?group=suppliers": 2, "?group=far": 1, "?group=fa": 0, "?search=100%25": 0} {
		if a := h.do("auditor", "GET", of+query, nil, 200); a.at("total") != want {
			t.Errorf("%s: %s", query, a.Body)
		}
	}
	first := h.do("auditor", "GET", of+"?limit=1", nil, 200)
	second := h.do("auditor", "GET", of+"?limit=1&after="+first.at("next").(string), nil, 200)
	if first.at("items.0.name") != "Tanaka" || second.at("items.0.name") != "鈴木 一郎" || second.at("next") != nil {
		t.Errorf("pages: %s %s", first.Body, second.Body)
	}
	h.do("user", "GET", of, nil, 403)
	h.do("auditor", "DELETE", path, nil, 403)
	h.do("kita-admin", "GET", of, nil, 404)
	h.do("kita-admin", "GET", fmt.Sprintf("%s/partners/%.0f", h.of(h.kita), made.at("id")), nil, 404)
	h.do("operator", "GET", of, nil, 403)
	put := func(tag string, want int) {
		t.Helper()
		a := h.ask("contract-admin", wire.WebRequest{Method: "PUT", Path: "/api/v1" + path, Match: `"` + tag + `"`, Body: []byte(`{"name":"鈴木","addresses":["ichiro@far.example"]}`)})
		if a.Status != want {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
	put(made.ETag, 200)
	put(made.ETag, 412)
	if a := h.do("auditor", "GET", of+"?group=far", nil, 200); a.at("total") != 0.0 {
		t.Errorf("a group that it left: %s", a.Body)
	}
	h.do("contract-admin", "POST", of, object{"name": "freed", "addresses": []string{"suzuki@far.example"}}, 201)
	h.do("contract-admin", "DELETE", path, nil, 204)
	h.do("contract-admin", "GET", path, nil, 404)
	if a := h.do("auditor", "GET", h.of(h.mori)+"/changes?limit=10", nil, 200); a.at("items.0.what") != "partner" || a.at("items.0.do") != "remove" || a.at("items.0.before.Name") != "鈴木" || a.at("total") != 5.0 {
		t.Errorf("%s", a.Body)
	}
	k := must[wire.Contract](t)(wire.StoreContract.Ask(t.Context(), h.peers["gate/store"], wire.ContractQuery{Contract: h.mori}))
	if fmt.Sprint(k.Partners) != "[far.example near.example]" {
		t.Errorf("what gate is told: %v", k.Partners)
	}
}

// A file of entries: wrong cells are told with row and column and nothing is made; then all are.
func TestPartnerImport(t *testing.T) {
	h := newHouse(t)
	of := h.of(h.mori) + "/partners"
	send := func(text string, really bool) answered {
		return h.do("contract-admin", "POST", of+"/import", object{"csv": base64.StdEncoding.EncodeToString([]byte(text)), "really": really}, 200)
	}
	head := "名前,メールアドレス,会社,グループ,メモ\r\n"
	bad := send(head+"A,a@far.example,,,\r\nB,nobody,,,\r\nC,c@far.example;A@far.example,,,\r\nD,,,,\r\n", true)
	for i, want := range []string{"3 address", "4 address", "5 address"} {
		if got := fmt.Sprintf("%v %v", bad.at(fmt.Sprintf("errors.%d.row", i)), bad.at(fmt.Sprintf("errors.%d.column", i))); got != want {
			t.Errorf("%q, want %q: %s", got, want, bad.Body)
		}
	}
	good := head + "鈴木,suzuki@far.example; ichiro@far.example,ファー,仕入先;得意先,\"二行\r\nメモ\"\r\n,only@near.example,,,\r\n"
	if a := send(good, false); a.at("rows") != 2.0 || a.at("made") != 0.0 || a.at("preview.0.groups.1") != "得意先" || a.at("preview.1.name") != "only@near.example" {
		t.Errorf("%s", a.Body)
	}
	if a := send(good, true); a.at("made") != 2.0 {
		t.Errorf("%s", a.Body)
	}
	again := send(good, true)
	if again.at("made") != 0.0 || again.at("errors.0.row") != 2.0 || !bytes.Contains(again.Body, []byte("in another entry")) {
		t.Errorf("once more: %s", again.Body)
	}
	if a := h.do("auditor", "GET", of, nil, 200); a.at("total") != 2.0 {
		t.Errorf("%s", a.Body)
	}
	if a := send("address;name\n", true); a.at("errors.0.row") != 1.0 {
		t.Errorf("%s", a.Body)
	}
}

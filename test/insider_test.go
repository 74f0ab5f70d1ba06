package test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"sekisho/role/admin"
)

// Somebody who leaves sends to his own name at a free mail service, and to many: the ranking says so with reasons, nobody is stopped, and the
// looking is in the customer's list of accesses.
func TestInsiderIsRanked(t *testing.T) {
	h := NewService(t, Setting{Zone: "there.example. TXT \"v=spf1 -all\"\ngmail.com. TXT \"v=spf1 -all\"\n"})
	h.Run("account", "set", "sato@mori.example", "--leaves", "2026-12-11")
	for i := range 40 {
		to := fmt.Sprintf("customer%d@there.example", i)
		if err := submit(t, h, "sato@mori.example", to, message("sato@mori.example", to, "good-bye", 500)); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		if err := submit(t, h, "sato@mori.example", "satou.private@gmail.com", message("sato@mori.example", "satou.private@gmail.com", "list", 500)); err != nil {
			t.Fatal(err)
		}
	}
	if err := submit(t, h, "ann@mori.example", "customer1@there.example", message("ann@mori.example", "customer1@there.example", "minutes", 500)); err != nil {
		t.Fatal(err)
	}
	var list []admin.Insider
	if err := json.Unmarshal([]byte(h.Run("insider", "--json")), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 || list[0].Address != "sato@mori.example" || list[0].Leaves != "2026-12-11" || list[0].Sums.Recipients != 43 {
		t.Fatalf("%+v", list)
	}
	said := h.Run("insider", "mori.example", "--days", "7")
	for _, want := range []string{"sato@mori.example", "3 mails to the person's own name at a free mail service", "leaves on 2026-12-11"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in\n%s", want, said)
		}
	}
	if out, err := h.Try("insider", "mori.example", "--days", "500"); err == nil || !strings.Contains(out, "1 to 90 days") {
		t.Errorf("500 days: %v %s", err, out)
	}
}

// A person's own filter that sends his mail on to his private address is seen, whatever the mail is.
func TestForwardToPrivateMail(t *testing.T) {
	h := NewHouse(t, 0, false)
	h.Run("contract", "set", "1", "--forward", "gmail.com")
	call := signedIn(t, h, "sato@mori.example")
	got := call("Filter/set", map[string]any{"update": map[string]any{"singleton": map[string]any{"forward": map[string]any{"enabled": true, "to": "satou.hanako@gmail.com", "keep": true}}}})
	if _, ok := got["updated"].(map[string]any)["singleton"]; !ok {
		t.Fatalf("%v", got)
	}
	for range 3 {
		if err := submit(t, h, "ann@mori.example", "sato@mori.example", message("ann@mori.example", "sato@mori.example", "minutes", 500)); err != nil {
			t.Fatal(err)
		}
	}
	var list []admin.Insider
	if err := json.Unmarshal([]byte(h.Run("insider", "1", "--json")), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 || list[0].Address != "sato@mori.example" || list[0].Sums.OnwardOwn != 3 || list[0].Sums.Sent != 0 || list[0].Parts[0].Kind != "onward" {
		t.Errorf("%+v", list)
	}
}

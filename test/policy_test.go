package test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sekisho/policy"
	"sekisho/role/admin"
)

// Rules have a life: what a change differs in is said, rules that can have no effect are named, what they would have done to mail that
// came can be seen before, every version is kept, and one command takes a change back.
func TestPolicyLife(t *testing.T) {
	h := NewService(t, Setting{Zone: "there.example. TXT \"v=spf1 -all\"\n"})
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const first = "version = 1\n[[rule]]\nname = \"all\"\ndirection = \"outbound\"\naction = \"pass\"\n"
	one := file("one.toml", first)
	two := file("two.toml", "version = 1\n[[rule]]\nname = \"kept\"\ndirection = \"outbound\"\nwhen = 'recipient_domain == \"there.example\"'\naction = \"hold\"\nfor = \"10m\"\n"+
		first[len("version = 1\n"):]+"[[rule]]\nname = \"late\"\ndirection = \"outbound\"\nwhen = 'known'\naction = \"refuse\"\n")
	h.Run("contract", "policy", "Mori", "--set", one)
	if err := submit(t, h, "ann@mori.example", "suzuki@there.example", message("ann@mori.example", "suzuki@there.example", "minutes", 500)); err != nil {
		t.Fatal(err)
	}

	if said := h.Run("policy", "check", two); !strings.Contains(said, `"late" never acts: "all"`) {
		t.Errorf("check: %s", said)
	}
	if said := h.Run("contract", "policy", "Mori", "--diff", two); !strings.Contains(said, "+ kept: added: outbound hold") || !strings.Contains(said, "+ late") || strings.Contains(said, "all:") {
		t.Errorf("diff: %s", said)
	}
	var r policy.Replay
	if err := json.Unmarshal([]byte(h.Run("replay", "Mori", "--rules", two, "--json")), &r); err != nil || r.Mails != 1 || r.Differs != 1 || r.Examples[0].Now != "hold" || r.Examples[0].WasRule != "all" {
		t.Errorf("replay: %v %+v", err, r)
	}
	if said := h.Run("replay", "Mori"); !strings.Contains(said, "1 mails, 0 decided otherwise") {
		t.Errorf("replay of the rules in force: %s", said)
	}

	if said := h.Run("contract", "policy", "Mori", "--set", two); !strings.Contains(said, `"late" never acts`) {
		t.Errorf("set: %s", said)
	}
	var versions []admin.PolicyVersion
	if err := json.Unmarshal([]byte(h.Run("contract", "policy", "Mori", "--versions", "--json")), &versions); err != nil || len(versions) != 3 || versions[1].Text != first || versions[2].Text != string(policy.Default) {
		t.Fatalf("versions: %v %+v", err, versions)
	}
	h.Run("contract", "policy", "Mori", "--undo")
	if now := h.Run("contract", "policy", "Mori"); now != first {
		t.Errorf("after undo: %s", now)
	}
	h.Run("contract", "policy", "Mori", "--undo")
	if now := h.Run("contract", "policy", "Mori"); !strings.Contains(now, `"late"`) {
		t.Errorf("after undoing the undo: %s", now)
	}
	if out, err := h.Try("contract", "policy", "Mori", "--set", file("bad.toml", "version = 1\n[[rule]]\nname = \"x\"\ndirection = \"up\"\n")); err == nil || !strings.Contains(out, "The old rules still hold") {
		t.Errorf("%v %s", err, out)
	}
}

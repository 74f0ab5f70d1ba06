package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A release must not carry the attacks of the red-team build, not even unused.
func TestReleaseCarriesNoAttacks(t *testing.T) {
	attacks := func(tags string) (found []string, linked bool) {
		binary := filepath.Join(t.TempDir(), "sekisho")
		if out, err := exec.Command("go", "build", "-tags", tags, "-o", binary, ".").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		symbols, err := exec.Command("go", "tool", "nm", binary).Output()
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(symbols)) {
			for _, name := range []string{"sekisho/sandbox.Try", "sekisho/sandbox.attacks", "sekisho/sandbox.Attacks", "supervise.(*Supervisor).Redteam", "reader.(*Reader).Loot", "takeover.(*Held).Carry"} {
				if strings.Contains(line, name) {
					found = append(found, strings.TrimSpace(line))
				}
			}
			linked = linked || strings.Contains(line, "sekisho/supervise.(*Child).obey")
		}
		return found, linked
	}
	found, linked := attacks("")
	if len(found) > 0 {
		t.Errorf("in the release: %q", found)
	}
	if !linked {
		t.Skip("no role is built into this binary yet: nothing to compare with")
	}
	if found, _ := attacks("redteam"); len(found) == 0 {
		t.Error("not found in the red-team build either: this test looks for the wrong names")
	}
}

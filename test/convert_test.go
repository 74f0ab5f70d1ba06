package test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const disclaimerPolicy = `version = 1

[[rule]]
name = "notice"
direction = "outbound"
action = "disclaimer"
text = "この内容は宛先の方のみに宛てたものです"

[[rule]]
name = "journal"
direction = "outbound"
when = 'subject matches "contract"'
action = "copy"
text = "ann@mori.example"
`

// What the sender's rules add reaches people of the same installation as it reaches those outside, and once only.
func TestOutboundAdditions(t *testing.T) {
	h := NewService(t, Setting{Zone: "there.example. TXT \"v=spf1 -all\"\n"})
	file := filepath.Join(t.TempDir(), "policy.toml")
	if err := os.WriteFile(file, []byte(disclaimerPolicy), 0o644); err != nil {
		t.Fatal(err)
	}
	h.Run("contract", "policy", "Mori", "--set", file)
	if err := submit(t, h, "ann@mori.example", "sato@mori.example", message("ann@mori.example", "sato@mori.example", "contract", 500)); err != nil {
		t.Fatal(err)
	}
	const notice = "=E3=81=93=E3=81=AE=E5=86=85"
	for _, who := range []string{"sato@mori.example", "ann@mori.example"} {
		got := bodies(t, mailbox(t, h, who), "INBOX")
		n := 0
		for _, b := range got {
			if strings.Contains(b, "Subject: contract") {
				n += strings.Count(b, "宛先の方のみ") + strings.Count(b, notice) + strings.Count(b, "44GT44Gu5YaF5a6544Gv")
			}
		}
		if n != 1 {
			t.Errorf("%s has the notice %d times in %v", who, n, got)
		}
	}
}

package policy

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho"
)

func TestAttachmentActions(t *testing.T) {
	const head = "version = 1\n[[rule]]\nname = \"a\"\ndirection = \"inbound\"\n"
	for rule, want := range map[string]string{
		`action = "strip-macro"`:                                          "",
		`action = "strip-macro"` + "\ntext = \"x\"":                       "takes no text",
		`action = "sanitise"` + "\nfor = \"72h\"":                         "",
		`action = "remove-attachment"` + "\ntext = \"macro, .exe all\"":   "",
		`action = "remove-attachment"` + "\ntext = \"macros\"":            `no kind "macros"`,
		`action = "remove-attachment"` + "\nfor = \"never\"":              "write a time",
		`action = "tag"` + "\ntext = \"x\"\nfor = \"1h\"":                 "for is of use with",
		`action = "remove-attachment"` + "\nat_end = \"send\"":            "at_end",
		`action = "remove-attachment"` + "\ntext = \"executable\\n.zip\"": "",
	} {
		_, err := Parse([]byte(head + rule))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", rule, err)
		}
	}
	p, err := Parse([]byte(head + "action = \"strip-macro\"\n[[rule]]\nname = \"b\"\ndirection = \"inbound\"\naction = \"remove-attachment\"\nfor = \"1000h\"\n[[rule]]\nname = \"c\"\ndirection = \"inbound\"\naction = \"quarantine\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	d := Decide(p, Facts{Direction: sekisho.Inbound})
	if d.Action != Quarantine || len(d.Conversions) != 2 || d.Conversions[1].Rule != "b" {
		t.Errorf("%+v", d)
	}
	if d.Keep(nil) != 0 || d.Keep([]string{"strip-macro"}) != keepOriginal || d.Keep([]string{"strip-macro", "remove-attachment"}) != 1000*time.Hour {
		t.Error("times of keeping")
	}
	if with := (Decision{}).With(d); with.Keep([]string{"strip-macro"}) != 0 {
		t.Error("what the sender's rules take out is not kept by the recipient's contract")
	}
	if k, err := Kinds(""); err != nil || !slices.Contains(k, "macro") || !slices.Contains(k, "executable") {
		t.Errorf("%q %v", k, err)
	}
}

func FuzzKinds(f *testing.F) {
	f.Add("executable, .zip all")
	f.Fuzz(func(t *testing.T, text string) {
		if k, err := Kinds(text); err == nil && len(k) == 0 {
			t.Fatal("no kinds and no error")
		}
	})
}

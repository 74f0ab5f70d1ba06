package policy

import (
	"strings"
	"testing"
	"time"

	"sekisho"
)

func shareRule(more string) string {
	return "version = 1\n[[rule]]\nname = \"r\"\ndirection = \"outbound\"\n" + more + "\n"
}

// The words of rules by which attachments leave another way, and those of require-tls: what is wrong with one is said.
func TestShareArguments(t *testing.T) {
	for _, good := range []string{`action = "secure-link"`, "action = \"secure-link\"\nfor = \"720h\"\nopens = 3\ncode = false", `action = "encrypt"`, "action = \"encrypt\"\ntext = \"sender\"", "action = \"encrypt\"\nfor = \"10m\"",
		"action = \"require-tls\"\nfallback = \"refuse\""} {
		if _, err := Parse([]byte(shareRule(good))); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for bad, says := range map[string]string{
		"action = \"secure-link\"\nfor = \"721h\"":        "at most 720 hours",
		"action = \"secure-link\"\nopens = -1":            "opens -1",
		"action = \"secure-link\"\nopens = 1001":          "opens 1001",
		"action = \"secure-link\"\ntext = \"x\"":          "takes no text",
		"action = \"encrypt\"\ntext = \"everybody\"":      "the sender alone",
		"action = \"encrypt\"\nfor = \"25h\"":             "at most 24 hours",
		"action = \"encrypt\"\ncode = true":               "secure-link only",
		"action = \"hold\"\nopens = 2":                    "secure-link only",
		"action = \"hold\"\nfallback = \"refuse\"":        "require-tls has",
		"action = \"require-tls\"\nfallback = \"bounce\"": "require-tls has",
	} {
		if _, err := Parse([]byte(shareRule(bad))); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if _, err := Parse([]byte(strings.Replace(shareRule(`action = "secure-link"`), "outbound", "inbound", 1))); err == nil {
		t.Error("secure links for inbound mail")
	}
}

// The first rule that says how attachments leave counts; of what becomes of mail without TLS, the strictest.
func TestShareDecision(t *testing.T) {
	p, err := Parse([]byte(`version = 1
[[rule]]
name = "link"
direction = "outbound"
action = "secure-link"
opens = 2
[[rule]]
name = "zip"
direction = "outbound"
action = "encrypt"
[[rule]]
name = "back"
direction = "outbound"
action = "require-tls"
fallback = "refuse"
[[rule]]
name = "or wait"
direction = "outbound"
action = "require-tls"
fallback = "wait"
[[rule]]
name = "wait"
direction = "outbound"
action = "approve"
`))
	if err != nil {
		t.Fatal(err)
	}
	d := Decide(p, Facts{Direction: sekisho.Outbound})
	c, ok := d.Share()
	if !ok || c.Action != SecureLink || c.For != 14*24*time.Hour || c.Opens != 2 || !c.Code || c.Rule != "link" || len(d.Conversions) != 1 {
		t.Errorf("%+v", d.Conversions)
	}
	if d.Action != Approve || !d.MustTLS || d.NoTLS != RefuseTLS {
		t.Errorf("%+v", d)
	}
	if in := (Decision{}).With(d); in.NoTLS != RefuseTLS || len(in.Conversions) != 1 || in.Conversions[0].For != c.For {
		t.Errorf("%+v", in)
	}
	if _, ok := (Decision{}).Share(); ok {
		t.Error("nothing leaves by another way")
	}
}

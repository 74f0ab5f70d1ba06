package auth

import (
	"testing"

	"sekisho/mail/arc"
)

// TestVouched: only what a trusted forwarder saw counts, and only when everybody behind him is trusted.
func TestVouched(t *testing.T) {
	trusted := []string{"good.example", "list.example"}
	const seen = " mx.good.example; dkim=pass header.i=@mori.example header.s=s; spf=fail smtp.mailfrom=x@list.example"
	const dmarc = " mx.good.example; dmarc=pass (p=REJECT) header.from=MORI.example"
	const nothing = " mx.good.example; dkim=fail header.d=mori.example; dmarc=fail header.from=mori.example; spf=pass smtp.mailfrom=a@evil.example"
	for name, c := range map[string]struct {
		sealers, said []string
		value         string
		by            string
	}{
		"a signature":            {[]string{"good.example"}, []string{seen}, arc.Pass, "good.example"},
		"DMARC":                  {[]string{"good.example"}, []string{dmarc}, arc.Pass, "good.example"},
		"below a trusted domain": {[]string{"a.GOOD.example"}, []string{dmarc}, arc.Pass, "a.GOOD.example"},
		"a broken chain":         {[]string{"good.example"}, []string{dmarc}, arc.Fail, ""},
		"nobody known":           {[]string{"evil.example"}, []string{dmarc}, arc.Pass, ""},
		"saw no pass":            {[]string{"good.example"}, []string{nothing}, arc.Pass, ""},
		"of another domain":      {[]string{"good.example"}, []string{" x; dmarc=pass header.from=evil.example; dkim=pass header.d=evil.example"}, arc.Pass, ""},
		"a name like it":         {[]string{"notgood.example"}, []string{dmarc}, arc.Pass, ""},
		"two trusted":            {[]string{"good.example", "list.example"}, []string{dmarc, nothing}, arc.Pass, "good.example"},
		"a stranger behind":      {[]string{"good.example", "evil.example"}, []string{dmarc, dmarc}, arc.Pass, ""},
		"a stranger before":      {[]string{"evil.example", "good.example"}, []string{dmarc, nothing}, arc.Pass, ""},
		"a comment":              {[]string{"good.example"}, []string{" x; dmarc=fail (dmarc=pass header.from=mori.example) header.from=mori.example"}, arc.Pass, ""},
	} {
		r := Result{ARC: c.value, FromDomain: "mori.example", Chain: arc.Result{Sealers: c.sealers, Said: c.said}}
		by, ok := r.Vouched(trusted)
		if ok != (c.by != "") || ok && by != c.by {
			t.Errorf("%s: %q %v", name, by, ok)
		}
	}
}

package arc

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sekisho/mail/dkim"
)

// chain is a mail with sets 1 to n, well formed, with signatures that say nothing.
func chain(n int) string {
	var b strings.Builder
	for i := n; i > 0; i-- {
		cv := "pass"
		if i == 1 {
			cv = "none"
		}
		fmt.Fprintf(&b, "ARC-Seal: i=%d; a=rsa-sha256; cv=%s; d=hop.example; s=s%d; b=AAAA\r\n", i, cv, i)
		fmt.Fprintf(&b, "ARC-Message-Signature: i=%d; a=rsa-sha256; d=hop.example; s=s1; h=From; bh=AAAA; b=AAAA\r\n", i)
		fmt.Fprintf(&b, "ARC-Authentication-Results: i=%d; hop.example; spf=pass\r\n", i)
	}
	return b.String() + "From: a@b.example\r\n\r\nHello\r\n"
}

func TestStructure(t *testing.T) {
	z := keyZone(t, map[string]string{"s1._domainkey.hop.example": "!temperror", "s3._domainkey.hop.example": "p="})
	for name, c := range map[string]struct{ mail, value, reason string }{
		"no set":                 {chain(0), None, ""},
		"key away":               {chain(1), TempError, "no answer about the key"},
		"key away, another gone": {chain(3), Fail, "key: revoked"},
		"as long as may be":      {chain(50), Fail, "no key"},
		"too long":               {chain(51), Fail, "ARC-Seal: wrong i="},
		"hole":                   {strings.ReplaceAll(chain(3), "i=2;", "i=4;"), Fail, "set 2 is not whole"},
		"cv=fail":                {strings.Replace(chain(2), "cv=pass", "cv=fail", 1), Fail, "ARC-Seal 2 does not say cv=pass"},
		"cv of the first":        {strings.Replace(chain(2), "cv=none", "cv=pass", 1), Fail, "ARC-Seal 1 does not say cv=none"},
		"broken header":          {strings.Replace(chain(1), "\r\n\r\n", "\r\nno field\r\n\r\n", 1), Fail, "the header section does not end with an empty line"},
		"half the body":          {strings.Replace(chain(1), "h=From;", "h=From; l=2;", 1), Fail, "the end of the body is not signed"},
		"signs a seal":           {strings.Replace(chain(1), "h=From;", "h=From:ARC-Seal;", 1), Fail, "ARC-Message-Signature signs a seal"},
		"expired":                {strings.Replace(chain(1), "h=From;", "h=From; x=7;", 1), Fail, "ARC-Message-Signature has expired"},
		"sign and number":        {strings.ReplaceAll(chain(1), "i=1;", "i=+1;"), Fail, "ARC-Seal: wrong i="},
	} {
		r := Verify(t.Context(), dkim.Open([]byte(c.mail)), z, time.Unix(1_800_000_000, 0))
		if r.Value != c.value || r.Reason != c.reason {
			t.Errorf("%s: %s (%s), want %s (%s)", name, r.Value, r.Reason, c.value, c.reason)
		}
	}
}

func FuzzVerify(f *testing.F) {
	f.Add(chain(1))
	f.Add(chain(2))
	f.Add("ARC-Seal: i=1;;\r\nARC-Authentication-Results: i=1\r\n\r\n")
	z := keyZone(f, map[string]string{"s1._domainkey.hop.example": "k=ed25519; p=" + strings.Repeat("A", 43) + "="})
	f.Fuzz(func(t *testing.T, mail string) {
		r := Verify(t.Context(), dkim.Open([]byte(mail)), z, time.Unix(1_800_000_000, 0))
		if r.Value != None && r.Value != Fail && r.Value != TempError && r.Value != Pass || (r.Value == Fail) != (r.Reason != "") {
			t.Errorf("%+v", r)
		}
	})
}

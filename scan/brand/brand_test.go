package brand

import (
	"strings"
	"testing"

	"sekisho/search"
)

func TestTable(t *testing.T) {
	if n := len(All()); n < 300 {
		t.Errorf("%d companies", n)
	}
	names := make(map[string]string)
	for line := range strings.Lines(table) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		all, domains, ok := strings.Cut(line, ": ")
		if !ok || domains == "" {
			t.Errorf("no domains: %s", line)
		}
		for n := range strings.SplitSeq(all, "|") {
			n = strings.TrimPrefix(n, "=")
			if search.Fold(n) != n {
				t.Errorf("%q is not folded", n)
			}
			if names[n] != "" {
				t.Errorf("%q is twice", n)
			}
			names[n] = line
		}
		for d := range strings.FieldsSeq(domains) {
			if strings.ToLower(d) != d || strings.Trim(d, ".") != d {
				t.Errorf("%q is no domain", d)
			}
		}
	}
}

func found(text string) (out []string) {
	Find(search.Fold(text), func(b *Brand, at, end int, _ bool) bool {
		out = append(out, b.Name)
		return true
	})
	return out
}

func TestFind(t *testing.T) {
	for text, want := range map[string]string{
		"PayPal Support": "paypal", "【三井住友カード】お知らせ": "三井住友カード", "my paypals": "", "Your Microsoft 365 account": "microsoft", "三井住友銀行": "三井住友銀行",
		"upset": "", "UPS": "ups delivery", "えきねっとからのお知らせ": "ビューカード", "nothing": "",
	} {
		if got := strings.Join(found(text), ","); got != want && !strings.HasPrefix(got, want+",") || want == "" && got != "" {
			if want == "microsoft" && strings.HasPrefix(got, "microsoft") || want == "ups delivery" && strings.HasPrefix(got, "ups") {
				continue
			}
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestOwns(t *testing.T) {
	b := Of("paypal.com")
	if b == nil || !b.Owns("www.paypal.com") || !b.Owns("paypal.com") || b.Owns("notpaypal.com") || b.Owns("paypal.com.example") {
		t.Errorf("%+v", b)
	}
}

func FuzzFind(f *testing.F) {
	f.Add("paypal 楽天市場 amazon")
	f.Fuzz(func(t *testing.T, text string) {
		Find(text, func(b *Brand, at, end int, _ bool) bool {
			if b == nil || at < 0 || end <= at || end > len(text) {
				t.Fatalf("%v %d %d in %q", b, at, end, text)
			}
			return true
		})
	})
}

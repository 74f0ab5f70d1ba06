package missend

import "testing"

func TestSpellingsOfJapanese(t *testing.T) {
	for _, group := range [][]string{{"sato", "satou", "satoh", "satoo"}, {"ota", "ohta", "oota", "outa"}, {"tsuchida", "tutida", "tuchida"}, {"shimizu", "simizu"},
		{"fujii", "huzii", "fuzii"}, {"kanbe", "kambe"}, {"yuki", "yuuki"}, {"joji", "zyouzi", "jouji"}, {"ito", "itou", "itoh"}, {"okubo", "ohkubo", "ookubo"}, {"ryo", "ryou"}} {
		for _, a := range group {
			if roman(a) != roman(group[0]) {
				t.Errorf("%s is %s, and %s is %s", a, roman(a), group[0], roman(group[0]))
			}
		}
	}
	for _, pair := range [][2]string{{"sato", "sano"}, {"ishida", "ikeda"}, {"kato", "goto"}, {"ohara", "ora"}, {"mihara", "miara"}, {"saito", "sato"}} {
		if roman(pair[0]) == roman(pair[1]) {
			t.Errorf("%s and %s are two names", pair[0], pair[1])
		}
	}
}

func TestSimilarSpelling(t *testing.T) {
	for _, x := range []struct {
		typed, known string
		want         Reason
	}{
		{"satou@partner.example", "satoh@partner.example", Spelling},
		{"t.ohta@partner.example", "t.oota@partner.example", Spelling},
		{"tsuda@partner.example", "tuda@partner.example", Spelling},
		{"sato@partner.example", "kato@partner.example", ""},
		{"satou@other.example", "satoh@partner.example", ""},
	} {
		got, _ := Similar(x.typed, []string{x.known})
		if got.Reason != x.want {
			t.Errorf("%s for %s: %q, want %q", x.typed, x.known, got.Reason, x.want)
		}
	}
}

func TestPrivate(t *testing.T) {
	for _, x := range []struct {
		own, name, to string
		want          bool
	}{
		{"tanaka@corp.example", "", "tanaka@gmail.com", true},
		{"taro.tanaka@corp.example", "田中 太郎", "t.tanaka85@gmail.com", true},
		{"t-satou@corp.example", "", "satohtaro@yahoo.co.jp", true},
		{"tt@corp.example", "Taro Tanaka", "tanaka.t@icloud.com", true},
		{"taro.tanaka@corp.example", "", "hanako@gmail.com", false},
		{"taro.tanaka@corp.example", "", "tanaka@partner.example", false},
		{"info@corp.example", "", "info@gmail.com", false},
		{"ab@corp.example", "", "ab@gmail.com", false},
		{"", "", "x", false},
	} {
		if got := Private(x.own, x.name, x.to); got != x.want {
			t.Errorf("Private(%q, %q, %q) = %v", x.own, x.name, x.to, got)
		}
	}
}

func FuzzPrivate(f *testing.F) {
	f.Add("taro.tanaka@corp.example", "Taro", "t.tanaka@gmail.com")
	f.Add("@", "ooo", "h@ohu")
	f.Fuzz(func(t *testing.T, own, name, to string) {
		Private(own, name, to)
		if r := roman(own); len(r) > 4*len(own) {
			t.Errorf("%q grew to %q", own, r)
		}
		Similar(own, []string{to})
	})
}

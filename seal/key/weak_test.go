package key

import (
	"strings"
	"testing"
)

func TestWeak(t *testing.T) {
	for p, want := range map[string]string{
		"short": "short", "elevenchars": "short", "パスワード": "short", strings.Repeat("long one ", 200): "long",
		"password1234": "common", "Passw0rd!Passw0rd!": "common", "qwertyuiop[]": "common", "1qaz2wsx3edc": "common", "123456789012": "common", "aaaaaaaaaaaa": "common",
		"P@ssword2026!": "common", "welcome2024!!": "common", "abcdefghijkl": "common", "iloveyou1234567": "common", "AdminAdmin2025": "common", "zaq12wsxcde3": "common", "summer2026summer": "common",
		"correct horse": "", "battery staple": "", "xzstw-oavb4-zvivf": "", "青い空と白い雲の下で": "short", "青い空と白い雲の下で歩く人": "", "tR7#mLq9!vXz": "", "my dog ate 3 shoes": "", "a long password of user": "",
	} {
		if got := Weak(p); got != want {
			t.Errorf("%q: %q; want %q", p, got, want)
		}
	}
}

func FuzzWeak(f *testing.F) {
	f.Add("correct horse battery staple")
	f.Add("\xff\x00 0")
	f.Fuzz(func(t *testing.T, p string) {
		if got := Weak(p); got != "" && Weak(p) != got {
			t.Error("it changes its mind")
		}
	})
}

package leak

import "strings"

// prefix is how a secret begins, and what must follow.
type prefix struct {
	text string
	min  int  // characters that follow at least
	hex  bool // only letters and digits follow; else also - and _
	kind Kind
}

// prefixes are the beginnings of keys, in the lower case of folded text.
var prefixes = [...]prefix{
	{"akia", 16, true, AccessKey}, {"asia", 16, true, AccessKey}, // Amazon
	{"ghp_", 36, true, AccessKey}, {"gho_", 36, true, AccessKey}, {"ghs_", 36, true, AccessKey}, {"github_pat_", 60, false, AccessKey},
	{"glpat-", 20, false, AccessKey}, {"xoxb-", 30, false, AccessKey}, {"xoxp-", 30, false, AccessKey}, {"xoxa-", 30, false, AccessKey},
	{"aiza", 35, false, AccessKey}, {"sk_live_", 20, true, AccessKey}, {"rk_live_", 20, true, AccessKey}, {"npm_", 36, true, AccessKey},
	{"sg.", 60, false, AccessKey}, {"dop_v1_", 64, true, AccessKey}, {"shpat_", 32, true, AccessKey},
}

// secrets finds private keys and keys of services.
func (f *finder) secrets() {
	for at := 0; ; {
		i := strings.Index(f.t[at:], "-----begin ")
		if i < 0 {
			break
		}
		i += at
		at = i + 11
		head := f.t[at:min(len(f.t), at+60)]
		if end := strings.Index(head, "-----"); end > 0 && strings.Contains(head[:end], "private key") {
			f.hit(PrivateKey, i, at+end+5)
		}
	}
	if strings.Contains(f.t, "putty-user-key-file-") {
		i := strings.Index(f.t, "putty-user-key-file-")
		f.hit(PrivateKey, i, i+20)
	}
	for k := range prefixes {
		p := &prefixes[k]
		for at, n := 0, 0; n < 200; n++ {
			i := strings.Index(f.t[at:], p.text)
			if i < 0 {
				break
			}
			i += at
			at = i + len(p.text)
			if i > 0 && word(f.t[i-1]) {
				continue
			}
			end := at
			for end < len(f.t) && (word(f.t[end]) && f.t[end] != '_' || !p.hex && (f.t[end] == '-' || f.t[end] == '_' || f.t[end] == '.')) {
				end++
			}
			if n := end - at; n >= p.min && (!p.hex || n <= p.min+8 || p.min < 30) && mixed(f.t[at:end]) && (p.min != 16 || n == 16) {
				f.hit(p.kind, i, end)
				at = end
			}
		}
	}
	f.passports()
}

// mixed says that s has letters and digits: a key is no word.
func mixed(s string) bool {
	d, l := false, false
	for i := 0; i < len(s); i++ {
		d = d || digit(s[i])
		l = l || s[i] >= 'a' && s[i] <= 'z'
	}
	return d && l
}

// passports finds two letters and seven digits, where the text speaks of a passport.
func (f *finder) passports() {
	if !strings.Contains(f.t, "旅券") && !strings.Contains(f.t, "パスポート") && !strings.Contains(f.t, "passport") {
		return
	}
	for i := 0; i+9 <= len(f.t); i++ {
		if f.t[i] < 'a' || f.t[i] > 'z' || i > 0 && word(f.t[i-1]) || f.t[i+1] < 'a' || f.t[i+1] > 'z' || !digits(f.t[i+2:i+9]) {
			continue
		}
		if i+9 == len(f.t) || !word(f.t[i+9]) {
			f.hit(Passport, i, i+9)
		}
	}
}

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
	f.keys()
}

// shortest is the length of the shortest key with its prefix.
const shortest = 20

// keys looks at every long run of characters that keys are made of: there are few of them in a text.
func (f *finder) keys() {
	start := 0
	for i := 0; i <= len(f.t); i++ {
		if i < len(f.t) {
			if c := f.t[i]; c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.' {
				continue
			}
		}
		if i-start >= shortest {
			f.key(start, i)
		}
		start = i + 1
	}
}

// key says whether the run from start to end is a key.
func (f *finder) key(start, end int) {
	s := f.t[start:end]
	for k := range prefixes {
		p := &prefixes[k]
		if s[0] != p.text[0] || !strings.HasPrefix(s, p.text) {
			continue
		}
		n := len(p.text)
		for n < len(s) && (s[n] != '-' && s[n] != '_' && s[n] != '.' || !p.hex) {
			n++
		}
		rest := s[len(p.text):n]
		if len(rest) >= p.min && (!p.hex || len(rest) <= p.min+8 || p.min < 30) && mixed(rest) && (p.min != 16 || len(rest) == 16) {
			f.hit(p.kind, start, start+n)
			return
		}
	}
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

// Package missend says what people overlook before a mail goes out: an attachment that the text speaks of and that is not
// there, an address that resembles the one that was meant, organisations that see each other.
//
// Everything here is a hint with a reason, for the sender's eyes or for a contract's rules; nothing decides.
package missend

import (
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// OwnWords leaves out what is quoted from the mail that is answered.
func OwnWords(text string) string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(line, "-----") || strings.HasPrefix(line, "_____") {
			break
		}
		if !strings.HasPrefix(strings.TrimSpace(line), ">") {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// announce are the words with which people announce attachments, in folded form; deny are the forms that speak of none.
var (
	announce = [...]string{"attached", "attachment", "enclosed", "添付", "同封"}
	deny     = [...]string{"添付できません", "添付でき", "添付なし", "添付無し", "添付不要", "添付していません", "添付しません", "添付は不要", "添付を忘れ", "no attachment", "without attachment", "not attached", "no attachments", "attached to the previous",
		"the attachment you sent", "your attachment", "先ほど添付", "先日添付", "添付いただ", "添付頂", "添付して頂", "添付してください", "添付して下さい", "添付の上", "添付のうえ", "ご添付", "attached to it", "attached to him", "attached to her", "please attach"}
)

// SpeaksOfAttachment says whether a folded text of one's own announces an attachment.
func SpeaksOfAttachment(folded string) bool {
	for _, d := range deny {
		folded = strings.ReplaceAll(folded, d, "")
	}
	for _, w := range announce {
		if strings.Contains(folded, w) {
			return true
		}
	}
	return false
}

// Reason is why an address looks like a mistake.
type Reason string

// The reasons.
const (
	FreeMail Reason = "free-mail" // the same name at a free mail service
	Ending   Reason = "ending"    // the same domain with another ending
	Domain   Reason = "domain"    // a domain that differs by a character or two
	Name     Reason = "name"      // the same domain, a name that differs by one character
	Spelling Reason = "spelling"  // the same domain, the same Japanese name in other Latin letters: sato, satou, satoh
)

// Near is an address that was perhaps meant.
type Near struct {
	Typed  string
	Meant  string
	Reason Reason
}

// free are domains of free mail services that are often typed, and often mistyped.
var free = [...]string{"gmail.com", "googlemail.com", "yahoo.co.jp", "yahoo.com", "outlook.com", "outlook.jp", "hotmail.com", "hotmail.co.jp", "icloud.com", "me.com", "live.jp", "live.com", "aol.com", "docomo.ne.jp", "ezweb.ne.jp", "au.com", "softbank.ne.jp",
	"i.softbank.jp", "ymail.ne.jp", "nifty.com", "goo.jp", "excite.co.jp", "proton.me", "protonmail.com", "gmx.com", "qq.com", "163.com"}

// role are names that many organisations have: that two have them says nothing.
var role = [...]string{"info", "sales", "support", "contact", "admin", "office", "mail", "help", "postmaster", "webmaster", "noreply", "no-reply", "hr", "pr", "keiri", "soumu", "jinji", "eigyo", "recruit", "saiyo"}

// Similar compares a typed address, which is not among known, with the addresses that the sender usually writes to.
func Similar(typed string, known []string) (Near, bool) {
	typed = strings.ToLower(typed)
	name, domain, ok := cut(typed)
	if !ok || slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, typed) }) {
		return Near{}, false
	}
	for _, k := range known {
		k = strings.ToLower(k)
		other, home, ok := cut(k)
		if !ok {
			continue
		}
		if r := compare(name, domain, other, home); r != "" {
			return Near{typed, k, r}, true
		}
	}
	if !slices.Contains(free[:], domain) {
		for _, f := range free {
			if len(f) > 7 && distance(domain, f, 1) == 1 {
				return Near{typed, name + "@" + f, Domain}, true
			}
		}
	}
	return Near{}, false
}

func cut(address string) (name, domain string, ok bool) {
	i := strings.LastIndexByte(address, '@')
	if i < 1 || i == len(address)-1 || len(address) > 254 {
		return "", "", false
	}
	return address[:i], address[i+1:], true
}

func compare(name, domain, other, home string) Reason {
	if domain == home {
		if len(name) >= 6 && slip(name, other) {
			return Name
		}
		if sameSound(name, other) {
			return Spelling
		}
		return ""
	}
	if name != other {
		return ""
	}
	at, knownFree := slices.Contains(free[:], domain), slices.Contains(free[:], home)
	common := len(name) < 4 || slices.Contains(role[:], name)
	a, b := brand(domain), brand(home)
	switch {
	case at && !knownFree && !common:
		return FreeMail
	case at || knownFree && distance(domain, home, 2) > 2:
		return ""
	case a != "" && a == b && len(a) >= 3:
		return Ending
	case len(home) >= 7 && distance(domain, home, 2) <= 1+min(1, len(home)/12):
		return Domain
	}
	return ""
}

// brand is the label that an organisation has registered.
func brand(domain string) string {
	d, err := publicsuffix.EffectiveTLDPlusOne(domain)
	if err != nil || d != domain {
		return ""
	}
	b, _, _ := strings.Cut(d, ".")
	return b
}

// slip says whether a and b differ by a typing error: a letter too few, too many, or two changed over. Another digit or another
// initial is another person.
func slip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if i == 0 {
		return false
	}
	switch len(b) - len(a) {
	case 0:
		return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
	case 1:
		return a[i:] == b[i+1:] && (b[i] < '0' || b[i] > '9')
	}
	return false
}

// distance is how many characters must be put in, left out, changed, or changed over (Damerau and Levenshtein), or most+1 when
// it is more than most.
func distance(a, b string, most int) int {
	if len(a) > len(b)+most || len(b) > len(a)+most {
		return most + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for k := range last {
		last[k] = k
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for k := 1; k <= len(b); k++ {
			cost := 1
			if a[i-1] == b[k-1] {
				cost = 0
			}
			row[k] = min(row[k-1]+1, last[k]+1, last[k-1]+cost)
			if i > 1 && k > 1 && a[i-1] == b[k-2] && a[i-2] == b[k-1] {
				row[k] = min(row[k], before[k-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], most+1)
}

// Organisations are the registered domains of addresses, each once, in order. Every address at a free mail service is one of
// its own.
func Organisations(addresses []string) []string {
	var out []string
	for _, a := range addresses {
		a = strings.ToLower(a)
		_, domain, ok := cut(a)
		if !ok {
			continue
		}
		o := a
		if !slices.Contains(free[:], domain) {
			if o, ok = registered(domain); !ok {
				o = domain
			}
		}
		if !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	return out
}

func registered(domain string) (string, bool) {
	d, err := publicsuffix.EffectiveTLDPlusOne(domain)
	return d, err == nil
}

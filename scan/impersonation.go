package scan

import (
	"strings"

	"sekisho"
	"sekisho/mail/zone"
	"sekisho/scan/url"
	"sekisho/search"
)

// freemail are providers where anybody gets an address; searched as " name ".
const freemail = " gmail.com googlemail.com yahoo.com yahoo.co.jp ymail.ne.jp hotmail.com hotmail.co.jp outlook.com outlook.jp live.jp live.com msn.com icloud.com me.com " +
	"aol.com gmx.com gmx.net mail.com proton.me protonmail.com tutanota.com zoho.com yandex.com yandex.ru mail.ru qq.com 163.com 126.com naver.com excite.co.jp " +
	"nifty.com biglobe.ne.jp goo.jp infoseek.jp web.de "

func free(host string) bool { return host != "" && strings.Contains(freemail, " "+host+" ") }

// sender judges who claims to have written the mail. Mail that the contract itself sends is not judged.
func (j *job) sender() {
	if j.c.Direction == sekisho.Outbound || len(j.mail.Header) == 0 {
		return
	}
	f := &j.mail.Fields
	if len(f.From) == 0 {
		return
	}
	a := f.From[0]
	for i := range f.From {
		if f.From[i].Host != "" {
			a = f.From[i]
			break
		}
	}
	if d := j.c.Auth.Domain; d != "" && a.Host != "" {
		if host, ok := zone.Host(a.Host); !ok || host != d {
			j.find(sekisho.KindAuth, "from-differs", "header/from", 6, "shown is "+a.Host+", asked about was "+d)
		}
	}
	site := url.Site(a.Host)
	strange := j.domain(a, site)
	strange = j.displayed(a, site) || strange
	strange = j.replies(a, site) || strange
	if !j.c.Known {
		strange = j.hijack(a, site) || strange
	}
	j.authenticated(a)
	if j.c.Direction == sekisho.Inbound && !j.c.Known && !j.inside(a.Host) {
		j.find(sekisho.KindImpersonation, "first-contact", "header/from", 0.2, "no mail between these two before")
		if strange || j.c.Auth.Domain != "" && !j.c.Auth.Aligned {
			j.pressure()
		}
	}
}

// inside says whether a host is the contract's own.
func (j *job) inside(host string) bool {
	host = strings.ToLower(host)
	for _, d := range j.c.Domains {
		if d = strings.ToLower(d); host == d || strings.HasSuffix(host, "."+d) {
			return true
		}
	}
	return false
}

// domain judges the domain of From.
func (j *job) domain(a sekisho.Address, site string) bool {
	if is, ok := j.like(a.Host); ok {
		j.find(sekisho.KindImpersonation, "look-alike-"+is.How, "header/from", weightOf(is.How)+1, a.Host+" looks like "+is.Of)
		return true
	}
	if j.inside(a.Host) && j.c.Envelope.Account == 0 && j.c.Envelope.Contract == 0 && j.c.Auth.SPF+j.c.Auth.DKIM+j.c.Auth.DMARC != "" && !j.c.Auth.Aligned {
		j.find(sekisho.KindImpersonation, "own-domain", "header/from", 6, "claims to come from inside, and nothing proves it")
		return true
	}
	return false
}

// displayed judges the name that people see.
func (j *job) displayed(a sekisho.Address, site string) bool {
	name := person(a.Name)
	if name == "" {
		return false
	}
	strange := false
	mine, double := strings.ToLower(a.String()), false
	for _, p := range j.c.People {
		if person(p.Name) != name && turned(p.Name) != name || strings.EqualFold(p.Address, mine) {
			continue
		}
		double = true
		if j.knows(name, mine) {
			double = false
			break
		}
	}
	strange = strange || double
	if double && !j.inside(a.Host) {
		score := 6.0
		if j.c.Known {
			score = 1
		}
		j.find(sekisho.KindImpersonation, "display-name", "header/from", score, a.Name+" writes from "+a.Host)
	}
	if i := strings.IndexByte(a.Name, '@'); i >= 0 {
		host := strings.ToLower(strings.TrimRight(strings.TrimSpace(a.Name[i+1:]), ">\"')]. "))
		if k := strings.IndexAny(host, " \"'>)"); k >= 0 {
			host = host[:k]
		}
		if strings.IndexByte(host, '.') > 0 && url.Site(host) != site {
			score := 3.0
			if j.inside(host) {
				score = 6
			}
			j.find(sekisho.KindImpersonation, "name-is-address", "header/from", score, a.Name+" writes from "+a.Host)
			strange = true
		}
	}
	return strange
}

// knows says whether one of several people of the same name has this address.
func (j *job) knows(name, address string) bool {
	for _, p := range j.c.People {
		if strings.EqualFold(p.Address, address) && (person(p.Name) == name || turned(p.Name) == name) {
			return true
		}
	}
	return false
}

// person is a name as it is compared: folded, without blanks, dots and titles.
func person(name string) string {
	if name == "" {
		return ""
	}
	name = search.Fold(name)
	for _, t := range []string{" 様", "様", "さん", "社長", "部長", "課長", "(社長)", "mr. ", "ms. ", "dr. "} {
		name = strings.TrimPrefix(strings.TrimSuffix(name, t), t)
	}
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '.' || r == ',' || r == '　' || r == '"' || r == '\'' {
			return -1
		}
		return r
	}, name)
}

// turned is a name of two words with the words in the other order.
func turned(name string) string {
	w := strings.Fields(search.Fold(name))
	if len(w) != 2 {
		return ""
	}
	return person(w[1] + " " + w[0])
}

// replies judges where an answer would go.
func (j *job) replies(a sekisho.Address, site string) bool {
	for _, r := range j.mail.Fields.ReplyTo {
		if r.Host == "" || url.Site(r.Host) == site {
			continue
		}
		switch is, ok := j.like(r.Host); {
		case ok:
			j.find(sekisho.KindImpersonation, "reply-look-alike", "header/reply-to", weightOf(is.How), r.Host+" looks like "+is.Of)
			return true
		case free(r.Host) && !free(strings.ToLower(a.Host)):
			j.find(sekisho.KindImpersonation, "reply-freemail", "header/reply-to", 1.5, "answers go to "+r.Host+", not to "+a.Host)
			return true
		default:
			j.find(sekisho.KindImpersonation, "reply-elsewhere", "header/reply-to", 0.3, "answers go to "+r.Host+", not to "+a.Host)
		}
	}
	return false
}

// authenticated states what sender authentication says, unless whoever asked it has stated it already.
func (j *job) authenticated(a sekisho.Address) {
	for i := range j.c.Extra {
		if j.c.Extra[i].Kind == sekisho.KindAuth {
			return
		}
	}
	u := &j.c.Auth
	relief := 1.0
	if u.ARC == "pass" { // forwarding breaks SPF and DKIM; a chain of seals says that it was well before
		relief = 0.2
	}
	switch u.DMARC {
	case "fail":
		j.find(sekisho.KindAuth, "dmarc-fail", "header/from", 4*relief, a.Host)
	case "pass":
		j.find(sekisho.KindAuth, "dmarc-pass", "header/from", -0.5, a.Host)
	}
	switch u.SPF {
	case "fail":
		j.find(sekisho.KindAuth, "spf-fail", "", 2*relief, j.c.Envelope.From)
	case "softfail":
		j.find(sekisho.KindAuth, "spf-softfail", "", 1*relief, j.c.Envelope.From)
	}
	if u.DKIM == "fail" || u.DKIM == "permerror" {
		j.find(sekisho.KindAuth, "dkim-fail", "", 0.5*relief, u.DKIM)
	}
}

// hurry are the words of people who want money or secrets at once, in folded form.
var hurry = [...]string{"振込先が変", "振込先の変", "振込先変更", "口座が変", "口座の変更", "口座変更", "新しい口座", "至急ご対応", "至急お振", "本日中に", "24時間以内", "アカウントが停止",
	"アカウントを停止", "利用制限", "ご本人確認", "本人確認のため", "パスワードの有効期限", "不正なログイン", "不正利用", "gift card", "ギフトカード", "bank details have changed", "new bank account",
	"change of bank", "wire transfer today", "verify your account", "account has been suspended", "account will be closed", "password expires", "password will expire",
	"unusual sign-in", "within 24 hours", "act immediately"}

// pressure looks for such words; they count only beside something strange about the sender.
func (j *job) pressure() {
	t := j.rep.Text[:min(len(j.rep.Text), 32<<10)]
	for _, w := range hurry {
		if strings.Contains(t, w) {
			j.find(sekisho.KindPhish, "pressure", "1", 3, w)
			return
		}
	}
}

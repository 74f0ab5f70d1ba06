package phish

import (
	"strings"

	"sekisho"
	"sekisho/scan/brand"
	"sekisho/scan/spam"
	"sekisho/search"
)

// offices are words by which a sender claims to be somebody's service, folded.
var offices = [...]string{"support", "admin", "help desk", "helpdesk", "security", "account team", "accounts team", "customer service", "customer care", "customer support", "billing", "webmaster", "mail server", "mailbox", "webmail", "notification",
	"service", "it desk", "it team", "postmaster", "mail delivery", "no reply", "noreply", "no-reply", "verification", "alert", "team", "サポート", "事務局", "カスタマー", "セキュリティ", "管理", "お知らせ", "通知", "運営", "窓口", "センター"}

// sender judges the name and the address that it claims to come from.
func (m *mail) sender() {
	f := m.Fields
	if len(f.From) == 0 {
		m.strange++
		return
	}
	a := &f.From[0]
	name, host := search.Fold(a.Name), strings.ToLower(a.Host)
	m.named(name, host)
	if m.claimed == nil {
		m.disguised(a.Name, name, host)
	}
	if m.Write && !m.Free && (m.claimed != nil || service(name)) {
		m.strange++
		m.add(sekisho.KindPhish, "writes-elsewhere", 2, "1", "its links write to an address that anybody can get")
	}
	if m.claimed == nil {
		m.titled(host)
	}
	m.office(name)
	m.domain(host)
	m.mailbox(strings.ToLower(a.Mailbox), host)
	if own := brand.Of(m.Site); own != nil && m.claimed == nil {
		m.owner(own)
	}
	if m.claimed == nil && !m.genuine {
		m.mentioned(host)
	}
	if strings.Contains(cheap, " "+zone(host)+" ") {
		m.strange += 0.6
		m.add(sekisho.KindPhish, "cheap-sender", 0.4, "header/from", host)
	}
	if first, _, _ := strings.Cut(m.Site, "."); random(first) {
		m.strange += 0.5
	}
	if len(f.To)+len(f.Cc) == 0 || len(f.To) > 0 && f.To[0].Host == "" {
		m.strange += 0.3
	}
	if len(f.To) == 1 && len(f.Cc) == 0 && strings.EqualFold(f.To[0].String(), a.String()) {
		m.strange += 0.5
	}
	for i := range f.ReplyTo {
		if h := strings.ToLower(f.ReplyTo[i].Host); h != "" && h != host && !strings.HasSuffix(h, m.Site) {
			m.strange += 0.4
			break
		}
	}
}

// named looks for a company in the displayed name.
func (m *mail) named(name, host string) {
	brand.Find(name, func(b *brand.Brand, at, end int, alone bool) bool {
		if b.Owns(host) {
			m.claimed = nil
			return false
		}
		if alone && !(at == 0 && (end == len(name) || service(name[end:]))) {
			return true
		}
		if m.claimed == nil {
			m.claimed = b
		}
		return true
	})
	if m.claimed == nil || m.Inside(host) || m.abroad(m.claimed) {
		m.claimed = nil
		return
	}
	m.strange += 2
	m.add(sekisho.KindPhish, "company-name", 3, "header/from", m.claimed.Name+" from "+host)
}

// abroad says whether a mail may be from the company's house in another country: the same label under a national zone, and all that can be
// followed leads to the company itself. Who only took the label has to lead elsewhere.
func (m *mail) abroad(b *brand.Brand) bool {
	label, at, ok := strings.Cut(m.Site, ".")
	if i := strings.LastIndexByte(at, '.'); !ok || len(at)-i != 3 || strings.Contains(cheap, " "+at+" ") || byLabel(label) != b {
		return false
	}
	for i := range m.Links {
		if l := &m.Links[i]; l.Tag != "img" && l.Tag != "link" && !b.Owns(l.Host) {
			return false
		}
	}
	return m.leads(b)
}

// short are first labels of companies' domains that are common words or letters. They count beside a word of service only.
const short = " dkb ups ubs dhl dpd gls irs n26 adp jcb rbc bmo hsbc ing usps evri apple chase ledger wise outlook booking steam stripe okta discover zoom amex citi visa bbva usaa dbs ocbc hmrc dvla nhs kddi ana jal line smbc mufg "

// serving are words that a company's name is joined with to make the domain of a fraud look like its own.
const serving = " support secure security sicherheit service services login signin account accounts verify verification update kunde kunden konto client clients cliente clientes id help center centre recovery appeal alert alerts notice " +
	"billing pay payment refund team care web portal member members app wallet track tracking delivery redelivery parcel paket customs rebook info online mail jp card bank banking auth confirm reward rewards "

// domain looks for a company in the sender's domain, where it is not the company's.
func (m *mail) domain(host string) {
	if m.Inside(host) || brand.Of(m.Site) != nil || m.Free || hosts().has(host, "") != "" {
		return
	}
	var named, served string
	tokens(strings.TrimSuffix(host, "."+zone(host)), func(w string) {
		switch b := byLabel(w); {
		case b != nil && !b.Owns(host) && w != strings.TrimSuffix(m.Site, "."+zone(m.Site)):
			named = w
		case strings.Contains(short, " "+w+" "):
			named = w
		case strings.Contains(serving, " "+w+" "):
			served = w
		}
	})
	switch {
	case named == "" || !strings.Contains(host, "-") && served == "":
	case served != "":
		m.strange += 2
		m.add(sekisho.KindPhish, "company-in-domain", 3, "header/from", host)
	case byLabel(named) != nil:
		m.strange++
		m.add(sekisho.KindPhish, "company-in-domain", 1.5, "header/from", host)
	}
}

// lookalikes are capital letters, digits and signs, and the letters that they are read as.
var lookalikes = strings.NewReplacer("I", "l", "1", "l", "|", "l", "0", "o", "3", "e", "4", "a", "@", "a", "5", "s", "$", "s", "rn", "m", "vv", "w")

// disguised looks for a company in a displayed name as people read it: with other letters, digits or blanks inside. A name that is one
// only so was written to be read so.
func (m *mail) disguised(shown, name, host string) {
	if len(shown) > 200 {
		return
	}
	clean, _ := spam.Clean(name)
	for _, read := range [...]string{clean, search.Fold(lookalikes.Replace(shown)), joined(name)} {
		if read == name {
			continue
		}
		brand.Find(read, func(b *brand.Brand, at, end int, alone bool) bool {
			if alone || end-at < 4 || b.Owns(host) {
				return true
			}
			m.claimed = b
			return false
		})
		if m.claimed != nil && !m.Inside(host) {
			m.strange += 2.5
			m.add(sekisho.KindPhish, "company-disguised", 4, "header/from", shown+" is read as "+m.claimed.Name)
			return
		}
		m.claimed = nil
	}
}

// joined is a name in which letters that stand alone are put together, and signs between letters are left out.
func joined(name string) string {
	var b strings.Builder
	words := strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == '.' || r == '-' || r == '_' || r == '*' || r == '\u00b7' })
	for i, w := range words {
		if i > 0 && (len(w) > 2 || len(words[i-1]) > 2) {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}

// service says whether a name goes on as that of a service.
func service(rest string) bool {
	for _, w := range offices {
		if strings.Contains(rest, w) {
			return true
		}
	}
	return false
}

// titled looks for a company in the subject. People talk about companies; so it is little, and nothing in an answer.
func (m *mail) titled(host string) {
	f := m.Fields
	if f.InReplyTo != "" || len(f.References) > 0 || m.clicks == 0 && !m.Page {
		return
	}
	subject := m.Text[:min(m.Subject, len(m.Text))]
	brand.Find(subject, func(b *brand.Brand, _, _ int, alone bool) bool {
		if alone {
			return true
		}
		if b.Owns(host) || m.leads(b) {
			m.claimed = nil
			return false
		}
		if m.claimed == nil {
			m.claimed = b
		}
		return true
	})
	if m.claimed != nil && !m.Inside(host) {
		m.strange += 1
		m.add(sekisho.KindPhish, "company-subject", 0.8, "header/subject", m.claimed.Name+" from "+host)
	}
}

// mentioned looks for a company that the text names more than once, while neither sender nor links are its own.
func (m *mail) mentioned(host string) {
	if m.clicks == 0 && !m.Page {
		return
	}
	count := make(map[*brand.Brand]int)
	var most *brand.Brand
	brand.Find(m.Text[min(m.Subject, len(m.Text)):min(len(m.Text), m.Subject+3000)], func(b *brand.Brand, _, _ int, alone bool) bool {
		if !alone {
			if count[b]++; most == nil || count[b] > count[most] {
				most = b
			}
		}
		return true
	})
	if most == nil || count[most] < 2 || len(count) > 3 || most.Owns(host) || m.leads(most) {
		return
	}
	m.claimed = most
	m.strange += 0.7
	m.add(sekisho.KindPhish, "company-text", 0.5, "1", most.Name+" from "+host)
}

// leads says whether a link that a person could follow goes to the company.
func (m *mail) leads(b *brand.Brand) bool {
	for i := range m.Links {
		if l := &m.Links[i]; l.Tag != "img" && l.Tag != "link" && b.Owns(l.Host) {
			return true
		}
	}
	return false
}

// owner judges a mail whose From is a company's own domain: with the company's own links it is that company's, unless
// authentication says that From is forged.
func (m *mail) owner(b *brand.Brand) {
	own, foreign := 0, 0
	for i := range m.Links {
		if l := &m.Links[i]; l.Tag != "img" && l.Tag != "link" {
			if b.Owns(l.Host) {
				own++
			} else {
				foreign++
			}
		}
	}
	switch {
	case m.Forged:
		m.strange += 2
	case m.Free: // everybody writes from there
	case own > 0 && foreign <= own || own+foreign == 0 && !m.Page:
		m.genuine = true
	case own == 0 && foreign > 0:
		m.strange += 1
		m.add(sekisho.KindPhish, "company-links", 1, "1", b.Name+" links only elsewhere")
	}
}

// office judges a sender that calls itself a service and writes from where everybody gets an address, or under the name of
// the recipient's own domain.
func (m *mail) office(name string) {
	is := name != "" && service(name)
	switch {
	case is && m.Free:
		m.strange += 1.2
		m.add(sekisho.KindPhish, "office-freemail", 1.5, "header/from", m.Fields.From[0].Name+" from "+m.Site)
	case is:
		m.strange += 0.3
	}
	for _, to := range m.Recipients {
		_, host, _ := strings.Cut(to, "@")
		label, _, _ := strings.Cut(host, ".")
		if len(label) < 4 || m.Site == host || strings.HasSuffix(m.Site, "."+host) || strings.HasSuffix(host, "."+m.Site) || host == m.Site {
			continue
		}
		if strings.Contains(name, host) || is && strings.Contains(name, label) {
			m.strange += 2
			m.add(sekisho.KindImpersonation, "name-of-recipient", 3, "header/from", m.Fields.From[0].Name+" from "+m.Site)
			return
		}
	}
}

// mailbox judges what stands before the @.
func (m *mail) mailbox(box, host string) {
	if m.genuine || m.Free && len(box) < 6 {
		return
	}
	tokens(box, func(w string) {
		if b := byLabel(w); b != nil && !b.Owns(host) && len(w) > 4 && !m.Inside(host) {
			m.strange += 1
			m.add(sekisho.KindPhish, "company-mailbox", 1.2, "header/from", box+"@"+host)
		}
	})
}

// recipient looks for the recipient's own address where a program puts it to look personal.
func (m *mail) recipient() {
	subject := m.Text[:min(m.Subject, len(m.Text))]
	top := m.Text[min(m.Subject, len(m.Text)):min(len(m.Text), m.Subject+600)]
	for _, to := range m.Recipients {
		if len(to) < 6 || m.genuine || m.Own {
			continue
		}
		box, host, _ := strings.Cut(to, "@")
		switch {
		case strings.Contains(subject, to):
			m.strange += 1
			m.add(sekisho.KindPhish, "address-in-subject", 1.2, "header/subject", to)
		case len(host) > 4 && host != m.Site && !m.Free && strings.Contains(subject, host) && m.Fields.InReplyTo == "":
			m.strange += 0.7
			m.add(sekisho.KindPhish, "address-in-subject", 0.8, "header/subject", host)
		}
		if m.clicks > 0 && (greeted(top, to) || len(box) > 3 && greeted(top, box)) {
			m.strange += 0.4
			m.add(sekisho.KindPhish, "address-as-greeting", 0.4, "1", to)
		}
		m.carried(to)
	}
}

// greeted says whether a text speaks to who at its beginning.
func greeted(top, who string) bool {
	i := strings.Index(top, who)
	if i < 0 || i+len(who) < len(top) && latin(top[i+len(who)]) {
		return false
	}
	before, after := top[max(0, i-12):i], top[i+len(who):]
	for _, w := range [...]string{"dear ", "hello ", "hi ", "hello, ", "attn: ", "attention: "} {
		if strings.HasSuffix(before, w) {
			return true
		}
	}
	return strings.HasPrefix(strings.TrimLeft(after, " "), "様")
}

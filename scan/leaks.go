package scan

import (
	"fmt"
	"strings"

	"sekisho"
	"sekisho/mail/message"
	"sekisho/mail/missend"
	"sekisho/scan/file"
	"sekisho/scan/html"
	"sekisho/scan/leak"
	"sekisho/scan/secret"
	"sekisho/search"
)

// maxLeakText is how much text of attachments is searched for personal data.
const maxLeakText = 4 << 20

// kinds are what is looked for, each with the name and the number from which on it is stated. What everybody writes below his
// own mails (a name, a telephone, an address) is a leak only as a list.
var kinds = [...]struct {
	kind leak.Kind
	name string
	from int
	ja   string
}{
	{leak.MyNumber, "my-number", 1, "マイナンバー"}, {leak.Card, "card-number", 1, "クレジットカード番号"}, {leak.Corporate, "corporate-number", 1, "法人番号"},
	{leak.License, "driver-license", 1, "運転免許証番号"}, {leak.Passport, "passport", 1, "旅券番号"}, {leak.Bank, "bank-account", 1, "銀行口座番号"},
	{leak.Insurer, "insurer-number", 1, "保険者番号"}, {leak.Pension, "pension-number", 1, "基礎年金番号"}, {leak.Residence, "residence-card", 1, "在留カード番号"},
	{leak.Birth, "birth-date", 1, "生年月日"},
	{leak.Phone, "phone-list", 10, "電話番号の一覧"}, {leak.Address, "address-list", 5, "住所の一覧"}, {leak.Mail, "mail-address-list", 20, "メールアドレスの一覧"}, {leak.Name, "name-list", 10, "氏名の一覧"},
}

// leaks looks for personal data and secrets in a text that stands at where, in a file of that name ("" for the mail itself).
// The evidence is a number, never what was found.
func (j *job) leaks(text, folded, where, name string) {
	count := make(map[leak.Kind]int, 4)
	for _, h := range leak.Find(folded) {
		count[h.Kind]++
	}
	count[leak.Address] = max(count[leak.Address], count[leak.Postal])
	for i := range kinds {
		if k := &kinds[i]; count[k.kind] >= k.from {
			j.leak(k.name, where, count[k.kind], k.ja)
		}
	}
	j.secrets(secret.Default(), text, where, name)
	j.classified(folded, where)
	j.contract(text, folded, where, name)
}

// secrets looks for keys and passwords by a set of rules.
func (j *job) secrets(s *secret.Set, text, where, name string) {
	private, access, by := 0, 0, ""
	for _, h := range s.Find(text, name) {
		if strings.Contains(h.Rule, "private-key") || h.Rule == "putty-key" || h.Rule == "age-key" {
			private++
			continue
		}
		if access++; by == "" {
			by = " (" + h.Rule + ")"
		}
	}
	if private > 0 {
		j.leak("private-key", where, private, "秘密鍵")
	}
	if access > 0 {
		j.leak("access-key", where, access, "アクセスキー・パスワード"+by)
	}
}

// leak states that something was found n times; ja is its name for people.
func (j *job) leak(name, where string, n int, ja string) {
	j.find(sekisho.KindLeak, name, where, 0, fmt.Sprintf("%d found: %s %d 件", n, ja, n))
	for i := range j.rep.Findings {
		if f := &j.rep.Findings[i]; f.Kind == sekisho.KindLeak && f.Name == name && f.Where == message.Printable(where) && f.Count == 0 {
			f.Count = n
		}
	}
}

// grave says whether a leak alone is reason to hold a mail that leaves.
func grave(f *sekisho.Finding) bool {
	if f.Kind != sekisho.KindLeak {
		return false
	}
	switch f.Name {
	case string(leak.MyNumber), string(leak.Card), "private-key", "access-key", string(leak.License), string(leak.Passport),
		string(leak.Bank), string(leak.Pension), string(leak.Residence), "phone-list", "address-list", "name-list":
		return true
	}
	return false
}

// fileText searches the text of an attached file for personal data: text files; documents are read as a whole (read).
func (j *job) fileText(t file.Type, name string, data []byte, where string) {
	left := maxLeakText - j.leaky
	if left <= 0 || len(data) == 0 || where == j.paper {
		return
	}
	if low := strings.ToLower(name); t == file.XML && (strings.HasPrefix(low, "docprops/") || strings.HasPrefix(low, "docmetadata/")) {
		j.label(search.Fold(html.Read(string(data[:min(len(data), 1<<16)])).Text), where)
		return
	}
	var text string
	switch {
	case t == file.HTML:
		text = html.Read(message.Decode(data[:min(len(data), left)], declared(data))).Text
	case (t == file.Unknown || t == file.XML) && textual(data):
		text = message.Decode(data[:min(len(data), left)], "")
	default:
		return
	}
	j.leaky += len(text)
	j.leaks(text, search.Fold(text), where, name)
}

// textual says whether a file begins like a text: no control characters but those of lines.
func textual(data []byte) bool {
	for _, c := range data[:min(len(data), 4096)] {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1b {
			return false
		}
	}
	return true
}

// announced states that a mail that leaves speaks of an attachment and has none.
func (j *job) announced() {
	if j.c.Direction != sekisho.Outbound || j.rep.Summary.Attachment || len(j.words) == 0 {
		return
	}
	if missend.SpeaksOfAttachment(search.Fold(missend.OwnWords(strings.Join(j.words, "\n")))) {
		j.find(sekisho.KindLeak, "missing-attachment", "1", 0, "it speaks of an attachment and has none: 添付ファイルがありません")
	}
}

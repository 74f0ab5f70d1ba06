package scan

import (
	"fmt"
	"strings"

	"sekisho"
	"sekisho/mail/message"
	"sekisho/scan/file"
	"sekisho/scan/html"
	"sekisho/scan/leak"
	"sekisho/search"
)

// maxLeakText is how much text of attachments is searched for personal data.
const maxLeakText = 4 << 20

// lists are the kinds that are a leak only in numbers, and from how many on.
func lists(k leak.Kind) (name string, from int) {
	switch k {
	case leak.Phone:
		return "phone-list", 10
	case leak.Address, leak.Postal:
		return "address-list", 5
	case leak.Mail:
		return "mail-address-list", 20
	}
	return string(k), 1
}

// leaks looks for personal data and secrets in a text that stands at where. The evidence is a number, never what was found.
func (j *job) leaks(folded, where string) {
	hits := leak.Find(folded)
	if len(hits) == 0 {
		return
	}
	count := make(map[leak.Kind]int, 4)
	for _, h := range hits {
		count[h.Kind]++
	}
	for _, k := range []leak.Kind{leak.MyNumber, leak.Card, leak.Corporate, leak.License, leak.Passport, leak.PrivateKey, leak.AccessKey, leak.Phone, leak.Address, leak.Mail} {
		n := count[k]
		if k == leak.Address {
			n = max(n, count[leak.Postal])
		}
		if name, from := lists(k); n >= from {
			j.find(sekisho.KindLeak, name, where, 0, fmt.Sprintf("%d found", n))
		}
	}
}

// grave says whether a leak alone is reason to hold a mail that leaves.
func grave(f *sekisho.Finding) bool {
	if f.Kind != sekisho.KindLeak {
		return false
	}
	switch f.Name {
	case string(leak.MyNumber), string(leak.Card), string(leak.PrivateKey), string(leak.AccessKey), string(leak.License), string(leak.Passport), "phone-list", "address-list":
		return true
	}
	return false
}

// fileText searches the text of an attached file for personal data: text files, and the XML of documents.
func (j *job) fileText(t file.Type, name string, data []byte, where string) {
	left := maxLeakText - j.leaky
	if left <= 0 || len(data) == 0 {
		return
	}
	ext := file.Ext(name)
	var text string
	switch {
	case t == file.XML && documentText(where, name):
		text = html.Read(string(data[:min(len(data), left)])).Text
	case t == file.HTML:
		text = html.Read(message.Decode(data[:min(len(data), left)], declared(data))).Text
	case t == file.Unknown && (ext == "txt" || ext == "csv" || ext == "tsv" || ext == "log" || ext == "json" || ext == "pem" || ext == "key" || ext == "ppk" ||
		ext == "env" || ext == "ini" || ext == "conf" || ext == "yaml" || ext == "yml" || ext == "md" || ext == "vcf" || ext == "ics" || ext == "sql"):
		text = message.Decode(data[:min(len(data), left)], "")
	default:
		return
	}
	j.leaky += len(text)
	j.leaks(search.Fold(text), where)
}

// documentText says whether a member of an Office document holds what people read.
func documentText(where, name string) bool {
	low := strings.ToLower(name)
	return strings.HasPrefix(low, "word/document") || strings.HasPrefix(low, "xl/sharedstrings") || strings.HasPrefix(low, "xl/worksheets/") ||
		strings.HasPrefix(low, "ppt/slides/") || low == "content.xml" || !strings.Contains(low, "/") && strings.HasSuffix(low, ".xml")
}

package scan

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"

	"sekisho/scan/exact"
	"sekisho/scan/secret"
	"sekisho/scan/word"
	"sekisho/search"
)

// terms is what one contract looks for beside what everybody does: sets of words, regular expressions, rules for secrets.
type terms struct {
	names    []string
	words    *word.Automaton
	patterns []pattern
	secrets  *secret.Set
	exact    []own
	papers   []paper
}

// paper is the fingerprints of a document of the contract.
type paper struct {
	name  string
	key   exact.Key
	doc   []byte
	share float64
}

// own is a set of fingerprints of the contract's data.
type own struct {
	name string
	set  *exact.Set
}

type pattern struct {
	name   string
	regex  *regexp.Regexp
	folded bool
}

// section is the form of it; package policy checks it when it is set.
type section struct {
	Words []struct {
		Name  string   `toml:"name"`
		Words []string `toml:"words"`
	} `toml:"words"`
	Patterns []struct {
		Name   string `toml:"name"`
		Regex  string `toml:"regex"`
		Folded bool   `toml:"folded"`
	} `toml:"patterns"`
	Exact []struct {
		Name string `toml:"name"`
		Key  string `toml:"key"`
		Set  string `toml:"set"`
	} `toml:"exact"`
	Documents []struct {
		Name  string  `toml:"name"`
		Key   string  `toml:"key"`
		Set   string  `toml:"set"`
		Share float64 `toml:"share"`
	} `toml:"documents"`
}

// usualShare is how much of a document is a hit when the contract does not say.
const usualShare = 0.3

// mostSets is how many contracts' terms are kept ready.
const mostSets = 64

// terms gives a contract's section ready for use. What cannot be read is left out: policy refused it when it was set.
func (s *Scanner) terms(text []byte) *terms {
	sum := sha256.Sum256(text)
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.sets[sum]; t != nil {
		return t
	}
	if len(s.sets) >= mostSets {
		clear(s.sets)
	}
	t := readTerms(text)
	s.sets[sum] = t
	return t
}

func readTerms(text []byte) *terms {
	t := &terms{}
	var x section
	if err := toml.Unmarshal(text, &x); err != nil {
		return t
	}
	var list []word.Word
	for i, w := range x.Words {
		t.names = append(t.names, w.Name)
		for _, one := range w.Words {
			list = append(list, word.Word{Text: search.Fold(one), Of: i})
		}
	}
	if len(list) > 0 {
		t.words = word.New(list)
	}
	for _, p := range x.Patterns {
		if r, err := regexp.Compile(p.Regex); err == nil {
			t.patterns = append(t.patterns, pattern{p.Name, r, p.Folded})
		}
	}
	for _, e := range x.Exact {
		key, _ := hex.DecodeString(e.Key)
		b, err := base64.StdEncoding.DecodeString(e.Set)
		if err != nil {
			continue
		}
		if set, err := exact.Open(b, key); err == nil {
			t.exact = append(t.exact, own{e.Name, set})
		}
	}
	for _, d := range x.Documents {
		key, _ := hex.DecodeString(d.Key)
		b, err := base64.StdEncoding.DecodeString(d.Set)
		if d.Share <= 0 {
			d.Share = usualShare
		}
		if err == nil && len(key) == exact.KeySize {
			t.papers = append(t.papers, paper{d.Name, key, b, d.Share})
		}
	}
	if set, _, err := secret.Parse(text); err == nil && set.Len() > 0 {
		t.secrets = set
	}
	return t
}

// mostMatches is how often one expression is counted in one text.
const mostMatches = 1000

// contract looks for what the contract itself looks for.
func (j *job) contract(text, folded, where, name string) {
	for _, o := range j.c.Exact {
		if r, hit := o.Set.Find(folded); hit {
			j.leak(o.Name, where, r.Values, "組織のデータ（指紋照合）")
		}
	}
	if len(j.c.Leak) == 0 {
		return
	}
	t := j.s.terms(j.c.Leak)
	if t.words != nil {
		count := make([]int, len(t.names))
		t.words.Find(folded, func(of, at, n int) {
			if alone(folded, at, at+n) {
				count[of]++
			}
		})
		for i, n := range count {
			if n > 0 {
				j.leak(t.names[i], where, n, "組織が登録した語")
			}
		}
	}
	for i := range t.patterns {
		p := &t.patterns[i]
		in := text
		if p.folded {
			in = folded
		}
		if n := len(p.regex.FindAllStringIndex(in, mostMatches)); n > 0 {
			j.leak(p.name, where, n, "組織が登録した表現")
		}
	}
	for _, o := range t.exact {
		if r, hit := o.set.Find(folded); hit {
			j.leak(o.name, where, r.Values, "組織のデータ（指紋照合）")
		}
	}
	for _, p := range t.papers {
		if share := exact.Share(p.key, p.doc, folded); share >= p.share {
			j.leak(p.name, where, 1, fmt.Sprintf("組織の文書と %.0f %% 一致", 100*share))
		}
	}
	if t.secrets != nil {
		j.secrets(t.secrets, text, where, name)
	}
}

// alone says whether the word at start to end is no part of a longer one, where words are written apart.
func alone(t string, start, end int) bool {
	latin := func(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' }
	return !(latin(t[start]) && start > 0 && latin(t[start-1])) && !(latin(t[end-1]) && end < len(t) && latin(t[end]))
}

// labels of confidential texts, in folded form, with what they are called in findings. They count where they stand as a mark:
// alone on a line, in brackets, or at the beginning of the subject or a line.
var labels = [...]struct{ text, name string }{
	{"極秘", "label-secret"}, {"厳秘", "label-secret"}, {"top secret", "label-secret"}, {"社外秘", "label-confidential"}, {"部外秘", "label-confidential"}, {"関係者外秘", "label-confidential"}, {"関係者限り", "label-confidential"},
	{"取扱注意", "label-confidential"}, {"機密", "label-confidential"}, {"秘密情報", "label-confidential"}, {"confidential", "label-confidential"}, {"strictly confidential", "label-secret"}, {"company confidential", "label-confidential"}, {"internal use only", "label-internal"},
	{"internal only", "label-internal"}, {"restricted", "label-confidential"}, {"社内限", "label-internal"}, {"社内限り", "label-internal"}, {"社内のみ", "label-internal"}, {"機密性2", "label-confidential"}, {"機密性3", "label-secret"},
	{"do not distribute", "label-confidential"}, {"持出禁止", "label-confidential"}, {"持ち出し禁止", "label-confidential"}, {"複写禁止", "label-confidential"}, {"転送禁止", "label-confidential"}, {"proprietary and confidential", "label-confidential"},
}

// marks finds the labels, and the beginning of a traffic light, in one pass: most texts have none.
var marks = sync.OnceValue(func() *word.Automaton {
	list := []word.Word{{Text: "tlp:"}}
	for i := range labels {
		list = append(list, word.Word{Text: labels[i].text})
	}
	return word.New(list)
})

// classified looks for labels of confidential texts.
func (j *job) classified(folded, where string) {
	some := false
	if marks().Find(folded, func(_, _, _ int) { some = true }); !some {
		return
	}
	for i := range labels {
		l := &labels[i]
		for at, tries := 0, 0; tries < 50; tries++ {
			k := strings.Index(folded[at:], l.text)
			if k < 0 {
				break
			}
			k += at
			at = k + len(l.text)
			if marked(folded, k, at) {
				j.leak(l.name, where, 1, "機密区分の表示: "+l.text)
				break
			}
		}
	}
	for _, c := range []string{"red", "amber+strict", "amber"} { // FIRST, Traffic Light Protocol 2.0
		if k := strings.Index(folded, "tlp:"+c); k >= 0 && alone(folded, k, k+4+len(c)) {
			j.leak("label-tlp-"+strings.TrimSuffix(c, "+strict"), where, 1, "TLP:"+c)
			break
		}
	}
}

// marked says whether the words at start to end stand as a mark and not in a sentence. A footer that calls every mail
// confidential is a sentence.
func marked(t string, start, end int) bool {
	line := strings.LastIndexByte(t[:start], '\n') + 1
	front := strings.TrimSpace(t[line:start])
	tail := t[end:min(len(t), end+60)]
	if i := strings.IndexByte(tail, '\n'); i >= 0 {
		tail = tail[:i]
	}
	tail = strings.TrimSpace(tail)
	if front == "" && tail == "" {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(front)
	behind, _ := utf8.DecodeRuneInString(tail)
	opens := strings.ContainsRune("【[(<《≪「『〔*#-_=|(■□◆●※:：/", before)
	closes := strings.ContainsRune("】])>》≫」』〕*#-_=|)/", behind)
	return opens && (closes || tail == "") || front == "" && (closes || behind == ':' && len(tail) < 40)
}

// headers looks for labels in the fields of the header.
func (j *job) headers() {
	for _, f := range j.mail.Header {
		value := search.Fold(strings.TrimSpace(string(f.Value)))
		switch f.Key {
		case "sensitivity": // RFC 4021 section 2.1.55
			if strings.HasPrefix(value, "company-confidential") || strings.HasPrefix(value, "private") || strings.HasPrefix(value, "personal") {
				j.leak("label-confidential", "header/sensitivity", 1, "ヘッダーの機密区分")
			}
		case "msip_labels", "x-ms-exchange-organization-classification", "x-classification", "classification", "x-protective-marking", "siolabel":
			j.label(value, "header/"+f.Key)
		}
	}
}

// label states the label that a field or a property of a document carries.
func (j *job) label(value, where string) {
	for i := range labels {
		if strings.Contains(value, labels[i].text) {
			j.leak(labels[i].name, where, 1, "機密区分")
			return
		}
	}
	if strings.Contains(value, "secret") || strings.Contains(value, "classified") {
		j.leak("label-secret", where, 1, "機密区分")
	}
}

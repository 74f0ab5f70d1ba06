// Package leak finds personal data and secrets in texts: numbers that carry a check digit (My Number, payment cards),
// telephone numbers, addresses and mail addresses, which are harmless alone and a leak as a list, and keys of programs.
//
// It works on folded text (search.Fold), so that full-width digits are digits. What it says is kind and place; it never
// copies what it found, because findings are stored where the mail itself would not be.
package leak

import (
	"strings"
	"unicode/utf8"
)

// Kind is what was found.
type Kind string

// The kinds.
const (
	MyNumber   Kind = "my-number"        // 個人番号, 12 digits with a check digit
	Corporate  Kind = "corporate-number" // 法人番号, 13 digits with a check digit; public, no personal data
	Card       Kind = "card-number"      // payment card: issuer's prefix, length and Luhn digit
	License    Kind = "driver-license"   // 12 digits that the text calls so
	Passport   Kind = "passport"
	Phone      Kind = "phone"
	Postal     Kind = "postal-code"
	Address    Kind = "address"
	Mail       Kind = "mail-address"
	PrivateKey Kind = "private-key"
	AccessKey  Kind = "access-key" // of a cloud or another service
)

// Hit is one find: bytes of the text.
type Hit struct {
	Kind       Kind
	Start, End int
}

// maxHits is how many finds one text can have.
const maxHits = 5000

// Find looks through t. The hits are in order of their kind's search, not of place.
func Find(t string) []Hit {
	f := finder{t: t}
	f.numbers()
	f.mails()
	f.addresses()
	f.secrets()
	return f.hits
}

type finder struct {
	t    string
	hits []Hit
}

func (f *finder) hit(k Kind, start, end int) {
	if len(f.hits) < maxHits {
		f.hits = append(f.hits, Hit{k, start, end})
	}
}

// group is a run of digits; sep is the character between it and the next group, 0 when none follows directly.
type group struct {
	start, end int
	sep        byte
}

func (g group) len() int { return g.end - g.start }

func digit(c byte) bool { return c >= '0' && c <= '9' }

func word(c byte) bool { return digit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }

// numbers walks over the digits of the text, group by group.
func (f *finder) numbers() {
	var run []group
	for i := 0; i < len(f.t); {
		if !digit(f.t[i]) {
			i++
			continue
		}
		run = run[:0]
		for {
			g := group{start: i}
			for i < len(f.t) && digit(f.t[i]) {
				i++
			}
			g.end = i
			if i+1 < len(f.t) && (f.t[i] == '-' || f.t[i] == ' ') && digit(f.t[i+1]) && len(run) < 10000 {
				g.sep = f.t[i]
				i++
			}
			run = append(run, g)
			if g.sep == 0 {
				break
			}
		}
		f.run(run)
	}
}

// run looks for numbers in groups that follow each other directly.
func (f *finder) run(run []group) {
	for i := 0; i < len(run); {
		i += max(f.at(run[i:], i > 0 && run[i-1].sep == '-'), 1)
	}
}

// at tries the kinds of numbers at the first group and gives how many groups it took. joined says that a hyphen stands
// before it.
func (f *finder) at(g []group, joined bool) int {
	start := g[0].start
	if joined || start > 0 && (word(f.t[start-1]) || strings.IndexByte("-./#+=&", f.t[start-1]) >= 0) {
		if n := f.plus(g); n > 0 {
			return n
		}
		if !digit(f.t[start]) || joined || f.t[start-1] != '/' {
			return 0
		}
	}
	for _, try := range []func([]group) int{f.card, f.person, f.phone} {
		if n := try(g); n > 0 {
			return n
		}
	}
	return 0
}

// whole says that n groups of g end where the number ends: no digit is joined to them, no letter follows.
func (f *finder) whole(g []group, n int) bool {
	if n > len(g) || g[n-1].sep == '-' {
		return false
	}
	end := g[n-1].end
	return end == len(f.t) || !word(f.t[end]) && !(f.t[end] == '.' && end+1 < len(f.t) && digit(f.t[end+1]))
}

// shape says whether g begins with groups of these lengths, one separator between all.
func (f *finder) shape(g []group, lengths ...int) bool {
	if len(g) < len(lengths) || !f.whole(g, len(lengths)) {
		return false
	}
	for i, n := range lengths {
		if g[i].len() != n || i < len(lengths)-1 && g[i].sep != g[0].sep {
			return false
		}
	}
	return true
}

// digits are the digits of n groups.
func (f *finder) digits(g []group, n int) string {
	if n == 1 {
		return f.t[g[0].start:g[0].end]
	}
	var b strings.Builder
	for _, x := range g[:n] {
		b.WriteString(f.t[x.start:x.end])
	}
	return b.String()
}

// card tries payment cards.
func (f *finder) card(g []group) int {
	n := 0
	switch l := g[0].len(); {
	case f.shape(g, 4, 4, 4, 4):
		n = 4
	case f.shape(g, 4, 6, 5), f.shape(g, 4, 6, 4):
		n = 3
	case l >= 14 && l <= 16 && f.whole(g, 1):
		n = 1
	}
	if n == 0 {
		return 0
	}
	d := f.digits(g, n)
	if !issuer(d) || !luhn(d) || f.called(g[0].start, others) {
		return 0
	}
	f.hit(Card, g[0].start, g[n-1].end)
	return n
}

// issuer knows the prefixes and lengths of the card schemes that are used here.
func issuer(d string) bool {
	p2, p3, p4 := num(d[:2]), num(d[:3]), num(d[:4])
	switch len(d) {
	case 16:
		return d[0] == '4' || p2 >= 51 && p2 <= 55 || p4 >= 2221 && p4 <= 2720 || p4 >= 3528 && p4 <= 3589 || p4 == 6011 || p2 == 65 ||
			p3 >= 644 && p3 <= 649 || p2 == 62 || p2 == 36
	case 15:
		return p2 == 34 || p2 == 37
	case 14:
		return p3 >= 300 && p3 <= 305 || p2 == 36 || p2 == 38 || p2 == 39
	}
	return false
}

func num(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// luhn checks the last digit of a card number (ISO/IEC 7812-1 annex B).
func luhn(d string) bool {
	sum, same := 0, true
	for i := range len(d) {
		v := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
		same = same && d[i] == d[0]
	}
	return sum%10 == 0 && !same
}

// person tries My Number, driving licences and corporate numbers.
func (f *finder) person(g []group) int {
	n := 0
	switch {
	case f.shape(g, 12), f.shape(g, 13):
		n = 1
	case f.shape(g, 4, 4, 4):
		n = 3
	case f.shape(g, 1, 4, 4, 4):
		n = 4
	default:
		return 0
	}
	d := f.digits(g, n)
	start, end := g[0].start, g[n-1].end
	switch {
	case len(d) == 13:
		if !corporate(d) || f.called(start, others) {
			return 0
		}
		f.hit(Corporate, start, end)
	case f.called(start, licenses):
		f.hit(License, start, end)
	case myNumber(d) && !f.called(start, others):
		f.hit(MyNumber, start, end)
	default:
		return 0
	}
	return n
}

// myNumber checks the last digit of a My Number (ordinance of the Ministry of Internal Affairs 85 of 2014, article 5).
func myNumber(d string) bool {
	sum, same := 0, true
	for n := 1; n <= 11; n++ {
		q := n + 1
		if n > 6 {
			q = n - 5
		}
		sum += int(d[11-n]-'0') * q
		same = same && d[n] == d[0]
	}
	check := 11 - sum%11
	if sum%11 <= 1 {
		check = 0
	}
	return !same && int(d[11]-'0') == check
}

// corporate checks the first digit of a corporate number (ordinance of the Ministry of Finance 70 of 2014, article 2).
func corporate(d string) bool {
	sum := 0
	for n := 1; n <= 12; n++ {
		p := 1
		if n%2 == 0 {
			p = 2
		}
		sum += int(d[13-n]-'0') * p
	}
	return int(d[0]-'0') == 9-sum%9
}

// Words that say what a number is, when they stand shortly before it.
var (
	licenses = []string{"免許", "license", "licence"}
	others   = []string{"注文", "伝票", "追跡", "受注", "発注", "問い合わせ", "問合せ", "管理番号", "製造", "品番", "型番", "シリアル", "請求番号", "受付番号", "整理番号",
		"order", "tracking", "invoice", "serial", "isbn", "jan", "ticket", "case", "ref", "部品", "口座", "version", "sha", "md5", "uuid"}
)

// called says whether one of the words stands in the 30 bytes before at, on the same line.
func (f *finder) called(at int, words []string) bool {
	before := f.t[max(0, at-30):at]
	if i := strings.LastIndexByte(before, '\n'); i >= 0 {
		before = before[i+1:]
	}
	for _, w := range words {
		if strings.Contains(before, w) {
			return true
		}
	}
	return false
}

// phone tries telephone numbers of Japan: ten digits, or eleven for mobile and IP telephones, that begin with 0.
func (f *finder) phone(g []group) int {
	if f.t[g[0].start] != '0' || g[0].len() < 2 {
		return 0
	}
	if f.whole(g, 1) && g[0].len() == 11 && mobile(f.t[g[0].start:]) {
		f.hit(Phone, g[0].start, g[0].end)
		return 1
	}
	if len(g) < 3 || g[0].sep != '-' || g[1].sep != '-' || !f.whole(g, 3) || g[2].len() < 3 || g[2].len() > 4 || g[0].len() > 5 {
		return 0
	}
	n := g[0].len() + g[1].len() + g[2].len()
	if n != 10 && !(n == 11 && mobile(f.t[g[0].start:])) {
		return 0
	}
	f.hit(Phone, g[0].start, g[2].end)
	return 3
}

func mobile(s string) bool {
	return len(s) > 3 && s[0] == '0' && s[2] == '0' && (s[1] >= '5' && s[1] <= '9')
}

// plus tries +81-90-1234-5678.
func (f *finder) plus(g []group) int {
	start := g[0].start
	if start == 0 || f.t[start-1] != '+' || len(g) < 4 || f.t[start:g[0].end] != "81" || !f.whole(g, 4) {
		return 0
	}
	if n := g[1].len() + g[2].len() + g[3].len(); n == 9 || n == 10 {
		f.hit(Phone, start-1, g[3].end)
		return 4
	}
	return 0
}

// mails finds mail addresses.
func (f *finder) mails() {
	for at := 0; ; {
		i := strings.IndexByte(f.t[at:], '@')
		if i < 0 {
			return
		}
		i += at
		start, end := i, i+1
		for start > 0 && i-start < 64 && (word(f.t[start-1]) || strings.IndexByte(".+-%", f.t[start-1]) >= 0) {
			start--
		}
		for end < len(f.t) && end-i < 253 && (word(f.t[end]) || f.t[end] == '.' || f.t[end] == '-') {
			end++
		}
		host := strings.TrimRight(f.t[i+1:end], ".-")
		if start < i && strings.IndexByte(host, '.') > 0 {
			f.hit(Mail, start, i+1+len(host))
		}
		at = end
	}
}

// prefectures end with one of these; the names themselves are not needed, what follows is.
const prefectures = "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 新潟県 富山県 石川県 福井県 山梨県 長野県 " +
	"岐阜県 静岡県 愛知県 三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県 岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 " +
	"熊本県 大分県 宮崎県 鹿児島県 沖縄県"

// addresses finds postal codes with their mark, and addresses from the prefecture to a house number.
func (f *finder) addresses() {
	for at := 0; ; {
		i := strings.Index(f.t[at:], "〒")
		if i < 0 {
			break
		}
		i += at
		at = i + len("〒")
		s := strings.TrimLeft(f.t[at:], " ")
		if n := len(f.t) - len(s); len(s) >= 8 && digits(s[:3]) && s[3] == '-' && digits(s[4:8]) {
			f.hit(Postal, i, n+8)
			at = n + 8
		}
	}
	for _, mark := range []string{"県", "都", "府", "道"} {
		for at := 0; ; {
			i := strings.Index(f.t[at:], mark)
			if i < 0 {
				break
			}
			i += at
			at = i + len(mark)
			if name := f.prefecture(at); name > 0 {
				if end := f.house(at); end > 0 {
					f.hit(Address, at-name, end)
					at = end
				}
			}
		}
	}
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if !digit(s[i]) {
			return false
		}
	}
	return true
}

// prefecture is the length of the prefecture's name that ends at at; 0 when none does.
func (f *finder) prefecture(at int) int {
	for _, n := range []int{9, 12} {
		if at >= n && utf8.ValidString(f.t[at-n:at]) {
			if i := strings.Index(prefectures, f.t[at-n:at]); i >= 0 && (i == 0 || prefectures[i-1] == ' ') {
				return n
			}
		}
	}
	return 0
}

// house is where a house number ends that begins within 60 bytes behind at, after a municipality; 0 when there is none.
func (f *finder) house(at int) int {
	s := f.t[at:min(len(f.t), at+90)]
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		s = s[:i]
	}
	town := strings.IndexAny(s, "市区町村郡")
	if town < 0 {
		return 0
	}
	for i := town; i < len(s); i++ {
		if !digit(s[i]) {
			continue
		}
		end := i
		for k, r := range s[i:] {
			if r >= '0' && r <= '9' || r == '-' || strings.ContainsRune("丁目番地号の", r) {
				end = i + k + utf8.RuneLen(r)
				continue
			}
			break
		}
		if end-i >= 3 {
			return at + end
		}
		return 0
	}
	return 0
}

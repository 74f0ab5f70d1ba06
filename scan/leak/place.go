package leak

import (
	"strings"
	"unicode/utf8"
)

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
	f.bare()
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
		if end-i >= 3 && f.t[at+i:at+end] != "" && (strings.ContainsAny(s[i:end], "-丁番号の") || end-i < 5) {
			return at + end
		}
		if strings.HasPrefix(s[end:], "条") {
			continue
		}
		return 0
	}
	return 0
}

// bare finds addresses that begin with a municipality: 港区芝公園4-2-8, 札幌市中央区北1条西2丁目. One that is named after a label
// or at the beginning of a cell only needs a house number; in a sentence it needs one with its marks.
func (f *finder) bare() {
	for at := 0; at < len(f.t); {
		i := strings.IndexAny(f.t[at:], "市区町村郡")
		if i < 0 {
			return
		}
		i += at
		at = i + len("市")
		start := f.ideographs(i)
		if start == i || i-start > 30 || f.counted(start, i) {
			continue
		}
		s := f.t[start:at]
		if strings.HasSuffix(s, "都市") || strings.HasSuffix(s, "地区") || strings.HasSuffix(s, "市区") || strings.HasSuffix(s, "市町") {
			continue
		}
		if end := f.house(start); end > 0 && strings.ContainsAny(f.t[at:end], "-丁番号の条") {
			f.hit(Address, start, end)
			at = end
		}
	}
}

// counted says whether a prefecture's name ends between start and end: then the address was found by it.
func (f *finder) counted(start, end int) bool {
	for k, r := range f.t[start:end] {
		if strings.ContainsRune("都道府県", r) && f.prefecture(start+k+utf8.RuneLen(r)) > 0 {
			return true
		}
	}
	return false
}

// ideographs is where the run of Japanese characters begins that ends at end.
func (f *finder) ideographs(end int) int {
	for end > 0 {
		r, n := utf8.DecodeLastRuneInString(f.t[:end])
		if (r < 0x4e00 || r >= 0xa000) && r != 'ヶ' && r != 'ケ' && r != '々' && (r < 0x3041 || r > 0x3096) {
			break
		}
		end -= n
	}
	return end
}

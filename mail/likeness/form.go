package likeness

import (
	"strings"

	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/unicode/norm"
)

// Site is the domain that an organisation registered, of a host: "shop.example.co.jp" gives "example.co.jp". A host without one comes back.
func Site(host string) string {
	s, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return host
	}
	return s
}

// Skeleton is how a name looks: equal for names that people take for each other.
func Skeleton(s string) string {
	ascii := true
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			ascii = false
			break
		}
	}
	if !ascii {
		s = strings.Map(shape, norm.NFKD.String(strings.ToLower(s)))
	}
	s = strings.ToLower(s)
	if strings.Contains(s, "rn") || strings.Contains(s, "vv") || strings.Contains(s, "cl") {
		s = strings.NewReplacer("rn", "m", "vv", "w", "cl", "d").Replace(s)
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case '0':
			return 'o'
		case '1', 'i', '|':
			return 'l'
		case '5':
			return 's'
		}
		return r
	}, s)
}

// shape is the Latin letter that another character looks like; marks vanish.
func shape(r rune) rune {
	if r < 0x80 {
		return r
	}
	odd := 0
	const pairs = "аaеeоoрpсcуyхxіiјjѕsһhԁdԛqԝwвbкkмmнhтtб6гrпnьbз3ъbոnսuեeհhցgգqզzօoαaβbγyδdεeιiκkνvοoρpτtυuχxωwηnμuϲcϳjɑaɡgıiⅼlⅰiɩiʟlɪiɴnʀrᴀaʙbᴄcᴅdᴇeᴋkᴍmᴏoᴛtᴜuᴠvᴡwᴢz٥o۵o੦o૦o०o০o〇oー-‐-‑-‒-–-—-―-−-一-─-⁄/∕/╱/ノ/。.．.･.・.·.ロ口エ工ニ二カ力タ夕ト卜ハ八ヘへ" // each character, then what it looks like
	want := false
	for _, c := range pairs {
		switch {
		case want:
			return c
		case odd%2 == 0 && c == r:
			want = true
		}
		odd++
	}
	if r >= 0x300 && r <= 0x36f || r >= 0x200b && r <= 0x200f || r == 0xad || r == 0x3099 || r == 0x309a {
		return -1
	}
	return r
}

// OneChange says whether two different names are one change apart: a letter left out, added or changed, or two neighbours swapped.
func OneChange(a, b string) bool { return distance(a, b) == 1 }

// distance is 1 when a becomes b by one change of a letter, an added or left out one, or two neighbours swapped; 0 when
// they are equal; 2 for more.
func distance(a, b string) int {
	if a == b {
		return 0
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch len(b) - len(a) {
	case 1:
		if a[i:] == b[i+1:] {
			return 1
		}
	case 0:
		if a[i+1:] == b[i+1:] {
			return 1
		}
		if i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:] {
			return 1
		}
	}
	return 2
}

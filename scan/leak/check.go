package leak

// issuer knows the prefixes and lengths of the card schemes (ISO/IEC 7812-1; the schemes' published ranges).
func issuer(d string) bool {
	if len(d) < 14 {
		return false
	}
	p2, p3, p4, p6 := num(d[:2]), num(d[:3]), num(d[:4]), num(d[:6])
	switch len(d) {
	case 16:
		return d[0] == '4' || p2 >= 51 && p2 <= 55 || p4 >= 2221 && p4 <= 2720 || p4 >= 3528 && p4 <= 3589 || p4 == 6011 || p2 == 65 ||
			p3 >= 644 && p3 <= 649 || p2 == 62 || p2 == 36 || p4 >= 2200 && p4 <= 2204 || p4 == 9792 || p2 == 81 && p3 == 817
	case 15:
		return p2 == 34 || p2 == 37
	case 14:
		return p3 >= 300 && p3 <= 305 || p2 == 36 || p2 == 38 || p2 == 39 || p4 == 3095
	case 19, 18, 17:
		return p2 == 62 || len(d) == 19 && (d[0] == '4' || p4 == 6011 || p6 >= 352800 && p6 <= 358999)
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

// article checks the last digit of a GTIN: EAN, JAN, UPC, ISBN-13 (GS1 General Specifications, section 7.9).
func article(d string) bool {
	sum := 0
	for i := range len(d) {
		w := 1
		if (len(d)-i)%2 == 0 {
			w = 3
		}
		sum += int(d[i]-'0') * w
	}
	return sum%10 == 0
}

// stamp says whether d begins with a date and a time of these decades, as timestamps do: 202611290930.
func stamp(d string) bool {
	if len(d) < 12 {
		return false
	}
	return date(d[:8]) && num(d[8:10]) < 24 && num(d[10:12]) < 60
}

// date says whether eight digits are a day between 1900 and 2099.
func date(d string) bool {
	y, m, day := num(d[:4]), num(d[4:6]), num(d[6:8])
	return y >= 1900 && y < 2100 && m >= 1 && m <= 12 && day >= 1 && day <= 31
}

// ibans are the lengths of an IBAN by its country (ISO 13616 registry).
const ibans = "ad24 ae23 al28 at20 az28 ba20 be16 bg22 bh22 br29 by28 ch21 cr22 cy28 cz24 de22 dk18 do28 ee20 eg29 es24 fi18 fo18 fr27 gb22 ge22 gi23 gl18 gr27 gt28 hr21 hu28 ie22 il23 " +
	"iq23 is26 it27 jo30 kw30 kz20 lb28 lc32 li21 lt20 lu20 lv21 ly25 mc27 md24 me22 mk19 mr27 mt31 mu30 nl18 no15 pk24 pl28 ps29 pt25 qa29 ro24 rs22 sa24 sc31 se24 si19 sk24 sm27 st25 sv28 tl23 tn24 tr26 ua29 va22 vg24 xk20"

// iban checks an international account number without its spaces, in lower case (ISO 7064 MOD 97-10).
func iban(s string) bool {
	rest := 0
	for _, c := range []byte(s[4:] + s[:4]) {
		switch {
		case digit(c):
			rest = (rest*10 + int(c-'0')) % 97
		case latin(c):
			rest = (rest*100 + int(c-'a') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1
}

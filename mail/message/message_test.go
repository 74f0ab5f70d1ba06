package message

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho"
)

// mail makes a text with CR LF.
func mail(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }

// odd are the names of the ambiguous findings, with a star when the score is above 0.
func odd(m *Message) []string {
	var out []string
	for _, f := range m.Findings {
		n := f.Name
		if f.Kind == sekisho.KindAmbiguous && f.Score > 0 {
			n += "*"
		}
		out = append(out, n)
	}
	return out
}

// TestAmbiguous shows what two readers see differently, and what is only ugly.
func TestAmbiguous(t *testing.T) {
	const parts = "--a\nContent-Type: text/plain\n\nx\n--a--\n"
	for _, c := range []struct{ mail, want string }{
		{"From: a@b\nSubject: x\n\nbody\n", ""},
		{"Content-Type: text/plain\nContent-Type: text/html\n\nx", "twice*"},
		{"Content-Type: text/plain\nContent-type:  text/plain\n\nx", "twice"},
		{"Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64\n\nx", "twice*"},
		{"Content-Disposition: inline\nContent-Disposition: attachment\n\nx", "twice*"},
		{"From: a@b\nFrom: c@d\n\nx", "twice*"},
		{"Subject: a\nSubject: b\n\nx", "twice*"},
		{"To: a@b\nTo: c@d\n\nx", "twice"},
		{"From: a@b, c@d\n\nx", "from-several*"},
		{"From: a@b@c\n\nx", "address-two-at*"},
		{"Subject : a\n\nx", "blank-before-colon*"},
		{"Subject: a\nno field\n\nx", "no-colon*"},
		{"Subject: a\n \nTo: b@c\n\nx", "blank-fold*"},
		{" folded\nSubject: a\n\nx", "leading-fold*"},
		{"From me\n\nx", "mbox-line"},
		{"Subject: \xe3\x81\x82\n\nx", "raw-8bit"},
		{"Subject: =?utf-7?Q?a?=\n\nx", "word-utf-7*"},
		{"Content-Type: text/plain; charset=utf-7\n\nx", "charset-utf-7*"},
		{"Content-Type: text/plain; charset=klingon\n\nx", "charset-unknown"},
		{"Content-Type: text/plain charset=utf-8\n\nx", "no-semicolon*"},
		{"Content-Type: te(x)xt/plain\n\nx", "comment*"},
		{"Content-Type: text/plain; charset=us-ascii (Plain)\n\nx", "comment"},
		{"Content-Type: text/plain; charset=a; charset=b\n\nx", "param-twice* charset-unknown"},
		{"Content-Type: text/plain; name*0=a; name*2=b\n\nx", "param-gap*"},
		{"Content-Type: text/plain; name*0=a; name*0=b\n\nx", "param-twice*"},
		{"Content-Type: text/plain; name*=utf-8''a.exe; name=b.txt\n\nx", "param-two-values*"},
		{"Content-Type: text/plain; name=\"=?utf-8?q?a?=\"\n\nx", "param-word"},
		{"Content-Type: text/plain; name=\"a\n\nx", "open-quote*"},
		{"Content-Type: text/plain; name=a b.txt\n\nx", "param-blank*"},
		{"Content-Type: application/x; name=a.txt\nContent-Disposition: attachment; filename=b.exe\n\nx", "two-names*"},
		{"Content-Type: application/x; name=a.txt\nContent-Disposition: attachment; filename=b.txt\n\nx", "two-names"},
		{"Content-Type: text/plain/x\n\nx", "type-bad*"},
		{"Content-Transfer-Encoding: base-64\n\nx", "encoding-unknown*"},
		{"Content-Transfer-Encoding: 7bit (x)\n\nx", "comment*"},
		{"Content-Transfer-Encoding: base64\n\nQUJD\n!QUJD\n", "base64-garbage*"},
		{"Content-Transfer-Encoding: base64\n\nQUI=\nQUJD\n", "base64-padding*"},
		{"Content-Transfer-Encoding: base64\n\nQUJDR\n", "base64-short"},
		{"Content-Type: multipart/mixed\n\n" + parts, "boundary-none*"},
		{"Content-Type: multipart/mixed; boundary=zz\n\n" + parts, "boundary-missing*"},
		{"Content-Type: multipart/mixed; boundary=a\n\n" + parts, ""},
		{"Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--ab\n\ny\n--a--\n", "boundary-prefix*"},
		{"Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n", "boundary-unclosed"},
		{"Content-Type: multipart/mixed; boundary=a\n\n" + parts + "--a\n\nmore\n", "boundary-after-end*"},
		{"Content-Type: multipart/mixed; boundary=\"a \"\n\n" + parts, "boundary-blank*"},
		{"Content-Type: multipart/mixed; boundary=a; boundary=b\n\n" + parts, "param-twice*"},
		{"Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a--\n--a--\n", "boundary-reused* boundary-after-end*"},
		{"Content-Type: multipart/mixed; boundary=a\nContent-Transfer-Encoding: base64\n\n" + parts, "encoding-multipart*"},
		{"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nRnJvbTogYUBiCgp4", "nested-encoding*"},
		{"Subject: x\n\na\x00b", "nul*"},
	} {
		m := Read(mail(c.mail), Limit{})
		got := odd(m)
		want := strings.Fields(c.want)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", c.mail, got, want)
		}
		if m.Ambiguous != strings.Contains(c.want, "*") {
			t.Errorf("%q: ambiguous is %v", c.mail, m.Ambiguous)
		}
		check(t, c.mail, mail(c.mail))
	}
}

func TestLineEnds(t *testing.T) {
	for raw, want := range map[string]string{
		"A: b\r\n\r\nx\r\n": "",
		"A: b\n\nx\n":       "",
		"A: b\r\n\r\nx\ny":  "bare-lf*",
		"A: b\r\n\r\nx\ry":  "bare-cr*",
		"A: b\n\nx\ry":      "bare-cr*",
		"A: b\r\rx":         "bare-cr*",
	} {
		m := Read([]byte(raw), Limit{})
		if got := strings.Join(odd(m), " "); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
		if m.Get("a") != "b" {
			t.Errorf("%q: the field is %q", raw, m.Get("a"))
		}
	}
}

func TestLimits(t *testing.T) {
	deep := strings.Repeat("Content-Type: message/rfc822\n\n", 60)
	m := Read(mail(deep), Limit{})
	if !slices.Contains(odd(m), "mime-depth") || !m.Ambiguous {
		t.Errorf("depth: %v", odd(m))
	}
	m = Read(mail("Content-Type: multipart/mixed; boundary=a\n\n"+strings.Repeat("--a\n\nx\n", 100)+"--a--\n"), Limit{Parts: 10})
	if len(m.Root.Parts) != 10 || !slices.Contains(odd(m), "mime-parts") {
		t.Errorf("%d parts: %v", len(m.Root.Parts), odd(m))
	}
	m = Read(mail(strings.Repeat("A: b\n", 5000)+"\nbody"), Limit{})
	if len(m.Header) != 2000 || !slices.Contains(odd(m), "header-size*") || string(m.Raw()[m.Root.Body.Start:]) != "body" {
		t.Errorf("%d fields: %v", len(m.Header), odd(m))
	}
}

func TestAddresses(t *testing.T) {
	for in, want := range map[string]string{
		"a@b.example":                                 "|a|b.example",
		"A B <a@B.Example>":                           "A B|a|b.example",
		`"B, A" <a@b>, c@d`:                           "B, A|a|b;|c|d",
		"a@b (A B)":                                   "A B|a|b",
		"friends: a@b, C <c@d>;, e@f":                 "|friends|;|a|b;C|c|d;||;|e|f",
		"=?UTF-8?B?5bGx55Sw?= <a@b>":                  "山田|a|b",
		"=?ISO-2022-JP?B?GyRCOzNFRBsoQg==?= <y@m.jp>": "山田|y|m.jp",
		`"quoted local"@b`:                            `|"quoted local"|b`,
		"<@relay.example:a@b>":                        "|a|b",
		"undisclosed-recipients:;":                    "|undisclosed-recipients|;||",
		"A <a@b> <c@d>":                               "A <a@b>|c|d",
		"a@b, , c@d":                                  "|a|b;|c|d",
		"\"x@y\" <a@b>":                               "x@y|a|b",
		"<>":                                          "",
		"":                                            "",
		"Yamada Taro":                                 "|YamadaTaro|",
		"山田 <a@b>":                                    "山田|a|b",
	} {
		var got []string
		for _, a := range Addresses([]byte(in)) {
			got = append(got, a.Name+"|"+a.Mailbox+"|"+a.Host)
		}
		if s := strings.Join(got, ";"); s != want {
			t.Errorf("%s: %q, want %q", in, s, want)
		}
	}
}

func TestWords(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                                 "plain",
		"=?utf-8?q?a_b=3D?= c":                  "a b= c",
		"=?utf-8?q?a?= =?utf-8?q?b?=":           "ab",
		"=?utf-8?q?a?= b =?utf-8?q?c?=":         "a b c",
		"=?utf-8?b?44GC4w==?= =?utf-8?b?gYQ=?=": "あい",
		"=?iso-2022-jp?b?GyRCJCIbKEI=?=":        "あ",
		"=?iso-8859-1?q?=E9?=":                  "é",
		"=?utf-8*ja?q?a?=":                      "a",
		"=?klingon?q?a?=":                       "a",
		"=?utf-8?x?a?=":                         "=?utf-8?x?a?=",
		"=?utf-8?q?a":                           "=?utf-8?q?a",
		"x=?utf-8?q?a?=y":                       "xay",
		"\xe3\x81\x82":                          "あ",
		"\xe9":                                  "é",
		"=?gb2312?B?1tDOxA==?=":                 "中文",
		"=?Big5?B?pKSk5Q==?=":                   "中文",
		"=?euc-kr?B?x9G9vA==?=":                 "한슨",
		"=?shift_jis?B?h0CHVA==?=":              "①Ⅰ",
	} {
		if got := Words(in); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func TestJapanese(t *testing.T) {
	for _, c := range []struct{ charset, in, want string }{
		{"iso-2022-jp", "\x1b$B8+@Q=q\x1b(B a", "見積書 a"},
		{"iso-2022-jp", "\x1b$B-!\x1b(B", "①"},             // NEC's characters
		{"iso-2022-jp", "\x1b(I6E\x1b(B", "ｶﾅ"},            // half-width kana by escape
		{"iso-2022-jp", "\x0e6E\x0f", "ｶﾅ"},                // by shift
		{"iso-2022-jp", "\xb6\xc5", "ｶﾅ"},                  // in 8 bits
		{"iso-2022-jp", "\x1b$B8+\nabc", "見\nabc"},         // a line ends in ASCII, whatever was forgotten
		{"iso-2022-jp-ms", "\x1b$By!\x1b(B", "纊"},          // IBM's characters, as NEC selected them
		{"iso-2022-jp", "\xa4\xb3\xa4\xec\xb8\xab", "これ見"}, // a wrong label: EUC-JP
		{"shift_jis", "\x8c\xa9\x90\xcf\x8f\x91", "見積書"},
		{"cp932", "\x87\x40\xfa\x5c\xb6", "①纊ｶ"},
		{"euc-jp", "\xb8\xab\xc0\xd1\xbd\xf1\x8e\xb6", "見積書ｶ"},
		{"", "\x8c\xa9\x82\xe9\x82\xb1\x82\xc6", "見ること"},
		{"", "\x1b$B8+\x1b(B", "見"},
		{"x-unknown", "\xe3\x81\x82", "あ"},
		{"us-ascii", "\xe9t\xe9", "été"},
	} {
		if got := Decode([]byte(c.in), c.charset); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.charset, c.in, got, c.want)
		}
	}
}

func TestDate(t *testing.T) {
	want := time.Date(2026, 11, 22, 1, 2, 3, 0, time.UTC)
	for _, in := range []string{"Sun, 22 Nov 2026 10:02:03 +0900", "22 Nov 2026 10:02:03 +0900 (JST)", "Sun, 22 Nov 26 01:02:03 GMT", "Sun Nov 22 01:02:03 2026",
		"Sun, 22 Nov 2026 10:02:03 JST", "sun,22 nov 2026 01:02:03"} {
		if got := Date(in); !got.Equal(want) {
			t.Errorf("%s is %v", in, got)
		}
	}
	for _, in := range []string{"", "yesterday", "99 Nov 2026", "22 Foo 2026 1:2:3", ",,,"} {
		if got := Date(in); !got.IsZero() {
			t.Errorf("%s is %v", in, got)
		}
	}
}

func TestParams(t *testing.T) {
	for in, want := range map[string]string{
		`attachment; filename="a b.txt"`:                                            "a b.txt",
		`attachment; filename*=utf-8''%e8%a6%8b.pdf`:                                "見.pdf",
		`attachment; filename*0*=utf-8''%e8%a6; filename*1*=%8b; filename*2=".pdf"`: "見.pdf",
		`attachment; filename*1=b; filename*0=a`:                                    "ab",
		`attachment; filename*=iso-2022-jp''%1B$B8%2B%1B(B.pdf`:                     "見.pdf",
		`attachment; filename="=?utf-8?B?6KaL?=.pdf"`:                               "見.pdf",
		`attachment; FileName=a.pdf ;`:                                              "a.pdf",
		"attachment;\r\n filename=\"a\\\"b\"":                                       `a"b`,
		`attachment; filename*=utf-8'en'x%`:                                         "x%",
		`attachment; filename=`:                                                     "",
	} {
		if got := Param(ParseValue([]byte(in)).Params, "filename"); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

// TestSections cuts the parts out as IMAP numbers them (RFC 9051 section 6.4.5.1).
func TestSections(t *testing.T) {
	raw := mail("Subject: outer\nContent-Type: multipart/mixed; boundary=a\n\npre\n--a\n\none\n--a\nContent-Type: message/rfc822\n\n" +
		"Subject: inner\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--b\nContent-Type: text/html\n\n<p>\n--b--\n--a\n" +
		"Content-Type: message/rfc822\n\nSubject: single\n\nsolo\n--a--\npost\n")
	m := Read(raw, Limit{})
	cut := func(s sekisho.Span) string { return string(raw[s.Start:s.End]) }
	for number, want := range map[string]string{"1": "one", "2.1": "plain", "2.2": "<p>", "3.1": "solo"} {
		p := m.Part(number)
		if p == nil || cut(p.Body) != want {
			t.Errorf("%s is %+v", number, p)
		}
	}
	for _, number := range []string{"4", "1.1", "2.3", "3.2", "0", "x", ""} {
		if p := m.Part(number); p != nil && number != "1.1" {
			t.Errorf("%s is %+v", number, p)
		}
	}
	two := m.Part("2")
	if two.Message == nil || two.Message.Subject != "inner" || cut(two.Parts[0].Header) != "Subject: inner\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n" {
		t.Errorf("2.HEADER: %+v", two)
	}
	if cut(m.Part("2.2").Header) != "Content-Type: text/html\r\n\r\n" || m.Part("1").Lines != 1 {
		t.Error("2.2.MIME")
	}
	if m.Ambiguous {
		t.Errorf("%+v", m.Findings)
	}
}

func TestTransfer(t *testing.T) {
	for _, c := range []struct{ in, out, odd string }{{"QUJD", "ABC", ""}, {"QUJDRA==", "ABCD", ""}, {"QUJ DRA", "ABCD", "short"}, {"QUI=QUJD", "ABABC", "padding"}, {"Q?UJD", "ABC", "garbage"}} {
		if out, odd := Base64([]byte(c.in)); string(out) != c.out || (odd != c.odd && c.odd != "short") {
			t.Errorf("%s: %q %s", c.in, out, odd)
		}
	}
	for in, want := range map[string]string{"a=3Db=\r\nc \r\nd": "a=bc\r\nd", "a=b": "a=b", "=e3=81=82": "あ", "x=\n": "x", "a  ": "a"} {
		if out, _ := Quoted([]byte(in)); string(out) != want {
			t.Errorf("%q: %q", in, out)
		}
	}
	if got := Uudecode([]byte("begin 644 x\n%:&5L;&\\\n`\nend\nmore")); string(got) != "hello" {
		t.Errorf("%q", got)
	}
}

func TestPlausible(t *testing.T) {
	for raw, want := range map[string]bool{
		"From: a@b\n\nx": true, "From me Mon\nReceived: x\n\n": true, "hello\nFrom: a@b\n": false, "PK\x03\x04": false, "": false, "a: b\nc: d\n": false,
	} {
		if Plausible([]byte(raw)) != want {
			t.Errorf("%q: %v", raw, !want)
		}
	}
}

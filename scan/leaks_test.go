package scan

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"sekisho"
	"sekisho/scan/exact"
)

// leaksOf are the leaks of a mail that leaves, with their numbers.
func leaksOf(t *testing.T, s *Scanner, section, header, body string) map[string]int {
	t.Helper()
	raw := "From: a@mori.example\r\nTo: b@kawa.example\r\nSubject: s\r\n" + header + "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + strings.ReplaceAll(body, "\n", "\r\n") + "\r\n"
	return counted(t, s.Scan(context.Background(), []byte(raw), Context{Direction: sekisho.Outbound, Leak: []byte(section)}), body)
}

func counted(t *testing.T, r Report, body string) map[string]int {
	t.Helper()
	got := map[string]int{}
	for _, f := range r.Findings {
		if f.Kind != sekisho.KindLeak {
			continue
		}
		got[f.Name] += f.Count
		for w := range strings.FieldsSeq(body) {
			if len(w) > 11 && strings.ContainsAny(w, "0123456789") && strings.Trim(w, "0123456789-_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ=") == "" && strings.Contains(f.Evidence, w) {
				t.Errorf("%s repeats what was found: %s", f.Name, f.Evidence)
			}
		}
	}
	return got
}

func TestLeaks(t *testing.T) {
	s := scanner(t)
	for _, c := range []struct{ header, body, want string }{
		{"", "個人番号 522208323802\nマイナンバー：8730-9857-2930", "map[my-number:2]"},
		{"", "ご注文番号 522208323802", "map[]"},
		{"", "Card 4111 1111 1111 1111, exp 09/29", "map[card-number:1]"},
		{"", "振込先 みずほ銀行 青山支店 普通 1234567", "map[bank-account:1]"},
		{"", "IBAN DE89 3704 0044 0532 0130 00", "map[bank-account:1]"},
		{"", "生年月日：昭和60年4月12日", "map[birth-date:1]"},
		{"", "基礎年金番号 1234-567890", "map[pension-number:1]"},
		{"", "在留カード番号 AB12345678CD", "map[residence-card:1]"},
		{"", "保険者番号: 06135321", "map[insurer-number:1]"},
		{"", "免許証番号 201234567890 です", "map[driver-license:1]"},
		{"", "export API_TOKEN=" + "ghp_" + "k3Jd82mNQpz7Xw1Rb5Ty9Uc4Vf6Gh0Ea2Ls8", "map[access-key:1]"},
		{"", "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIE", "map[private-key:1]"},
		{"", "【社外秘】\n来期の計画です。", "map[label-confidential:1]"},
		{"", "TLP:AMBER+STRICT\nindicators below", "map[label-tlp-amber:1]"},
		{"Sensitivity: Company-Confidential\r\n", "hello", "map[label-confidential:1]"},
		{"", "This e-mail may contain confidential information and is intended for the addressee only.", "map[]"},
		{"", "社外秘の扱いについて教えてください。", "map[]"},
		{"", "見積書を添付いたします。", "map[missing-attachment:0]"},
	} {
		if got := fmt.Sprint(leaksOf(t, s, "", c.header, c.body)); got != c.want {
			t.Errorf("%s%s: %s, want %s", c.header, c.body, got, c.want)
		}
	}
}

func TestContractLeaks(t *testing.T) {
	m, err := exact.NewMaker(bytes.Repeat([]byte{3}, exact.KeySize), 2)
	if err != nil {
		t.Fatal(err)
	}
	m.Add([]string{"K-1029384", "山本 花子"})
	set, err := m.Encode(2)
	if err != nil {
		t.Fatal(err)
	}
	section := "[[words]]\nname = \"projects\"\nwords = [\"Falcon\", \"計画甲\"]\n[[patterns]]\nname = \"employee\"\nregex = 'EMP-\\d{6}'\n" +
		"[[rules]]\nid = \"inhouse\"\nregex = 'mori_[a-z0-9]{20}'\nkeywords = [\"mori_\"]\n" +
		"[[exact]]\nname = \"customers\"\nkey = \"" + strings.Repeat("03", 32) + "\"\nset = \"" + base64.StdEncoding.EncodeToString(set) + "\"\n"
	s := scanner(t)
	for body, want := range map[string]string{
		"ＦＡＬＣＯＮ と計画甲の件, falcons":                   "map[projects:2]",
		"EMP-123456 and EMP-654321":                "map[employee:2]",
		"mori_a1b2c3d4e5f6g7h8i9j0":                "map[access-key:1]",
		"顧客 K1029384 山本花子様":                        "map[customers:2]",
		"山本花子様":                                    "map[]",
		"nothing of it; [[words]] name = projects": "map[]",
	} {
		if got := fmt.Sprint(leaksOf(t, s, section, "", body)); got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
}

// document is a zip of members, in order of name and text.
func document(t *testing.T, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		w, err := z.Create(members[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(`<?xml version="1.0"?>` + members[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDocumentLeaks(t *testing.T) {
	s := scanner(t)
	data := document(t, "[Content_Types].xml", "<Types/>", "docProps/custom.xml", `<Properties><property name="MSIP_Label_1_Name"><vt:lpwstr>社外秘</vt:lpwstr></property></Properties>`,
		"word/document.xml", `<w:document><w:body><w:p><w:r><w:t>個人番号 5222</w:t></w:r><w:r><w:t>08323802</w:t></w:r></w:p></w:body></w:document>`)
	r := s.File(context.Background(), "a.docx", data)
	if got := fmt.Sprint(counted(t, r, "")); got != "map[label-confidential:1 my-number:1]" {
		t.Errorf("%s: %+v", got, r.Findings)
	}
	// A sheet: the header says which column is what, wherever the strings stand.
	sheet := func(header string) []byte {
		return document(t, "[Content_Types].xml", "<Types/>", "xl/worksheets/sheet1.xml", `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>`+
			`<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2"><v>522208323802</v></c></row><row r="3"><c r="A3" t="s"><v>2</v></c><c r="B3" t="s"><v>3</v></c></row></sheetData></worksheet>`,
			"xl/sharedStrings.xml", `<sst><si><t>担当</t></si><si><t>`+header+`</t></si><si><t>総務部</t></si><si><t>8730-9857-2930</t></si></sst>`)
	}
	for header, want := range map[string]string{"個人番号": "map[my-number:2]", "注文番号": "map[]", "伝票No.": "map[]", "": "map[my-number:2]"} {
		r := s.File(context.Background(), "a.xlsx", sheet(header))
		if got := fmt.Sprint(counted(t, r, "")); got != want {
			t.Errorf("%s: %s, want %s: %+v", header, got, want, r.Findings)
		}
	}
}

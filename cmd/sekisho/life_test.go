package main

import (
	"crypto/ed25519"
	"encoding/json"
	"strings"
	"testing"

	"sekisho/role/admin"
)

func certificate(t testing.TB, statement string) []byte {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(admin.Certificate{Statement: statement, Signature: ed25519.Sign(private, []byte(statement)), Key: public})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestCertificate(t *testing.T) {
	good := certificate(t, `{"form":"sekisho/deletion/1","contract":7,"name":"Mori & Sons <jp>","classes":["body","header"],"accounts":3,"left":"do this"}`)
	x, err := parseCertificate(good)
	if err != nil {
		t.Fatal(err)
	}
	s, err := readStatement(x)
	if err != nil {
		t.Fatal(err)
	}
	for language, words := range map[string][]string{"en": {"Mori & Sons <jp>", "number 7", "body, header", "accounts: 3", "do this"},
		"ja": {"データ消去証明書", "Mori & Sons <jp>", "番号 7", "body、header", "do this"}} {
		for _, w := range words {
			if !strings.Contains(s.text(language), w) {
				t.Errorf("%s: no %q in\n%s", language, w, s.text(language))
			}
		}
	}
	for name, bad := range map[string]string{
		"altered":     strings.Replace(string(good), "contract\\\":7", "contract\\\":8", 1),
		"not JSON":    "certificate",
		"no key":      `{"statement":"{}"}`,
		"empty":       "",
		"other bytes": strings.Replace(string(good), "Mori", "Kawa", 1),
	} {
		if bad == string(good) {
			t.Fatalf("%s: nothing was changed", name)
		}
		if _, err := parseCertificate([]byte(bad)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if x, err := parseCertificate(certificate(t, `{"form":"another"}`)); err != nil {
		t.Error(err)
	} else if _, err := readStatement(x); err == nil {
		t.Error("a statement of another form was read")
	}
}

func FuzzParseCertificate(f *testing.F) {
	f.Add(certificate(f, `{"form":"sekisho/deletion/1"}`))
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if x, err := parseCertificate(b); err == nil {
			if s, err := readStatement(x); err == nil && s.text("ja") == "" {
				t.Fatal("no text")
			}
		}
	})
}

// Shares are cut out of what people print, copy and type.
func TestShares(t *testing.T) {
	one := strings.TrimSpace(strings.Repeat("kasutemo ", 14))
	var printed strings.Builder
	showShares(&printed, &admin.Shares{Need: 2, Words: []string{one, one}})
	_, sheet, _ := strings.Cut(printed.String(), "officer 1")
	sheet, _, _ = strings.Cut(sheet, "officer 2")
	for name, text := range map[string]string{"printed": sheet, "one line": one, "full width": strings.ReplaceAll(one, "kasutemo", "ｋａｓｕｔｅｍｏ")} {
		if got := shares(text); len(got) != 1 || len(strings.Fields(got[0])) != 14 {
			t.Errorf("%s: %d shares: %q", name, len(got), got)
		}
	}
	if got := shares(one + "\n" + one + "\nkasu"); len(got) != 3 || got[0] != one || got[2] != "kasu" {
		t.Errorf("two shares and a rest: %q", got)
	}
	if got := shares(" \n"); len(got) != 0 {
		t.Errorf("nothing: %q", got)
	}
}

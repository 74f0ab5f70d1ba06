package main

import (
	"crypto/ed25519"
	"encoding/json"
	"strings"
	"testing"

	"sekisho/role/console"
)

func certificate(t testing.TB, statement string) []byte {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(console.Certificate{Statement: statement, Signature: ed25519.Sign(private, []byte(statement)), Key: public})
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

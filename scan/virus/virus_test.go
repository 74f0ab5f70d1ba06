package virus

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	head, tail := eicar()
	sum := sha256.Sum256([]byte("evil"))
	e, err := Load(strings.NewReader("# list\n\n" + hex.EncodeToString(sum[:]) + "  Evil.A\n"))
	if err != nil {
		t.Fatal(err)
	}
	for data, want := range map[string]string{
		head + tail:                 "eicar",
		"text " + head + tail + ".": "eicar",
		head:                        "",
		"evil":                      "Evil.A",
		"evil ":                     "",
		"":                          "",
	} {
		if got := e.Find([]byte(data)); got != want {
			t.Errorf("%q is %q, want %q", data, got, want)
		}
	}
	if (*Engine)(nil).Find([]byte(head+tail)) != "eicar" {
		t.Error("EICAR needs no list")
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, bad := range []string{"xyz name", "abcd", strings.Repeat("a", 63)} {
		if _, err := Load(strings.NewReader(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

package archive

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/scan/file"
)

// salt is a source of salts that are no secret.
func salt(b []byte) {
	for i := range b {
		b[i] = byte(i * 7)
	}
}

// What Lock makes opens with its password, here and with 7-Zip, to the same names and bytes, and with no other.
func TestLock(t *testing.T) {
	files := []Plain{{"見積.txt", []byte(strings.Repeat("税込み 1,000 円\n", 500))}, {"a.bin", bytes.Repeat([]byte{0, 0xff, 'x'}, 10_000)}, {"a.bin", nil}, {"../x\x01/y", []byte("z")}}
	zip, err := Lock(files, "abcd-efgh", time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC), salt)
	if err != nil {
		t.Fatal(err)
	}
	open := func(password string) (names []string, same bool) {
		b := NewBudget(Limit{})
		b.Passwords = []string{password}
		same = true
		Walk(context.Background(), file.Zip, zip, b, func(m *Member) {
			names = append(names, m.Name)
			same = same && !m.Encrypted && bytes.Equal(m.Data, files[len(names)-1].Data)
		})
		return names, same
	}
	names, same := open("abcd-efgh")
	if want := []string{"見積.txt", "a.bin", "a-2.bin", "_x__y"}; !slices.Equal(names, want) || !same {
		t.Errorf("%q %t", names, same)
	}
	if _, same := open("abcd-efgi"); same {
		t.Error("another password opens it")
	}
	if _, err := Lock(nil, "x", time.Time{}, salt); err == nil {
		t.Error("a zip of nothing")
	}
	if _, err := Lock(files, "", time.Time{}, salt); err == nil {
		t.Error("a zip without a password")
	}
}

// Whatever files are called and hold, what was locked opens to the same bytes.
func FuzzLock(f *testing.F) {
	f.Add("a.txt", []byte("hello"), "secret-1")
	f.Add("", []byte{}, "あ")
	f.Add(strings.Repeat("長", 300), bytes.Repeat([]byte("x"), 5000), "p")
	f.Fuzz(func(t *testing.T, name string, data []byte, password string) {
		if password == "" || len(data) > 1<<16 {
			return
		}
		zip, err := Lock([]Plain{{name, data}, {name, data}}, password, time.Unix(0, 0).UTC(), salt)
		if err != nil {
			t.Fatal(err)
		}
		b := NewBudget(Limit{})
		b.Passwords = []string{password}
		var seen []string
		Walk(context.Background(), file.Zip, zip, b, func(m *Member) {
			if m.Encrypted || !bytes.Equal(m.Data, data) {
				t.Fatalf("%+v", m)
			}
			seen = append(seen, m.Name)
		})
		if len(seen) != 2 || seen[0] == seen[1] {
			t.Fatal(fmt.Sprint(seen))
		}
	})
}

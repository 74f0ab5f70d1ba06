package hostfile

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"sekisho/mail/hostlist"
)

const list = "\ufeff# a list\nevil.example\n*.Wild.example # remark\n0.0.0.0 hosts.example\n127.0.0.1 localhost\nhttps://site.example/bad?x=1\nhttp://user@bare.example:8080/\n日本.example\n! other remark\n\nnot a host\nlocalhost\nco.jp\nevil.example\n"

func TestSet(t *testing.T) {
	s, told, err := Parse(strings.NewReader(list))
	if want := (Read{Entries: 6, Bad: 3, Which: []string{`line 11: "not a host"`, `line 12: "localhost"`, `line 13: "co.jp"`}}); err != nil || !reflect.DeepEqual(told, want) {
		t.Fatalf("%+v %v", told, err)
	}
	loaded, err := hostlist.Load(s.Bytes())
	if err != nil || loaded.Len() != 6 {
		t.Fatal(loaded.Len(), err)
	}
	for at, want := range map[[2]string]bool{
		{"evil.example", ""}: true, {"www.evil.example", "/x"}: true, {"notevil.example", ""}: false, {"example", ""}: false,
		{"a.wild.example", ""}: true, {"hosts.example", "/"}: true, {"site.example", "/"}: false, {"site.example", "/bad?x=1#y"}: true, {"site.example", "/bad"}: false,
		{"bare.example", "/anything"}: true, {"xn--wgv71a.example", ""}: true, {"", ""}: false,
	} {
		if loaded.Has(at[0], at[1]) != want {
			t.Errorf("%v is listed: %v", at, !want)
		}
	}
	for _, bad := range []string{"", "# nothing\n", "\n\n", "two words\n"} {
		if _, _, err := Parse(strings.NewReader(bad)); err == nil {
			t.Errorf("%q is a list", bad)
		}
	}
	for _, bad := range []string{"", "1234567", "1234567812345678", "2234567812345678"} {
		if _, err := hostlist.Load([]byte(bad)); err == nil {
			t.Errorf("%q is loaded", bad)
		}
	}
}

// A million entries take 8 MB.
func TestLarge(t *testing.T) {
	s := large(t, 1_000_000)
	if s.Len() != 1_000_000 || len(s.Bytes()) > 12<<20 || !s.Has("a.h77.example", "") || s.Has("h1000000.example", "") {
		t.Errorf("%d entries, %d bytes", s.Len(), len(s.Bytes()))
	}
}

func large(t testing.TB, n int) hostlist.Set {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "h%d.example\n", i)
	}
	s, _, err := Parse(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func BenchmarkHas(b *testing.B) {
	s := large(b, 1_000_000)
	for i := 0; b.Loop(); i++ {
		s.Has("www.shop.example", "")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(list)
	f.Fuzz(func(t *testing.T, text string) {
		s, told, err := Parse(strings.NewReader(text))
		if err != nil {
			return
		}
		if got, err := hostlist.Load(s.Bytes()); err != nil || got.Len() != told.Entries {
			t.Fatal(err)
		}
	})
}

func TestHosts(t *testing.T) {
	got, told, err := Hosts(strings.NewReader("1,shop.example\n2,Mori.example\nhttps://third.example/path\nno host\n"))
	if want := []string{"shop.example", "mori.example", "third.example"}; err != nil || !reflect.DeepEqual(got, want) || told.Bad != 1 || told.Entries != 3 {
		t.Errorf("%q %+v %v", got, told, err)
	}
	if _, _, err := Hosts(strings.NewReader("# nothing\n")); err == nil {
		t.Error("an empty list")
	}
}

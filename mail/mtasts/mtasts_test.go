package mtasts

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestRecord(t *testing.T) {
	for _, c := range []struct {
		txt  []string
		id   string
		want error
	}{
		{[]string{"v=STSv1; id=20160831085700Z;"}, "20160831085700Z", nil},
		{[]string{"v=spf1 -all", "v=STSv1;id=1"}, "1", nil},
		{[]string{"v=STSv1; x=1; id=2; y=3"}, "2", nil},
		{nil, "", ErrNone},
		{[]string{"v=STSv2; id=1"}, "", ErrNone},
		{[]string{"v=STSv1; id=1", "v=STSv1; id=2"}, "", ErrNone},
		{[]string{"v=STSv1"}, "", ErrSyntax},
		{[]string{"v=STSv1; id=a b"}, "", ErrSyntax},
		{[]string{"v=STSv1; id=" + strings.Repeat("1", 33)}, "", ErrSyntax},
	} {
		if id, err := Record(c.txt); id != c.id || !errors.Is(err, c.want) {
			t.Errorf("%q: %q %v", c.txt, id, err)
		}
	}
}

func TestParse(t *testing.T) {
	p, err := Parse([]byte("version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.Example.net\r\nmx: backupmx.example.com\r\nmax_age: 604800\r\nnew: field\r\n"))
	want := Policy{Enforce, []string{"mail.example.com", "*.example.net", "backupmx.example.com"}, 7 * 24 * time.Hour}
	if err != nil || !reflect.DeepEqual(p, want) {
		t.Fatalf("%+v %v", p, err)
	}
	if again, err := Parse([]byte(p.String())); err != nil || !reflect.DeepEqual(again, p) {
		t.Errorf("written and read: %+v %v", again, err)
	}
	for host, want := range map[string]bool{"mail.example.com": true, "MAIL.example.com.": true, "a.example.net": true, "example.net": false,
		"a.b.example.net": false, "evil.example": false, "": false} {
		if p.Names(host) != want {
			t.Errorf("%q: %v", host, !want)
		}
	}
	if p, err := Parse([]byte("version: STSv1\nmode: none\nmax_age: 1\n")); err != nil || p.Mode != None {
		t.Errorf("none: %+v %v", p, err)
	}
	for _, bad := range []string{"", "version: STSv1\nmode: enforce\nmax_age: 1\n", "version: STSv2\nmode: none\nmax_age: 1\n", "version: STSv1\nmode: all\nmx: a.b\nmax_age: 1",
		"version: STSv1\nmode: none\nmax_age: -1", "version: STSv1\nmode: none\nmax_age: 99999999", "version: STSv1\nmode: none", "<html>", "mode: enforce\nmx: a.b\nmax_age: 1",
		"version: STSv1\nmode: enforce\nmx: a..b\nmax_age: 1", "version: STSv1\nmode: enforce\nmx: a.*.b\nmax_age: 1", strings.Repeat("x: y\n", 20000)} {
		if _, err := Parse([]byte(bad)); !errors.Is(err, ErrSyntax) {
			t.Errorf("%.60q: %v", bad, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmax_age: 604800\r\n")
	f.Add("version: STSv1\nmode: none\nmax_age: 0")
	f.Add("mx: *.a\nmx:")
	f.Fuzz(func(t *testing.T, s string) {
		Record([]string{s})
		p, err := Parse([]byte(s))
		if err != nil {
			return
		}
		if again, err := Parse([]byte(p.String())); err != nil || !reflect.DeepEqual(again, p) {
			t.Errorf("%q: %+v became %+v, %v", s, p, again, err)
		}
	})
}

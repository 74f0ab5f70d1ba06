package weblink

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"sekisho"
)

const origin = "https://desk.mori.example"

func keyOf(id sekisho.ContractID) ([]byte, error) {
	return bytes.Repeat([]byte{byte(id)}, 32), nil
}

func writer(t testing.TB, id sekisho.ContractID, expires time.Time) Writer {
	k, err := keyOf(id)
	if err != nil {
		t.Fatal(err)
	}
	w := For(k, id, expires)
	w.Origin = origin
	got, err := Parse(w.Text())
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func token(t testing.TB, w Writer, target string) []byte {
	link, ok := w.Link(target)
	text, here := strings.CutPrefix(link, origin+"/u/#")
	if !ok || !here {
		t.Fatalf("%q is no link of the desk", link)
	}
	b, err := Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestToken(t *testing.T) {
	expires := time.Date(2031, 5, 1, 10, 30, 0, 0, time.UTC)
	w := writer(t, 7, expires)
	for _, target := range []string{"https://www.shop.example/", "http://例え.example/路?q=1#x", "https://a.example/" + strings.Repeat("long/", 1000), "x"} {
		b := token(t, w, target)
		c, err := Verify(b, keyOf)
		if err != nil || c.Contract != 7 || c.Expires.Before(expires) || c.Expires.After(expires.Add(time.Hour)) {
			t.Errorf("%.40s: %+v %v", target, c, err)
		}
		if _, got, err := Read(b); err != nil || got != target {
			t.Errorf("%.40s: the target is %.40q %v", target, got, err)
		}
		if got, ok := Target(origin, origin+Path+strings.TrimPrefix(must(w.Link(target)), origin+Path)); !ok || got != target {
			t.Errorf("%.40s: shown as %.40q", target, got)
		}
		for i := range b {
			bad := bytes.Clone(b)
			bad[i] ^= 1
			if _, err := Verify(bad, keyOf); err == nil {
				t.Fatalf("%.40s: a change of byte %d is not seen", target, i)
			}
		}
	}
	if long := token(t, w, "https://a.example/"+strings.Repeat("long/", 1000)); len(long) > 300 {
		t.Errorf("a repetitive target takes %d bytes", len(long))
	}
	if _, ok := w.Link(strings.Repeat("x", mostURL+1)); ok {
		t.Error("a target without bounds is taken")
	}
}

func must(s string, _ bool) string { return s }

// What one mail's key makes is good with that mail's head only.
func TestKeyOfOneMail(t *testing.T) {
	now := time.Now()
	a, b := writer(t, 1, now.Add(time.Hour)), writer(t, 1, now.Add(99*time.Hour))
	other := writer(t, 2, now.Add(time.Hour))
	for _, head := range [][]byte{b.Head, other.Head} {
		forged := Writer{Origin: origin, Head: head, Key: a.Key}
		if _, err := Verify(token(t, forged, "https://x.example/"), keyOf); err != ErrForged {
			t.Errorf("a key of one mail marks another's links: %v", err)
		}
	}
	if bytes.Equal(a.Head, writer(t, 1, now.Add(time.Hour)).Head) {
		t.Error("two mails have one head")
	}
}

func TestKeeps(t *testing.T) {
	w := Writer{Origin: "https://desk.mori.example:8443", Skip: []string{"mori.example"}}
	for host, want := range map[string]bool{"mori.example": true, "www.Mori.example": true, "desk.mori.example": true, "evilmori.example": false, "shop.example": false} {
		if w.Keeps(host) != want {
			t.Errorf("%s stays: %v", host, !want)
		}
	}
	if _, ok := Target("", "/u/#x"); ok {
		t.Error("without a desk there is no link of it")
	}
	for _, bad := range []string{"", "{}", "null", `{"Origin":"x","Head":"AQ==","Key":""}`} {
		if _, err := Parse(bad); err != ErrNone {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func FuzzToken(f *testing.F) {
	w := writer(f, 1, time.Unix(2e9, 0))
	f.Add(token(f, w, "https://www.shop.example/"))
	f.Add(token(f, w, "x"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		_, target, err := Read(b)
		if err == nil && len(target) > mostURL {
			t.Fatal("too long")
		}
		if _, err := Verify(b, keyOf); err == nil && b[1+7] != 1 && len(b) < headLen {
			t.Fatal("verified without a head")
		}
	})
}

package dkim

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"
)

var now = time.Unix(1_800_000_000, 0)

const mori = "From: Hana <hana@mori.example>\r\nTo: all@sato.example\r\nSubject: Tea  at \tfour\r\n\r\nBring  cups. \r\n\r\nHana\r\n\r\n\r\n"

func private() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(make([]byte, 32)) }

func publicKey() string {
	return base64.StdEncoding.EncodeToString(private().Public().(ed25519.PublicKey))
}

// sign puts a signature with the given tags in front of a mail; "{bh}" stands for the hash of the body.
func sign(t testing.TB, mail, tags string) string {
	t.Helper()
	m := Open([]byte(mail))
	list, err := ParseTags(tags + "; b=AAAA; bh=AAAA")
	if err != nil {
		t.Fatal(err)
	}
	s, err := ReadSeal(list)
	if err != nil {
		t.Fatal(err)
	}
	sum := m.bodySum(form{s.body, s.length}).sum
	field := "DKIM-Signature: " + tags + ";\r\n\tbh=" + base64.StdEncoding.EncodeToString(sum[:]) + ";\r\n\tb="
	return field + base64.StdEncoding.EncodeToString(ed25519.Sign(private(), s.headerSum(m, []byte(field+"\r\n")))) + "\r\n" + mail
}

const (
	plainTags = "v=1; a=ed25519-sha256; d=mori.example; s=s1; h=From:Subject"
	both      = plainTags + "; c=relaxed/relaxed"
)

func TestVerify(t *testing.T) {
	short, _ := x509.MarshalPKIXPublicKey(&rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 1022), E: 65537})
	huge, _ := x509.MarshalPKIXPublicKey(&rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 16000), E: 65537})
	z := keyZone(t, strings.NewReplacer("KEY", publicKey(), "SHORT", base64.StdEncoding.EncodeToString(short),
		"HUGE", base64.StdEncoding.EncodeToString(huge)).Replace(`
s1._domainkey.mori.example v=DKIM1; k=ed25519; p=KEY
gone._domainkey.mori.example v=DKIM1; k=ed25519; p=
two._domainkey.mori.example v=DKIM1; k=ed25519; p=KEY
two._domainkey.mori.example v=DKIM1; k=ed25519; p=KEY
try._domainkey.mori.example v=DKIM1; k=ed25519; t=y; p=KEY
own._domainkey.mori.example v=DKIM1; k=ed25519; t=s; p=KEY
sha1._domainkey.mori.example v=DKIM1; k=ed25519; h=sha1; p=KEY
chat._domainkey.mori.example v=DKIM1; k=ed25519; s=chat; p=KEY
v2._domainkey.mori.example v=DKIM2; k=ed25519; p=KEY
short._domainkey.mori.example v=DKIM1; p=SHORT
huge._domainkey.mori.example v=DKIM1; p=HUGE
slow._domainkey.mori.example !temperror
`))
	with := func(tags, add string) string { return sign(t, mori, tags+add) }
	selector := func(s string) string { return strings.Replace(both, "s=s1", "s="+s, 1) }
	for name, c := range map[string]struct{ mail, result, reason string }{
		"relaxed":              {with(both, ""), Pass, ""},
		"simple":               {with(plainTags, ""), Pass, ""},
		"relaxed header":       {with(plainTags, "; c=relaxed"), Pass, ""},
		"blanks changed":       {strings.NewReplacer("  at \tfour", " at four ", "Bring  cups. ", "Bring cups.").Replace(with(both, "")), Pass, ""},
		"blanks, simple":       {strings.Replace(with(plainTags, ""), "  at \t", " at ", 1), Fail, "the signature does not verify"},
		"lines at the end":     {with(plainTags, "") + "\r\n\r\n", Pass, ""},
		"body":                 {strings.Replace(with(both, ""), "cups", "cash", 1), Fail, "the body was changed"},
		"subject":              {strings.Replace(with(both, ""), "four", "five", 1), Fail, "the signature does not verify"},
		"unsigned field":       {strings.Replace(with(both, ""), "To: all", "To: nobody", 1), Pass, ""},
		"second From above":    {"From: x@evil.example\r\n" + with(both, ""), Pass, ""}, // whoever asks about From must count them
		"From signed twice":    {"From: x@evil.example\r\n" + with(strings.Replace(both, "From", "From:From", 1), ""), Fail, "the signature does not verify"},
		"l= whole":             {with(both, "; l=21"), Pass, ""},
		"l= part":              {with(both, "; l=12"), Policy, "the end of the body is not signed"},
		"l= nothing":           {with(both, "; l=0"), Policy, "the end of the body is not signed"},
		"l= and more":          {with(both, "; l=21") + "Buy!\r\n", Policy, "the end of the body is not signed"},
		"l= too long":          {with(both, "; l=5000"), Fail, "the body is shorter than signed"},
		"no From":              {with(strings.Replace(both, "h=From:", "h=", 1), ""), PermError, "From is not signed"},
		"expired":              {with(both, "; x=1700000000"), Fail, "it has expired"},
		"not yet":              {with(both, "; x=1900000000; t=1799999999"), Pass, ""},
		"future":               {with(both, "; t=1900000000"), Fail, "it is dated in the future"},
		"expired before":       {with(both, "; t=1800000000; x=1799999999"), Neutral, "it expires before it was made"},
		"i= below":             {with(both, "; i=joe@sub.mori.example"), Pass, ""},
		"i= beside":            {with(both, "; i=joe@notmori.example"), PermError, "i= is not of the domain in d="},
		"i= below, exact":      {with(selector("own"), "; i=@sub.mori.example"), PermError, "the key is for its own domain only, and i= is below"},
		"exact":                {with(selector("own"), ""), Pass, ""},
		"no key":               {with(selector("none"), ""), PermError, "no key"},
		"revoked":              {with(selector("gone"), ""), PermError, "key: revoked"},
		"two keys":             {with(selector("two"), ""), PermError, "several keys at one name"},
		"slow":                 {with(selector("slow"), ""), TempError, "no answer about the key"},
		"test key":             {with(selector("try"), ""), Pass, ""},
		"test key, changed":    {with(selector("try"), "") + "x\r\n", Neutral, "the body was changed"},
		"key for sha1":         {with(selector("sha1"), ""), PermError, "the key is not for this hash"},
		"key for chat":         {with(selector("chat"), ""), PermError, "key: not for mail"},
		"key of the future":    {with(selector("v2"), ""), PermError, "key: unknown version"},
		"short key":            {with(selector("short"), ""), PermError, "key: 1023 bits"},
		"huge key":             {with(selector("huge"), ""), PermError, "key: 16001 bits"},
		"algorithm and key":    {strings.Replace(with(both, ""), "a=ed25519", "a=rsa", 1), PermError, "the key is for ed25519"},
		"sha1":                 {strings.Replace(with(both, ""), "sha256", "sha1", 1), Neutral, "the algorithm is not accepted"},
		"version 2":            {strings.Replace(with(both, ""), "v=1", "v=2", 1), Neutral, "unknown version"},
		"twice the same tag":   {strings.Replace(with(both, ""), "v=1", "v=1; v=1", 1), Neutral, "a tag stands twice"},
		"no domain":            {strings.Replace(with(both, ""), "d=mori.example", "d=[192.0.2.1]", 1), Neutral, "no domain in d="},
		"header without end":   {strings.Replace(with(both, ""), "\r\n\r\n", "\r\nno field\r\n\r\n", 1), PermError, "the header section does not end with an empty line"},
		"nonsense":             {"DKIM-Signature: x\r\n" + mori, Neutral, "a tag is malformed"},
		"unknown tag, capital": {with(both, "; zz=1; C=simple"), Pass, ""},
	} {
		all := Verify(t.Context(), Open([]byte(c.mail)), z, now)
		if len(all) != 1 {
			t.Errorf("%s: %d signatures", name, len(all))
			continue
		}
		if s := all[0]; s.Result != c.result || s.Reason != c.reason {
			t.Errorf("%s: %s (%s), want %s (%s)", name, s.Result, s.Reason, c.result, c.reason)
		}
	}
}

// TestManySignatures: a mail may have any number, but only so many cost work.
func TestManySignatures(t *testing.T) {
	z := keyZone(t, "s1._domainkey.mori.example k=ed25519; p="+publicKey())
	mail := mori
	for range MostSignatures + 3 {
		mail = sign(t, mail, both)
	}
	pass := 0
	for i, s := range Verify(t.Context(), Open([]byte(mail)), z, now) {
		if s.Result == Pass {
			pass++
		} else if i < MostSignatures || s.Result != Neutral {
			t.Errorf("%d: %s (%s)", i, s.Result, s.Reason)
		}
	}
	if pass != MostSignatures {
		t.Errorf("%d pass", pass)
	}
}

func TestWithoutSignature(t *testing.T) {
	for in, want := range map[string]string{
		"S: a=1; b=xx yy; c=2\r\n":   "S: a=1; b=; c=2\r\n",
		"S: a=1; c=2; b = x\r\n":     "S: a=1; c=2; b =",
		"S: bh=b=1; b=x=y=;\r\n":     "S: bh=b=1; b=;\r\n",
		"S: a=1\r\n":                 "S: a=1\r\n",
		"S: x=b=1;\r\n b=2; b=3\r\n": "S: x=b=1;\r\n b=; b=3\r\n",
	} {
		if got := string(WithoutSignature([]byte(in))); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestEmptyBodies has the sums of RFC 6376 sections 3.4.3 and 3.4.4.
func TestEmptyBodies(t *testing.T) {
	for _, c := range []struct {
		f    form
		want string
	}{
		{form{false, -1}, "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY="},
		{form{true, -1}, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
	} {
		for _, mail := range []string{"A: b\r\n", "A: b\r\n\r\n"} {
			sum := Open([]byte(mail)).bodySum(c.f).sum
			if got := base64.StdEncoding.EncodeToString(sum[:]); got != c.want {
				t.Errorf("%q %+v: %s", mail, c.f, got)
			}
		}
	}
}

func FuzzVerify(f *testing.F) {
	f.Add(sign(f, mori, both))
	f.Add(sign(f, mori, plainTags+"; l=3; x=1; t=2; q=dns/txt; i=@mori.example"))
	f.Add("DKIM-Signature: v=1; b\r\n\r\n")
	z := keyZone(f, "s1._domainkey.mori.example k=ed25519; p="+publicKey())
	f.Fuzz(func(t *testing.T, mail string) {
		for _, s := range Verify(t.Context(), Open([]byte(mail)), z, now) {
			if s.Result == "" || s.Result == Pass && s.Domain != "mori.example" {
				t.Errorf("%+v", s)
			}
		}
	})
}

func FuzzParseKey(f *testing.F) {
	f.Add("v=DKIM1; k=rsa; h=sha256; s=*; t=y:s; p=MIGf")
	f.Add("k=ed25519; p=" + publicKey())
	f.Fuzz(func(t *testing.T, s string) {
		k, err := ParseKey(s)
		sum := sha256.Sum256(nil)
		if err == nil && k.Verify(sum[:], make([]byte, 64)) {
			t.Error("verifies nothing")
		}
	})
}

// FuzzCanonical holds the relaxed forms against what they must be: without blanks at line ends, and stable.
func FuzzCanonical(f *testing.F) {
	f.Add([]byte("a  b\t\r\n\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var once, twice bytes.Buffer
		relax := func(to *bytes.Buffer, b []byte) {
			w := &cut{hash: recorder{to}, left: -1}
			relaxedBody(w, b)
			w.flush()
		}
		relax(&once, b)
		relax(&twice, once.Bytes())
		if !bytes.Equal(once.Bytes(), twice.Bytes()) || strings.Contains(once.String(), " \r\n") || strings.Contains(once.String(), "  ") {
			t.Errorf("%q: %q", b, once.String())
		}
		if r := Relaxed(nil, append([]byte("N :"), b...)); !bytes.HasPrefix(r, []byte("n:")) || bytes.ContainsAny(r, "\r\n\t") {
			t.Errorf("%q", r)
		}
	})
}

// recorder is a hash that keeps what it is given.
type recorder struct{ *bytes.Buffer }

// Sum is not used.
func (r recorder) Sum([]byte) []byte { return nil }

// Size is not used.
func (r recorder) Size() int { return 0 }

// BlockSize is not used.
func (r recorder) BlockSize() int { return 0 }

func BenchmarkVerify(b *testing.B) {
	z := keyZone(b, "s1._domainkey.mori.example k=ed25519; p="+publicKey())
	mail := []byte(sign(b, mori+strings.Repeat("A line of about sixty octets, as mails have them every day.\r\n", 800), both))
	b.SetBytes(int64(len(mail)))
	for b.Loop() {
		if s := Verify(b.Context(), Open(mail), z, now); s[0].Result != Pass {
			b.Fatal(fmt.Sprint(s))
		}
	}
}

package dane

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"testing"
	"time"
)

var now = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// certificate makes one under parent, or under itself.
func certificate(t testing.TB, name string, parent *x509.Certificate, by *ecdsa.PrivateKey, until time.Time) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	x := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(-24 * time.Hour), NotAfter: until,
		BasicConstraintsValid: true, IsCA: parent == nil, DNSNames: []string{name}}
	if parent == nil {
		parent, by = x, k
	}
	der, err := x509.CreateCertificate(rand.Reader, x, parent, &k.PublicKey, by)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c, k
}

func TestVerify(t *testing.T) {
	root, key := certificate(t, "root.example", nil, nil, now.Add(time.Hour))
	leaf, _ := certificate(t, "mx.example", root, key, now.Add(time.Hour))
	old, _ := certificate(t, "mx.example", root, key, now.Add(-time.Hour))
	other, _ := certificate(t, "evil.example", nil, nil, now.Add(time.Hour))
	chain, names := []*x509.Certificate{leaf, root}, []string{"shop.example", "mx.example"}
	spki, whole, big := sha256.Sum256(leaf.RawSubjectPublicKeyInfo), sha256.Sum256(root.Raw), sha512.Sum512(leaf.Raw)
	oldKey := sha256.Sum256(old.RawSubjectPublicKeyInfo)
	for what, c := range map[string]struct {
		record Record
		chain  []*x509.Certificate
		names  []string
		good   bool
	}{
		"3 1 1":                     {Record{3, 1, 1, spki[:]}, chain, names, true},
		"3 0 2":                     {Record{3, 0, 2, big[:]}, chain, names, true},
		"3 1 0":                     {Record{3, 1, 0, leaf.RawSubjectPublicKeyInfo}, chain, names, true},
		"3 1 1, another name":       {Record{3, 1, 1, spki[:]}, chain, []string{"x.example"}, true},
		"3 1 1, out of date":        {Record{3, 1, 1, oldKey[:]}, []*x509.Certificate{old, root}, names, true},
		"3 1 1, another key":        {Record{3, 1, 1, spki[:]}, []*x509.Certificate{other}, names, false},
		"3 1 1, no certificate":     {Record{3, 1, 1, spki[:]}, nil, names, false},
		"2 0 1":                     {Record{2, 0, 1, whole[:]}, chain, names, true},
		"2 0 1, another name":       {Record{2, 0, 1, whole[:]}, chain, []string{"x.example"}, false},
		"2 0 1, out of date":        {Record{2, 0, 1, whole[:]}, []*x509.Certificate{old, root}, names, false},
		"2 0 1, anchor not shown":   {Record{2, 0, 1, whole[:]}, []*x509.Certificate{leaf}, names, false},
		"2 0 1, not below it":       {Record{2, 0, 1, whole[:]}, []*x509.Certificate{other, root}, []string{"evil.example"}, false},
		"3 0 1 with the anchor's":   {Record{3, 0, 1, whole[:]}, chain, names, false},
		"2 1 1 with the leaf's key": {Record{2, 1, 1, spki[:]}, chain, []string{"x.example"}, false},
	} {
		err := Verify(Usable([]Record{c.record}), c.chain, c.names, now)
		if c.good != (err == nil) || err != nil && !errors.Is(err, ErrMatch) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := Verify([]Record{{3, 1, 1, oldKey[:]}, {3, 1, 1, spki[:]}}, chain, names, now); err != nil {
		t.Errorf("the second of two records: %v", err)
	}
}

func TestUsable(t *testing.T) {
	h := make([]byte, 32)
	for _, r := range []Record{{0, 0, 1, h}, {1, 0, 1, h}, {4, 0, 1, h}, {3, 2, 1, h}, {3, 1, 3, h}, {3, 1, 1, h[:31]}, {3, 1, 2, h}, {3, 1, 0, nil}} {
		if len(Usable([]Record{r})) != 0 {
			t.Errorf("%v is usable", r)
		}
	}
	if len(Usable([]Record{{3, 1, 1, h}, {0, 0, 1, h}, {2, 0, 2, make([]byte, 64)}})) != 2 {
		t.Error("not the two that are usable")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte{3, 1, 1, 0xab})
	f.Add([]byte{2, 0})
	leaf, _ := certificate(f, "mx.example", nil, nil, now.Add(time.Hour))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, ok := Parse(b)
		if !ok {
			return
		}
		if Verify(Usable([]Record{r}), []*x509.Certificate{leaf}, []string{"mx.example"}, now) == nil && r.Match != 0 {
			t.Errorf("a hash was found: %x", b)
		}
	})
}

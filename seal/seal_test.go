package seal_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"testing"
	"time"

	"sekisho"
	"sekisho/seal"
	"sekisho/seal/key"
)

func pair(t testing.TB) (key.Pair, seal.Public) {
	t.Helper()
	p, err := key.NewPair()
	if err != nil {
		t.Fatal(err)
	}
	public, err := seal.ParsePublic(p.Public())
	if err != nil {
		t.Fatal(err)
	}
	return p, public
}

// A box opens for the reader and the message that it was made for, and for nothing else.
func TestBox(t *testing.T) {
	p, public := pair(t)
	other, _ := pair(t)
	f := seal.For{Contract: 1, Account: 2, Key: 3, Message: 4}
	data := seal.NewKey()
	box, err := public.Box(f, data)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := p.Unbox(f, box); err != nil || !bytes.Equal(got, data) {
		t.Fatal("the reader cannot open it", err)
	}
	again, err := key.ParsePair(p.Private())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Unbox(f, box); err != nil || !bytes.Equal(got, data) {
		t.Error("the stored private half is another", err)
	}
	if _, err := other.Unbox(f, box); !errors.Is(err, seal.ErrSealed) {
		t.Error("somebody else opened it")
	}
	for name, g := range map[string]seal.For{"contract": {Contract: 9, Account: 2, Key: 3, Message: 4}, "account": {Contract: 1, Account: 9, Key: 3, Message: 4},
		"key": {Contract: 1, Account: 2, Key: 9, Message: 4}, "message": {Contract: 1, Account: 2, Key: 3, Message: 9}} {
		if _, err := p.Unbox(g, box); !errors.Is(err, seal.ErrSealed) {
			t.Errorf("it opens for another %s", name)
		}
	}
	box[len(box)-1] ^= 1
	if _, err := p.Unbox(f, box); !errors.Is(err, seal.ErrSealed) {
		t.Error("an altered box opens")
	}
}

// Boxes of one sender open for their own message each, and the reader opens them in any order.
func TestSender(t *testing.T) {
	p, _ := pair(t)
	f := seal.For{Contract: 1, Account: 2, Key: 3}
	var kept seal.Senders
	now := time.Unix(1_800_000_000, 0)
	type made struct{ data, box []byte }
	var all []made
	for m := range sekisho.MessageID(20) {
		if m == 10 {
			now = now.Add(seal.SenderLife)
		}
		data := seal.NewKey()
		f.Message = m
		box, err := kept.Box(now, p.Public(), f, data)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, made{data, box})
	}
	for i := len(all) - 1; i >= 0; i-- {
		f.Message = sekisho.MessageID(i)
		if got, err := p.Unbox(f, all[i].box); err != nil || !bytes.Equal(got, all[i].data) {
			t.Errorf("box %d: %v", i, err)
		}
		f.Message++
		if _, err := p.Unbox(f, all[i].box); !errors.Is(err, seal.ErrSealed) {
			t.Errorf("box %d opens for another message", i)
		}
	}
	same := func(i, j int) bool { return bytes.Equal(all[i].box[:seal.EncLen], all[j].box[:seal.EncLen]) }
	if !same(0, 9) || same(9, 10) || !same(10, 19) {
		t.Error("an encapsulation does not live for its time, or longer")
	}
	if bytes.Equal(all[0].box, all[1].box) {
		t.Error("two boxes are the same")
	}
	if _, err := p.Unbox(f, all[0].box[:seal.EncLen]); !errors.Is(err, seal.ErrSealed) {
		t.Error("a box without a data key opens")
	}
	if _, err := kept.Box(now, []byte("no key"), seal.For{Contract: 9}, seal.NewKey()); err == nil {
		t.Error("boxed to nobody")
	}
	kept.Forget(now.Add(seal.SenderLife))
	f.Message = 21
	if box, err := kept.Box(now, p.Public(), f, seal.NewKey()); err != nil || bytes.Equal(box[:seal.EncLen], all[19].box[:seal.EncLen]) {
		t.Error("a forgotten encapsulation was used again", err)
	}
}

func content() seal.Content {
	raw := []byte("Subject: s\r\n\r\nbody one\r\nATTACHED\r\nbody two\r\n")
	span := func(c sekisho.Class, a, b int64) sekisho.Piece {
		return sekisho.Piece{Class: c, Span: sekisho.Span{Start: a, End: b}}
	}
	return seal.Content{Raw: raw, Summary: []byte("summary"), Text: []byte("text"), Index: []byte("index"), Subject: []byte("s"),
		Pieces: []sekisho.Piece{span(sekisho.ClassHeader, 0, 14), span(sekisho.ClassBody, 14, 24), span(sekisho.ClassAttachment, 24, 34), span(sekisho.ClassBody, 34, int64(len(raw)))}}
}

// A mail comes back byte for byte; the key of one class opens no other class, no other mail and no other piece.
func TestMessage(t *testing.T) {
	c, data := content(), seal.NewKey()
	s, err := seal.Seal(data, 7, c)
	if err != nil {
		t.Fatal(err)
	}
	open := func(class sekisho.Class, m sekisho.MessageID, k seal.Kind, b []byte) ([]byte, error) {
		x, err := seal.NewCipher(seal.ClassKey(data, class), m)
		if err != nil {
			t.Fatal(err)
		}
		return x.Open(k, b)
	}
	header, err1 := open(sekisho.ClassHeader, 7, seal.Header, s.Header)
	body, err2 := open(sekisho.ClassBody, 7, seal.Body, s.Body)
	attached, err3 := open(sekisho.ClassAttachment, 7, seal.Attachment, s.Attachment)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	raw, err := seal.Join(c.Pieces, header, body, attached)
	if err != nil || !bytes.Equal(raw, c.Raw) {
		t.Fatalf("%q %v", raw, err)
	}
	for name, try := range map[string]func() ([]byte, error){
		"the header's key":          func() ([]byte, error) { return open(sekisho.ClassHeader, 7, seal.Body, s.Body) },
		"another mail":              func() ([]byte, error) { return open(sekisho.ClassBody, 8, seal.Body, s.Body) },
		"another piece of the kind": func() ([]byte, error) { return open(sekisho.ClassBody, 7, seal.Text, s.Body) },
		"cut short":                 func() ([]byte, error) { return open(sekisho.ClassBody, 7, seal.Body, s.Body[:len(s.Body)-1]) },
	} {
		if b, err := try(); !errors.Is(err, seal.ErrSealed) || b != nil {
			t.Errorf("%s opens the body", name)
		}
	}
	if _, err := seal.Join(c.Pieces, header, body[1:], attached); !errors.Is(err, seal.ErrSealed) {
		t.Error("pieces that do not fit were joined")
	}
}

// Long pieces are chunks that can be neither reordered nor dropped nor cut at a chunk's border.
func TestChunks(t *testing.T) {
	x, err := seal.NewCipher(seal.NewKey(), 1)
	if err != nil {
		t.Fatal(err)
	}
	const chunk = 64<<10 + 16
	for _, n := range []int{0, 1, 64<<10 - 1, 64 << 10, 64<<10 + 1, 200_000} {
		plain := bytes.Repeat([]byte{7}, n)
		b := x.Seal(seal.Body, plain)
		if len(b) != n+seal.Overhead(n) {
			t.Errorf("%d bytes: sealed %d", n, len(b))
		}
		if got, err := x.Open(seal.Body, b); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	b := x.Seal(seal.Body, bytes.Repeat([]byte{7}, 200_000))
	swapped := append(append(bytes.Clone(b[chunk:2*chunk]), b[:chunk]...), b[2*chunk:]...)
	for name, bad := range map[string][]byte{"reordered": swapped, "first dropped": b[chunk:], "last dropped": b[:3*chunk], "empty": nil} {
		if _, err := x.Open(seal.Body, bad); !errors.Is(err, seal.ErrSealed) {
			t.Errorf("%s: it opens", name)
		}
	}
}

func TestPass(t *testing.T) {
	public, private, _ := ed25519.GenerateKey(nil)
	now := time.Unix(1_800_000_000, 0)
	b := seal.SignPass(private, seal.Pass{Session: 1, Contract: 2, Account: 3, Holder: 4, Expires: now.Add(time.Minute)})
	if p, err := seal.CheckPass(public, b, 4, now); err != nil || p.Account != 3 || p.Contract != 2 {
		t.Errorf("%+v %v", p, err)
	}
	for name, try := range map[string]func() error{
		"another process": func() error { _, err := seal.CheckPass(public, b, 5, now); return err },
		"expired":         func() error { _, err := seal.CheckPass(public, b, 4, now.Add(time.Minute)); return err },
		"altered":         func() error { x := bytes.Clone(b); x[23] ^= 1; _, err := seal.CheckPass(public, x, 4, now); return err },
		"no key yet":      func() error { _, err := seal.CheckPass(nil, b, 4, now); return err },
		"short":           func() error { _, err := seal.CheckPass(public, b[:10], 4, now); return err },
	} {
		if try() == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestSlots(t *testing.T) {
	salt := []byte("0123456789abcdef")
	secret, ok := key.AppSecret(key.NewAppPassword())
	if !ok {
		t.Fatal("an app password that was just made is none")
	}
	k := key.SlotKey(key.AppPassword, secret, salt)
	box := key.Wrap(k, []byte("private"), "here")
	if got, err := key.Unwrap(k, box, "here"); err != nil || string(got) != "private" {
		t.Error(err)
	}
	for name, other := range map[string][]byte{
		"another secret": key.SlotKey(key.AppPassword, []byte("x"), salt),
		"another kind":   key.SlotKey(key.Password, secret, salt),
		"another salt":   key.SlotKey(key.AppPassword, secret, []byte("x")),
	} {
		if _, err := key.Unwrap(other, box, "here"); err == nil {
			t.Errorf("%s opens the slot", name)
		}
	}
	if _, err := key.Unwrap(k, box, "there"); err == nil {
		t.Error("it opens in another place")
	}
	for _, typed := range []string{"", "abc", "not base32 at all!!!!!!!!!!!!!!!"} {
		if _, ok := key.AppSecret(typed); ok {
			t.Errorf("%q was taken for an app password", typed)
		}
	}
}

// A ring opens what was boxed to any of its halves, and its mailbox key stays when one is added.
func TestRing(t *testing.T) {
	old, oldPublic := pair(t)
	next, nextPublic := pair(t)
	ring, err := key.ParseRing(old.Private())
	if err != nil {
		t.Fatal(err)
	}
	grown := ring.Add(next.Private())
	f, data := seal.For{Contract: 1, Account: 2, Key: 1, Message: 3}, seal.NewKey()
	wrapped := key.MailboxKey(ring).Wrap(f, data)
	if got, err := key.MailboxKey(grown).Unwrap(f, wrapped); err != nil || !bytes.Equal(got, data) {
		t.Error("the mailbox key changed", err)
	}
	if !bytes.Equal(key.IndexKey(ring), key.IndexKey(grown)) || grown.Generation() != 1 || ring.Generation() != 0 {
		t.Error("the index key or the generation is wrong")
	}
	pairs, err := grown.Pairs()
	if err != nil || len(pairs) != 2 {
		t.Fatal(err)
	}
	for i, public := range []seal.Public{nextPublic, oldPublic} {
		box, err := public.Box(f, data)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pairs[i].Unbox(f, box); err != nil {
			t.Errorf("half %d does not open its box", i)
		}
	}
	long, err := key.BoxFor(next.Public(), f, grown)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := next.UnboxFor(f, long); err != nil || !bytes.Equal(got, grown) {
		t.Error("a boxed ring does not come back", err)
	}
	if _, err := old.UnboxFor(f, long); err == nil {
		t.Error("another pair opens a boxed ring")
	}
	for _, bad := range [][]byte{nil, make([]byte, 31), make([]byte, 33)} {
		if _, err := key.ParseRing(bad); err == nil {
			t.Errorf("%d bytes were taken for a ring", len(bad))
		}
		if _, err := next.UnboxFor(f, bad); err == nil {
			t.Errorf("%d bytes opened", len(bad))
		}
	}
}

func FuzzOpen(f *testing.F) {
	x, err := seal.NewCipher(make([]byte, seal.KeyLen), 1)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(x.Seal(seal.Body, []byte("plain")))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := x.Open(seal.Body, b); err == nil && !bytes.Equal(x.Seal(seal.Body, got), b) {
			t.Fatal("two sealed forms of one plaintext")
		}
		if p, err := key.ParsePair(b); err == nil {
			p.UnboxFor(seal.For{}, b)
		}
		if r, err := key.ParseRing(b); err == nil {
			r.Pairs()
		}
		seal.ParsePublic(b)
		seal.CheckPass(make([]byte, 32), b, 1, time.Time{})
		key.AppSecret(string(b))
	})
}

func BenchmarkSeal5K(b *testing.B) {
	_, public := pair(b)
	c := content()
	c.Raw = bytes.Repeat([]byte("x"), 5000)
	c.Pieces = []sekisho.Piece{{Class: sekisho.ClassHeader, Span: sekisho.Span{End: 300}}, {Class: sekisho.ClassBody, Span: sekisho.Span{Start: 300, End: 5000}}}
	for b.Loop() {
		data := seal.NewKey()
		if _, err := seal.Seal(data, 1, c); err != nil {
			b.Fatal(err)
		}
		if _, err := public.Box(seal.For{Contract: 1}, data); err != nil {
			b.Fatal(err)
		}
	}
}

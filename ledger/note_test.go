package ledger

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"sekisho"
)

func testKey(n byte) ed25519.PrivateKey { return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, 32)) }

// Notes are those of the Go checksum database: its implementation takes ours.
func TestNoteAgainstSumdb(t *testing.T) {
	s := must(NewSigner("log.test.example/sekisho", testKey(1)))(t)
	b := s.Sign(42, Hash{1, 2, 3})
	v := must(note.NewVerifier(s.Verifier.String()))(t)
	n, err := note.Open(b, note.VerifierList(v))
	if err != nil {
		t.Fatal(err)
	}
	if n.Text != string((Checkpoint{"log.test.example/sekisho", 42, Hash{1, 2, 3}}).Text()) {
		t.Errorf("text %q", n.Text)
	}
	c, err := OpenCheckpoint(b, must(ParseVerifier(s.Verifier.String()))(t))
	if err != nil || c.Size != 42 || c.Root != (Hash{1, 2, 3}) {
		t.Errorf("%+v %v", c, err)
	}
	other := must(NewSigner("log.test.example/sekisho", testKey(2)))(t)
	if _, err := OpenCheckpoint(b, other.Verifier); !errors.Is(err, ErrNote) {
		t.Errorf("under another key: %v", err)
	}
	for i := range b {
		bad := bytes.Clone(b)
		bad[i] ^= 1
		if c, err := OpenCheckpoint(bad, s.Verifier); err == nil {
			t.Errorf("byte %d changed: %+v", i, c)
		}
	}
}

// A key is written and read in one form, and anything else is refused.
func TestKeyOfOthers(t *testing.T) {
	for _, text := range []string{"", "a", "a+b", "a+00000000+AAAA", "a b+00000000+AQ==", strings.Repeat("x", 100)} {
		if v, err := ParseVerifier(text); err == nil {
			t.Errorf("%q is %+v", text, v)
		}
	}
	s := must(NewCosigner("witness.test.example/w", testKey(3)))(t)
	if v, err := ParseVerifier(s.Verifier.String()); err != nil || v.String() != s.Verifier.String() || !v.Witness() {
		t.Errorf("%v %v", v, err)
	}
}

// tree makes a head log of n heads.
func tree(n int) *wood {
	w := new(wood)
	for i := range n {
		w.add(Head{Stream: Stream{Role: sekisho.Gate}, Size: uint64(i), Time: uint64(i)}.Append(nil))
	}
	return w
}

func TestWitnessJudges(t *testing.T) {
	log := must(NewSigner("log.test.example", testKey(1)))(t)
	w := tree(700)
	rootAt := func(n uint64) Hash { return must(RootAt(w, n))(t) }
	latest := Checkpoint{log.Name, 300, rootAt(300)}
	good := Submission{300, must(Consistency(w, 300, 700))(t), log.Sign(700, rootAt(700))}
	again := must(ParseSubmission(good.Text()))(t)
	if c, err := again.Judge(log.Verifier, latest); err != nil || c.Size != 700 {
		t.Fatalf("%+v %v", c, err)
	}
	forged := must(NewSigner("log.test.example", testKey(9)))(t)
	stranger := must(NewSigner("other.test.example", testKey(1)))(t)
	forked := tree(300)
	forked.add([]byte("something else"))
	for name, x := range map[string]struct {
		s    Submission
		want Refusal
	}{
		"rolled back":          {Submission{300, nil, log.Sign(200, rootAt(200))}, Nonsense},
		"old size is not ours": {Submission{200, must(Consistency(w, 200, 700))(t), log.Sign(700, rootAt(700))}, OtherSize},
		"as if never seen":     {Submission{0, nil, log.Sign(700, rootAt(700))}, OtherSize},
		"same size, forked":    {Submission{300, nil, log.Sign(300, Hash{7})}, OtherSize},
		"forked":               {Submission{300, must(Consistency(forked, 300, 301))(t), log.Sign(301, rootAt(301))}, Inconsistent},
		"without proof":        {Submission{300, nil, log.Sign(700, rootAt(700))}, Inconsistent},
		"forged":               {Submission{300, good.Proof, forged.Sign(700, rootAt(700))}, Forged},
		"of another log":       {Submission{300, good.Proof, stranger.Sign(700, rootAt(700))}, UnknownLog},
		"no checkpoint":        {Submission{300, good.Proof, []byte("x\n")}, Nonsense},
	} {
		if _, err := x.s.Judge(log.Verifier, latest); err != x.want {
			t.Errorf("%s: %v, want %v", name, err, x.want)
		}
	}
	if _, err := (Submission{0, nil, log.Sign(300, rootAt(300))}).Judge(log.Verifier, Checkpoint{}); err != nil {
		t.Errorf("the first one: %v", err)
	}
	witness := must(NewCosigner("witness.test.example", testKey(5)))(t)
	n := must(ParseNote(good.Checkpoint))(t)
	both := must(Cosigned(good.Checkpoint, witness.Line(n.Text, 1_700_000_000), witness.Verifier))(t)
	signed, err := must(ParseNote(both))(t).Check(log.Verifier, witness.Verifier)
	if err != nil || len(signed) != 2 || signed[1].When != 1_700_000_000 {
		t.Errorf("%+v %v", signed, err)
	}
	if _, err := Cosigned(good.Checkpoint, witness.Line([]byte("another text\n"), 1), witness.Verifier); err == nil {
		t.Error("a cosignature of another text was taken")
	}
}

func TestProof(t *testing.T) {
	log := must(NewSigner("log.test.example", testKey(1)))(t)
	p := sample(t, log)
	text := p.Text()
	again := must(ParseProof(text))(t)
	if e, c, err := again.Check(log.Verifier); err != nil || e.Object != 77 || e.Cell != 2 || c.Size == 0 {
		t.Fatalf("%+v %+v %v", e, c, err)
	}
	for i := range text { // no byte may be other than it is
		bad := bytes.Clone(text)
		bad[i] ^= 1
		p, err := ParseProof(bad)
		if err == nil {
			_, _, err = p.Check(log.Verifier)
		}
		if err == nil && !bytes.Equal(p.Text(), text) {
			t.Fatalf("byte %d (%q) changed and nobody noticed", i, text[i])
		}
	}
}

func sample(t testing.TB, log *Signer) Proof {
	r := rand.New(rand.NewPCG(1, 1))
	rows, blind := new(wood), NewBlinder([32]byte{9})
	var p Proof
	for n := range uint64(400) {
		e := random(r)
		e.Role = sekisho.Reader
		if n == 133 {
			e.Object = 77
			p.Row = e.Row(nil)
			p.Blind = [16]byte(blind.Blind(n))
		}
		rows.add(append(e.Row(nil), blind.Blind(n)...))
	}
	p.Number, p.Path = 133, must(Inclusion(rows, 133, 400))(t)
	p.Head = Head{Stream{0, sekisho.Reader, 2}, 400, 1, rows.edge.Root()}
	heads := tree(300)
	p.Index = 300
	heads.add(p.Head.Append(nil))
	p.HeadPath = must(Inclusion(heads, 300, 301))(t)
	p.Checkpoint = log.Sign(301, heads.edge.Root())
	return p
}

func FuzzProof(f *testing.F) {
	log := must(NewSigner("log.test.example", testKey(1)))(f)
	f.Add(sample(f, log).Text())
	f.Add([]byte("c2sp.org/tlog-proof@v1\nindex 0\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := ParseProof(b); err == nil {
			p.Check(log.Verifier)
		}
	})
}

func FuzzNote(f *testing.F) {
	log := must(NewSigner("log.test.example", testKey(1)))(f)
	f.Add(log.Sign(5, Hash{1}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := OpenCheckpoint(b, log.Verifier); err == nil && !bytes.HasPrefix(b, c.Text()) {
			t.Fatalf("a forged checkpoint: %q", b)
		}
	})
}

func FuzzSubmission(f *testing.F) {
	log := must(NewSigner("log.test.example", testKey(1)))(f)
	f.Add(Submission{0, nil, log.Sign(5, Hash{1})}.Text())
	f.Add(Submission{3, []Hash{{1}}, log.Sign(5, Hash{1})}.Text())
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ParseSubmission(b)
		if err != nil {
			return
		}
		if !bytes.Equal(s.Text(), b) {
			t.Fatal("a submission has two forms")
		}
		s.Judge(log.Verifier, Checkpoint{})
	})
}

func FuzzVerifier(f *testing.F) {
	f.Add(must(NewSigner("log.test.example", testKey(1)))(f).Verifier.String())
	f.Fuzz(func(t *testing.T, s string) { ParseVerifier(s) })
}

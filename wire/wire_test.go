package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"sekisho"
)

var (
	gate       = sekisho.Caller{Role: sekisho.Gate, Instance: 7}
	readerRole = sekisho.Caller{Role: sekisho.Reader, Instance: 8}
)

// tested are calls for these tests only, with the numbers of a role that has none of its own.
type question struct {
	Text  string
	Bytes []byte
	Next  *question
	List  []question
	At    time.Time
	From  netip.Addr
	Key   [4]byte
	N     int16
	F     float64
	Yes   bool
}

func calls() (echo *Call[question, question], slow *Call[Nothing, Nothing], pass *Call[Nothing, Connected]) {
	return define[question, question](sekisho.Dial, 100, "echo", 1<<20, sekisho.Gate),
		define[Nothing, Nothing](sekisho.Dial, 101, "slow", 1<<20, sekisho.Gate),
		define[Nothing, Connected](sekisho.Dial, 102, "pass", 1<<20, sekisho.Gate)
}

func join(t testing.TB, by sekisho.Caller, s *Service) *Peer {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	p := NewPeer(s.role)
	if err := Local(ctx, by, s, p); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRoundTrip(t *testing.T) {
	echo, _, _ := calls()
	s := NewService(sekisho.Dial, func(sekisho.Caller, string, error) { t.Error("a breach") })
	Handle(s, echo, func(_ context.Context, by sekisho.Caller, q question) (question, error) {
		if by != gate {
			t.Errorf("asked by %v", by)
		}
		return q, nil
	})
	p := join(t, gate, s)
	q := question{Text: "日本語\x00", Bytes: []byte{0, 1, 2}, Next: &question{N: -5}, List: []question{{F: 1.5}, {Yes: true}},
		At: time.Date(2026, 11, 22, 1, 2, 3, 4, time.UTC), From: netip.MustParseAddr("2001:db8::1%eth0"), Key: [4]byte{1, 2, 3, 4}, N: 30000}
	got, err := echo.Ask(context.Background(), p, q)
	if err != nil || !reflect.DeepEqual(got, q) {
		t.Errorf("%+v came back as %+v, %v", q, got, err)
	}
	if _, err := echo.Ask(context.Background(), p, question{Bytes: make([]byte, 2<<20)}); sekisho.KindOf(err) != sekisho.TooLarge {
		t.Errorf("an over-large question: %v", err)
	}
}

func TestErrorsSurvive(t *testing.T) {
	echo, _, _ := calls()
	s := NewService(sekisho.Dial, func(sekisho.Caller, string, error) {})
	Handle(s, echo, func(context.Context, sekisho.Caller, question) (question, error) {
		return question{}, fmt.Errorf("wrapped: %w", sekisho.E("store.accept", sekisho.Full, errors.New("no space")))
	})
	_, err := echo.Ask(context.Background(), join(t, gate, s), question{})
	var known *sekisho.Error
	if !errors.As(err, &known) || known.Kind != sekisho.Full || known.Op != "store.accept" || known.Err.Error() != "no space" {
		t.Errorf("%#v", err)
	}
}

// No list means no: a role that is not listed loses its line, and it is reported.
func TestNotGranted(t *testing.T) {
	echo, _, _ := calls()
	reports := make(chan string, 1)
	s := NewService(sekisho.Dial, func(by sekisho.Caller, call string, why error) { reports <- by.Role.String() + " " + call })
	Handle(s, echo, func(context.Context, sekisho.Caller, question) (question, error) {
		t.Error("answered")
		return question{}, nil
	})
	if _, err := echo.Ask(context.Background(), join(t, readerRole, s), question{}); sekisho.KindOf(err) != sekisho.Unavailable {
		t.Errorf("%v", err)
	}
	if r := <-reports; r != "reader dial.echo" {
		t.Errorf("reported %q", r)
	}
}

// What a peer sends is hostile: anything but an agreed question ends the line before memory is taken.
func TestGarbage(t *testing.T) {
	echo, _, _ := calls()
	for name, frame := range map[string][]byte{
		"unknown call":   put(head{id: 1, call: 999}),
		"too long":       put(head{id: 1, call: echo.Number, size: 1 << 31}),
		"not a question": append(put(head{id: 1, call: echo.Number, size: 3}), 0xff, 0xff, 0xff),
		"left over":      append(put(head{id: 1, call: echo.Number, size: 200}), make([]byte, 200)...),
		"descriptors":    put(head{id: 1, call: echo.Number, files: 3}),
	} {
		asks, answers, err := Pair()
		if err != nil {
			t.Fatal(err)
		}
		reported := false
		s := NewService(sekisho.Dial, func(sekisho.Caller, string, error) { reported = true })
		Handle(s, echo, func(context.Context, sekisho.Caller, question) (question, error) { return question{}, nil })
		done := make(chan error, 1)
		go func() { done <- s.Serve(context.Background(), gate, answers) }()
		asks.Write(frame)
		asks.SetReadDeadline(time.Now().Add(10 * time.Second))
		if _, err := asks.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("%s: the line stayed: %v", name, err)
		}
		if <-done; !reported && name != "descriptors" {
			t.Errorf("%s: nobody was told", name)
		}
	}
}

func put(h head) []byte {
	b := make([]byte, headLen)
	h.put(b)
	return b
}

func TestDeadline(t *testing.T) {
	_, slow, _ := calls()
	s := NewService(sekisho.Dial, func(sekisho.Caller, string, error) {})
	saw := make(chan bool, 1)
	Handle(s, slow, func(ctx context.Context, _ sekisho.Caller, _ Nothing) (Nothing, error) {
		_, has := ctx.Deadline()
		<-ctx.Done()
		saw <- has
		return Nothing{}, ctx.Err()
	})
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := slow.Ask(ctx, join(t, gate, s), Nothing{}); sekisho.KindOf(err) != sekisho.Unavailable {
		t.Errorf("%v", err)
	}
	if !<-saw {
		t.Error("the asker's deadline did not reach the answerer")
	}
}

func TestDescriptor(t *testing.T) {
	_, _, pass := calls()
	s := NewService(sekisho.Dial, func(sekisho.Caller, string, error) {})
	Handle(s, pass, func(context.Context, sekisho.Caller, Nothing) (Connected, error) {
		r, w, err := os.Pipe()
		if err != nil {
			return Connected{}, err
		}
		w.WriteString("through the pipe")
		return Connected{Conn: r}, w.Close()
	})
	c, err := pass.Ask(context.Background(), join(t, gate, s), Nothing{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Conn.Close()
	if b, err := io.ReadAll(c.Conn); string(b) != "through the pipe" {
		t.Errorf("%q %v", b, err)
	}
}

// When a callee ends, those who wait are told at once, and later questions go to the one that was started in its place.
func TestPeerEnds(t *testing.T) {
	_, slow, _ := calls()
	asked, never := make(chan struct{}, 2), make(chan struct{})
	defer close(never)
	hang := NewService(sekisho.Dial, func(sekisho.Caller, string, error) {})
	Handle(hang, slow, func(context.Context, sekisho.Caller, Nothing) (Nothing, error) {
		asked <- struct{}{}
		<-never
		return Nothing{}, nil
	})
	ctx, end := context.WithCancel(context.Background())
	p := NewPeer(sekisho.Dial)
	if err := Local(ctx, gate, hang, p); err != nil {
		t.Fatal(err)
	}
	got := make(chan error, 1)
	go func() { _, err := slow.Ask(context.Background(), p, Nothing{}); got <- err }()
	<-asked
	end()
	if err := <-got; sekisho.KindOf(err) != sekisho.Unavailable {
		t.Errorf("%v", err)
	}
	next := NewService(sekisho.Dial, func(sekisho.Caller, string, error) {})
	Handle(next, slow, func(context.Context, sekisho.Caller, Nothing) (Nothing, error) { return Nothing{}, nil })
	ctx2, end2 := context.WithCancel(context.Background())
	defer end2()
	go func() { _, err := slow.Ask(context.Background(), p, Nothing{}); got <- err }()
	if err := Local(ctx2, gate, next, p); err != nil {
		t.Fatal(err)
	}
	if err := <-got; err != nil {
		t.Errorf("the new process was not asked: %v", err)
	}
}

// Drain answers what is under way and takes no more.
func TestDrain(t *testing.T) {
	echo, _, _ := calls()
	begun, finish := make(chan struct{}), make(chan struct{})
	s := NewService(sekisho.Dial, func(sekisho.Caller, string, error) {})
	Handle(s, echo, func(_ context.Context, _ sekisho.Caller, q question) (question, error) {
		close(begun)
		<-finish
		return q, nil
	})
	p := join(t, gate, s)
	got := make(chan error, 1)
	go func() {
		a, err := echo.Ask(context.Background(), p, question{Text: "last"})
		if err == nil && a.Text != "last" {
			err = errors.New("wrong answer")
		}
		got <- err
	}()
	<-begun
	drained := make(chan struct{})
	go func() { s.Drain(); close(drained) }()
	close(finish)
	if err := <-got; err != nil {
		t.Errorf("what was under way: %v", err)
	}
	<-drained
}

func TestManyAtOnce(t *testing.T) {
	echo, _, _ := calls()
	s := NewService(sekisho.Dial, func(sekisho.Caller, string, error) { t.Error("a breach") })
	Handle(s, echo, func(_ context.Context, _ sekisho.Caller, q question) (question, error) { return q, nil })
	p := join(t, gate, s)
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			q := question{Text: strings.Repeat("x", i*37), N: int16(i)}
			if a, err := echo.Ask(context.Background(), p, q); err != nil || a.N != q.N || a.Text != q.Text {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	wg.Wait()
}

// Every call of the product can carry its own types, and has a number of its own.
func TestRules(t *testing.T) {
	numbers, names := map[uint16]string{}, map[string]bool{}
	for _, r := range Rules() {
		if numbers[r.Number] != "" || names[r.Name] {
			t.Errorf("%s and %s share a number or a name", r.Name, numbers[r.Number])
		}
		numbers[r.Number], names[r.Name] = r.Name, true
		if len(r.Callers) == 0 || r.Limit < 1 || sekisho.Role(r.Number>>8) != r.Callee {
			t.Errorf("%s: %+v", r.Name, r)
		}
	}
	planOf[Accept]()
	planOf[Report]()
	planOf[Listed]()
}

func TestSummary(t *testing.T) {
	s := sekisho.Summary{Fields: sekisho.Fields{Subject: "件名", From: []sekisho.Address{{Name: "A", Mailbox: "a", Host: "b.example"}}},
		Size: 10, Root: sekisho.Part{Type: "multipart", Subtype: "mixed", Parts: []sekisho.Part{{Type: "text"}, {Type: "message", Message: &sekisho.Fields{Subject: "x"}}}},
		Pieces: []sekisho.Piece{{Class: sekisho.ClassHeader, Span: sekisho.Span{End: 10}}}}
	got, err := DecodeSummary(EncodeSummary(s))
	if err != nil || !reflect.DeepEqual(got, s) {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := DecodeSummary(append([]byte{99}, EncodeSummary(s)[1:]...)); err == nil {
		t.Error("an unknown version was read")
	}
}

func FuzzDecode(f *testing.F) {
	s := EncodeSummary(sekisho.Summary{Fields: sekisho.Fields{Subject: "x"}, Root: sekisho.Part{Parts: []sekisho.Part{{Type: "text"}}}})
	f.Add(s)
	f.Add([]byte{1, 255, 255, 255, 255, 15})
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := DecodeSummary(b)
		if err != nil {
			return
		}
		again, err := DecodeSummary(EncodeSummary(got))
		if err != nil || !bytes.Equal(EncodeSummary(again), EncodeSummary(got)) {
			t.Fatalf("does not survive: %v", err)
		}
		var q Accept
		planOf[Accept]().decode(b, nil, &q)
	})
}

func BenchmarkAsk(b *testing.B) {
	echo, _, _ := calls()
	s := NewService(sekisho.Dial, func(sekisho.Caller, string, error) {})
	Handle(s, echo, func(_ context.Context, _ sekisho.Caller, q question) (question, error) { return question{}, nil })
	p := join(b, gate, s)
	for _, n := range []int{200, 75 << 10} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			q := question{Bytes: make([]byte, n)}
			for b.Loop() {
				if _, err := echo.Ask(context.Background(), p, q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

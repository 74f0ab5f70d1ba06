package gate

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"sekisho"
	"sekisho/wire"
)

func TestOwns(t *testing.T) {
	who := &wire.Identified{Address: "ann@mori.example", Identities: []string{"ann@mori.example", "Sales@mori.example", "@mori-shop.example"}}
	for from, want := range map[string]bool{
		"ann@mori.example": true, "ANN@Mori.Example": true, "ann+list@mori.example": true, "sales@mori.example": true, "anyone@mori-shop.example": true,
		"sato@mori.example": false, "": false, "ann@mori.example.evil.example": false, "+x@mori.example": false, "ann": false, "ann@other@mori.example": false,
	} {
		if got := owns(who, from); got != want {
			t.Errorf("%q: %v", from, got)
		}
	}
}

func TestWithin(t *testing.T) {
	for from, want := range map[string]bool{"a@mori.example": true, "a@MORI.example": true, "": true, "a@sub.mori.example": false, "mori.example": false} {
		if got := within(from, []string{"mori.example"}); got != want {
			t.Errorf("%q: %v", from, got)
		}
	}
}

// Recipients are counted by account, hour and day; what is refused counts nothing; another account is another account.
func TestSendLimits(t *testing.T) {
	l := newLimits(Config{Hourly: 10, Daily: 15, Exempt: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	from, now := netip.MustParseAddr("192.0.2.1"), time.Unix(1_800_000_000, 0)
	const ann, ken = sekisho.AccountID(1), sekisho.AccountID(2)
	send := func(who sekisho.AccountID, n, hourly int, at time.Time) bool {
		return l.send(who, from, n, hourly, 0, at)
	}
	for i, x := range []struct {
		who       sekisho.AccountID
		n, hourly int
		after     time.Duration
		want      bool
	}{
		{ann, 9, 0, 0, true}, {ann, 2, 0, 0, false}, {ann, 1, 0, 0, true}, {ann, 1, 0, 0, false}, {ken, 10, 0, 0, true},
		{ann, 5, 0, time.Hour, true}, {ann, 1, 0, time.Hour, false}, // the day is full
		{ann, 10, 0, 24 * time.Hour, true}, {ann, 1, 20, 24 * time.Hour, true}, // the contract allows more in an hour
	} {
		if got := send(x.who, x.n, x.hourly, now.Add(x.after)); got != x.want {
			t.Errorf("step %d: %v", i, got)
		}
	}
	if !l.send(ann, netip.MustParseAddr("127.0.0.1"), 1000, 0, 0, now) {
		t.Error("an exempt source was limited")
	}
}

// Mails of a source outside are counted by the minute, recipients of a contract by the hour, whoever of it sends.
func TestRates(t *testing.T) {
	l := newLimits(Config{PerMinute: 3, Contract: 5})
	a, b, now := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2"), time.Unix(1_800_000_000, 0)
	for i, x := range []struct {
		got, want bool
	}{
		{l.mail(a, now), true}, {l.mail(a, now), true}, {l.mail(a, now), true}, {l.mail(a, now), false}, {l.mail(b, now), true},
		{l.mail(a, now.Add(time.Minute)), true},
		{l.contract(1, a, 5, 0, now), true}, {l.contract(1, b, 1, 0, now), false}, {l.contract(2, a, 1, 0, now), true},
		{l.contract(1, a, 1, 6, now), true}, {l.contract(1, a, 1, 0, now.Add(time.Hour)), true},
	} {
		if x.got != x.want {
			t.Errorf("step %d: %v", i, x.got)
		}
	}
}

// Mails under way are bounded together, and what is done with makes room.
func TestFlight(t *testing.T) {
	var f flight
	f.bytes.Store(mostFlight - 10)
	b := &bounded{Reader: strings.NewReader(strings.Repeat("x", 20)), flight: &f}
	_, err := io.ReadAll(b)
	var e *smtp.SMTPError
	if !errors.As(err, &e) || e.Code != 452 {
		t.Fatalf("beyond the room: %v", err)
	}
	b.release()
	small := &bounded{Reader: strings.NewReader("12345"), flight: &f}
	if got, err := io.ReadAll(small); err != nil || string(got) != "12345" {
		t.Errorf("%q %v", got, err)
	}
	small.release()
	if f.bytes.Load() != mostFlight-10 {
		t.Errorf("%d bytes are still held", f.bytes.Load()-mostFlight+10)
	}
}

// One address has so many connections at a time, and gets them back when it closes.
func TestConnectionsPerSource(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &counted{Listener: inner, limits: newLimits(Config{PerSource: 2})}
	defer l.Close()
	accepted := make(chan net.Conn, 10)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- c
		}
	}()
	dial := func() string {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		c.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
		b := make([]byte, 100)
		n, _ := c.Read(b)
		return string(b[:n])
	}
	if a, b := dial(), dial(); a != "" || b != "" {
		t.Fatalf("refused at once: %q %q", a, b)
	}
	if got := dial(); !strings.HasPrefix(got, "421 4.7.0") {
		t.Errorf("the third connection: %q", got)
	}
	c := <-accepted
	c.Close()
	c.Close() // twice counts once
	if got := dial(); got != "" {
		t.Errorf("after one was closed: %q", got)
	}
	if got := dial(); !strings.HasPrefix(got, "421") {
		t.Errorf("and again the third: %q", got)
	}
}

func TestLoginMechanism(t *testing.T) {
	var name, secret string
	l := &loginServer{login: func(n, s string) error { name, secret = n, s; return nil }}
	c, done, err := l.Next(nil)
	if string(c) != "Username:" || done || err != nil {
		t.Fatalf("%q %v %v", c, done, err)
	}
	c, done, err = l.Next([]byte("ann"))
	if string(c) != "Password:" || done || err != nil {
		t.Fatalf("%q %v %v", c, done, err)
	}
	if _, done, err = l.Next([]byte("secret")); !done || err != nil || name != "ann" || secret != "secret" {
		t.Fatalf("%v %v %q %q", done, err, name, secret)
	}
}

func TestRefuse(t *testing.T) {
	e := refuse(550, "5.7.1", "No: %d", 7)
	if e.Code != 550 || e.EnhancedCode != (smtp.EnhancedCode{5, 7, 1}) || e.Message != "No: 7" {
		t.Errorf("%+v", e)
	}
	g := &Gate{config: New(Config{}, Peers{}).config}
	for err, want := range map[error]int{sekisho.E("x", sekisho.Full, nil): 452, sekisho.E("x", sekisho.TooLarge, nil): 552, sekisho.E("x", sekisho.TooMany, nil): 450,
		sekisho.E("x", sekisho.Unavailable, nil): 451, sekisho.E("x", sekisho.Internal, nil): 451} {
		if got := g.answer(err); got.Code != want {
			t.Errorf("%v: %d, not %d", err, got.Code, want)
		}
	}
}

// FuzzClamd: whatever stands where clamd should be says, it is clean only when it says OK.
func FuzzClamd(f *testing.F) {
	for _, s := range []string{"stream: OK", "stream: Eicar-Test FOUND", "stream: x ERROR", "", "INSTREAM size limit exceeded. ERROR", "stream:  FOUND"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		found, err := clamdFinding(s)
		if err == nil && len(found) == 0 && s != "stream: OK" && s != "OK" {
			t.Fatalf("%q is taken for clean", s)
		}
		for _, x := range found {
			if x.Kind != sekisho.KindVirus || len(x.Evidence) > sekisho.MaxEvidence {
				t.Fatalf("%+v", x)
			}
		}
	})
}

// TestPassage: every inspect worker that a mail passed through is named, also those that did not survive it or only changed it.
func TestPassage(t *testing.T) {
	var runs []wire.Passage
	for id := sekisho.MessageID(5); id < 8; id++ {
		a := arrival{Arrival: wire.Arrival{Sealed: wire.SealedMessage{ID: id, Contract: 1, Size: 10}}, passed: []sekisho.Instance{3}}
		if id == 7 {
			a.passed = []sekisho.Instance{3, 4}
		}
		for _, w := range a.passed {
			runs = passage(runs, a, w)
		}
	}
	want := []wire.Passage{{Contract: 1, First: 5, Count: 3, Bytes: 30, Worker: 3}, {Contract: 1, First: 7, Count: 1, Bytes: 10, Worker: 4}}
	if !slices.Equal(runs, want) {
		t.Errorf("%+v; want %+v", runs, want)
	}
}

// TestScriptSays: an inspect worker that was taken over cannot make a filter send what does not stand in it.
func TestScriptSays(t *testing.T) {
	x := script{said: wordsOf("require [\"vacation\",\"editheader\",\"ereject\"];\nif true { redirect \"Ann <Ann@Partner.example>\"; }\nvacation :subject \"Away\" \"Back\non Monday\";\naddheader \"X-A\" \"yes\";\nereject \"no\";\n")}
	for name, c := range map[string]struct {
		s  wire.Sorting
		ok bool
	}{
		"what it says": {wire.Sorting{Steps: []wire.FilterStep{{Do: "redirect", Address: "Ann@Partner.example"}, {Do: "vacation", Reply: wire.FilterReply{Text: "Back\r\non Monday", Subject: "Auto: anything"}},
			{Do: "reject", Text: "no"}}, Edits: []wire.FieldEdit{{Name: "X-A", Value: "yes"}, {Delete: true, Name: "Subject"}}}, true},
		"another address": {wire.Sorting{Steps: []wire.FilterStep{{Do: "redirect", Address: "eve@partner.example"}}}, false},
		"another answer":  {wire.Sorting{Steps: []wire.FilterStep{{Do: "vacation", Reply: wire.FilterReply{Text: "somebody else's mail"}}}}, false},
		"another refusal": {wire.Sorting{Steps: []wire.FilterStep{{Do: "reject", Text: "somebody else's mail"}}}, false},
		"another field":   {wire.Sorting{Edits: []wire.FieldEdit{{Name: "X-A", Value: "somebody else's mail"}}}, false},
	} {
		if got := x.wants(&c.s); got != c.ok {
			t.Errorf("%s: %v", name, got)
		}
	}
	in := &intake{gate: &Gate{config: Config{Name: "mx.example"}}, transaction: &transaction{envelope: sekisho.Envelope{From: "bob@out.example", At: time.Unix(1e9, 0)}}}
	raw := in.reply(outcome{target: wire.Target{Address: "ann@mori.example"}}, x, []byte("Subject: hello\r\nMessage-ID: <a@b>\r\n\r\nx"),
		&wire.FilterReply{Text: "t", Subject: "stolen", From: "stolen <eve@out.example>"})
	for _, want := range []string{"From: ann@mori.example\r\n", "To: <bob@out.example>\r\n", "Subject: Auto: hello\r\n", "In-Reply-To: <a@b>\r\n"} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("no %q in %q", want, raw)
		}
	}
}

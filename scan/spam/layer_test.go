package spam

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"sekisho/learn"
)

func TestLayerLearns(t *testing.T) {
	m := Learn(examples()[:80], nil, Training{})
	bad, next, other := mail("garden gnomes for sale, order the gnome today"), mail("order more garden gnomes for sale today"), mail("minutes of the meeting on monday")
	l := learn.NewLayer(learn.Account)
	before := m.Score(next, l)
	if !l.Learn(Features(bad), m.LogitOf(Features(bad)), true) {
		t.Fatal("nothing was learned")
	}
	if after := m.Score(next, l); after < before+2 {
		t.Errorf("the next mail of the kind: %.2f, then %.2f", before, after)
	}
	if a, b := m.Score(other), m.Score(other, l); b > a+2 {
		t.Errorf("a mail of another kind: %.2f, then %.2f", a, b)
	}
	once := l.Bytes()
	if l.Learn(Features(bad), m.LogitOf(Features(bad)), true) || !bytes.Equal(once, l.Bytes()) {
		t.Error("the same mail is learned twice")
	}
	if !l.Learn(Features(bad), m.LogitOf(Features(bad)), false) {
		t.Error("a change of mind is not learned")
	}
	back, err := learn.LoadLayer(l.Bytes())
	if err != nil || back.Add(Features(next)) != l.Add(Features(next)) || !bytes.Equal(back.Bytes(), l.Bytes()) {
		t.Errorf("a layer does not survive: %v", err)
	}
	if _, why, _ := m.Judge(next, nil, l); !strings.Contains(why, "learned here") {
		t.Errorf("the reasons do not name what was learned: %s", why)
	}
}

// TestPoison: whatever one account is told, and however often, its layer moves a score by no more than its bound; and the
// contract's layer by nothing.
func TestPoison(t *testing.T) {
	account, contract := learn.NewLayer(learn.Account), learn.NewLayer(learn.Contract)
	for i := range 500 {
		f := Features(mail(fmt.Sprintf("invoice of the partner number %d, the meeting is on monday", i)))
		account.Learn(f, -3, true)
		contract.Vote(7, f, -3, true)
	}
	f := Features(mail("invoice of the partner, the meeting is on monday"))
	if got := account.Add(f); got > 8 || got <= 0 {
		t.Errorf("the account's layer adds %.2f", got)
	}
	if got := contract.Add(f); got != 0 {
		t.Errorf("one account moved its contract by %.2f", got)
	}
}

func TestVote(t *testing.T) {
	l := learn.NewLayer(learn.Contract)
	text := strings.Repeat("the great casino bonus of the week waits for you, click and play with free coins; ", 3)
	learned := 0
	for account := range uint64(3) {
		if l.Vote(account, Features(mail(text+fmt.Sprint(account))), 0, true) {
			learned++
		}
		if again := l.Vote(account, Features(mail(text)), 0, true); again {
			t.Error("one account votes twice")
		}
		back, err := learn.LoadLayer(l.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		l = back
	}
	if learned != 1 || l.Add(Features(mail(text))) <= 0 {
		t.Errorf("learned %d times, adds %.2f", learned, l.Add(Features(mail(text))))
	}
	if l.Vote(1, Features(mail("an entirely different letter about roses")), 0, true) {
		t.Error("mails that are not alike are counted together")
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain text": "plain text", "ver\u200bi\u200bfy": "verify", "pаypаl": "paypal", "привет": "привет", "お世話になっております": "お世話になっております",
		"your acc0unt": "your acc0unt\n account", "b2b covid19 room5": "b2b covid19 room5", "v i a g r a now": "v i a g r a now\n viagra",
	} {
		got, _ := Clean(in)
		if got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	if _, k := Clean("ver\u200bi\u200bfy pаypаl"); k.Invisible != 2 || k.Mixed != 1 {
		t.Errorf("%+v", k)
	}
}

func FuzzClean(f *testing.F) {
	f.Add("ver\u200bify acc0unt v i a g r a")
	f.Add("\xff\xfe а")
	f.Fuzz(func(t *testing.T, text string) {
		out, k := Clean(text)
		if len(out) > 2*len(text)+8192 || k.Invisible < 0 {
			t.Errorf("%d bytes became %d", len(text), len(out))
		}
	})
}

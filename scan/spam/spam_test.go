package spam

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"sekisho"
)

// mail makes what the classifier sees of a mail with that text.
func mail(text string) *Mail {
	f := &sekisho.Fields{Subject: text[:min(len(text), 10)], MessageID: "<1@a.example>", From: []sekisho.Address{{Name: "A", Mailbox: "a", Host: "a.example"}}}
	none := func(func(string)) {}
	return &Mail{Fields: f, Header: func(string) string { return "" }, Names: none, Received: none, Text: text, Subject: min(len(text), 10), Type: "text/plain"}
}

func examples() (list []Example) {
	for i := range 60 {
		list = append(list, Example{Features(mail(fmt.Sprintf("cheap pills buy now offer %d 今すぐ無料で当選", i))), true, 0},
			Example{Features(mail(fmt.Sprintf("minutes of the meeting %d 議事録を送ります", i))), false, 0})
	}
	return list
}

func TestLearn(t *testing.T) {
	list := examples()
	m := Learn(list[:80], list[80:], Training{})
	for text, spam := range map[string]bool{
		"buy cheap pills": true, "the meeting was moved": false, "無料で当選しました": true, "議事録です": false,
	} {
		if got := m.Logit(mail(text)) > float64(m.bias); got != spam {
			t.Errorf("%s: %v", text, got)
		}
	}
	if p := m.Score(mail("cheap pills buy now offer")); p < 5 || p > 12 {
		t.Errorf("spam scores %v", p)
	}
	if p := m.Score(mail("minutes of the meeting")); p > 0 || p < -4 {
		t.Errorf("ham scores %v", p)
	}
	if again := Learn(list[:80], list[80:], Training{}); !bytes.Equal(again.Bytes(), m.Bytes()) {
		t.Error("the same mails make another model")
	}
	back, err := Load(m.Bytes())
	if err != nil || back.Logit(mail("cheap")) != m.Logit(mail("cheap")) {
		t.Errorf("the model does not survive: %v", err)
	}
}

// TestNothingKnown: a mail in words that the model has never seen is no spam.
func TestNothingKnown(t *testing.T) {
	m, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"お世話になっております。森工業の山田です。\n先日の打ち合わせの件、見積書をお送りします。ご確認のほどよろしくお願いいたします。", "xyzzy plugh frobnicate"} {
		if p := m.Score(mail(text)); p >= 4 {
			t.Errorf("%s: %v", text, p)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	good := Empty().Bytes()
	nan := bytes.Clone(good)
	for i := range 4 {
		nan[len(magic)+i] = 0xff
	}
	for _, bad := range [][]byte{nil, good[:100], append(bytes.Clone(good), 0), nan, bytes.Replace(good, []byte("SPAM"), []byte("HAMS"), 1)} {
		if _, err := Load(bad); sekisho.KindOf(err) != sekisho.Invalid {
			t.Errorf("%d bytes: %v", len(bad), err)
		}
	}
	if m := Learn(nil, nil, Training{}); math.IsNaN(float64(m.scale)) {
		t.Error("no mails make no model")
	}
}

// TestVolume: the same words many times are the same mail to the classifier.
func TestVolume(t *testing.T) {
	a, b := Features(mail("buy now ")), Features(mail(strings.Repeat("buy now ", 3)))
	if len(b) > len(a)+8 {
		t.Errorf("%d features became %d", len(a), len(b))
	}
}

func FuzzScore(f *testing.F) {
	m, err := Load(Shipped())
	if err != nil {
		f.Fatal(err)
	}
	f.Add("buy now! 今すぐ $100 100%", "x-mailer: a", "from [1.2.3.4] by b with smtp; now")
	f.Fuzz(func(t *testing.T, text, header, received string) {
		x := mail(text)
		x.Header = func(string) string { return header }
		x.Received = func(each func(string)) { each(received) }
		x.Names = func(each func(string)) { each(header) }
		x.Fields.From[0].Host = header
		x.Fields.MessageID = received
		if p := m.Score(x); math.IsNaN(p) || p < -2 || p > 12 {
			t.Fatal(p)
		}
	})
}

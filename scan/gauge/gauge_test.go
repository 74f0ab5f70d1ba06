package gauge

import (
	"bytes"
	"math"
	"strings"
	"testing"
)

func TestOf(t *testing.T) {
	var list []Result
	for i := range 1000 {
		list = append(list, Result{Score: float64(i) / 1000})
	}
	for i := range 100 {
		list = append(list, Result{Score: 0.5 + float64(i)/100, Bad: true})
	}
	c := Of(list)
	if c.Good != 1000 || c.Bad != 100 {
		t.Fatalf("%+v", c)
	}
	// Half of the unwanted ones lie above all wanted ones, one more ties with the top: it may cost one wanted mail.
	if c.At01 < 0.49 || c.At01 > 0.51 || c.At1 < c.At01 || c.At5 < c.At1 {
		t.Errorf("%+v", c)
	}
	if want := 1 - c.AUC; math.Abs(want*100-c.Miss) > 1e-9 || c.Miss < 12 || c.Miss > 13 {
		t.Errorf("%+v", c)
	}
	same := Of([]Result{{1, true, ""}, {1, false, ""}})
	if same.AUC != 0.5 || same.At1 != 0 {
		t.Errorf("equal scores: %+v", same)
	}
	if none := Of([]Result{{1, true, ""}}); none.AUC != 0 || none.Bad != 1 {
		t.Errorf("one class: %+v", none)
	}
	if caught, suspected := At(list, 0.9); caught != 0.6 || suspected != 0.1 {
		t.Errorf("%v %v", caught, suspected)
	}
}

const delivered = "From x@y Mon Jan 1 00:00:00 2024\nReturn-Path: <a@b.example>\nReceived: from a\n\tby b; Mon\nX-Spam-Status: No,\n  score=1\nX-Mailer: M\nList-Id: <l>\n" +
	"From: A <a@b.example>\nSubject: one\n two\nMessage-ID: <123@secret.example>\nDate: Mon, 1 Jan 2001 00:00:00 +0000\n\nReceived: in the text\n"

func TestStrip(t *testing.T) {
	got := string(Strip([]byte(delivered), "Tue, 2 Jan 2024 00:00:00 +0000"))
	want := "X-Mailer: M\nFrom: A <a@b.example>\nSubject: one\n two\nMessage-ID: <123@host.example>\nDate: Tue, 2 Jan 2024 00:00:00 +0000\n\nReceived: in the text\n"
	if got != want {
		t.Errorf("%q", got)
	}
	if strings.Contains(string(Strip([]byte(delivered), "")), "2001") {
		t.Error("the date is there")
	}
}

func FuzzStrip(f *testing.F) {
	f.Add([]byte(delivered))
	f.Add([]byte("no header"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		out := Strip(raw, "now")
		if i := bytes.Index(raw, []byte("\n\n")); i > 0 && !bytes.HasSuffix(out, raw[i+2:]) {
			t.Errorf("the content of %q became %q", raw, out)
		}
	})
}

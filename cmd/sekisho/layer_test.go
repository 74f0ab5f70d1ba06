package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sekisho/scan/specimen"
)

// madeMails makes a folder of generated mails, and a mailbox of some of them.
func madeMails(t *testing.T) (dir, box string) {
	t.Helper()
	dir = t.TempDir()
	var all bytes.Buffer
	for i, m := range specimen.Make(specimen.Check, 3, 40) {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%02d.eml", i)), m.Raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if i < 5 {
			fmt.Fprintf(&all, "From a@b.example Mon Jan  1 00:00:00 2024\n%s\n", bytes.ReplaceAll(m.Raw, []byte("\r\n"), []byte("\n")))
		}
	}
	box = filepath.Join(t.TempDir(), "mailbox")
	if err := os.WriteFile(box, all.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, box
}

func scores(t *testing.T, c scoreCommand) map[string]scoredMail {
	t.Helper()
	var out bytes.Buffer
	if err := c.Run(&Global{Out: &out, Err: new(bytes.Buffer)}); err != nil {
		t.Fatal(err)
	}
	got := make(map[string]scoredMail)
	for line := range strings.Lines(out.String()) {
		var s scoredMail
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if s.Probability < 0 || s.Probability > 1 || (s.Score >= 5) != (s.Level != "") {
			t.Errorf("%s", line)
		}
		for _, r := range s.Reasons {
			if r.English == "" || r.Japanese == "" {
				t.Errorf("no words for %s", r.Name)
			}
		}
		got[s.Path] = s
	}
	return got
}

// TestLayerLearnsAndScores: what is learned is seen in the next score, learning again changes nothing, and a mailbox is its mails.
func TestLayerLearnsAndScores(t *testing.T) {
	dir, box := madeMails(t)
	layer := filepath.Join(t.TempDir(), "layer")
	before := scores(t, scoreCommand{JSONL: dir})
	if len(before) != 40 {
		t.Fatalf("%d mails", len(before))
	}
	if again := scores(t, scoreCommand{JSONL: dir}); fmt.Sprint(again) != fmt.Sprint(before) {
		t.Error("the same mails score otherwise")
	}
	if inBox := scores(t, scoreCommand{JSONL: box}); len(inBox) != 5 || inBox[box+"#1"].Score != before[filepath.Join(dir, "00.eml")].Score {
		t.Errorf("a mailbox: %v", inBox)
	}
	low := slices.MinFunc(slices.Collect(mapValues(before)), func(a, b scoredMail) int { return int(1000 * (a.Score - b.Score)) })
	var out bytes.Buffer
	g := &Global{JSON: true, Out: &out, Err: new(bytes.Buffer)}
	teach := learnCommand{Spam: []string{low.Path}, Layer: layer}
	for i, want := range []string{`"known":0`, `"known":1`} {
		out.Reset()
		if err := teach.Run(g); err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("learning, time %d: %s %v", i+1, &out, err)
		}
	}
	if after := scores(t, scoreCommand{JSONL: dir, Layer: layer})[low.Path]; after.Score < low.Score+2 {
		t.Errorf("it scored %.2f, and %.2f after it was learned to be spam", low.Score, after.Score)
	}
	if err := (&learnCommand{Layer: layer}).Run(g); err == nil {
		t.Error("nothing to learn is no error")
	}
	if err := (&scoreCommand{}).Run(g); err == nil {
		t.Error("nothing to score is no error")
	}
	if err := os.WriteFile(layer, []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := teach.Run(g); err == nil || !strings.Contains(err.Error(), layer) {
		t.Errorf("a broken layer: %v", err)
	}
}

func mapValues[K comparable, V any](m map[K]V) func(func(V) bool) {
	return func(yield func(V) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

// TestScoreZone: DNS from a file speaks about senders; nothing else is asked.
func TestScoreZone(t *testing.T) {
	dir := t.TempDir()
	zone, file := filepath.Join(dir, "zone"), filepath.Join(dir, "a.eml")
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(zone, "$TTL 60\nb.example. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n_dmarc.b.example. TXT \"v=DMARC1; p=reject\"\n")
	const text = "Return-Path: <a@b.example>\r\nReceived: from x (x [%s]) by y; Mon, 1 Jan 2024 00:00:00 +0000\r\nFrom: A <a@b.example>\r\nTo: c@d.example\r\nDate: Mon, 1 Jan 2024 00:00:00 +0000\r\nSubject: minutes\r\n\r\nThe meeting was moved.\r\n"
	write(file, fmt.Sprintf(text, "192.0.2.1"))
	good := scores(t, scoreCommand{JSONL: file, Zone: zone})[file]
	write(file, fmt.Sprintf(text, "198.51.100.9"))
	forged := scores(t, scoreCommand{JSONL: file, Zone: zone})[file]
	if forged.Score < good.Score+2 {
		t.Errorf("from its own server %.2f, forged %.2f: %+v", good.Score, forged.Score, forged.Reasons)
	}
}

// TestEvalGenerated: the shipped model tells generated mail that has taught nothing well apart, in both languages.
func TestEvalGenerated(t *testing.T) {
	dir := t.TempDir()
	index := "path\tlabel\tsplit\tdate\n"
	for i, m := range specimen.Make(specimen.Check, 5, 60) {
		label := "ham"
		if m.Bad {
			label = "spam"
		}
		name := fmt.Sprintf("%02d.eml", i)
		if err := os.WriteFile(filepath.Join(dir, name), m.Raw, 0o600); err != nil {
			t.Fatal(err)
		}
		index += fmt.Sprintf("%s\t%s\ttest\t2024-01-%02d\n", name, label, i%28+1)
	}
	if err := os.WriteFile(filepath.Join(dir, "labels.tsv"), []byte(index), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	g := &Global{JSON: true, Out: &out, Err: new(bytes.Buffer)}
	if err := (&evalCommand{Corpora: dir, Made: 300, Fast: true}).Run(g); err != nil {
		t.Fatal(err)
	}
	var got []evaluated
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || len(got) != 3 {
		t.Fatalf("%s %v", &out, err)
	}
	for _, e := range got {
		if e.Good == 0 || e.Bad == 0 || e.AUC < 0.98 || e.Recall < 0.9 || e.Precision < 0.9 {
			t.Errorf("%s, %s: %+v", e.Corpus, e.Test, e)
		}
	}
	if err := (&evalCommand{Corpora: t.TempDir()}).Run(g); err == nil {
		t.Error("a folder without collections is no error")
	}
}

func FuzzSplitBox(f *testing.F) {
	f.Add([]byte("From a\nA: b\n\ntext\n\nFrom b\nC: d\n\n"))
	f.Add([]byte("From "))
	f.Fuzz(func(t *testing.T, raw []byte) {
		n := 0
		for _, m := range splitBox(raw) {
			n += len(m)
		}
		if n > len(raw) {
			t.Errorf("%d bytes became %d", len(raw), n)
		}
	})
}

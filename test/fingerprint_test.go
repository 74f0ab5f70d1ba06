package test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sekisho/scan/exact"
	"sekisho/wire"
)

// A contract's own list of a million values is fingerprinted where it is, kept by the service, and found in mail that leaves: not a value
// of one row and no other number, but values of two columns, however they are written. When the set is dropped the same mail leaves.
func TestFingerprint(t *testing.T) {
	h := NewService(t, Setting{Zone: "there.example. TXT \"v=spf1 -all\"\n"})
	dir := t.TempDir()
	list := filepath.Join(dir, "customers.csv")
	f, err := os.Create(list)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "number,mail")
	for i := range 500_000 {
		fmt.Fprintf(w, "MR-%07d,customer%d@client%d.example\n", i*7+13, i, i%977)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	f.Close()
	rules := filepath.Join(dir, "rules.toml")
	text := "version = 1\n[[rule]]\nname = \"own-data\"\ndirection = \"outbound\"\nwhen = 'leak[\"customers\"] >= 2'\naction = \"refuse\"\nreason = \"customers\"\n" +
		"[[rule]]\nname = \"all\"\ndirection = \"outbound\"\naction = \"pass\"\n"
	if err := os.WriteFile(rules, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	h.Run("contract", "policy", "Mori", "--set", rules)
	send := func(words string) error {
		raw := message("ann@mori.example", "suzuki@there.example", "list", 300)
		return submit(t, h, "ann@mori.example", "suzuki@there.example", append(raw, words+"\r\n"...))
	}
	const row = "MR 0700013 / Customer100000@client346.example"
	if err := send(row); err != nil {
		t.Fatalf("before there was a set: %v", err)
	}
	if said := h.Run("fingerprint", "upload", "Mori", "customers", "--rows", list, "--header"); !strings.Contains(said, "500000 rows") || !strings.Contains(said, "customers") {
		t.Fatalf("upload: %s", said)
	}
	if err := send(row); err == nil || !strings.Contains(err.Error(), "550") {
		t.Errorf("a row of the list left: %v", err)
	}
	for _, words := range []string{"MR 0700013", "MR-0700014 and customer500001@client1.example", "nothing of it"} {
		if err := send(words); err != nil {
			t.Errorf("%s: %v", words, err)
		}
	}
	if out, err := h.Try("fingerprint", "upload", "Mori", "Customers!", "--rows", list); err == nil || !strings.Contains(out, "small letters") {
		t.Errorf("a bad name: %v %s", err, out)
	}
	other := filepath.Join(dir, "other.set")
	if err := os.WriteFile(other, []byte("skexact2 and nothing else"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := h.Try("fingerprint", "upload", "Mori", "other", "--set", other); err == nil || !strings.Contains(out, "fingerprint key --contract") {
		t.Errorf("no set: %v %s", err, out)
	}

	h.Run("fingerprint", "drop", "Mori", "customers")
	if err := send(row); err != nil {
		t.Errorf("after the set was dropped: %v", err)
	}
}

// What a set begins with is known where sets are taken, by those who may not open one.
func TestPrintForm(t *testing.T) {
	m, err := exact.NewMaker(make(exact.Key, exact.KeySize), 2)
	if err != nil {
		t.Fatal(err)
	}
	m.Add([]string{"1234567890", "Tanaka Taro Shoten"})
	set, err := m.Encode(2)
	if err != nil || !bytes.HasPrefix(set, []byte(wire.PrintForm)) {
		t.Errorf("a set begins with %q (%v)", set[:min(8, len(set))], err)
	}
}

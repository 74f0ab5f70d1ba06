package test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"mime/quotedprintable"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"sekisho/role/admin"
)

// marker is a word that occurs nowhere by chance.
func marker(kind string) string {
	return fmt.Sprintf("%s%016x%016x", kind, rand.Uint64(), rand.Uint64())
}

// forms are the ways a word may lie about: as it is, in base64 at each of three offsets, quoted-printable, UTF-16 both ways.
func forms(word string) map[string][]byte {
	out := map[string][]byte{"raw": []byte(word), "hex": []byte(hex.EncodeToString([]byte(word)))}
	for shift := range 3 {
		padded := append(make([]byte, shift), word...)
		enc := base64.StdEncoding.EncodeToString(padded)
		cut := (shift*8 + 5) / 6 // characters that depend on what stands before
		out[fmt.Sprintf("base64+%d", shift)] = []byte(enc[cut+1 : len(enc)-4])
	}
	var qp bytes.Buffer
	w := quotedprintable.NewWriter(&qp)
	w.Write([]byte(word))
	w.Close()
	out["quoted-printable"] = qp.Bytes()
	var le, be []byte
	for _, u := range utf16.Encode([]rune(word)) {
		le = append(le, byte(u), byte(u>>8))
		be = append(be, byte(u>>8), byte(u))
	}
	out["utf-16le"], out["utf-16be"] = le, be
	return out
}

// TestMarkers sends mails with words that occur nowhere else through every role, and then looks for the words: nowhere on
// disk, nowhere in the log, and in no process that has no business with them.
func TestMarkers(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root, to read the memory of the processes")
	}
	h := NewHouse(t, 0, false)
	words := map[string]string{"subject": marker("subj"), "body": marker("body"), "attachment": marker("atta"), "filed": marker("file"), "held": marker("held")}
	raw := func(from, to string) []byte {
		return []byte(strings.ReplaceAll(fmt.Sprintf("From: <%s>\nTo: <%s>\nSubject: Minutes of our call, %s\nDate: Sun, 22 Nov 2026 10:00:00 +0000\nMessage-ID: <m%d@partner.example>\nMIME-Version: 1.0\n"+
			"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nHello Ann,\n\nthank you for your time on Tuesday. The three open points are in the list, with the dates of the delivery.\nYour reference for it is %s. Could you look at it by Friday?\n\nBest regards\nLena\n--b\nContent-Type: text/csv; name=\"x.csv\"\nContent-Disposition: attachment; filename=\"x.csv\"\nContent-Transfer-Encoding: base64\n\n%s\n--b--\n",
			from, to, words["subject"], rand.Uint64(), words["body"], base64.StdEncoding.EncodeToString([]byte("a,"+words["attachment"]+"\n"))), "\n", "\r\n"))
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(deliver(h, "lena@partner.example", []string{"ann@mori.example", "sato@mori.example"}, raw("lena@partner.example", "ann@mori.example")))
	must(submit(t, h, "ann@mori.example", "yamada@kawa.example", raw("ann@mori.example", "yamada@kawa.example"))) // held or delivered
	must(submit(t, h, "ann@mori.example", "x@nowhere.partner.example", message("ann@mori.example", "x@nowhere.partner.example", words["held"], 1000)))
	c := mailbox(t, h, "ann@mori.example")
	if !has(bodies(t, c, "INBOX"), words["body"]) {
		t.Fatal("the mail did not arrive: nothing would be proved")
	}
	filed := []byte("From: a@b.example\r\nSubject: note\r\n\r\n" + words["filed"] + "\r\n")
	a := c.Append("Sent", int64(len(filed)), nil)
	a.Write(filed)
	must(a.Close())
	if _, err := a.Wait(); err != nil {
		t.Fatal(err)
	}
	must(c.Logout().Wait())
	for _, k := range Ask[[]admin.Kept](t, h.Socket(), "kept/list", admin.Query{Match: "hold", Most: 10}) {
		Ask[admin.Kept](t, h.Socket(), "kept/show", admin.Act{Kind: "hold", ID: k.ID})
	}
	for _, p := range h.Ready.Accounts {
		words["password of "+p.Address], words["app password of "+p.Address] = p.Password, p.AppPassword
	}
	browse(t, h, words)
	used := map[string]bool{}
	for _, e := range Ask[admin.Tailed](t, h.Socket(), "ledger/tail", admin.Tail{Most: 1000}).Entries {
		used[e.Role] = true
	}
	for _, r := range []string{"gate", "reader", "post", "admin", "vault", "webmail", "console", "edge"} {
		if !used[r] {
			t.Errorf("%s was not used: nothing would be proved about it", r)
		}
	}
	time.Sleep(300 * time.Millisecond) // what is written in the background
	disk(t, h, words)
	memory(t, h, words)
}

// disk looks through every file of the house and its log.
func disk(t *testing.T, h *House, words map[string]string) {
	files := 0
	err := filepath.WalkDir(filepath.Dir(h.Data), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || filepath.Base(path) == "ready.json" { // which is there to tell passwords
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		for what, word := range words {
			for form, f := range forms(word) {
				if bytes.Contains(b, f) {
					t.Errorf("%s holds the %s (%s)", path, what, form)
				}
			}
		}
		return nil
	})
	if err != nil || files < 5 {
		t.Fatalf("%d files: %v", files, err)
	}
}

// business says which roles may have had a word in memory: those that a mail in the clear passes through, and for a secret
// the one that judges it and the one it was presented to. Store, dial and the supervisor have no business with any.
func business(what string) []string {
	switch {
	case strings.HasPrefix(what, "app password"):
		return []string{"vault", "gate", "reader", "admin"}
	case strings.HasPrefix(what, "password"):
		return []string{"vault", "admin"}
	}
	return []string{"gate", "inspect", "reader", "post", "admin"}
}

func memory(t *testing.T, h *House, words map[string]string) {
	seen := map[string]int{}
	for _, p := range append(h.Children(), Process{"supervisor", h.Cmd.Process.Pid}) {
		n := 0
		each(t, p.Pid, func(b []byte) {
			n += len(b)
			for what, word := range words {
				for form, f := range forms(word) {
					if form != "raw" && form != "utf-16le" && form != "base64+0" {
						continue
					}
					if bytes.Contains(b, f) && !slices.Contains(business(what), p.Role) {
						t.Errorf("%s has the %s in memory (%s)", p.Role, what, form)
					}
				}
			}
		})
		if n < 1<<20 {
			t.Errorf("read only %d bytes of %s", n, p.Role)
		}
		seen[p.Role] = n
	}
	for _, r := range []string{"store", "vault", "dial", "supervisor", "reader", "gate", "edge", "webmail", "console", "desk"} {
		if seen[r] == 0 {
			t.Errorf("no process of %s was looked at", r)
		}
	}
}

// each gives every writable piece of a process' memory.
func each(t *testing.T, pid int, f func([]byte)) {
	t.Helper()
	maps, err := os.Open(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer maps.Close()
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer mem.Close()
	for s := bufio.NewScanner(maps); s.Scan(); {
		var from, to uint64
		var mode string
		fmt.Sscanf(s.Text(), "%x-%x %s", &from, &to, &mode)
		if !strings.HasPrefix(mode, "rw") {
			continue
		}
		b := make([]byte, 4<<20)
		for at := from; at < to; at += uint64(len(b)) - 256 {
			n, _ := mem.ReadAt(b[:min(uint64(len(b)), to-at)], int64(at)) // untouched pages of a reservation cannot be read
			f(b[:n])
		}
	}
}

// The search itself: it finds each form in other text, and a word in a process that is known to have it.
func TestMarkerSearch(t *testing.T) {
	word := marker("ctrl")
	for form, f := range forms(word) {
		text := []byte("before " + word + " after")
		switch {
		case form == "hex":
			text = []byte(hex.EncodeToString(text))
		case strings.HasPrefix(form, "base64"):
			text = []byte(base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", int(form[7]-'0')) + "abc" + word + " and more")))
		case form == "utf-16le", form == "utf-16be":
			text = append([]byte{1, 2}, f...)
		}
		if !bytes.Contains(text, f) {
			t.Errorf("%s is not found", form)
		}
	}
	found := false
	each(t, os.Getpid(), func(b []byte) { found = found || bytes.Contains(b, []byte(word)) })
	if !found {
		t.Error("a word in this very process is not found")
	}
}

package test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The disk runs full under load: mail is deferred with 452, nothing that was acknowledged is lost or damaged, and when there
// is room again the service goes on by itself.
func TestFullDisk(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root, to mount a small disk")
	}
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=96m,mode=755"); err != nil {
		t.Skipf("no small disk can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		for range 100 {
			if syscall.Unmount(disk, 0) == nil {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Error("the disk is still in use")
	})
	os.Chmod(filepath.Dir(disk), 0o755)
	h := NewService(t, Setting{Data: filepath.Join(disk, "data"), Zone: `partner.example. TXT "v=spf1 ip4:127.0.0.1 -all"` + "\n"})
	send := func(subject string) error {
		return deliver(h, "lena@partner.example", []string{"ann@mori.example"}, message("lena@partner.example", "ann@mori.example", subject, 20_000))
	}
	if err := send("before"); err != nil {
		t.Fatal(err)
	}
	filler := filepath.Join(disk, "filler")
	f, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var acknowledged []string
	block := make([]byte, 1<<20)
	var full error
	for i := 0; full == nil && i < 20_000; i++ {
		if i%20 == 0 { // somebody else fills the disk meanwhile
			f.Write(block)
		}
		subject := fmt.Sprintf("while it fills %d.", i)
		if full = send(subject); full == nil {
			acknowledged = append(acknowledged, subject)
		}
	}
	if full == nil || !strings.Contains(full.Error(), "No space") {
		t.Fatalf("after %d mails the answer is %v", len(acknowledged), full)
	}
	for range 5 { // it stays so, and it stays alive
		f.Write(block)
		send("while it is full")
	}
	f.Close()
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		if err = send("after"); err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("there is room again, and still: %v\n%s", err, tailOf(h.Log()))
		}
	}
	got := bySubject(bodies(t, mailbox(t, h, "ann@mori.example"), "INBOX"))
	for _, s := range append(acknowledged, "before", "after") {
		if _, ok := got[s]; !ok {
			t.Errorf("%q was acknowledged and is not there", s)
		}
	}
	if out := h.Run("ledger", "verify"); !strings.Contains(out, "whole") {
		t.Error(out)
	}
}

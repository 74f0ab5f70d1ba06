package test

import (
	"crypto/tls"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"
)

// With cells, the people of a contract with host names of its own are served by a reader process of their own, found by the
// server name before TLS begins; they sign in nowhere else, and nobody else signs in there.
func TestCells(t *testing.T) {
	for level, uid := range levels(t) {
		t.Run(level, func(t *testing.T) { cells(t, NewHouse(t, uid, false)) })
	}
}

func cells(t *testing.T, h *House) {
	h.Stop()
	h.Extra = "cells = 3\n"
	h.StartServe()
	h.Run("contract", "set", "Mori Trading", "--host", "imap.mori.example")
	dial := func(host string) *imapclient.Client {
		t.Helper()
		c := h.TLS()
		c.ServerName = host
		conn, err := tls.Dial("tcp", h.Port("imaps"), c)
		if err != nil {
			t.Fatalf("%s: %v", host, err)
		}
		x := imapclient.New(conn, nil)
		t.Cleanup(func() { x.Close() })
		return x
	}
	ann, ken := h.Secret("ann@mori.example"), h.Secret("ken@kawa.example")
	if dial("imap.mori.example").Login("ken@kawa.example", ken).Wait() == nil {
		t.Error("somebody of another contract signed in in Mori's cell")
	}
	if dial("localhost").Login("ann@mori.example", ann).Wait() == nil {
		t.Error("somebody of Mori signed in in the shared cell")
	}
	plain, err := imapclient.DialStartTLS(h.Port("imap"), &imapclient.Options{TLSConfig: h.TLS()})
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	if err := plain.Login("ken@kawa.example", ken).Wait(); err != nil {
		t.Errorf("STARTTLS in the shared cell: %v", err)
	}
	mori, kawa := dial("imap.mori.example"), dial("localhost")
	for name, err := range map[string]error{"Mori": mori.Login("ann@mori.example", ann).Wait(), "Kawa": kawa.Login("ken@kawa.example", ken).Wait()} {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	readers := 0
	lives := func(c *imapclient.Client) bool { return c.Noop().Wait() == nil }
	moriLives, kawaLives := lives(mori), lives(kawa)
	for _, p := range h.Children() {
		if p.Role != "reader" {
			continue
		}
		readers++
		syscall.Kill(p.Pid, syscall.SIGKILL)
		time.Sleep(100 * time.Millisecond)
		m, k := lives(mori), lives(kawa)
		if moriLives && !m && kawaLives && !k {
			t.Error("one process served both contracts")
		}
		moriLives, kawaLives = m, k
	}
	if readers != 3 || moriLives || kawaLives {
		t.Errorf("%d readers; Mori lives: %v, Kawa lives: %v", readers, moriLives, kawaLives)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) { // the cells are there again
		c, err := tls.Dial("tcp", h.Port("imaps"), func() *tls.Config { c := h.TLS(); c.ServerName = "imap.mori.example"; return c }())
		if err == nil {
			x := imapclient.New(c, nil)
			err = x.Login("ann@mori.example", ann).Wait()
			x.Close()
		}
		if err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("the cell did not come back: %v", err)
		}
	}
	if out, err := h.Try("contract", "set", "Kawa Works", "--host", "imap.mori.example"); err == nil {
		t.Errorf("two contracts have one host name: %s", out)
	}
	if n := strings.Count(h.Log(), "kind=denied"); n > 0 {
		t.Errorf("%d refused calls in honest work:\n%s", n, tailOf(h.Log()))
	}
}

package test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// The login page, and the frame in which mails are shown: given trees that no honest webmail sends, and all vectors as mails.
func TestBrowserFrame(t *testing.T) {
	needBrowser(t)
	h := NewHouse(t, 0, true)
	waitFor(t, h, "Deleting")
	const account = "ann@mori.example"
	more := map[string]any{"account": account, "mails": fileVectors(t, h, account)}
	for _, name := range []string{"login", "frame", "vector"} {
		t.Run(name, func(t *testing.T) { browser(t, h, more, name) })
	}
	if alerts := strings.Count(h.Log(), "kind=denied"); alerts > 0 {
		t.Errorf("%d refused calls in honest work", alerts)
	}
}

// fileVectors files mails with the vectors of scan/render in a folder, as a mail program would: nothing filters what comes in
// that way. It gives how many mails there are.
func fileVectors(t *testing.T, h *House, account string) int {
	t.Helper()
	b, err := os.ReadFile("../scan/render/testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	if err := json.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	const together = 6 // those made from tables go together; those that swallow what follows go alone
	alone := max(0, len(list)-40)
	var mails []string
	for i := 0; i < alone; i += together {
		mails = append(mails, strings.Join(list[i:min(i+together, alone)], "\n"))
	}
	mails = append(mails, list[alone:]...)
	c := mailbox(t, h, account)
	if err := c.Create("Vectors", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	for i, v := range mails {
		raw := fmt.Sprintf("From: Mallory <mallory@evil.example>\r\nTo: %s\r\nSubject: vector %d\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n",
			account, i, lines(base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "<p>mark-%d.</p>%s", i, v))))
		w := c.Append("Vectors", int64(len(raw)), nil)
		if _, err := w.Write([]byte(raw)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	return len(mails)
}

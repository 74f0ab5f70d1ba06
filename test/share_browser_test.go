package test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A recipient gets his files in a browser: with a code on a phone, in Japanese; without one, once, in English.
func TestSecureLinkInBrowser(t *testing.T) {
	node, chromium := browserTools(t)
	h := shareHouse(t, sharePolicy)
	var links []string
	for _, subject := range []string{"plan", "once"} {
		if err := submit(t, h, "ann@mori.example", "sato@mori.example", mailWithFiles("ann@mori.example", "sato@mori.example", subject)); err != nil {
			t.Fatal(err)
		}
		origin, token := linked(t, h, "sato@mori.example", subject)
		links = append(links, origin+"/f/#"+token)
	}
	out, err := filepath.Abs(filepath.Join("browser", "out"))
	if err != nil {
		t.Fatal(err)
	}
	code := filepath.Join(t.TempDir(), "code")
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, node, filepath.Join("browser", "share-run.mjs"), out, links[0], code, links[1])
	c.Env = append(os.Environ(), "CHROMIUM="+chromium, "HOME="+t.TempDir())
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	m := mailedCode.FindStringSubmatch(awaited(t, h, "sato@mori.example", "This is the code"))
	if m == nil {
		t.Fatal("no code in the mail")
	}
	if err := os.WriteFile(code+".new", []byte(m[1]), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(code+".new", code); err != nil {
		t.Fatal(err)
	}
	err = c.Wait()
	text := strings.TrimSpace(said.String())
	if err != nil || text[strings.LastIndexByte(text, '\n')+1:] != "0" {
		t.Fatalf("%v\n%s\n(screenshots are in %s)", err, text, out)
	}
}

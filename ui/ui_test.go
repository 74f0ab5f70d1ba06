package ui_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sekisho/ui"
)

// forbidden are ways by which a string becomes markup or script. None is used anywhere, so that a review need not judge whether
// a use is safe. The browser refuses them too (Trusted Types).
var forbidden = regexp.MustCompile(`innerHTML|outerHTML|dangerouslySet|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|setHTMLUnsafe|parseHTMLUnsafe|srcdoc|\beval\(|new Function\(|javascript:|createPolicy`)

// sources gives every source file of the apps.
func sources(t *testing.T) map[string]string {
	out := map[string]string{}
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "dist") {
			return filepath.SkipDir
		}
		if ext := filepath.Ext(p); ext == ".ts" || ext == ".tsx" || ext == ".css" {
			b, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			out[p] = string(b)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 10 {
		t.Fatalf("only %d sources found", len(out))
	}
	return out
}

func TestNoMarkupFromStrings(t *testing.T) {
	for name, text := range sources(t) {
		for i, line := range strings.Split(text, "\n") {
			if w := forbidden.FindString(line); w != "" {
				t.Errorf("%s:%d: %s", name, i+1, w)
			}
		}
	}
}

// Nothing is loaded from elsewhere: the only addresses in the sources are those of the name space of SVG.
func TestNothingFromElsewhere(t *testing.T) {
	address := regexp.MustCompile(`(?:https?:|["'(])//[a-z0-9-]+\.[a-z]{2,}[^\s"')]*|@import|url\(`)
	for name, text := range sources(t) {
		for i, line := range strings.Split(text, "\n") {
			code := strings.TrimSpace(line)
			if strings.HasPrefix(code, "//") || strings.HasPrefix(code, "*") || strings.HasPrefix(code, "/*") {
				continue
			}
			for _, w := range address.FindAllString(line, -1) {
				if !strings.Contains(w, "www.w3.org") && !strings.Contains(w, ".example") && !strings.Contains(line, "new RegExp") && !strings.Contains(line, "|url|image|") {
					t.Errorf("%s:%d: %s", name, i+1, w)
				}
			}
		}
	}
}

// The pages that are built in have no script or style of their own, and all that they name is there, with a compressed copy.
func TestPages(t *testing.T) {
	inline := regexp.MustCompile(`<script[^>]*>[^<]|<style|\sstyle=|\son[a-z]+=`)
	named := regexp.MustCompile(`(?:src|href)="[^"]*/assets/([^"]+)"`)
	for _, app := range []string{"webmail", "console", "desk", "login", "content"} {
		page, err := fs.ReadFile(ui.Files(), app+"/index.html")
		if err != nil {
			t.Skip("built without the browser apps: run \"make ui\"")
		}
		if w := inline.Find(page); w != nil {
			t.Errorf("%s: %s", app, w)
		}
		files := named.FindAllSubmatch(page, -1)
		if len(files) < 2 {
			t.Errorf("%s names %d files", app, len(files))
		}
		for _, m := range files {
			for _, name := range []string{string(m[1]), string(m[1]) + ".gz"} {
				if _, err := fs.Stat(ui.Files(), app+"/assets/"+name); err != nil {
					t.Errorf("%s: %v", app, err)
				}
			}
		}
	}
}

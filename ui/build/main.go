// Command build makes the browser apps: it bundles each, writes its page, compresses, and refuses what is larger than its
// budget.
//
//	go run ./ui/build (from the root of the checkout, after npm ci in ui)
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// app is one browser app.
type app struct {
	name, title string
	prefix      string // of the addresses of its files
	budget      int    // most bytes of script and style, compressed; what is loaded later not counted
	start       string // what it asks when it begins: asked for while its script is on the way
}

// apps are all of them. The budgets are promises to people on slow lines.
var apps = []app{
	{"webmail", "Sekisho", "/assets/", 200_000, "/jmap/start"},
	{"console", "Sekisho Console", "/assets/", 200_000, ""},
	{"desk", "Sekisho", "/assets/", 40_000, ""},
	{"login", "Sekisho", "/sign-in/assets/", 40_000, ""},
	{"content", "Mail", "/assets/", 20_000, ""},
}

func main() {
	root := flag.String("root", "ui", "directory of the apps")
	flag.Parse()
	if err := run(*root); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	if _, err := os.Stat(filepath.Join(root, "node_modules", "preact")); err != nil {
		return errors.New("the packages are not there: run \"npm ci\" in ui first (it needs the npm registry once)")
	}
	var failed error
	for _, a := range apps {
		if _, err := os.Stat(filepath.Join(root, a.name, "main.tsx")); err != nil {
			return fmt.Errorf("%s: %w", a.name, err)
		}
		if err := a.build(root); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", a.name, err))
		}
	}
	return failed
}

// build bundles one app into dist, which it empties first.
func (a app) build(root string) error {
	out, err := filepath.Abs(filepath.Join(root, "dist", a.name))
	if err != nil {
		return err
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	r := api.Build(api.BuildOptions{
		EntryPoints: []string{filepath.Join(root, a.name, "main.tsx")}, Outdir: filepath.Join(out, "assets"), PublicPath: a.prefix,
		EntryNames: "[name]-[hash]", ChunkNames: "[name]-[hash]", AssetNames: "[name]-[hash]",
		Bundle: true, Splitting: true, Format: api.FormatESModule, Platform: api.PlatformBrowser, Target: api.ES2022,
		MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true, LegalComments: api.LegalCommentsExternal,
		JSX: api.JSXAutomatic, JSXImportSource: "preact", Charset: api.CharsetUTF8, LogLevel: api.LogLevelSilent,
		Define: map[string]string{"process.env.NODE_ENV": `"production"`}, Metafile: true,
	})
	if len(r.Errors) > 0 {
		return errors.New(strings.Join(api.FormatMessages(r.Errors, api.FormatMessagesOptions{}), "\n"))
	}
	early, err := imported(r.Metafile)
	if err != nil {
		return err
	}
	return a.write(out, r.OutputFiles, early)
}

// imported are the chunks that the app's script needs at once, itself not among them.
func imported(meta string) ([]string, error) {
	var m struct {
		Outputs map[string]struct {
			EntryPoint string
			Imports    []struct{ Path, Kind string }
		}
	}
	if err := json.Unmarshal([]byte(meta), &m); err != nil {
		return nil, err
	}
	var out []string
	var follow func(string)
	follow = func(path string) {
		for _, i := range m.Outputs[path].Imports {
			if name := filepath.Base(i.Path); i.Kind == "import-statement" && !slices.Contains(out, name) {
				out = append(out, name)
				follow(i.Path)
			}
		}
	}
	for path, o := range m.Outputs {
		if strings.HasSuffix(o.EntryPoint, "main.tsx") {
			follow(path)
		}
	}
	slices.Sort(out)
	return out, nil
}

// write puts files, their compressed copies and the page into place, and checks the budget.
func (a app) write(out string, files []api.OutputFile, early []string) error {
	if err := os.MkdirAll(filepath.Join(out, "assets"), 0o755); err != nil {
		return err
	}
	var script, style string
	first := 0
	for _, f := range files {
		name := filepath.Base(f.Path)
		n, err := put(filepath.Join(out, "assets", name), f.Contents)
		if err != nil {
			return err
		}
		switch {
		case strings.HasPrefix(name, "main-") && strings.HasSuffix(name, ".js"):
			script = name
			first += n
		case strings.HasPrefix(name, "main-") && strings.HasSuffix(name, ".css"):
			style = name
			first += n
		case strings.HasPrefix(name, "chunk-") && strings.HasSuffix(name, ".js"): // shared with main: loaded at once
			first += n
		}
	}
	if script == "" {
		return errors.New("no script came out")
	}
	if _, err := put(filepath.Join(out, "index.html"), a.page(script, style, early)); err != nil {
		return err
	}
	fmt.Printf("%-8s %6.1f KB of script and style at first load, compressed (at most %.0f)\n", a.name, float64(first)/1000, float64(a.budget)/1000)
	if first > a.budget {
		return fmt.Errorf("%d bytes are over the budget of %d: load what is rarely needed later (import())", first, a.budget)
	}
	return nil
}

// icon is the mark of the pages: a gate.
const icon = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='7' fill='%231f5f8b'/%3E%3Cpath d='M6 10h20M8 14h16M10.5 10v15M21.5 10v15' fill='none' stroke='white' stroke-width='2.6' stroke-linecap='round'/%3E%3C/svg%3E"

// page is the app's only HTML. It has nothing inline: the policy of its origin allows none.
func (a app) page(script, style string, early []string) []byte {
	var b bytes.Buffer
	b.WriteString("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n")
	fmt.Fprintf(&b, "<title>%s</title>\n", a.title)
	if a.name != "content" { // without one, browsers ask for /favicon.ico
		fmt.Fprintf(&b, "<link rel=\"icon\" href=\"%s\">\n", icon)
	}
	if style != "" {
		fmt.Fprintf(&b, "<link rel=\"stylesheet\" href=\"%s%s\">\n", a.prefix, style)
	}
	for _, name := range early {
		fmt.Fprintf(&b, "<link rel=\"modulepreload\" href=\"%s%s\">\n", a.prefix, name)
	}
	if a.start != "" {
		fmt.Fprintf(&b, "<link rel=\"preload\" as=\"fetch\" href=\"%s\" crossorigin>\n", a.start)
	}
	fmt.Fprintf(&b, "<script type=\"module\" src=\"%s%s\"></script>\n</head>\n<body>\n<div id=\"app\"></div>\n</body>\n</html>\n", a.prefix, script)
	return b.Bytes()
}

// put writes a file and its compressed copy, and gives the copy's size.
func put(path string, b []byte) (int, error) {
	if err := os.WriteFile(path, b, 0o644); err != nil {
		return 0, err
	}
	var z bytes.Buffer
	w, err := gzip.NewWriterLevel(&z, gzip.BestCompression)
	if err != nil {
		return 0, err
	}
	if _, err := w.Write(b); err != nil {
		return 0, err
	}
	if err := w.Close(); err != nil {
		return 0, err
	}
	return z.Len(), os.WriteFile(path+".gz", z.Bytes(), 0o644)
}

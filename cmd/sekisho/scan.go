package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mattn/go-isatty"

	"sekisho"
	"sekisho/mail/message"
	"sekisho/scan"
)

// scanCommand inspects files without a running service, with the code that inspects mail. Findings do not change the exit
// code: 0 means that every file got an answer, 1 that some could not be read.
type scanCommand struct {
	Hashes string   `placeholder:"FILE" help:"List of SHA-256 sums of malware, one a line."`
	Path   []string `arg:"" name:"path" help:"Mails or other files; a directory means everything in it. \"-\" is the standard input."`
}

// Limits of one file.
const (
	scanTime = 10 * time.Second
	scanSize = 150 << 20
)

// scanned is the answer for one file, as --json prints it, one a line.
type scanned struct {
	File     string            `json:"file"`
	Verdict  sekisho.Verdict   `json:"verdict"`
	Score    float64           `json:"score"`
	Findings []sekisho.Finding `json:"findings"`
}

var errUnread = errors.New("some files could not be read")

// Run inspects all paths in order.
func (c *scanCommand) Run(g *Global) error {
	s, err := c.scanner()
	if err != nil {
		return err
	}
	failed, done := 0, 0
	tell := progress(g.Err)
	err = walkFiles(c.Path, func(path string, err error) error {
		var raw []byte
		if err == nil {
			raw, err = readFile(path)
		}
		if err != nil {
			failed++
			fmt.Fprintf(g.Err, "sekisho: %s: %v\n", path, err)
			return nil
		}
		done++
		tell(done)
		return c.print(g, path, inspectFile(s, path, raw))
	})
	if err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d: %w", failed, failed+done, errUnread)
	}
	return nil
}

func (c *scanCommand) scanner() (*scan.Scanner, error) {
	var config scan.Config
	if c.Hashes != "" {
		f, err := os.Open(c.Hashes)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		config.Hashes = f
	}
	return scan.New(config)
}

// inspectFile inspects one file: as a mail when it is one, else as an attachment.
func inspectFile(s *scan.Scanner, path string, raw []byte) scan.Report {
	ctx, cancel := context.WithTimeout(context.Background(), scanTime)
	defer cancel()
	if strings.EqualFold(filepath.Ext(path), ".eml") || message.Plausible(raw) {
		return s.Scan(ctx, raw, scan.Context{})
	}
	return s.File(ctx, filepath.Base(path), raw)
}

func (c *scanCommand) print(g *Global, path string, r scan.Report) error {
	a := scanned{File: path, Verdict: r.Verdict, Score: math.Round(r.Score*100) / 100, Findings: r.Findings}
	if a.Findings == nil {
		a.Findings = []sekisho.Finding{}
	}
	if g.JSON {
		return json.NewEncoder(g.Out).Encode(a)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, score %.1f\n", path, a.Verdict, a.Score)
	for _, f := range a.Findings {
		fmt.Fprintf(&b, "    %-13s %-22s %5.1f  %s", f.Kind, f.Name, f.Score, f.Where)
		if f.Evidence != "" {
			fmt.Fprintf(&b, ": %s", f.Evidence)
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(g.Out, b.String())
	return err
}

// readFile reads one file of ordinary size.
func readFile(path string) ([]byte, error) {
	in := io.Reader(os.Stdin)
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	raw, err := io.ReadAll(io.LimitReader(in, scanSize+1))
	if err == nil && len(raw) > scanSize {
		err = fmt.Errorf("larger than %d bytes", scanSize)
	}
	return raw, err
}

// walkFiles gives every file of paths to each, those of directories in the order of their names.
func walkFiles(paths []string, each func(path string, err error) error) error {
	for _, p := range paths {
		if p == "-" {
			if err := each(p, nil); err != nil {
				return err
			}
			continue
		}
		if info, err := os.Stat(p); err == nil && info.IsDir() {
			p += string(filepath.Separator) // a link to a directory means the directory
		}
		err := filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return each(path, err)
			}
			if d.IsDir() || !d.Type().IsRegular() && path != p {
				return nil
			}
			return each(path, nil)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// progress tells on a terminal how many files are done, at most four times a second.
func progress(w io.Writer) func(int) {
	f, ok := w.(*os.File)
	if !ok || !isatty.IsTerminal(f.Fd()) {
		return func(int) {}
	}
	last := time.Now()
	return func(n int) {
		if time.Since(last) > 250*time.Millisecond {
			last = time.Now()
			fmt.Fprintf(f, "\r%d files\r", n)
		}
	}
}

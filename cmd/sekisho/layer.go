package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/netip"
	"os"
	"strings"
	"time"

	"sekisho"
	"sekisho/config"
	"sekisho/learn"
	"sekisho/mail/arc"
	"sekisho/mail/auth"
	"sekisho/mail/header"
	"sekisho/mail/zone"
	"sekisho/scan"
)

// layerFile is where learn keeps what it is taught when it is not told.
const layerFile = "sekisho.layer"

// readLayer reads a layer; one that learned nothing when there is no such file.
func readLayer(path string) (*learn.Layer, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return learn.NewLayer(learn.Installation), nil
	}
	if err != nil {
		return nil, err
	}
	l, err := learn.LoadLayer(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return l, nil
}

// teach teaches a layer all mails of files, directories and mailboxes, and writes it. A mail that it knows is left alone, so
// that teaching twice is teaching once.
func (c *learnCommand) teach(g *Global) error {
	layer, err := readLayer(c.Layer)
	if err != nil {
		return err
	}
	s, err := scan.New(scan.Config{})
	if err != nil {
		return err
	}
	learned, known, failed := 0, 0, 0
	tell := progress(g.Err)
	for _, side := range []struct {
		paths []string
		spam  bool
	}{{c.Ham, false}, {c.Spam, true}} {
		err := walkMails(side.paths, func(path string, raw []byte, err error) error {
			switch {
			case err != nil:
				failed++
				fmt.Fprintf(g.Err, "sekisho: %s: %v\n", path, err)
			case s.Learn(context.Background(), layer, raw, scan.Context{}, side.spam):
				learned++
			default:
				known++
			}
			tell(learned + known)
			return nil
		})
		if err != nil {
			return err
		}
	}
	if err := writeWhole(c.Layer, layer.Bytes(), 0o600); err != nil {
		return err
	}
	ham, bad := layer.Size()
	if g.JSON {
		err = json.NewEncoder(g.Out).Encode(map[string]any{"layer": c.Layer, "learned": learned, "known": known, "unread": failed, "ham": ham, "spam": bad})
	} else {
		_, err = fmt.Fprintf(g.Out, "%s: learned %d mails, %d were known; it has learned %d wanted and %d unwanted ones\n", c.Layer, learned, known, ham, bad)
	}
	if err == nil && failed > 0 {
		err = fmt.Errorf("%d: %w", failed, errUnread)
	}
	return err
}

// walkMails gives every mail of files, directories and mailboxes (mbox: a file that begins with "From ") to each.
func walkMails(paths []string, each func(path string, raw []byte, err error) error) error {
	return walkFiles(paths, func(path string, err error) error {
		var raw []byte
		if err == nil {
			raw, err = readFile(path)
		}
		if err != nil || !bytes.HasPrefix(raw, []byte("From ")) {
			return each(path, raw, err)
		}
		for i, m := range splitBox(raw) {
			if err := each(fmt.Sprintf("%s#%d", path, i+1), m, nil); err != nil {
				return err
			}
		}
		return nil
	})
}

// splitBox cuts a mailbox into its mails (RFC 4155): one begins after a line "From " that follows an empty line.
func splitBox(raw []byte) [][]byte {
	var out [][]byte
	start, empty := -1, true
	for at := 0; at < len(raw); {
		end := len(raw)
		if i := bytes.IndexByte(raw[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		line := raw[at:end]
		if empty && bytes.HasPrefix(line, []byte("From ")) {
			if start >= 0 {
				out = append(out, raw[start:at])
			}
			start = end
		}
		empty = len(bytes.TrimRight(line, "\r\n")) == 0
		at = end
	}
	if start >= 0 && start < len(raw) {
		out = append(out, raw[start:])
	}
	return out
}

// scoredMail is the answer for one mail, one line of JSON.
type scoredMail struct {
	Path        string          `json:"path"`
	Score       float64         `json:"score"`
	Probability float64         `json:"probability"` // that it is unwanted
	Level       string          `json:"level"`       // "", "low", "middle", "high"
	Verdict     sekisho.Verdict `json:"verdict"`
	Reasons     []scan.Reason   `json:"reasons"`
}

// each prints one line for every mail of a directory, a file or a mailbox.
func (c *scoreCommand) each(g *Global, s *scan.Scanner) error {
	var layers []*learn.Layer
	if c.Layer != "" {
		l, err := readLayer(c.Layer)
		if err != nil {
			return err
		}
		layers = append(layers, l)
	}
	var z *zone.Zone
	if c.Zone != "" {
		f, err := os.Open(c.Zone)
		if err != nil {
			return err
		}
		defer f.Close()
		if z, err = zone.Parse(f, "."); err != nil {
			return fmt.Errorf("%s: %w", c.Zone, err)
		}
	}
	out := json.NewEncoder(g.Out)
	failed, done := 0, 0
	tell := progress(g.Err)
	err := walkMails([]string{c.JSONL}, func(path string, raw []byte, err error) error {
		if strings.HasSuffix(path, ".tsv") {
			return nil
		}
		if err != nil {
			failed++
			fmt.Fprintf(g.Err, "sekisho: %s: %v\n", path, err)
			return nil
		}
		sc := scan.Context{Direction: sekisho.Inbound, Layers: layers, Known: true} // whether they have written before is not known here
		if z != nil {
			sc.Auth, sc.Extra = authenticate(raw, z)
		}
		r := s.Scan(context.Background(), raw, sc)
		done++
		tell(done)
		return out.Encode(scoredMail{Path: path, Score: math.Round(r.Score*1000) / 1000, Probability: math.Round(scan.Probability(r.Score)*10000) / 10000,
			Level: scan.Level(r.Score), Verdict: r.Verdict, Reasons: scan.Reasons(r.Findings)})
	})
	if err == nil && failed > 0 {
		err = fmt.Errorf("%d of %d: %w", failed, failed+done, errUnread)
	}
	return err
}

// authenticate asks a zone file about the sender of a mail at rest. The client and the envelope are what the topmost Received
// and Return-Path say; without them SPF has no answer.
func authenticate(raw []byte, z *zone.Zone) (scan.Auth, []sekisho.Finding) {
	if header.Broken(raw) >= 0 {
		raw = bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
	}
	in := auth.Input{Raw: raw, Resolver: z, Now: time.Unix(0, 0).UTC(), Name: "localhost"}
	top, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	unfolded := strings.NewReplacer("\r\n\t", " ", "\r\n ", " ").Replace(string(top))
	for line := range strings.Lines(unfolded) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		switch {
		case strings.EqualFold(name, "received") && !in.Client.IsValid():
			if i, k := strings.IndexByte(value, '['), strings.IndexByte(value, ']'); i >= 0 && k > i {
				in.Client, _ = netip.ParseAddr(strings.TrimPrefix(value[i+1:k], "IPv6:"))
			}
		case strings.EqualFold(name, "return-path") && in.From == "":
			in.From = strings.Trim(strings.TrimSpace(value), "<>")
		case strings.EqualFold(name, "date"):
			for _, layout := range []string{time.RFC1123Z, "Mon, 2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05 -0700"} {
				if t, err := time.Parse(layout, strings.TrimSpace(value)); err == nil {
					in.Now = t // signatures that have expired since were good when the mail came
				}
			}
		}
	}
	if !in.Client.IsValid() {
		in.Client = netip.IPv4Unspecified()
	}
	r := auth.Check(context.Background(), in)
	chain := r.ARC
	if _, trusted := r.Vouched(config.Sealers()); chain == arc.Pass && !trusted {
		chain = arc.None
	}
	return scan.Auth{SPF: r.SPF, DKIM: r.DKIM, DMARC: r.DMARC, ARC: chain, Aligned: r.Aligned, Domain: r.FromDomain}, r.Findings
}

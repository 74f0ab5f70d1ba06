package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"sekisho"
	"sekisho/mail/message"
	"sekisho/role/admin"
	"sekisho/scan"
	"sekisho/scan/gauge"
	page "sekisho/scan/html"
	"sekisho/scan/spam"
	"sekisho/scan/specimen"
)

// learnCommands are what is learned about spam: by a file, and by the people of a running service.
type learnCommands struct {
	Mail   learnCommand `cmd:"" default:"withargs" help:"Learn wanted and unwanted mail into a file; or remake the spam model from a corpus."`
	Status learnStatus  `cmd:"" help:"Who has taught the running service how much."`
	Reset  learnReset   `cmd:"" help:"Have it forget what an account, or a contract, has taught."`
}

type learnStatus struct {
	Contract string `arg:"" optional:"" help:"Name, number or domain; without one, what all contracts have taught together."`
	Account  string `arg:"" optional:"" help:"Only this address."`
}

// Run prints them.
func (c *learnStatus) Run(g *Global) error {
	list, err := call[[]admin.Layer](g, "learn/status", admin.Learned{Contract: c.Contract, Account: c.Account})
	if err != nil {
		return err
	}
	return g.print(list, func(w io.Writer) {
		fmt.Fprintln(w, "OF\tWANTED\tUNWANTED\tWAITING\tBYTES\tLAST")
		for _, l := range list {
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%s\n", l.Of, l.Ham, l.Spam, l.Waiting, l.Bytes, l.At.Format(time.DateTime))
		}
	})
}

type learnReset struct {
	Contract string `arg:"" help:"Name, number or domain."`
	Account  string `arg:"" optional:"" help:"Address; without one, the layer that the whole contract shares."`
}

// Run resets one layer.
func (c *learnReset) Run(g *Global) error {
	l, err := call[admin.Layer](g, "learn/reset", admin.Learned{Contract: c.Contract, Account: c.Account})
	if err != nil {
		return err
	}
	return g.print(l, func(w io.Writer) { row(w, "forgotten", l.Of) })
}

// learnCommand teaches a layer what is wanted and what is not; with a corpus it makes the spam model anew.
type learnCommand struct {
	Ham    []string `placeholder:"PATH" sep:"none" help:"Wanted mail to learn: a file, a directory, a mailbox (mbox). Can be given several times."`
	Spam   []string `placeholder:"PATH" sep:"none" help:"Unwanted mail to learn."`
	Layer  string   `default:"sekisho.layer" placeholder:"FILE" help:"Where the learned is kept, on top of the built-in model; made when it is not there."`
	Corpus string   `placeholder:"DIR" help:"Make the model anew from these mails, with labels.tsv: columns path, label (ham or spam), split (train, dev, test)."`
	Made   int      `default:"6000" help:"How many generated mails of today's kinds, in ten languages, teach the model besides."`
	Out    string   `placeholder:"FILE" help:"Where to write the model."`
}

// Run does what the flags say.
func (c *learnCommand) Run(g *Global) error {
	switch {
	case len(c.Ham)+len(c.Spam) > 0 && c.Corpus == "":
		if c.Layer == "" {
			c.Layer = layerFile
		}
		return c.teach(g)
	case len(c.Ham)+len(c.Spam) == 0 && c.Corpus != "" && c.Out != "":
		return c.remake(g)
	}
	return errors.New("learn: give --ham or --spam with mails to learn, or --corpus and --out to make the model anew")
}

// labelled is one mail of a corpus.
type labelled struct {
	path  string
	spam  bool
	split string
	kind  string // the label
	date  string // "" when the list has none
}

// remake makes the model: what the split dev shows about one that train alone has taught sets the levels; then both teach.
func (c *learnCommand) remake(g *Global) error {
	list, err := readLabels(c.Corpus)
	if err != nil {
		return err
	}
	s, err := scan.New(scan.Config{Model: spam.Empty().Bytes()})
	if err != nil {
		return err
	}
	train, check, err := lessons(s, list, progress(g.Err))
	if err != nil {
		return err
	}
	if len(train) == 0 {
		return fmt.Errorf("%s: no mail of the split train", c.Corpus)
	}
	made := taught(s, c.Made)
	first := judged(s, train, check, made)
	model := spam.Learn(slices.Concat(train, check, made), nil, spam.Training{})
	model.Level(first)
	b := model.Bytes()
	if err := os.WriteFile(c.Out, b, 0o644); err != nil {
		return err
	}
	_, err = fmt.Fprintf(g.Out, "%s: %d bytes, learnt from %d mails, levels set by the %d of them that had not taught an earlier model\n", c.Out, len(b), len(train)+len(check)+len(made), len(check))
	return err
}

// judged is the model that train and made teach, with levels set by check, which taught it nothing.
func judged(s *scan.Scanner, train, check, made []spam.Example) *spam.Model {
	for _, m := range specimen.Make(specimen.Teach, 2, 1000) {
		check = append(slices.Clip(check), spam.Example{Features: s.Features(context.Background(), m.Raw, scan.Context{}), Spam: m.Bad})
	}
	return spam.Learn(slices.Concat(train, made), check, spam.Training{})
}

// lessons are what the splits train and dev of a corpus teach: each mail, and its other forms.
func lessons(s *scan.Scanner, list []labelled, tell func(int)) (train, dev []spam.Example, err error) {
	for i, l := range list {
		if l.split != "train" && l.split != "dev" {
			continue
		}
		raw, err := os.ReadFile(l.path)
		if err != nil {
			return nil, nil, err
		}
		e := append([]spam.Example{{Features: s.Features(context.Background(), raw, scan.Context{}), Spam: l.spam}}, varied(s, uint64(i), raw, l.spam)...)
		if l.split == "train" {
			train = append(train, e...)
		} else {
			dev = append(dev, e...)
		}
		tell(i)
	}
	return train, dev, nil
}

// The weight of a mail in other forms beside the mail itself.
const (
	bareWeight    = 0.5
	dressedWeight = 0.5
	wordingWeight = 0.5
)

// varied are other forms of a mail that teaches: without what the receiving side wrote, and written down the way mail is written today.
// A model that has seen its teachers in one form only takes the form for the matter.
func varied(s *scan.Scanner, seed uint64, raw []byte, unwanted bool) []spam.Example {
	bare := gauge.Strip(raw, laterDate)
	dressed := specimen.Dress(seed, contentOf(raw))
	return []spam.Example{
		{Features: s.Features(context.Background(), bare, scan.Context{}), Spam: unwanted, Weight: bareWeight},
		{Features: s.Features(context.Background(), dressed, scan.Context{}), Spam: unwanted, Weight: dressedWeight},
		{Features: s.Wording(context.Background(), bare, scan.Context{}), Spam: unwanted, Weight: wordingWeight},
	}
}

var someLink = regexp.MustCompile(`https?://[^\s"'<>)]{4,300}`)

// contentOf is what a mail says: its first text, and its links.
func contentOf(raw []byte) specimen.Content {
	m := message.Read(raw, message.Limit{})
	f := &m.Fields
	c := specimen.Content{Subject: f.Subject, Answer: f.InReplyTo != ""}
	if len(f.From) > 0 {
		c.Name, c.From = f.From[0].Name, f.From[0].String()
	}
	if len(f.ReplyTo) > 0 {
		c.Reply = f.ReplyTo[0].String()
	}
	var walk func(p *sekisho.Part)
	walk = func(p *sekisho.Part) {
		if p.Type == "text" && c.Text == "" {
			c.Text = m.Text(p)
			c.Links = someLink.FindAllString(c.Text, 20)
			if p.Subtype == "html" {
				c.Text = page.Read(c.Text).Text
			}
		}
		for i := range p.Parts {
			walk(&p.Parts[i])
		}
	}
	walk(&m.Root)
	return c
}

// taught are n generated mails that teach.
func taught(s *scan.Scanner, n int) []spam.Example {
	out := make([]spam.Example, 0, n)
	for _, m := range specimen.Make(specimen.Teach, 1, n) {
		out = append(out, spam.Example{Features: s.Features(context.Background(), m.Raw, scan.Context{}), Spam: m.Bad})
	}
	return out
}

// readLabels reads the list of a corpus.
func readLabels(dir string) ([]labelled, error) {
	f, err := os.Open(filepath.Join(dir, "labels.tsv"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	var col map[string]int
	var out []labelled
	for in.Scan() {
		w := strings.Split(in.Text(), "\t")
		if col == nil {
			col = make(map[string]int)
			for i, name := range w {
				col[name] = i + 1
			}
			if col["path"] == 0 || col["label"] == 0 || col["split"] == 0 {
				return nil, fmt.Errorf("%s: the first line must name the columns path, label and split", f.Name())
			}
			continue
		}
		if len(w) < max(col["path"], col["label"], col["split"]) {
			continue
		}
		l := labelled{path: filepath.Join(dir, w[col["path"]-1]), spam: w[col["label"]-1] != "ham", split: w[col["split"]-1], kind: w[col["label"]-1]}
		if at := col["date"]; at > 0 && at <= len(w) {
			l.date = w[at-1]
		}
		out = append(out, l)
	}
	return out, in.Err()
}

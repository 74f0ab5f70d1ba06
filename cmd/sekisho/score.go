package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"sekisho"
	"sekisho/scan"
)

// scoreCommand scores mails, or measures the inspection against a collection of mails of which is known what they are.
type scoreCommand struct {
	JSONL  string `name:"jsonl" placeholder:"PATH" help:"Score every mail of a directory, a file or a mailbox instead: one line of JSON each, with reasons in both languages."`
	Layer  string `placeholder:"FILE" help:"What \"sekisho learn\" has learned, for --jsonl."`
	Zone   string `placeholder:"FILE" help:"DNS for SPF, DKIM and DMARC, as a master file, for --jsonl; nothing is asked over the network."`
	Corpus string `placeholder:"DIR" help:"Mails, with labels.tsv: columns path, label (ham or spam), split."`
	Split  string `default:"test" help:"Which mails: the split's name, or \"all\"."`
	Model  string `placeholder:"FILE" help:"Measure this spam model instead of the built-in one."`
	Wrong  bool   `help:"List the mails that were judged wrongly."`
}

// measured is how one verdict fares.
type measured struct {
	Verdict       sekisho.Verdict `json:"verdict"`
	Spam          int             `json:"spam"`
	Ham           int             `json:"ham"`
	Caught        int             `json:"caught"`
	FalsePositive int             `json:"false_positives"`
	Precision     float64         `json:"precision"`
	Recall        float64         `json:"recall"`
	FalseRate     float64         `json:"false_positive_rate"`
}

// Run scores every mail of the split; "tag" means at least that verdict.
func (c *scoreCommand) Run(g *Global) error {
	if (c.JSONL == "") == (c.Corpus == "") {
		return errors.New("score: give --jsonl for a line about each mail, or --corpus for a measurement")
	}
	s, err := c.scanner()
	if err != nil {
		return err
	}
	if c.JSONL != "" {
		return c.each(g, s)
	}
	list, err := readLabels(c.Corpus)
	if err != nil {
		return err
	}
	out := []measured{{Verdict: sekisho.VerdictTag}, {Verdict: sekisho.VerdictQuarantine}}
	tell := progress(g.Err)
	for i, l := range list {
		if c.Split != "all" && l.split != c.Split {
			continue
		}
		raw, err := os.ReadFile(l.path)
		if err != nil {
			return err
		}
		r := s.Scan(context.Background(), raw, scan.Context{})
		if got := r.Verdict != sekisho.VerdictPass; c.Wrong && got != l.spam {
			fmt.Fprintf(g.Err, "%s: %s %.2f %+v\n", l.path, r.Verdict, r.Score, r.Findings)
		}
		for k := range out {
			out[k].count(r.Verdict, l.spam)
		}
		tell(i)
	}
	if out[0].Spam+out[0].Ham == 0 {
		return fmt.Errorf("%s: no mail of the split %s", c.Corpus, c.Split)
	}
	for k := range out {
		out[k].rates()
	}
	if g.JSON {
		return json.NewEncoder(g.Out).Encode(map[string]any{"split": c.Split, "mails": out[0].Spam + out[0].Ham, "results": out})
	}
	fmt.Fprintf(g.Out, "%-12s %6s %6s %8s %6s %10s %8s %10s\n", "verdict", "spam", "ham", "caught", "false", "precision", "recall", "false rate")
	for _, m := range out {
		fmt.Fprintf(g.Out, "%-12s %6d %6d %8d %6d %9.2f%% %7.2f%% %9.2f%%\n", m.Verdict, m.Spam, m.Ham, m.Caught, m.FalsePositive, 100*m.Precision, 100*m.Recall, 100*m.FalseRate)
	}
	return nil
}

// scanner has the built-in model, or that of --model.
func (c *scoreCommand) scanner() (*scan.Scanner, error) {
	var config scan.Config
	if c.Model != "" {
		var err error
		if config.Model, err = os.ReadFile(c.Model); err != nil {
			return nil, err
		}
	}
	return scan.New(config)
}

// count adds one mail.
func (m *measured) count(v sekisho.Verdict, spam bool) {
	hit := v == sekisho.VerdictQuarantine || v == sekisho.VerdictReject || v != sekisho.VerdictPass && m.Verdict == sekisho.VerdictTag
	switch {
	case spam:
		m.Spam++
		if hit {
			m.Caught++
		}
	default:
		m.Ham++
		if hit {
			m.FalsePositive++
		}
	}
}

func (m *measured) rates() {
	m.Precision = ratio(m.Caught, m.Caught+m.FalsePositive)
	m.Recall = ratio(m.Caught, m.Spam)
	m.FalseRate = ratio(m.FalsePositive, m.Ham)
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

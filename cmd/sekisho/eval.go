package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"sekisho/learn"
	"sekisho/scan"
	"sekisho/scan/gauge"
	"sekisho/scan/spam"
	"sekisho/scan/specimen"
)

// evalCommand measures the inspection on every collection of mails that is there, on what it has not learned from.
type evalCommand struct {
	Corpora string `env:"SEKISHO_SHARED" required:"" placeholder:"DIR" help:"Where to look for collections: every labels.tsv below it (columns path, label, split; date where there is one)."`
	Made    int    `default:"3000" help:"How many generated mails to measure, of the family that teaches nothing."`
	Write   string `placeholder:"DIR" help:"Only write the mails of the tests into DIR/unseen, DIR/stripped and DIR/generated, with lists of labels: for measuring other filters on the same mails."`
	Fast    bool   `help:"Leave out what trains a model anew."`
}

// evaluated is one line of the table.
type evaluated struct {
	Corpus string `json:"corpus"`
	Test   string `json:"test"`
	gauge.Curve
	Precision float64            `json:"precision"` // of the verdict tag or more
	Recall    float64            `json:"recall"`
	Kinds     map[string]float64 `json:"tagged_by_kind"` // share that gets at least the verdict tag
	Rate      float64            `json:"mails_per_second"`
}

// evalMail is a mail with what it is.
type evalMail struct {
	raw  []byte
	bad  bool
	kind string
}

// laterDate is the date that mails are moved to where dates must not matter.
const laterDate = "Mon, 12 May 2025 10:11:12 +0000"

// Run measures and prints one table.
func (c *evalCommand) Run(g *Global) error {
	lists, err := findLabels(c.Corpora)
	if err != nil {
		return err
	}
	shipped, err := scan.New(scan.Config{})
	if err != nil {
		return err
	}
	if c.Write != "" {
		if err := writeMails(filepath.Join(c.Write, "generated"), c.generated()); err != nil {
			return err
		}
	}
	var out []evaluated
	for _, dir := range lists {
		rows, err := c.corpus(g, shipped, dir)
		if err != nil {
			return err
		}
		out = append(out, rows...)
	}
	if c.Write != "" {
		return nil
	}
	if made := c.generated(); len(made) > 0 {
		fmt.Fprintln(g.Err, "sekisho: generated mails ...")
		out = append(out, measure(shipped, "generated", "shipped model", made))
	}
	if g.JSON {
		return json.NewEncoder(g.Out).Encode(out)
	}
	fmt.Fprintf(g.Out, "%-14s %-34s %6s %6s %9s %8s %8s %8s %9s %8s %8s\n", "corpus", "test", "ham", "spam", "AUC", "1-AUC %", "at 0.1 %", "at 1 %", "precision", "recall", "mails/s")
	for _, e := range out {
		fmt.Fprintf(g.Out, "%-14s %-34s %6d %6d %9.6f %8.4f %7.2f%% %7.2f%% %8.2f%% %7.2f%% %8.0f\n", e.Corpus, e.Test, e.Good, e.Bad, e.AUC, e.Miss, 100*e.At01, 100*e.At1, 100*e.Precision, 100*e.Recall, e.Rate)
		for _, k := range sortedKeys(e.Kinds) {
			fmt.Fprintf(g.Out, "%-14s     %-30s tagged %6.2f%%\n", "", k, 100*e.Kinds[k])
		}
	}
	return nil
}

// generated are the made mails that are measured.
func (c *evalCommand) generated() []evalMail {
	var out []evalMail
	for _, m := range specimen.Make(specimen.Check, 7, c.Made) {
		out = append(out, evalMail{m.Raw, m.Bad, m.Kind})
	}
	return out
}

// writeMails writes mails as files, with a list of what they are.
func writeMails(dir string, list []evalMail) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	index := "path\tlabel\tsplit\tkind\n"
	for i, m := range list {
		label := "ham"
		if m.bad {
			label = "spam"
		}
		name := fmt.Sprintf("%s-%05d.eml", label, i)
		if err := os.WriteFile(filepath.Join(dir, name), m.raw, 0o644); err != nil {
			return err
		}
		index += name + "\t" + label + "\ttest\t" + m.kind + "\n"
	}
	return os.WriteFile(filepath.Join(dir, "labels.tsv"), []byte(index), 0o644)
}

// findLabels are the folders with a list of labels below dir, in order.
func findLabels(dir string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Name() == "labels.tsv" {
			out = append(out, filepath.Dir(path))
		}
		return nil // what cannot be read holds no collection
	})
	if len(out) == 0 && err == nil {
		err = errors.New("no labels.tsv below " + dir)
	}
	return out, err
}

// corpus measures one collection: the split dev with a model that train alone has taught, since both have taught the shipped one where it is
// the collection that this is made from; splits of other names, and collections without a split train, with the shipped model.
func (c *evalCommand) corpus(g *Global, shipped *scan.Scanner, dir string) ([]evaluated, error) {
	list, err := readLabels(dir)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	name := filepath.Base(dir)
	fmt.Fprintf(g.Err, "sekisho: %s, %d mails ...\n", name, len(list))
	all := make([]evalMail, len(list))
	var dev, test []evalMail
	teaches := slices.ContainsFunc(list, func(l labelled) bool { return l.split == "train" })
	for i, l := range list {
		raw, err := os.ReadFile(l.path)
		if err != nil {
			return nil, err
		}
		all[i] = evalMail{raw, l.spam, l.kind}
		switch {
		case !teaches || l.split != "train" && l.split != "dev":
			test = append(test, all[i])
		case l.split == "dev":
			dev = append(dev, all[i])
		}
	}
	if c.Write != "" {
		unseen := slices.Concat(dev, test)
		return nil, errors.Join(writeMails(filepath.Join(c.Write, "unseen", name), unseen), writeMails(filepath.Join(c.Write, "stripped", name), stripped(unseen)))
	}
	out := both(shipped, name, "shipped model", test)
	if c.Fast {
		return out, nil
	}
	trained := shipped
	if teaches {
		model, err := trainAlone(list)
		if err != nil {
			return nil, err
		}
		if trained, err = scan.New(scan.Config{Model: model.Bytes()}); err != nil {
			return nil, err
		}
	}
	out = append(out, both(trained, name, "train teaches, dev tested", dev)...)
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(list[a].date, list[b].date) })
	later, err := c.later(name, all, order)
	if err != nil {
		return nil, err
	}
	stream, err := streams(trained, name, list, all, order)
	return append(append(out, later...), stream...), err
}

// both measures mails as they are, and without what the receiving side wrote into them.
func both(s *scan.Scanner, name, test string, list []evalMail) []evaluated {
	if len(list) == 0 {
		return nil
	}
	return []evaluated{measure(s, name, test, list), measure(s, name, "the same, receiving side stripped", stripped(list))}
}

func stripped(list []evalMail) []evalMail {
	out := slices.Clone(list)
	for i := range out {
		out[i].raw = gauge.Strip(out[i].raw, laterDate)
	}
	return out
}

// trainAlone is a model made like the shipped one, but taught by the split train only.
func trainAlone(list []labelled) (*spam.Model, error) {
	s, err := scan.New(scan.Config{Model: spam.Empty().Bytes()})
	if err != nil {
		return nil, err
	}
	train, check, err := lessons(s, list, func(int) {})
	if err != nil {
		return nil, err
	}
	return judged(s, train, check, taught(s, teachers)), nil
}

// teachers is how many generated mails teach a model that is made to be measured: as many as teach the shipped one.
const teachers = 6000

// later teaches the earlier 60 % of the mails, by date, and measures the rest.
func (c *evalCommand) later(name string, all []evalMail, order []int) ([]evaluated, error) {
	n := len(order) * 6 / 10
	s, err := scan.New(scan.Config{Model: spam.Empty().Bytes()})
	if err != nil {
		return nil, err
	}
	var train, check []spam.Example
	for i, at := range order[:n] {
		e := spam.Example{Features: s.Features(context.Background(), all[at].raw, scan.Context{}), Spam: all[at].bad}
		if i%10 == 9 {
			check = append(check, e)
		} else {
			train = append(append(train, e), varied(s, uint64(at), all[at].raw, all[at].bad)...)
		}
	}
	train = append(train, taught(s, teachers)...)
	if s, err = scan.New(scan.Config{Model: spam.Learn(train, check, spam.Training{}).Bytes()}); err != nil {
		return nil, err
	}
	var rest, cut []evalMail
	for _, at := range order[n:] {
		m := all[at]
		rest = append(rest, m)
		cut = append(cut, evalMail{gauge.Strip(m.raw, laterDate), m.bad, m.kind})
	}
	return []evaluated{measure(s, name, "earlier 60 % teach, later tested", rest), measure(s, name, "the same, receiving side stripped", cut)}, nil
}

// streams scores each mail and then learns it, in the order of their dates: from nothing, and those of dev on top of the model of train.
func streams(trained *scan.Scanner, name string, list []labelled, all []evalMail, order []int) ([]evaluated, error) {
	empty, err := scan.New(scan.Config{Model: spam.Empty().Bytes()})
	if err != nil {
		return nil, err
	}
	var unseen []int
	for _, at := range order {
		if list[at].split != "train" {
			unseen = append(unseen, at)
		}
	}
	return []evaluated{stream(empty, name, "stream: score, then learn; empty", all, order), stream(trained, name, "stream of dev on the model of train", all, unseen)}, nil
}

func stream(s *scan.Scanner, name, test string, all []evalMail, order []int) evaluated {
	layer := learn.NewLayer(learn.Installation)
	c := scan.Context{Layers: []*learn.Layer{layer}}
	results := make([]gauge.Result, 0, len(order))
	begin := time.Now()
	for _, at := range order {
		m := &all[at]
		results = append(results, gauge.Result{Score: s.Scan(context.Background(), m.raw, c).Score, Bad: m.bad, Kind: m.kind})
		s.Learn(context.Background(), layer, m.raw, scan.Context{}, m.bad)
	}
	return sum(name, test, results, time.Since(begin))
}

// measure scores mails on all processors.
func measure(s *scan.Scanner, name, test string, list []evalMail) evaluated {
	results := make([]gauge.Result, len(list))
	begin := time.Now()
	var wait sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wait.Go(func() {
			for i := w; i < len(list); i += workers {
				results[i] = gauge.Result{Score: s.Scan(context.Background(), list[i].raw, scan.Context{}).Score, Bad: list[i].bad, Kind: list[i].kind}
			}
		})
	}
	wait.Wait()
	return sum(name, test, results, time.Since(begin))
}

// tagged is the score from which a mail is tagged by default.
const tagged = 5

func sum(name, test string, list []gauge.Result, took time.Duration) evaluated {
	e := evaluated{Corpus: name, Test: test, Curve: gauge.Of(list), Kinds: make(map[string]float64)}
	if took > 0 {
		e.Rate = float64(len(list)) / took.Seconds()
	}
	caught, suspected := gauge.At(list, tagged)
	e.Recall = caught
	if hits := caught*float64(e.Bad) + suspected*float64(e.Good); hits > 0 {
		e.Precision = caught * float64(e.Bad) / hits
	}
	count := make(map[string]int)
	for _, r := range list {
		count[r.Kind]++
		if r.Score >= tagged {
			e.Kinds[r.Kind]++
		}
	}
	for k, n := range count {
		e.Kinds[k] /= float64(n)
	}
	return e
}

func sortedKeys(m map[string]float64) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

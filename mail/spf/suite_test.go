package spf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"sekisho/mail/zone"
	"sekisho/test/corpus"
)

// FakeDNS answers from the zone data of a suite.
type FakeDNS struct {
	records map[string]map[string]*zone.Records // by name, by type
	silent  map[string]bool                     // names that do not answer about types they have no record of
}

func newFake() *FakeDNS {
	return &FakeDNS{map[string]map[string]*zone.Records{}, map[string]bool{}}
}

func (f *FakeDNS) at(name, kind string) *zone.Records {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if f.records[name] == nil {
		f.records[name] = map[string]*zone.Records{}
	}
	if f.records[name][kind] == nil {
		f.records[name][kind] = &zone.Records{}
	}
	return f.records[name][kind]
}

// Lookup answers.
func (f *FakeDNS) Lookup(ctx context.Context, kind, name string) (zone.Records, error) {
	return f.lookup(kind, name, 0)
}

func (f *FakeDNS) lookup(kind, name string, depth int) (zone.Records, error) {
	if !zone.Plausible(name) || depth > 8 {
		return zone.Records{}, errors.New("not to be asked: " + name)
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if strings.HasPrefix(name, "_dns_error") {
		return zone.Records{}, zone.ErrTemporary
	}
	here, ok := f.records[name]
	if c := here["CNAME"]; c != nil {
		return f.lookup(kind, c.Names[0], depth+1)
	}
	if r := here[kind]; r != nil {
		return *r, nil
	}
	if f.silent[name] {
		return zone.Records{}, zone.ErrTemporary
	}
	return zone.Records{Void: !ok}, nil
}

// add puts one entry of zonedata in.
func (f *FakeDNS) add(t *testing.T, name string, n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		if n.Value != "TIMEOUT" {
			t.Fatalf("unknown entry %q", n.Value)
		}
		f.silent[strings.ToLower(name)] = true
		return
	}
	kind, v := n.Content[0].Value, n.Content[1]
	r := f.at(name, kind)
	switch kind {
	case "TXT", "SPF":
		s := v.Value
		for _, part := range v.Content {
			s += part.Value
		}
		r.TXT = append(r.TXT, s)
	case "A", "AAAA":
		r.IP = append(r.IP, netip.MustParseAddr(v.Value))
	case "MX":
		r.MX = append(r.MX, zone.MX{Host: v.Content[1].Value})
	case "PTR", "CNAME":
		r.Names = append(r.Names, v.Value)
	default:
		t.Fatalf("unknown type %s", kind)
	}
}

// finish gives names without TXT their SPF records as TXT, which is what the suite asks of its drivers.
func (f *FakeDNS) finish() {
	for _, here := range f.records {
		if here["SPF"] != nil && here["TXT"] == nil {
			here["TXT"] = here["SPF"]
		}
		if x := here["TXT"]; x != nil && slices.Equal(x.TXT, []string{"NONE"}) {
			delete(here, "TXT")
		}
	}
}

type scenario struct {
	Description string
	Tests       map[string]struct {
		Helo, Host, Mailfrom, Explanation string
		Result                            yaml.Node
	}
	Zonedata map[string][]yaml.Node
}

func openspf(t *testing.T, file string) (all []scenario) {
	raw, err := os.ReadFile(corpus.Path(t, filepath.Join("data/protocol/spf-openspf", file)))
	if err != nil {
		t.Fatal(err)
	}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	for {
		var s scenario
		if err := d.Decode(&s); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
}

// TestOpenSPF runs the suite of RFC 7208, explanations included.
func TestOpenSPF(t *testing.T) {
	done := 0
	for _, s := range openspf(t, "rfc7208-tests.yml") {
		f := newFake()
		for name, list := range s.Zonedata {
			for _, n := range list {
				f.add(t, name, &n)
			}
		}
		f.finish()
		for name, c := range s.Tests {
			done++
			r := Check(t.Context(), Query{Client: netip.MustParseAddr(c.Host), Helo: c.Helo, From: c.Mailfrom, Resolver: f,
				Explain: true, Receiver: "receiver.example"})
			want := []string{c.Result.Value}
			if c.Result.Kind == yaml.SequenceNode {
				want = nil
				c.Result.Decode(&want)
			}
			if !slices.Contains(want, r.Value) {
				t.Errorf("%s, %s: %s (%s), want %v", s.Description, name, r.Value, r.Reason, want)
			}
			text := c.Explanation
			if text == "DEFAULT" {
				text = ""
			}
			if text != r.Explanation {
				t.Errorf("%s, %s: explanation %q, want %q", s.Description, name, r.Explanation, text)
			}
		}
	}
	if done != 203 {
		t.Errorf("%d tests, want 203", done)
	}
}

// TestStalwart runs another implementation's cases.
func TestStalwart(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(corpus.Path(t, "data/protocol/stalwart-mail-auth/spf"), "*.yml"))
	done := 0
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for part := range strings.SplitSeq(string(raw), "\n---") {
			done += stalwart(t, filepath.Base(file), part)
		}
	}
	if done < 150 {
		t.Errorf("only %d cases", done)
	}
}

// ours are the cases that read RFC 7208 otherwise than we do, and what we say.
var ours = map[string]string{
	"all.yml All test sender@test.org 10.0.0.1":                               PermError, // an unknown mechanism after "all" is still an error (4.6)
	"basic.yml DNS Lookup Limits sender@ok.test.org 172.168.0.1":              PermError, // ten names that do not exist: two may (4.6.4)
	"basic.yml DNS Lookup Limits sender@mx.test.org 10.0.0.8":                 PermError, // eleven MX (4.6.4)
	"basic.yml HELO identity sender@test.org 172.168.0.1":                     Pass,      // asks HELO too; we do for bounces only
	"exists.yml Exists sender@ip6.test.org 167.1.2.3":                         Fail,      // exists asks for A, whatever the client (5.7)
	"macro.yml Macro expansion 2 strong-bad@email.example.com 2001:db8::cb01": Fail,      // the same
}

// stalwart runs one part of a file: repeated keys make it no proper YAML, so it is read by lines.
func stalwart(t *testing.T, file, part string) (done int) {
	f, name := newFake(), ""
	var q Query
	for line := range strings.SplitSeq(part, "\n") {
		key, v, _ := strings.Cut(strings.TrimLeft(line, " -"), ":")
		v = strings.TrimSpace(v)
		words := strings.Fields(strings.ReplaceAll(v, ",", " "))
		switch {
		case strings.HasPrefix(line, "#") || v == "":
		case key == "name":
			name = v
		case key == "sender":
			q.From = v
		case key == "domain":
			q.Helo = v
		case key == "ip":
			q.Client = netip.MustParseAddr(v)
		case key == "expect":
			done++
			q.Resolver = f
			want, _, _ := strings.Cut(v, " ") // an explanation may follow
			if o, ok := ours[file+" "+name+" "+q.From+" "+q.Client.String()]; ok {
				want = o
			}
			if r := Check(t.Context(), q); r.Value != want {
				t.Errorf("%s, %s: %s from %s: %s (%s), want %s", file, name, q.From, q.Client, r.Value, r.Reason, want)
			}
		case strings.HasPrefix(line, "  "):
			f.line(t, key, words, v)
		}
	}
	return done
}

func (f *FakeDNS) line(t *testing.T, kind string, words []string, v string) {
	switch kind {
	case "spf", "exp":
		f.at(words[0], "TXT").TXT = []string{strings.TrimSpace(v[len(words[0]):])}
	case "a", "aaaa":
		f.address(words[0], words[1:])
	case "mx":
		for i, a := range words[1:] {
			host := fmt.Sprintf("mx%d.%s", i, words[0])
			r := f.at(words[0], "MX")
			r.MX = append(r.MX, zone.MX{Host: host})
			f.address(host, []string{a})
		}
	case "ptr":
		r := f.at(zone.Reverse(netip.MustParseAddr(words[0])), "PTR")
		r.Names = append(r.Names, words[1:]...)
	default:
		t.Fatalf("unknown type %q", kind)
	}
}

func (f *FakeDNS) address(name string, list []string) {
	for _, s := range list {
		a := netip.MustParseAddr(s)
		r := f.at(name, map[bool]string{true: "A", false: "AAAA"}[a.Is4()])
		r.IP = append(r.IP, a)
	}
}

package edge

import (
	"bufio"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/corazawaf/coraza-coreruleset/v4"
	"github.com/corazawaf/coraza/v3"
	"gopkg.in/yaml.v3"

	"sekisho/test/corpus"
)

var update = flag.Bool("update", false, "rewrite golden files")

// suite is a file of the core rule set's own regression tests (go-ftw).
type suite struct {
	Rule  int `yaml:"rule_id"`
	Tests []struct {
		ID     int `yaml:"test_id"`
		Stages []struct {
			Input  ftwInput  `yaml:"input"`
			Output ftwOutput `yaml:"output"`
		} `yaml:"stages"`
	} `yaml:"tests"`
}

type ftwInput struct {
	Method   string            `yaml:"method"`
	URI      string            `yaml:"uri"`
	Version  string            `yaml:"version"`
	Headers  map[string]string `yaml:"headers"`
	Data     string            `yaml:"data"`
	Encoded  string            `yaml:"encoded_request"`
	Complete *bool             `yaml:"autocomplete_headers"`
}

type ftwOutput struct {
	Log struct {
		Expect []int `yaml:"expect_ids"`
		Never  []int `yaml:"no_expect_ids"`
	} `yaml:"log"`
	Status int `yaml:"status"`
}

// raw writes the request as it goes over the line.
func (in ftwInput) raw() []byte {
	if in.Encoded != "" {
		b, _ := base64.StdEncoding.DecodeString(in.Encoded)
		return b
	}
	method, uri, version := in.Method, in.URI, in.Version
	if method == "" {
		method = "GET"
	}
	if uri == "" {
		uri = "/"
	}
	if version == "" {
		version = "HTTP/1.1"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s\r\n", method, uri, version)
	has := map[string]bool{}
	for _, k := range sortedKeys(in.Headers) {
		fmt.Fprintf(&b, "%s: %s\r\n", k, in.Headers[k])
		has[strings.ToLower(k)] = true
	}
	if in.Complete == nil || *in.Complete {
		if in.Data != "" && !has["content-type"] {
			b.WriteString("Content-Type: application/x-www-form-urlencoded\r\n")
		}
		if in.Data != "" && !has["content-length"] && !has["transfer-encoding"] {
			fmt.Fprintf(&b, "Content-Length: %d\r\n", len(in.Data))
		}
		if !has["connection"] {
			b.WriteString("Connection: close\r\n")
		}
	}
	return []byte(b.String() + "\r\n" + in.Data)
}

func sortedKeys(m map[string]string) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// bench runs requests through net/http and the rules at paranoia level 4, which decide nothing here, and says which matched.
type ruleBench struct {
	url string

	mu      sync.Mutex
	matched []int
	asked   bool
}

func newRuleBench(t *testing.T) *ruleBench {
	extra := `SecAction "id:1003,phase:1,pass,t:none,nolog,ctl:ruleEngine=DetectionOnly,setvar:tx.crs_validate_utf8_encoding=1,setvar:tx.arg_name_length=100,setvar:tx.arg_length=400,` +
		`setvar:tx.total_arg_length=64000,setvar:tx.max_num_args=255,setvar:tx.max_file_size=64100,setvar:tx.combined_file_sizes=65535"` + "\n"
	waf, err := coraza.NewWAF(coraza.NewWAFConfig().WithRootFS(coreruleset.FS).WithDirectives(extra + ruleSet(4)))
	if err != nil {
		t.Fatal(err)
	}
	b := &ruleBench{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(io.LimitReader(r.Body, 2*ruleBody))
		tx := waf.NewTransaction()
		defer tx.Close()
		judge(tx, r, "127.0.0.1", body, nil)
		b.mu.Lock()
		defer b.mu.Unlock()
		b.asked = true
		for _, m := range tx.MatchedRules() {
			b.matched = append(b.matched, m.Rule().ID())
		}
	}))
	t.Cleanup(s.Close)
	b.url = strings.TrimPrefix(s.URL, "http://")
	return b
}

// run sends one request: which rules matched, and whether they were asked at all.
func (b *ruleBench) run(t *testing.T, raw []byte) (matched []int, asked bool) {
	b.mu.Lock()
	b.matched, b.asked = nil, false
	b.mu.Unlock()
	c, err := net.Dial("tcp", b.url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Minute)) // only a server that hangs needs it
	c.Write(raw)
	c.(*net.TCPConn).CloseWrite() // nothing more comes: no test waits for it
	if r, err := http.ReadResponse(bufio.NewReader(c), nil); err == nil {
		r.Body.Close()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.matched, b.asked
}

// TestCoreRuleSet runs the rule set's own tests of requests through net/http and edge's use of the engine. The golden file lists
// how many of each file pass, and each deviation with what was seen.
func TestCoreRuleSet(t *testing.T) {
	root := corpus.Path(t, "data/waf/coreruleset/tests/regression/tests")
	files, err := filepath.Glob(filepath.Join(root, "REQUEST-*", "*.yaml"))
	if err != nil || len(files) < 100 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	b := newRuleBench(t)
	var out strings.Builder
	passed, all := 0, 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var s suite
		if err := yaml.Unmarshal(text, &s); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		if s.Rule == 920400 {
			fmt.Fprintf(&out, "%d not run: its bodies are shorter than they say, and edge reads a body whole before the rules\n", s.Rule)
			continue
		}
		fine, total, notes := b.suite(t, s)
		passed, all = passed+fine, all+total
		fmt.Fprintf(&out, "%s %d/%d\n", strings.TrimSuffix(filepath.Base(f), ".yaml"), fine, total)
		for _, n := range notes {
			fmt.Fprintf(&out, "\t%s\n", n)
		}
	}
	fmt.Fprintf(&out, "all %d/%d\n", passed, all)
	const golden = "testdata/crs.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != string(want) {
		t.Errorf("the rules behave otherwise than %s says: run with -update and look at the difference; %d of %d pass", golden, passed, all)
	}
}

func (b *ruleBench) suite(t *testing.T, s suite) (fine, total int, notes []string) {
	for _, x := range s.Tests {
		for i, st := range x.Stages {
			total++
			name := strconv.Itoa(x.ID)
			if i > 0 {
				name += "." + strconv.Itoa(i+1)
			}
			matched, asked := b.run(t, st.Input.raw())
			var missing, false []int
			for _, id := range st.Output.Log.Expect {
				if !slices.Contains(matched, id) {
					missing = append(missing, id)
				}
			}
			for _, id := range st.Output.Log.Never {
				if slices.Contains(matched, id) {
					false = append(false, id)
				}
			}
			switch {
			case !asked && (len(missing) > 0 || st.Output.Status == 400):
				fine++ // net/http refused it before the rules: it gets no further, which is what the test is for
			case len(missing)+len(false) > 0:
				notes = append(notes, fmt.Sprintf("%s missing %v, false %v: %s", name, missing, false, reason(t, s.Rule, st.Input, false)))
			default:
				fine++
			}
		}
	}
	return fine, total, notes
}

// reason says why a deviation is there: the classes of docs/waf.md, where each is judged.
func reason(t *testing.T, rule int, in ftwInput, false []int) string {
	raw := string(in.raw())
	kind := regexp.MustCompile(`(?im)^content-type: *(\S+)`).FindStringSubmatch(raw)
	switch {
	case rule == 911100 || rule == 920420 || rule == 949110:
		return "method or type: edge's own lists of them, which routes narrow further"
	case rule == 920171 || rule == 920280 || rule == 920100 || rule == 920620:
		return "form: net/http has read, mended or refused what the test is about"
	case !slices.Contains(knownRules(t), rule):
		return "no such rule: the test is newer than this version of the set"
	case len(kind) > 1 && strings.HasSuffix(kind[1], "/xml"):
		return "XML: no route takes it, and files that people attach are not shown to the rules"
	case len(kind) > 1 && kind[1] == "application/json" && len(false) == 0:
		return "JSON name: an attack in the name of a member, which the schemas of all routes refuse"
	case len(false) > 0:
		return "stricter: this version's rule finds what the newer one no longer does"
	}
	return "newer pattern: the test is for a later version of this rule"
}

var knownRules = func() func(*testing.T) []int {
	var once sync.Once
	var out []int
	return func(t *testing.T) []int {
		once.Do(func() {
			for _, f := range ruleFiles {
				b, err := fs.ReadFile(coreruleset.FS, "@owasp_crs/"+f+".conf")
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range regexp.MustCompile(`id:(\d+)`).FindAllSubmatch(b, -1) {
					n, _ := strconv.Atoi(string(m[1]))
					out = append(out, n)
				}
			}
		})
		return out
	}
}()

package sieve

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"sekisho/mail/message"
	"sekisho/mail/reply"
	"sekisho/test/corpus"

	root "sekisho"
)

// The public suite is written in Sieve with commands of its own. This is an interpreter of them: a test file is parsed with
// the grammar and those commands, and run.

var update = flag.Bool("update", false, "write testdata/suite.golden anew")

const suiteCapability = "vnd.dovecot.testsuite"

// mailed is a mail that a result sent or stored.
type mailed struct {
	raw      []byte
	from, to string
}

type suite struct {
	dir     string
	r       *run
	script  *Script
	faults  []Fault
	config  map[string]string
	boxes   map[string][]mailed
	smtp    []mailed
	message []byte
	verdict map[string]string // by test: "" passed, else why not
	order   []string
	failed  error // of the last script that ran
}

var errTest = errors.New("test failed")

func (s *suite) commands() []command {
	str1 := []param{str("value")}
	list := []command{
		{name: "test", params: str1, block: true, act: s.test},
		{name: "test_fail", params: str1, act: func(r *run, n *node) (flow, error) {
			return halt, fmt.Errorf("%w: line %d: %s", errTest, n.Line, strings.TrimSpace(r.str(n.pos[0])))
		}},
		{name: "test_set", params: []param{str("what"), str("value")}, act: s.set},
		{name: "test_config_set", params: []param{str("what"), str("value")}, act: func(r *run, n *node) (flow, error) {
			s.config[r.str(n.pos[0])] = r.str(n.pos[1])
			return on, nil
		}},
		{name: "test_config_unset", params: str1, act: func(r *run, n *node) (flow, error) {
			delete(s.config, r.str(n.pos[0]))
			return on, nil
		}},
		{name: "test_config_reload", tags: []tag{{"extension", aString, "", ""}}, act: func(*run, *node) (flow, error) { s.configure(); return on, nil }},
		{name: "test_binary_save", params: str1, act: nothing},
		{name: "test_binary_load", params: str1, act: nothing},
		{name: "test_result_print", act: nothing},
		{name: "test_result_reset", act: func(r *run, n *node) (flow, error) { s.reset(); return on, nil }},
		{name: "test_mailbox_create", params: str1, act: func(r *run, n *node) (flow, error) {
			s.boxes[r.str(n.pos[0])] = nil
			return on, nil
		}},
		{name: "test_message_take", params: []param{{name: "index", want: aNumber}}, tags: []tag{{"smtp", 0, "", ""}, {"folder", aString, "", ""}},
			act: func(r *run, n *node) (flow, error) {
				if !s.take(n) {
					return halt, fmt.Errorf("%w: line %d: there is no such message", errTest, n.Line)
				}
				return on, nil
			}},
		{name: "test_message", test: true, params: []param{{name: "index", want: aNumber}}, tags: []tag{{"smtp", 0, "", ""}, {"folder", aString, "", ""}},
			eval: func(r *run, n *node) (bool, error) { return s.take(n), nil }},
		{name: "test_script_compile", test: true, params: str1, eval: s.compile},
		{name: "test_script_run", test: true, tags: []tag{{"append_result", 0, "", ""}}, eval: s.run},
		{name: "test_result_execute", test: true, eval: s.execute},
		{name: "test_result_action", test: true, params: []param{strings1("keys")}, check: checkMatch, eval: s.action, tags: append(matchTags(), tag{"index", aNumber, "", ""})},
		{name: "test_error", test: true, params: []param{strings1("keys")}, eval: s.error, tags: append(matchTags(), tag{"index", aNumber, "", ""})},
	}
	for i := range list {
		list[i].needs = suiteCapability
	}
	for _, name := range []string{"vnd.dovecot.debug", "vnd.dovecot.environment"} {
		list = append(list, command{name: name, needs: name, act: nothing})
	}
	list = append(list, command{name: "debug_log", needs: "vnd.dovecot.debug", params: str1, act: nothing})
	return list
}

func nothing(*run, *node) (flow, error) { return on, nil }

func (s *suite) reset() {
	s.r.result, s.r.ends, s.r.flags = Result{}, 0, nil
	s.smtp = nil
	s.failed = nil
}

func (s *suite) test(r *run, n *node) (flow, error) {
	name := r.str(n.pos[0])
	for slices.Contains(s.order, name) {
		name += "'"
	}
	s.order = append(s.order, name)
	f, err := r.block(n.block)
	if err != nil {
		s.verdict[name] = err.Error()
	}
	_ = f
	return on, nil
}

func (s *suite) set(r *run, n *node) (flow, error) {
	v := r.str(n.pos[1])
	switch what := r.str(n.pos[0]); what {
	case "message":
		s.load([]byte(v))
	case "envelope.from":
		r.in.From = strings.Trim(v, "<>")
	case "envelope.to":
		r.in.To = v
	case "envelope.auth":
		r.in.Auth = v
	case "envelope.orig_to":
	default:
		return halt, fmt.Errorf("test_set %s", what)
	}
	return on, nil
}

// load makes raw the message of the run; the envelope is what its header says, until it is set.
func (s *suite) load(raw []byte) {
	raw = bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
	s.message = raw
	in := inputOf(raw)
	old := s.r.in
	in.From, in.To, in.Auth = "sender@example.com", "recipient@example.com", old.Auth
	if f, ok := firstAddress(in, "from"); ok {
		in.From = f
	}
	if t, ok := firstAddress(in, "to"); ok {
		in.To = t
	}
	*s.r.in = *in
	s.r.fields, s.r.size = in.Message.Fields, 0
	s.configure()
}

func firstAddress(in *Input, name string) (string, bool) {
	for _, a := range in.ReadAddresses(newRun(in, Limit{}).header(name)) {
		return a, true
	}
	return "", false
}

// inputOf reads a mail as role inspect does.
func inputOf(raw []byte) *Input {
	m := message.Read(raw, message.Limit{})
	in := &Input{Message: partOf(m, &m.Root, true), Size: int64(len(raw)), Now: time.Date(2026, 11, 28, 12, 0, 0, 0, time.FixedZone("", 9*3600))}
	body := raw[min(int(m.Root.Body.Start), len(raw)):]
	if bytes.Contains(raw, []byte("\r\n\r\n")) {
		in.Raw = func() string { return string(body) }
	}
	in.ReadAddresses = readAddresses
	in.ReadDate = func(v string) (time.Time, bool) { t := message.Date(v); return t, !t.IsZero() }
	return in
}

func readAddresses(v string) []string {
	var list []string
	for _, a := range message.Addresses([]byte(v)) {
		if a.Host != "" {
			list = append(list, a.String())
		}
	}
	return list
}

func partOf(m *message.Message, p *root.Part, top bool) *Part {
	out := &Part{Type: p.Type + "/" + p.Subtype}
	for _, f := range m.HeaderOf(p) {
		raw := message.Unfold(f.Value)
		out.Fields = append(out.Fields, Field{Name: f.Key, Value: message.Words(raw), Raw: raw, Size: int(f.Span.End - f.Span.Start)})
	}
	if t := p.Type + "/" + p.Subtype; t == "text/html" || t == "application/xhtml+xml" {
		out.Plain = func() string { return markup.ReplaceAllString(m.Text(p), "") }
	}
	out.Text = func() string {
		switch {
		case p.Type == "text":
			return m.Text(p)
		case p.Type == "multipart" && len(p.Parts) > 0:
			head, _, _ := bytes.Cut(m.Raw()[p.Body.Start:p.Parts[0].Header.Start], []byte("\r\n--"))
			_, tail, _ := bytes.Cut(m.Raw()[min(p.Parts[len(p.Parts)-1].Body.End+2, p.Body.End):p.Body.End], []byte("\r\n"))
			return string(head) + string(tail)
		case p.Type == "message" && len(p.Parts) > 0:
			h := p.Parts[0].Header
			return string(bytes.TrimSuffix(m.Raw()[h.Start:h.End], []byte("\r\n")))
		}
		b, _ := m.Content(p)
		return string(b)
	}
	for i := range p.Parts {
		out.Parts = append(out.Parts, partOf(m, &p.Parts[i], false))
	}
	return out
}

// configure takes the settings that have an equal here.
func (s *suite) configure() {
	in, c := s.r.in, s.config
	in.Delimiter = c["recipient_delimiter"]
	in.Addresses = nil
	if a := c["sieve_user_email"]; a != "" {
		in.Addresses = []string{a}
	}
	in.MayNotify = func(string) bool { return true }
	in.Mailbox = func(name string) bool { _, ok := s.boxes[name]; return ok || strings.EqualFold(name, "INBOX") }
	in.SpecialUse = func(string, string) bool { return false }
	in.Environment = map[string]string{"location": "MS", "phase": "post", "name": "sekisho", "version": "1", "host": "test.example", "domain": "example"}
	s.r.limit = s.limit()
}

func (s *suite) limit() Limit {
	l := Limit{}
	number := func(key string, v *int) {
		if n, err := strconv.Atoi(strings.TrimSuffix(s.config[key], "k")); err == nil {
			if *v = n; strings.HasSuffix(s.config[key], "k") {
				*v *= 1024
			}
		}
	}
	number("sieve_variables_max_value_size", &l.Value)
	number("sieve_variables_max_variable_size", &l.Value)
	number("sieve_include_max_includes", &l.Includes)
	number("sieve_include_max_nesting_depth", &l.Depth)
	l.Redirects = 4
	number("sieve_editheader_max_header_size", &l.Field)
	l = l.filled()
	l.Steps = 1 << 30
	return l
}

func (s *suite) take(n *node) bool {
	list := s.smtp
	if a := n.tags["folder"]; a != nil {
		list = s.boxes[s.r.str(a)]
	}
	i := int(n.pos[0].Number)
	if i >= len(list) {
		return false
	}
	m := list[i]
	s.load(m.raw)
	s.r.in.From, s.r.in.To = m.from, m.to
	return true
}

func (s *suite) option() Option {
	l := s.limit()
	l.Steps = 0
	return Option{Limit: l, Include: s.include}
}

func (s *suite) include(name string, global bool) ([]byte, bool) {
	dir := "included"
	if global {
		dir = "included-global"
	}
	b, err := os.ReadFile(filepath.Join(s.dir, dir, name+".sieve"))
	return b, err == nil
}

func (s *suite) compile(r *run, n *node) (bool, error) {
	b, err := os.ReadFile(filepath.Join(s.dir, r.str(n.pos[0])))
	if err != nil {
		return false, err
	}
	o := s.option()
	o.more = s.commands()
	s.script, s.faults = Parse(b, o)
	if len(s.faults) > 0 {
		s.faults = append(s.faults, Fault{Text: "validation failed"}) // the suite counts such a line too
	}
	return s.script != nil, nil
}

func (s *suite) run(_ *run, n *node) (bool, error) {
	if s.script == nil {
		return false, errors.New("no script was compiled")
	}
	old := s.r.result
	r := newRun(s.r.in, s.script.limit)
	if n.tags["append_result"] != nil {
		r.result.Actions, r.result.Edits, r.fields = old.Actions, old.Edits, s.r.fields
	}
	s.r.size = 0
	s.faults, s.failed = nil, nil
	_, err := r.block(s.script.main.commands)
	if errors.Is(err, errTest) {
		return false, err
	}
	if err != nil {
		s.failed = err
		var f Fault
		errors.As(err, &f)
		s.faults = []Fault{f}
		s.r.result, s.r.ends = Result{}, 0
		return false, nil
	}
	s.r.result, s.r.ends = r.result, r.ends
	s.r.fields = r.fields
	return true, nil
}

// names that the suite gives the actions.
func (s *suite) action(r *run, n *node) (bool, error) {
	var values []string
	list := s.r.result.Actions
	if s.r.ends == 0 {
		list = append(slices.Clip(list), Action{Kind: Keep})
	}
	for _, a := range list {
		if a.Kind == FileInto {
			values = append(values, "store")
		} else {
			values = append(values, a.Kind.String())
		}
	}
	return s.r.compare(n, pick(n, values), n.pos[0])
}

var markup = regexp.MustCompile(`<[^>]*>`)

var quotedWord = regexp.MustCompile(`[a-zA-Z]{4,}`)

// error looks at the faults. Their words are our own: of a text that the suite expects one word must be in ours.
func (s *suite) error(r *run, n *node) (bool, error) {
	var values []string
	for _, f := range s.faults {
		values = append(values, f.Text)
	}
	if n.tags["count"] != nil {
		return r.compare(n, values, n.pos[0])
	}
	for _, v := range pick(n, values) {
		for _, k := range r.strs(n.pos[0]) {
			for _, w := range quotedWord.FindAllString(k, -1) {
				if strings.Contains(strings.ToLower(v), strings.ToLower(w)) {
					return true, nil
				}
			}
		}
	}
	return false, nil
}

// execute does what the result says, with mailboxes and SMTP of its own.
func (s *suite) execute(*run, *node) (bool, error) {
	r := s.r
	ends, actions := r.ends, slices.Clone(r.result.Actions)
	defer func() { r.ends, r.result.Actions = ends, actions }()
	if err := r.finish(); err != nil {
		return false, err
	}
	ok := true
	for _, a := range r.result.Actions {
		raw := s.render(a)
		switch a.Kind {
		case Keep:
			s.boxes["INBOX"] = append(s.boxes["INBOX"], mailed{raw, r.in.From, r.in.To})
		case FileInto:
			if _, there := s.boxes[a.Mailbox]; !there && !a.Create && a.Mailbox != "INBOX" || strings.Contains(a.Mailbox, "//") || strings.Contains(a.Mailbox, "..") {
				s.faults = []Fault{{Text: fmt.Sprintf("failed to store into mailbox %q: it does not exist, or its name is bad", a.Mailbox)}}
				s.boxes["INBOX"] = append(s.boxes["INBOX"], mailed{s.message, r.in.From, r.in.To})
				ok = false
				continue
			}
			s.boxes[a.Mailbox] = append(s.boxes[a.Mailbox], mailed{raw, r.in.From, r.in.To})
		case Redirect:
			raw = append([]byte(LoopField+": "+a.Mark+"\r\n"), raw...)
			s.smtp = append(s.smtp, mailed{raw, r.in.From, a.Address})
		case Respond:
			b := a.Vacation.Write(r.header, reply.Stamp{Date: r.in.Now, MessageID: "reply@example.net"})
			s.smtp = append(s.smtp, mailed{b, "", a.Vacation.To})
		case Reject, EReject:
			if r.in.From != "" {
				s.smtp = append(s.smtp, mailed{[]byte("From: postmaster@example.net\r\nTo: " + r.in.From + "\r\n\r\n" + a.Text), "", r.in.From})
			}
		case Notice:
			s.notice(a.Notify)
		}
	}
	return ok, nil
}

func (s *suite) notice(m *reply.Notice) {
	from := m.From
	if s.r.in.From == "" {
		from = ""
	} else if from == "" {
		from = "postmaster@example.net"
	}
	b := m.Write("postmaster@example.net", reply.Stamp{Date: s.r.in.Now, MessageID: "notice@example.net"})
	for _, to := range slices.Concat(m.To, m.Cc) {
		s.smtp = append(s.smtp, mailed{b, from, to})
	}
}

func (s *suite) render(a Action) []byte {
	if len(s.r.result.Edits) == 0 {
		return s.message
	}
	var b bytes.Buffer
	for _, f := range Apply(s.r.in.Message.Fields, s.r.result.Edits[:min(a.Edits, len(s.r.result.Edits))]) {
		b.WriteString(f.Name + ": " + f.Raw + "\r\n")
	}
	if s.r.in.Raw != nil {
		b.WriteString("\r\n" + s.r.in.Raw())
	}
	return b.Bytes()
}

var testName = regexp.MustCompile(`(?m)^\s*test\s+"((?:[^"\\]|\\.)*)"`)
var takes = regexp.MustCompile(`(?m)^(\s*)test_message\b`)

// play runs one file. It gives each test's name and, when it did not pass, why.
func play(t testing.TB, file string) (order []string, verdict map[string]string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := &suite{dir: filepath.Dir(file), config: map[string]string{}, boxes: map[string][]mailed{"INBOX": nil}, verdict: map[string]string{}}
	o := s.option()
	o.lax, o.more = true, s.commands()
	parsed, faults := Parse(bytes.ReplaceAll(takes.ReplaceAll(text, []byte("${1}test_message_take")), []byte("${tst.path}"), []byte(s.dir)), o)
	if parsed == nil {
		for _, m := range testName.FindAllSubmatch(text, -1) {
			name := string(m[1])
			for slices.Contains(order, name) {
				name += "'"
			}
			order = append(order, name)
			s.verdict[name] = "does not compile: " + faults[0].Error()
		}
		return order, s.verdict
	}
	s.r = newRun(&Input{}, parsed.limit)
	s.load([]byte("From: sender@example.com\nTo: recipient@example.com\nSubject: Test\n\nTest\n"))
	for _, n := range parsed.main.commands {
		if _, err := s.r.block([]*node{n}); err != nil {
			s.order = append(s.order, fmt.Sprintf("line %d", n.Line))
			s.verdict[s.order[len(s.order)-1]] = err.Error()
		}
	}
	return s.order, s.verdict
}

// reasons why tests do not pass, by the beginning of file and test. The first that fits counts; what fits none is a fault.
var reasons = [][2]string{
	{"execute/examples", "data: the example scripts are not among the files"},
	{"extensions/extlists", "scope: extlists comes later"},
	{"extensions/metadata", "scope: mailbox and server metadata come later"},
	{"extensions/vnd.dovecot/report", "scope: a vendor's extension"},
	{"extensions/vnd.dovecot/environment", "scope: a vendor's extension"},
	{"plugins/extprograms", "scope: a vendor's extension; no script starts programs"},
	{"extensions/editheader/execute: Multi script", "scope: several scripts in a row for one mail; here scripts include each other"},
	{"extensions/imap4flags/multiscript", "scope: several scripts in a row for one mail; here scripts include each other"},
	{"multiscript/conflicts", "scope: several scripts in a row for one mail; here scripts include each other"},
	{"extensions/spamvirustest", "setting: the vendor reads values from header fields; here the inspection gives them"},
	{"execute/smtp: Redirect from [", "setting: the envelope sender of what is sent on is chosen by the caller"},
	{"extensions/enotify/mailto: Envelope config", "setting: the envelope sender of a notice is chosen by the caller"},
	{"extensions/enotify/limits", "setting: notices are allowed by recipient, not counted"},
	{"extensions/editheader/protected", "setting: the list of protected fields is fixed"},
	{"extensions/vacation/message: Subject - configured", "setting: there is no default subject to set"},
	{"extensions/vacation/message: Reply to (ignored", "setting: a reply goes to the envelope's sender only"},
	{"extensions/vacation/message: Send from recipient", "setting: a reply has the null sender"},
	{"extensions/vacation/reply: Reply for original", "setting: the original recipient is one of Input.Addresses, if at all"},
	{"extensions/vacation/reply: Reply for any", "setting: the owner must be named in To or Cc"},
	{"extensions/environment/basic: Name", "setting: the name is another product's"},
	{"extensions/imap4flags/execute", "setting: names below INBOX are compared by the store; a vendor's keyword"},
	{"extensions/imap4flags/flagstore", "setting: this interpreter's mailboxes keep no flags; a vendor's keyword"},
	{"extensions/envelope: Envelope - ", "caller: the SMTP server gives addresses that it has read, not paths"},
	{"extensions/mime/address", "caller: its reader of address lists keeps a comment inside an address"},
	{"extensions/body/text", "caller: its reader of MIME shows a part with an unknown encoding as it is"},
	{"failures/", "suite: a file made to crash the vendor's interpreter; it is not meant to pass"},
	{"compile/errors: Parser errors", "count: garbage is told once, not twice"},
	{"extensions/imap4flags/errors", "count: a test with an unknown tag and no block has two faults"},
	{"extensions/relational/errors: Syntax", "count: fewer faults follow from the first"},
	{"extensions/regex/errors: Runtime", "differs: a wrong expression in a variable breaks the run, and the mail is kept"},
	{"extensions/enotify/execute: Duplicate", "differs: notices to different recipients are not put together"},
	{"extensions/enotify/mailto: UTF-8", "missing: display names in a mailto URI are dropped"},
}

func reason(file, test string) string {
	id := strings.TrimSuffix(file, ".svtest") + ": " + test
	for _, r := range reasons {
		if strings.HasPrefix(id, r[0]) {
			return r[1]
		}
	}
	return ""
}

// TestSuite runs the public suite. What does not pass is listed in testdata/suite.golden, and why.
func TestSuite(t *testing.T) {
	top := filepath.Join(corpus.Path(t, "data/protocol/pigeonhole-svtest"), "tests")
	var files []string
	err := filepath.WalkDir(top, func(p string, d os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(p, ".svtest") {
			files = append(files, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	sort.Strings(files)
	var golden strings.Builder
	passed, total, kinds := 0, 0, map[string]int{}
	for _, f := range files {
		name, _ := filepath.Rel(top, f)
		order, verdict := play(t, f)
		good := len(order) - len(verdict)
		passed, total = passed+good, total+len(order)
		fmt.Fprintf(&golden, "%s: %d of %d\n", name, good, len(order))
		for _, n := range order {
			if why := verdict[n]; why != "" {
				r := reason(name, n)
				if r == "" {
					t.Errorf("%s: %q: %s", name, n, why)
				}
				kind, _, _ := strings.Cut(r, ":")
				kinds[kind]++
				fmt.Fprintf(&golden, "\t%q: %s\n", n, r)
			}
		}
	}
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		fmt.Fprintf(&golden, "not passed, %s: %d\n", k, kinds[k])
	}
	fmt.Fprintf(&golden, "all: %d of %d\n", passed, total)
	t.Logf("passed %d of %d", passed, total)
	const path = "testdata/suite.golden"
	if *update {
		if err := os.WriteFile(path, []byte(golden.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != golden.String() {
		t.Errorf("the suite's results have changed; compare with -update:\n%s", diff(string(want), golden.String()))
	}
}

func diff(a, b string) string {
	var out []string
	old := strings.Split(a, "\n")
	for _, l := range strings.Split(b, "\n") {
		if !slices.Contains(old, l) {
			out = append(out, "+ "+l)
		}
	}
	return strings.Join(out, "\n")
}

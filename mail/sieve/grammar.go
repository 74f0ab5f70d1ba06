package sieve

import (
	"slices"
	"strings"
)

// want is the kind of value that an argument has.
type want uint8

const (
	aNumber want = iota + 1
	aString
	aList // of strings; one string will do
)

func (w want) String() string { return [...]string{"", "a number", "a string", "a string list"}[w] }

// tests says how many tests a command or test has in it.
type tests uint8

const (
	none tests = iota
	one
	several
)

// tag is a tagged argument.
type tag struct {
	name  string
	value want   // 0 when nothing follows
	group string // of tags with one group only one may stand
	needs string // capability
}

type param struct {
	name     string
	want     want
	optional bool
}

// command is what the language knows of a command or test.
type command struct {
	name   string
	needs  string // capability
	test   bool
	tags   []tag
	params []param
	tests  tests
	block  bool
	check  func(*checker, *node)
	act    func(*run, *node) (flow, error)
	eval   func(*run, *node) (bool, error)
}

// sort is the word for it in messages.
func (c *command) sort() string {
	if c.test {
		return "test"
	}
	return "command"
}

// all capabilities that this package has. Those of comparators are in it too.
var all = []string{"fileinto", "reject", "ereject", "envelope", "encoded-character", "copy", "body", "environment",
	"variables", "vacation", "vacation-seconds", "relational", "imap4flags", "subaddress", "spamtest", "spamtestplus", "virustest",
	"date", "index", "editheader", "ihave", "mailbox", "include", "duplicate", "special-use", "regex", "enotify", "mime", "foreverypart", "extracttext",
	"comparator-i;octet", "comparator-i;ascii-casemap", "comparator-i;ascii-numeric", "comparator-i;unicode-casemap"}

// Capabilities is what a script may require, as ManageSieve lists it (RFC 5804 section 1.7); off is what this installation
// does not offer.
func Capabilities(off ...string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(off, s) })
}

func known(o Option) map[string]bool {
	m := map[string]bool{}
	for _, s := range Capabilities(o.Off...) {
		m[s] = true
	}
	for _, c := range o.more {
		m[c.needs] = true
	}
	return m
}

// Groups of tags that many tests share.
func matchTags() []tag {
	return []tag{{"is", 0, "match type", ""}, {"contains", 0, "match type", ""}, {"matches", 0, "match type", ""},
		{"regex", 0, "match type", "regex"}, {"count", aString, "match type", "relational"}, {"value", aString, "match type", "relational"},
		{"comparator", aString, "comparator", ""}}
}

func partTags() []tag {
	return []tag{{"all", 0, "address part", ""}, {"localpart", 0, "address part", ""}, {"domain", 0, "address part", ""},
		{"user", 0, "address part", "subaddress"}, {"detail", 0, "address part", "subaddress"}}
}

func indexTags(needs string) []tag {
	return []tag{{"index", aNumber, "", needs}, {"last", 0, "", needs}}
}

func mimeTags() []tag {
	return []tag{{"mime", 0, "", "mime"}, {"anychild", 0, "", "mime"}}
}

func mimeOption() []tag {
	return []tag{{"type", 0, "mime option", "mime"}, {"subtype", 0, "mime option", "mime"},
		{"contenttype", 0, "mime option", "mime"}, {"param", aList, "mime option", "mime"}}
}

func modifierTags() []tag {
	return []tag{{"lower", 0, "letter case", ""}, {"upper", 0, "letter case", ""}, {"lowerfirst", 0, "first letter", ""},
		{"upperfirst", 0, "first letter", ""}, {"quotewildcard", 0, "quoting", ""}, {"quoteregex", 0, "quoting", "regex"},
		{"encodeurl", 0, "encoding", "enotify"}, {"length", 0, "length", ""}}
}

func storeTags() []tag {
	return []tag{{"copy", 0, "", "copy"}, {"flags", aList, "", "imap4flags"}, {"create", 0, "", "mailbox"}, {"specialuse", aString, "", "special-use"}}
}

// grammar is every command and test, by name. It is made for each script: nothing is shared between roles or runs.
func grammar(o Option) map[string]*command {
	m := map[string]*command{}
	for _, list := range [][]command{controls(), headerTests(), messageTests(), actions(), variableCommands(), flagCommands(),
		noticeCommands(), partCommands(), o.more} {
		for _, c := range list {
			m[strings.ToLower(c.name)] = &c
		}
	}
	return m
}

// Shorthands for parameters.
func str(name string) param      { return param{name: name, want: aString} }
func strings1(name string) param { return param{name: name, want: aList} }
func maybe(p param) param        { p.optional = true; return p }

func controls() []command {
	return []command{
		{name: "require", params: []param{strings1("capabilities")}},
		{name: "if", tests: one, block: true},
		{name: "elsif", tests: one, block: true},
		{name: "else", block: true},
		{name: "stop", act: func(*run, *node) (flow, error) { return halt, nil }},
		{name: "return", needs: "include", act: func(*run, *node) (flow, error) { return back, nil }},
		{name: "include", needs: "include", params: []param{str("script's name")}, check: checkInclude, act: include,
			tags: []tag{{"personal", 0, "location", ""}, {"global", 0, "location", ""}, {"once", 0, "", ""}, {"optional", 0, "", ""}}},
		{name: "global", needs: "include", params: []param{strings1("variables")}, check: checkGlobal, act: global},
		{name: "error", needs: "ihave", params: []param{str("message")}, act: raise},
		{name: "ihave", needs: "ihave", test: true, params: []param{strings1("capabilities")}, check: checkIhave, eval: ihave},
		{name: "true", test: true, eval: func(*run, *node) (bool, error) { return true, nil }},
		{name: "false", test: true, eval: func(*run, *node) (bool, error) { return false, nil }},
		{name: "not", test: true, tests: one, eval: func(r *run, n *node) (bool, error) {
			ok, err := r.test(n.tests[0])
			return !ok, err
		}},
		{name: "anyof", test: true, tests: several, eval: func(r *run, n *node) (bool, error) { return r.tests(n.tests, true) }},
		{name: "allof", test: true, tests: several, eval: func(r *run, n *node) (bool, error) { return r.tests(n.tests, false) }},
	}
}

func headerTests() []command {
	names, keys := strings1("header names"), strings1("key list")
	return []command{
		{name: "header", test: true, params: []param{names, keys}, check: checkHeader, eval: header,
			tags: slices.Concat(matchTags(), indexTags("index"), mimeTags(), mimeOption())},
		{name: "address", test: true, params: []param{strings1("header list"), keys}, check: checkAddress, eval: addressTest,
			tags: slices.Concat(matchTags(), partTags(), indexTags("index"), mimeTags())},
		{name: "exists", test: true, params: []param{names}, check: checkExists, eval: exists, tags: mimeTags()},
		{name: "envelope", needs: "envelope", test: true, params: []param{strings1("envelope parts"), keys}, check: checkEnvelope,
			eval: envelope, tags: slices.Concat(matchTags(), partTags())},
		{name: "size", test: true, params: []param{{name: "limit", want: aNumber}}, eval: size,
			check: func(c *checker, n *node) {
				if len(n.tags) == 0 {
					c.fault(n.Line, "the size test needs ':over' or ':under' before its number")
				}
			}, tags: []tag{{"over", 0, "relation", ""}, {"under", 0, "relation", ""}}},
		{name: "date", needs: "date", test: true, params: []param{str("header name"), str("date part"), keys}, check: checkDate, eval: date,
			tags: slices.Concat(matchTags(), indexTags("index"), []tag{{"zone", aString, "zone", ""}, {"originalzone", 0, "zone", ""}})},
		{name: "currentdate", needs: "date", test: true, params: []param{str("date part"), keys}, check: checkDate, eval: currentDate,
			tags: append(matchTags(), tag{"zone", aString, "zone", ""})},
	}
}

func messageTests() []command {
	return []command{
		{name: "body", needs: "body", test: true, params: []param{strings1("key list")}, check: checkMatch, eval: body,
			tags: append(matchTags(), tag{"raw", 0, "transform", ""}, tag{"content", aList, "transform", ""}, tag{"text", 0, "transform", ""})},
		{name: "environment", needs: "environment", test: true, params: []param{str("item"), strings1("key list")}, check: checkMatch,
			eval: environment, tags: matchTags()},
		{name: "spamtest", needs: "spamtest", test: true, params: []param{str("value")}, check: checkMatch, eval: spamtest,
			tags: append(matchTags(), tag{"percent", 0, "", "spamtestplus"})},
		{name: "virustest", needs: "virustest", test: true, params: []param{str("value")}, check: checkMatch, eval: virustest, tags: matchTags()},
		{name: "mailboxexists", needs: "mailbox", test: true, params: []param{strings1("mailboxes")}, eval: mailboxExists},
		{name: "specialuse_exists", needs: "special-use", test: true, params: []param{maybe(str("mailbox")), strings1("special uses")},
			check: checkSpecialUse, eval: specialUseExists},
		{name: "duplicate", needs: "duplicate", test: true, eval: duplicate, check: checkDuplicate, tags: []tag{{"handle", aString, "", ""},
			{"header", aString, "identity", ""}, {"uniqueid", aString, "identity", ""}, {"seconds", aNumber, "", ""}, {"last", 0, "", ""}}},
	}
}

func actions() []command {
	return []command{
		{name: "keep", act: keep, tags: []tag{{"flags", aList, "", "imap4flags"}}},
		{name: "discard", act: discard},
		{name: "fileinto", needs: "fileinto", params: []param{str("mailbox")}, check: checkFileInto, act: fileInto, tags: storeTags()},
		{name: "redirect", params: []param{str("address")}, check: checkRedirect, act: redirect, tags: []tag{{"copy", 0, "", "copy"}}},
		{name: "reject", needs: "reject", params: []param{str("reason")}, act: reject},
		{name: "ereject", needs: "ereject", params: []param{str("reason")}, act: reject},
		{name: "vacation", needs: "vacation", params: []param{str("reason")}, check: checkVacation, act: vacation,
			tags: []tag{{"days", aNumber, "period", ""}, {"seconds", aNumber, "period", "vacation-seconds"}, {"subject", aString, "", ""},
				{"from", aString, "", ""}, {"addresses", aList, "", ""}, {"mime", 0, "", ""}, {"handle", aString, "", ""}}},
		{name: "addheader", needs: "editheader", params: []param{str("field name"), str("value")}, check: checkEdit, act: addHeader,
			tags: []tag{{"last", 0, "", ""}}},
		{name: "deleteheader", needs: "editheader", params: []param{str("field name"), maybe(strings1("value patterns"))}, check: checkEdit,
			act: deleteHeader, tags: slices.Concat(matchTags(), indexTags("editheader"))},
	}
}

func variableCommands() []command {
	return []command{
		{name: "set", needs: "variables", params: []param{str("variable"), str("value")}, check: checkSet, act: set, tags: modifierTags()},
		{name: "string", needs: "variables", test: true, params: []param{strings1("source"), strings1("key list")}, check: checkMatch, eval: stringTest,
			tags: matchTags()},
	}
}

func flagCommands() []command {
	p := []param{maybe(str("variable")), strings1("flags")}
	return []command{
		{name: "setflag", needs: "imap4flags", params: p, check: checkFlag, act: changeFlags},
		{name: "addflag", needs: "imap4flags", params: p, check: checkFlag, act: changeFlags},
		{name: "removeflag", needs: "imap4flags", params: p, check: checkFlag, act: changeFlags},
		{name: "hasflag", needs: "imap4flags", test: true, params: []param{maybe(strings1("variables")), strings1("flags")}, check: checkHasFlag,
			eval: hasFlag, tags: matchTags()},
	}
}

func noticeCommands() []command {
	return []command{
		{name: "notify", needs: "enotify", params: []param{str("method")}, check: checkNotify, act: notify, tags: []tag{{"from", aString, "", ""},
			{"importance", aString, "", ""}, {"options", aList, "", ""}, {"message", aString, "", ""}}},
		{name: "valid_notify_method", needs: "enotify", test: true, params: []param{strings1("methods")}, eval: validMethod},
		{name: "notify_method_capability", needs: "enotify", test: true, params: []param{str("method"), str("capability"), strings1("key list")},
			check: checkMatch, eval: methodCapability, tags: matchTags()},
	}
}

func partCommands() []command {
	return []command{
		{name: "foreverypart", needs: "foreverypart", block: true, check: checkLoop, act: forEveryPart, tags: []tag{{"name", aString, "", ""}}},
		{name: "break", needs: "foreverypart", check: checkBreak, act: breakLoop, tags: []tag{{"name", aString, "", ""}}},
		{name: "extracttext", needs: "extracttext", params: []param{str("variable")}, check: checkExtract, act: extractText,
			tags: append(modifierTags(), tag{"first", aNumber, "", ""})},
	}
}

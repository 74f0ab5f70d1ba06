package dmarc

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// rule is what RFC 9990 (section 3.1.1 and appendix A) says of one element: the children in their order, each with how often it may stand
// ("R" once, "O" at most once, "*", "+"), or what its text is.
type rule struct {
	children string // "name:often ..."
	anyOrder bool
	text     *regexp.Regexp
}

const numbers, hostName = `^[0-9]+$`, `^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$`

// schema has the rules by the path of an element.
func schema() map[string]rule {
	word := func(list string) rule { return rule{text: regexp.MustCompile("^(" + list + ")$")} }
	text := rule{text: regexp.MustCompile(`(?s)^.+$`)}
	host := rule{text: regexp.MustCompile(hostName)}
	action, aligned := "none|quarantine|reject", "pass|fail"
	address := `^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7})$`
	const record = "feedback/record/"
	return map[string]rule{
		"feedback":                                  {children: "version:O report_metadata:R policy_published:R extension:O record:+"},
		"feedback/version":                          word(`1\.0`),
		"feedback/report_metadata":                  {children: "org_name:R email:R extra_contact_info:O report_id:R date_range:R error:O generator:O", anyOrder: true},
		"feedback/report_metadata/org_name":         text,
		"feedback/report_metadata/email":            text,
		"feedback/report_metadata/report_id":        {text: regexp.MustCompile(`^[!#-'*+/-9=?A-Z^-~.-]+(@[!#-'*+/-9=?A-Z^-~.-]+)?$`)},
		"feedback/report_metadata/date_range":       {children: "begin:R end:R", anyOrder: true},
		"feedback/report_metadata/date_range/begin": {text: regexp.MustCompile(numbers)}, "feedback/report_metadata/date_range/end": {text: regexp.MustCompile(numbers)},
		"feedback/report_metadata/generator":         text,
		"feedback/policy_published":                  {children: "domain:R discovery_method:O p:R sp:O np:O fo:O adkim:O aspf:O testing:O", anyOrder: true},
		"feedback/policy_published/domain":           host,
		"feedback/policy_published/discovery_method": word("psl|treewalk"),
		"feedback/policy_published/p":                word(action), "feedback/policy_published/sp": word(action), "feedback/policy_published/np": word(action),
		"feedback/policy_published/adkim": word("r|s"), "feedback/policy_published/aspf": word("r|s"), "feedback/policy_published/testing": word("n|y"),
		"feedback/record":                           {children: "row:R identifiers:R auth_results:R"},
		record + "row":                              {children: "source_ip:R count:R policy_evaluated:R"},
		record + "row/source_ip":                    {text: regexp.MustCompile(address)},
		record + "row/count":                        {text: regexp.MustCompile(numbers)},
		record + "row/policy_evaluated":             {children: "disposition:R dkim:R spf:R reason:*"},
		record + "row/policy_evaluated/disposition": word(action + "|pass"), record + "row/policy_evaluated/dkim": word(aligned), record + "row/policy_evaluated/spf": word(aligned),
		record + "row/policy_evaluated/reason":      {children: "type:R comment:O", anyOrder: true},
		record + "row/policy_evaluated/reason/type": word("local_policy|mailing_list|other|policy_test_mode|trusted_forwarder"),
		record + "identifiers":                      {children: "header_from:R envelope_from:O envelope_to:O", anyOrder: true},
		record + "identifiers/header_from":          host, record + "identifiers/envelope_from": host,
		record + "auth_results":             {children: "dkim:* spf:O"},
		record + "auth_results/dkim":        {children: "domain:R selector:R result:R human_result:O", anyOrder: true},
		record + "auth_results/dkim/domain": host, record + "auth_results/dkim/selector": host,
		record + "auth_results/dkim/result": word("none|pass|fail|policy|neutral|temperror|permerror"),
		record + "auth_results/spf":         {children: "domain:R scope:O result:R human_result:O", anyOrder: true},
		record + "auth_results/spf/domain":  host, record + "auth_results/spf/scope": word("mfrom"),
		record + "auth_results/spf/result": word("none|pass|fail|softfail|policy|neutral|temperror|permerror"),
	}
}

// valid checks a report against the schema.
func valid(report []byte) error {
	d := xml.NewDecoder(bytes.NewReader(report))
	rules := schema()
	for {
		tok, err := d.Token()
		if err != nil {
			return err
		}
		if s, ok := tok.(xml.StartElement); ok {
			if s.Name.Local != "feedback" {
				return errors.New("the root is " + s.Name.Local)
			}
			return element(d, s, "feedback", rules)
		}
	}
}

func element(d *xml.Decoder, s xml.StartElement, path string, rules map[string]rule) error {
	r, known := rules[path]
	if !known || s.Name.Space != Namespace {
		return fmt.Errorf("%s in %q is not in the schema", path, s.Name.Space)
	}
	var text strings.Builder
	var names []string
	for {
		tok, err := d.Token()
		switch t := tok.(type) {
		case xml.StartElement:
			names = append(names, t.Name.Local)
			if err := element(d, t, path+"/"+t.Name.Local, rules); err != nil {
				return err
			}
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			if r.text != nil && (len(names) > 0 || !r.text.MatchString(text.String())) {
				return fmt.Errorf("%s is %q", path, text.String())
			}
			return r.fits(path, names)
		}
		if err != nil {
			return err
		}
	}
}

// fits checks how often children stand, and in which order.
func (r *rule) fits(path string, names []string) error {
	at := -1
	order := strings.Fields(r.children)
	count := map[string]int{}
	for _, n := range names {
		i := slices.IndexFunc(order, func(o string) bool { return strings.HasPrefix(o, n+":") })
		if i < 0 || !r.anyOrder && i < at {
			return fmt.Errorf("%s: %s is out of order in %v", path, n, names)
		}
		at = i
		count[n]++
	}
	for _, o := range order {
		n, often, _ := strings.Cut(o, ":")
		if c := count[n]; often == "R" && c != 1 || often == "O" && c > 1 || often == "+" && c < 1 {
			return fmt.Errorf("%s: %d of %s", path, c, n)
		}
	}
	return nil
}

// TestSchema: what is sent is valid; the check itself finds what is not.
func TestSchema(t *testing.T) {
	text, err := feedbackOf().Write()
	if err != nil {
		t.Fatal(err)
	}
	if err := valid(text); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
	for from, to := range map[string]string{"<version>1.0": "<version>2", "<p>reject</p>": "", "<sp>reject</sp>": "<sp>reject</sp><sp>none</sp>", "<selector>s1</selector>": "", "treewalk": "guess", "<row>": "<rows>",
		"<count>2</count>": "<count>two</count>", "192.0.2.1": "host", "<scope>mfrom": "<scope>helo", "trusted_forwarder": "sampled_out", "dmarc-2.0": "dmarc-1.0", "<dkim>pass</dkim>": "<dkim>none</dkim>"} {
		bad := strings.Replace(string(text), from, to, 1)
		if to == "<rows>" {
			bad = strings.Replace(bad, "</row>", "</rows>", 1)
		}
		if bad == string(text) || valid([]byte(bad)) == nil {
			t.Errorf("%s to %s is not found", from, to)
		}
	}
	if _, err := (&Feedback{}).Write(); err == nil {
		t.Error("a report without rows")
	}
}

// TestSignatureOrder: the signatures that say most come first, and not endlessly many.
func TestSignatureOrder(t *testing.T) {
	f := feedbackOf()
	f.Rows = f.Rows[:1]
	f.Rows[0].Signatures = []Verdict{{"x.example", "a", "fail"}, {"x.example", "b", "pass"}, {"a.mori.example", "c", "pass"}, {"mori.example", "d", "pass"}}
	text, err := f.Write()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range strings.Split(string(text), "<selector>")[1:] {
		got = append(got, s[:1])
	}
	if strings.Join(got, "") != "dcba" {
		t.Error(got)
	}
	f.Rows[0].Signatures = slices.Repeat(f.Rows[0].Signatures, 50)
	if text, err = f.Write(); err != nil || strings.Count(string(text), "<selector>") != 100 {
		t.Error(err, strings.Count(string(text), "<selector>"))
	}
	f.ID = "7.a-b@c"
	if name := f.Filename("mx.kawa.example"); !regexp.MustCompile(`^mx\.kawa\.example!mori\.example![0-9]+![0-9]+![A-Za-z0-9]+\.xml\.gz$`).MatchString(name) {
		t.Error(name)
	}
}

func FuzzSchema(f *testing.F) {
	f.Add("Kawa", "mori.example", "s1", []byte{192, 0, 2, 1}, uint64(3), int64(1_800_000_000))
	f.Add("<&>\x00\xff", "x", "y", bytes.Repeat([]byte{1}, 16), uint64(0), int64(0))
	f.Fuzz(func(t *testing.T, org, host, selector string, source []byte, count uint64, at int64) {
		ip, ok := netip.AddrFromSlice(source)
		named := regexp.MustCompile(hostName)
		if !ok || !named.MatchString(host) || !named.MatchString(selector) || strings.TrimSpace(org) == "" || at < 0 || at > 1<<40 {
			return // callers give names as zone.Host does
		}
		p := Published{Domain: host, Policy: "none", Sub: "none", Absent: "none", DKIM: "r", SPF: "r"}
		r := &Feedback{Reporter: org, Email: "a@b.example", ID: "1", Begin: time.Unix(at, 0), End: time.Unix(at+86399, 0), Published: p, Rows: []Counted{{Observation{Published: p, Source: ip, From: host, Envelope: host,
			Disposition: "none", DKIM: "fail", SPF: "fail", Signatures: []Verdict{{host, selector, "neutral"}}, Return: Verdict{Domain: host, Result: "permerror"}}, count}}}
		text, err := r.Write()
		if err != nil {
			t.Fatal(err)
		}
		if err := valid(text); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	})
}

package dmarc

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Published is the policy that mails were judged by, as its domain published it.
type Published struct {
	Domain string `json:"domain"` // whose record it is
	Policy string `json:"p"`
	Sub    string `json:"sp"`
	Absent string `json:"np"`
	DKIM   string `json:"adkim"` // "r", "s"
	SPF    string `json:"aspf"`
	Test   bool   `json:"t,omitempty"`
}

// Observation is what a receiver saw of one mail, as far as an aggregate report tells it: mails with equal ones are counted together. It
// names no person: of addresses it has the domains only.
type Observation struct {
	Published   Published  `json:"published"`
	Source      netip.Addr `json:"source"`
	From        string     `json:"from"`     // domain of the header From
	Envelope    string     `json:"envelope"` // domain of MAIL FROM; "" for bounces
	Disposition string     `json:"disposition"`
	Override    string     `json:"override,omitempty"` // why Disposition is not what was asked for: "trusted_forwarder", "local_policy", "policy_test_mode"
	DKIM        string     `json:"dkim"`               // "pass": aligned and valid; else "fail"
	SPF         string     `json:"spf"`
	Signatures  []Verdict  `json:"signatures,omitempty"`
	Return      Verdict    `json:"return"` // what SPF said
}

// Verdict is what SPF or one signature said of a domain.
type Verdict struct {
	Domain   string `json:"domain"`
	Selector string `json:"selector,omitempty"`
	Result   string `json:"result"`
}

// Feedback is an aggregate report that is being made (RFC 9990), about one domain with one policy.
type Feedback struct {
	Reporter, Email, ID string
	Begin, End          time.Time // End is its last second
	Published           Published
	Rows                []Counted
}

// Counted is how many mails were seen so.
type Counted struct {
	Observation
	Count uint64
}

// Namespace of reports (RFC 9990 appendix A).
const Namespace = "urn:ietf:params:xml:ns:dmarc-2.0"

type sentFeedback struct {
	XMLName  xml.Name     `xml:"feedback"`
	Space    string       `xml:"xmlns,attr"`
	Version  string       `xml:"version"`
	Metadata sentMetadata `xml:"report_metadata"`
	Policy   sentPolicy   `xml:"policy_published"`
	Records  []sentRecord `xml:"record"`
}

type sentMetadata struct {
	Org       string `xml:"org_name"`
	Email     string `xml:"email"`
	ID        string `xml:"report_id"`
	Begin     int64  `xml:"date_range>begin"`
	End       int64  `xml:"date_range>end"`
	Generator string `xml:"generator"`
}

type sentPolicy struct {
	Domain    string `xml:"domain"`
	P         string `xml:"p"`
	SP        string `xml:"sp"`
	NP        string `xml:"np"`
	ADKIM     string `xml:"adkim"`
	ASPF      string `xml:"aspf"`
	Testing   string `xml:"testing"`
	Discovery string `xml:"discovery_method"`
}

type sentRecord struct {
	Source      string          `xml:"row>source_ip"`
	Count       uint64          `xml:"row>count"`
	Disposition string          `xml:"row>policy_evaluated>disposition"`
	DKIM        string          `xml:"row>policy_evaluated>dkim"`
	SPF         string          `xml:"row>policy_evaluated>spf"`
	Reason      []sentReason    `xml:"row>policy_evaluated>reason"`
	Envelope    string          `xml:"identifiers>envelope_from,omitempty"`
	From        string          `xml:"identifiers>header_from"`
	Signatures  []sentSignature `xml:"auth_results>dkim"`
	Return      []sentReturn    `xml:"auth_results>spf"`
}

type sentReason struct {
	Type string `xml:"type"`
}

type sentSignature struct {
	Domain   string `xml:"domain"`
	Selector string `xml:"selector"`
	Result   string `xml:"result"`
}

type sentReturn struct {
	Domain string `xml:"domain"`
	Scope  string `xml:"scope"`
	Result string `xml:"result"`
}

// mostSignatures is how many signatures a row tells of (RFC 9990 section 3.1.3).
const mostSignatures = 100

// priority orders signatures as the report should: those that pass for the author's domain, for its organisation, for others, and those that
// do not pass.
func (r *Counted) priority() []Verdict {
	list := slices.Clone(r.Signatures)
	rank := func(v Verdict) int {
		switch {
		case v.Result != "pass":
			return 3
		case v.Domain == r.From:
			return 0
		case strings.HasSuffix(r.From, "."+v.Domain) || strings.HasSuffix(v.Domain, "."+r.From) || within(v.Domain, r.Published.Domain) && within(r.From, r.Published.Domain):
			return 1
		}
		return 2
	}
	slices.SortStableFunc(list, func(a, b Verdict) int { return cmp.Compare(rank(a), rank(b)) })
	return list[:min(len(list), mostSignatures)]
}

// Write gives the report as XML; the same rows give the same bytes, in whatever order they are. A report without rows is none.
func (f *Feedback) Write() ([]byte, error) {
	if len(f.Rows) == 0 {
		return nil, errors.New("dmarc: a report needs a row")
	}
	p := f.Published
	out := sentFeedback{Space: Namespace, Version: "1.0",
		Metadata: sentMetadata{f.Reporter, f.Email, f.ID, f.Begin.Unix(), f.End.Unix(), "Sekisho"},
		Policy:   sentPolicy{p.Domain, p.Policy, p.Sub, p.Absent, p.DKIM, p.SPF, "n", "treewalk"}}
	if p.Test {
		out.Policy.Testing = "y"
	}
	rows := slices.Clone(f.Rows)
	slices.SortFunc(rows, func(a, b Counted) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), a.Source.Compare(b.Source), strings.Compare(fmt.Sprint(a.Observation), fmt.Sprint(b.Observation)))
	})
	for _, r := range rows {
		x := sentRecord{Source: r.Source.Unmap().WithZone("").String(), Count: r.Count, Disposition: r.Disposition, DKIM: r.DKIM, SPF: r.SPF, Envelope: r.Envelope, From: r.From}
		if r.Override != "" {
			x.Reason = []sentReason{{r.Override}}
		}
		for _, s := range r.priority() {
			x.Signatures = append(x.Signatures, sentSignature(s))
		}
		if r.Return.Domain != "" {
			x.Return = []sentReturn{{r.Return.Domain, "mfrom", r.Return.Result}}
		}
		out.Records = append(out.Records, x)
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	e := xml.NewEncoder(&b)
	e.Indent("", "  ")
	if err := e.Encode(out); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// Filename is the name of the packed report (RFC 9990 section 3.5.2): of the identifier it has letters and digits only.
func (f *Feedback) Filename(receiver string) string {
	id := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z' {
			return r
		}
		return -1
	}, f.ID)
	return receiver + "!" + f.Published.Domain + "!" + strconv.FormatInt(f.Begin.Unix(), 10) + "!" + strconv.FormatInt(f.End.Unix(), 10) + "!" + id + ".xml.gz"
}

// Subject is that of the mail that carries the report.
func (f *Feedback) Subject(receiver string) string {
	return "Report Domain: " + f.Published.Domain + " Submitter: " + receiver + " Report-ID: " + f.ID
}

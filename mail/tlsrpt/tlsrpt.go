// Package tlsrpt reads and writes reports about TLS between mail servers (RFC 8460).
//
// A domain says in DNS, at _smtp._tls.<domain>, where it wants to be told how often others reached its servers with TLS and how often
// not. Those who send mail count their sessions by day and by the policy that they found: MTA-STS, DANE, or none. Reports come as JSON
// from strangers: what is read is bounded, and nothing is decided by it.
package tlsrpt

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Results of sessions that failed (RFC 8460 section 4.3), those that are written here.
const (
	NoSTARTTLS   = "starttls-not-supported"
	HostMismatch = "certificate-host-mismatch"
	Expired      = "certificate-expired"
	NotTrusted   = "certificate-not-trusted"
	Invalid      = "validation-failure"
	TLSAInvalid  = "tlsa-invalid"
)

// The types of policy (RFC 8460 section 4.2).
const (
	TLSA = "tlsa"
	STS  = "sts"
	None = "no-policy-found"
)

// Report is what one sender of mail says about one stretch of time.
type Report struct {
	Reporter, Contact, ID string
	Begin, End            time.Time
	Policies              []Policy
}

// Policy counts the sessions under one policy of one domain.
type Policy struct {
	Type, Domain     string
	Text             []string // lines of the policy, or TLSA records
	MX               []string
	Success, Failure uint64
	Failures         []Failure
}

// Failure counts sessions that failed in one way.
type Failure struct {
	Result, Host, Address string // Host and Address of the receiving server
	Count                 uint64
	Reason                string
}

// ErrReport means that what should be a report is none.
var ErrReport = errors.New("tlsrpt: not a report about TLS")

// Bounds of a report.
const (
	MostReport   = 8 << 20
	mostPolicies = 500
	mostFailures = 1000
	mostText     = 253
	mostLines    = 50
	mostCount    = 1 << 40
)

type file struct {
	Organization string `json:"organization-name"`
	Range        struct {
		Start moment `json:"start-datetime"`
		End   moment `json:"end-datetime"`
	} `json:"date-range"`
	Contact  string       `json:"contact-info"`
	ID       string       `json:"report-id"`
	Policies []filePolicy `json:"policies"`
}

type filePolicy struct {
	Policy struct {
		Type   string `json:"policy-type"`
		String lines  `json:"policy-string,omitempty"`
		Domain string `json:"policy-domain"`
		MX     lines  `json:"mx-host,omitempty"`
	} `json:"policy"`
	Summary struct {
		Success uint64 `json:"total-successful-session-count"`
		Failure uint64 `json:"total-failure-session-count"`
	} `json:"summary"`
	Failures []fileFailure `json:"failure-details,omitempty"`
}

type fileFailure struct {
	Result  string `json:"result-type"`
	Address string `json:"receiving-ip,omitempty"`
	Host    string `json:"receiving-mx-hostname,omitempty"`
	Count   uint64 `json:"failed-session-count"`
	Reason  string `json:"failure-reason-code,omitempty"`
}

// lines is a list that some reporters write as one text.
type lines []string

// moment is a time that some reporters write without its zone, which is UTC then.
type moment struct{ time.Time }

// UnmarshalJSON reads a time.
func (m *moment) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t, err = time.Parse("2006-01-02T15:04:05", s)
	}
	m.Time = t
	return err
}

// UnmarshalJSON reads a list or a text.
func (l *lines) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*l = lines{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(l))
}

// Parse reads a report, unpacked.
func Parse(text []byte) (Report, error) {
	bad := func(format string, args ...any) (Report, error) {
		return Report{}, fmt.Errorf("%w: %s", ErrReport, fmt.Sprintf(format, args...))
	}
	if len(text) > MostReport {
		return bad("%d bytes", len(text))
	}
	var f file
	if err := json.Unmarshal(text, &f); err != nil {
		return bad("%.200s", err)
	}
	out := Report{Reporter: cut(f.Organization), Contact: cut(f.Contact), ID: cut(f.ID), Begin: f.Range.Start.UTC(), End: f.Range.End.UTC()}
	switch {
	case out.Reporter == "" || out.ID == "":
		return bad("organization-name or report-id is missing")
	case out.Begin.Unix() <= 0 || out.End.Before(out.Begin) || out.End.Unix() > 1<<36:
		return bad("no range of time")
	case len(f.Policies) == 0 || len(f.Policies) > mostPolicies:
		return bad("%d policies", len(f.Policies))
	}
	for n, p := range f.Policies {
		x := Policy{Type: cut(strings.ToLower(p.Policy.Type)), Domain: domain(p.Policy.Domain), Text: some(p.Policy.String), MX: some(p.Policy.MX), Success: p.Summary.Success, Failure: p.Summary.Failure}
		if !slices.Contains([]string{TLSA, STS, None}, x.Type) || x.Domain == "" || x.Success > mostCount || x.Failure > mostCount || len(p.Failures) > mostFailures {
			return bad("policy %d", n+1)
		}
		for _, d := range p.Failures {
			if d.Count > mostCount {
				return bad("policy %d: a count of %d", n+1, d.Count)
			}
			x.Failures = append(x.Failures, Failure{Result: cut(d.Result), Host: cut(d.Host), Address: cut(d.Address), Count: d.Count, Reason: cut(d.Reason)})
		}
		out.Policies = append(out.Policies, x)
	}
	return out, nil
}

// Write gives the report as JSON.
func (r *Report) Write() ([]byte, error) {
	var f file
	f.Organization, f.Contact, f.ID, f.Range.Start, f.Range.End = r.Reporter, r.Contact, r.ID, moment{r.Begin.UTC()}, moment{r.End.UTC()}
	for _, p := range r.Policies {
		var x filePolicy
		x.Policy.Type, x.Policy.Domain, x.Policy.String, x.Policy.MX = p.Type, p.Domain, p.Text, p.MX
		x.Summary.Success, x.Summary.Failure = p.Success, p.Failure
		for _, d := range p.Failures {
			x.Failures = append(x.Failures, fileFailure{d.Result, d.Address, d.Host, d.Count, d.Reason})
		}
		f.Policies = append(f.Policies, x)
	}
	b, err := json.MarshalIndent(f, "", "  ")
	return append(b, '\n'), err
}

// Name is where a domain says that it wants reports.
func Name(domain string) string { return "_smtp._tls." + domain }

// Destinations are the addresses of a domain's record, one of the texts at Name (RFC 8460 section 3). Web tells how many others there are:
// reports are not sent over HTTPS. Several records count as none.
func Destinations(txt []string) (list []string, web int) {
	var found []string
	for _, t := range txt {
		if v, _, _ := strings.Cut(t, ";"); strings.TrimSpace(v) == "v=TLSRPTv1" {
			found = append(found, t)
		}
	}
	if len(found) != 1 {
		return nil, 0
	}
	for part := range strings.SplitSeq(found[0], ";") {
		key, value, ok := strings.Cut(part, "=")
		if !ok || strings.TrimSpace(key) != "rua" {
			continue
		}
		for s := range strings.SplitSeq(value, ",") {
			u, err := url.Parse(strings.TrimSpace(s))
			switch {
			case err != nil:
			case strings.EqualFold(u.Scheme, "mailto") && mailable(u.Opaque) && len(list) < 10:
				list = append(list, u.Opaque)
			case strings.EqualFold(u.Scheme, "https"):
				web++
			}
		}
	}
	return list, web
}

// mailable says whether an address can be put into an envelope and a header as it is.
func mailable(address string) bool {
	at := strings.LastIndexByte(address, '@')
	return at > 0 && len(address) <= 254 && strings.Contains(address[at:], ".") && !strings.ContainsFunc(address, func(c rune) bool {
		return c <= ' ' || c >= 0x7f || strings.ContainsRune(`<>()[]\,;:"%?`, c)
	})
}

func cut(s string) string {
	s = strings.TrimSpace(strings.ToValidUTF8(s, ""))
	if len(s) > mostText {
		s = strings.ToValidUTF8(s[:mostText], "")
	}
	return s
}

func some(list []string) (out []string) {
	for _, s := range list[:min(len(list), mostLines)] {
		out = append(out, cut(s))
	}
	return out
}

func domain(s string) string {
	s = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(s)), ".")
	if len(s) > mostText || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || r == 0xFFFD }) {
		return ""
	}
	return s
}

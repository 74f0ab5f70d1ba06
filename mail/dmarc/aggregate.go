package dmarc

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Aggregate is an aggregate report (RFC 9990): what one receiver of mail saw of one domain in a stretch of time. Everything in it is a
// stranger's word.
type Aggregate struct {
	Reporter string // who reports
	ID       string // his number of the report
	Begin    time.Time
	End      time.Time
	Domain   string // that the report is about
	Policy   string // "none", "quarantine", "reject", as he found it
	Rows     []AggregateRow
	Cut      bool // there were more rows, or longer texts, than are kept
}

// AggregateRow counts mails of one source with one result.
type AggregateRow struct {
	Source      netip.Addr
	Count       uint64
	From        string // domain of the header From
	Disposition string // what became of them: "none", "pass", "quarantine", "reject"
	DKIM, SPF   string // "pass" when it passed and was aligned
}

// ErrReport means that what should be an aggregate report is none.
var ErrReport = errors.New("dmarc: not an aggregate report")

// Bounds of a report.
const (
	MostReport = 32 << 20 // bytes of XML
	mostRows   = 20_000
	mostText   = 253
)

// feedback is the file's own form. Files of all versions are read: the elements that count are in each.
type feedback struct {
	XMLName  xml.Name `xml:"feedback"`
	Metadata struct {
		Org   string `xml:"org_name"`
		Email string `xml:"email"`
		ID    string `xml:"report_id"`
		Range struct {
			Begin string `xml:"begin"`
			End   string `xml:"end"`
		} `xml:"date_range"`
	} `xml:"report_metadata"`
	Policy struct {
		Domain string `xml:"domain"`
		P      string `xml:"p"`
	} `xml:"policy_published"`
	Records []record `xml:"record"`
}

type record struct {
	Row struct {
		Source    string `xml:"source_ip"`
		Count     string `xml:"count"`
		Evaluated struct {
			Disposition string `xml:"disposition"`
			DKIM        string `xml:"dkim"`
			SPF         string `xml:"spf"`
		} `xml:"policy_evaluated"`
	} `xml:"row"`
	Identifiers struct {
		From string `xml:"header_from"`
	} `xml:"identifiers"`
}

// ParseAggregate reads a report, unpacked. Rows of the same source and result are added up; a row that cannot be read makes the report void.
func ParseAggregate(text []byte) (Aggregate, error) {
	bad := func(format string, args ...any) (Aggregate, error) {
		return Aggregate{}, fmt.Errorf("%w: %s", ErrReport, fmt.Sprintf(format, args...))
	}
	if len(text) > MostReport {
		return bad("%d bytes", len(text))
	}
	var f feedback
	d := xml.NewDecoder(bytes.NewReader(bytes.ToValidUTF8(text, []byte("\uFFFD"))))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // names and numbers are ASCII in all of them
	if err := d.Decode(&f); err != nil {
		return bad("%.200s", err)
	}
	out := Aggregate{Reporter: f.Metadata.Org, ID: strings.TrimSpace(f.Metadata.ID), Domain: domain(f.Policy.Domain), Policy: word(f.Policy.P)}
	if out.Reporter = strings.TrimSpace(out.Reporter); out.Reporter == "" {
		out.Reporter = strings.TrimSpace(f.Metadata.Email)
	}
	var err1, err2 error
	out.Begin, err1 = unix(f.Metadata.Range.Begin)
	out.End, err2 = unix(f.Metadata.Range.End)
	switch {
	case err1 != nil || err2 != nil || out.End.Before(out.Begin):
		return bad("no range of time")
	case out.Domain == "" || out.ID == "" || out.Reporter == "":
		return bad("domain, report_id or org_name is missing")
	}
	for _, s := range []*string{&out.Reporter, &out.ID} {
		if len(*s) > mostText {
			*s, out.Cut = strings.ToValidUTF8((*s)[:mostText], ""), true
		}
	}
	if err := out.add(f.Records); err != nil {
		return bad("%s", err)
	}
	return out, nil
}

// add puts the rows together.
func (a *Aggregate) add(list []record) error {
	at := map[AggregateRow]uint64{}
	for n, r := range list {
		source, err := netip.ParseAddr(strings.TrimSpace(r.Row.Source))
		if err != nil {
			return fmt.Errorf("record %d: no address %.60q", n+1, r.Row.Source)
		}
		count, err := strconv.ParseUint(strings.TrimSpace(r.Row.Count), 10, 40)
		if err != nil {
			return fmt.Errorf("record %d: no count %.40q", n+1, r.Row.Count)
		}
		e := r.Row.Evaluated
		k := AggregateRow{Source: source.Unmap().WithZone(""), From: domain(r.Identifiers.From), Disposition: word(e.Disposition), DKIM: word(e.DKIM), SPF: word(e.SPF)}
		if k.From == "" {
			k.From = a.Domain
		}
		if _, known := at[k]; !known && len(at) >= mostRows {
			a.Cut = true
			continue
		}
		at[k] += count
	}
	for k, n := range at {
		k.Count = n
		a.Rows = append(a.Rows, k)
	}
	slices.SortFunc(a.Rows, func(x, y AggregateRow) int {
		if x.Count != y.Count {
			return -1 + 2*int(min(1, max(x.Count, y.Count)-x.Count))
		}
		return x.Source.Compare(y.Source)
	})
	return nil
}

// Passed says whether the mails of a row passed DMARC.
func (r AggregateRow) Passed() bool { return r.DKIM == "pass" || r.SPF == "pass" }

// word is one of the standard's words, whatever its case; others become "".
func word(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if slices.Contains([]string{"none", "pass", "fail", "quarantine", "reject"}, s) {
		return s
	}
	return ""
}

func domain(s string) string {
	s = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(s)), ".")
	if len(s) > mostText || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || r == 0xFFFD }) {
		return ""
	}
	return s
}

func unix(s string) (time.Time, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 40)
	if err != nil || n < 0 {
		return time.Time{}, ErrReport
	}
	return time.Unix(n, 0).UTC(), nil
}

package post

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"strings"
	"time"

	"sekisho"
	"sekisho/mail/dmarc"
	"sekisho/mail/tlsrpt"
	"sekisho/mail/zone"
	"sekisho/wire"
)

// Other domains are told what their mail (RFC 9990) and their servers (RFC 8460) looked like from here, when they ask for it. A report is due
// until its mails are durable; a crash between the two repeats it with the same number, by which receivers know it.

// Reporter is in whose name reports leave.
type Reporter struct {
	From string // address of a domain of some contract, under which they are sent and signed; "": no reports
	Name string // of the organisation
}

// reportLater is how long a report waits whose destinations cannot be looked up.
const reportLater = 10 * time.Minute

// tellDomains writes reports until ctx is done.
func (p *Post) tellDomains(ctx context.Context) {
	later := map[wire.ReportKey]time.Time{}
	for ctx.Err() == nil {
		due, err := wire.StoreReportsDue.Ask(ctx, p.peers.Store, wire.ReportsDueQuery{Wait: waitTime})
		if err != nil {
			if ctx.Err() == nil {
				p.config.Log.Warn("reports that are due not read", "error", err)
				pause(ctx, againTime)
			}
			continue
		}
		tried := 0
		for _, k := range due.List {
			now := p.config.Clock()
			if now.Before(later[k]) || ctx.Err() != nil {
				continue
			}
			tried++
			if err := p.tellDomain(ctx, k, now); err != nil && ctx.Err() == nil {
				later[k] = now.Add(reportLater)
				p.config.Log.Warn("a report to another domain waits", "kind", k.Kind, "domain", k.Domain, "error", err)
			} else {
				delete(later, k)
			}
		}
		if len(due.List) > 0 && tried == 0 {
			pause(ctx, waitTime) // all that is due waits
		}
	}
}

// letter is one report, ready to be packed.
type letter struct {
	key                   wire.ReportKey
	id, name, subject     string
	kind, wrapping, extra string // media type of the attachment and of the whole, and header fields
	text                  []byte
}

// tellDomain makes the mails about one domain and day durable.
func (p *Post) tellDomain(ctx context.Context, k wire.ReportKey, now time.Time) error {
	rows, err := wire.StoreObserved.Ask(ctx, p.peers.Store, k)
	if err != nil {
		return err
	}
	to, err := p.destinations(ctx, k)
	if err != nil {
		return err
	}
	if len(to) > 0 && len(rows.List) > 0 {
		letters, err := p.letters(k, rows.List)
		if err != nil {
			return err
		}
		for _, l := range letters {
			if err := p.post(ctx, l, to, now); err != nil {
				return err
			}
		}
	}
	_, err = wire.StoreReportSent.Ask(ctx, p.peers.Store, wire.ReportSent{ReportKey: k, List: rows.List})
	return err
}

// Lookup makes p a zone.Resolver.
func (p *Post) Lookup(ctx context.Context, kind, name string) (zone.Records, error) {
	got, err := wire.DialLookup.Ask(ctx, p.peers.Dial, wire.Lookup{Type: kind, Name: name})
	if err != nil {
		if sekisho.KindOf(err) == sekisho.Invalid {
			return zone.Records{}, err
		}
		return zone.Records{}, fmt.Errorf("%w: %w", zone.ErrTemporary, err)
	}
	out := zone.Records{Void: got.Void, TXT: got.TXT, IP: got.IP, Names: got.Names, Secure: got.Secure}
	for _, m := range got.MX {
		out.MX = append(out.MX, zone.MX(m))
	}
	return out, nil
}

// destinations are the addresses that want a report now.
func (p *Post) destinations(ctx context.Context, k wire.ReportKey) ([]string, error) {
	if k.Kind == wire.ReportTLS {
		x, err := zone.Ask(ctx, p, "TXT", tlsrpt.Name(k.Domain))
		list, web := tlsrpt.Destinations(x.TXT)
		if web > 0 && len(list) == 0 {
			p.config.Log.Info("a domain wants reports about TLS over HTTPS only, which are not sent", "domain", k.Domain)
		}
		return list, err
	}
	list, refused, err := dmarc.Destinations(ctx, p, k.Domain)
	if len(refused) > 0 {
		p.config.Log.Info("addresses get no report: they do not say that they want it", "domain", k.Domain, "addresses", refused)
	}
	return list, err
}

// reportID is the same for the same counts.
func reportID(k wire.ReportKey, text []byte) string {
	h := sha256.Sum256(fmt.Appendf(text, "%s %s %d", k.Kind, k.Domain, k.Day.Unix()))
	return k.Day.UTC().Format("20060102") + "." + hex.EncodeToString(h[:10])
}

// letters words the report: one, or for DMARC one for each policy that was found in the day.
func (p *Post) letters(k wire.ReportKey, rows []wire.Observed) ([]letter, error) {
	end := k.Day.Add(24*time.Hour - time.Second)
	if k.Kind == wire.ReportTLS {
		return p.lettersTLS(k, rows, end)
	}
	by := map[dmarc.Published]*dmarc.Feedback{}
	for _, r := range rows {
		var o dmarc.Observation
		if err := json.Unmarshal(r.Detail, &o); err != nil {
			continue // of a form that is not known: another version counted it
		}
		f := by[o.Published]
		if f == nil {
			f = &dmarc.Feedback{Reporter: p.config.Report.Name, Email: p.config.Report.From, Begin: k.Day, End: end, Published: o.Published}
			by[o.Published] = f
		}
		f.Rows = append(f.Rows, dmarc.Counted{Observation: o, Count: r.Count})
	}
	var out []letter
	for _, f := range by {
		text, err := f.Write()
		if err != nil {
			return nil, err
		}
		f.ID = reportID(k, text)
		if text, err = f.Write(); err != nil {
			return nil, err
		}
		out = append(out, letter{key: k, id: f.ID, name: f.Filename(p.config.Name), subject: f.Subject(p.config.Name), kind: "application/gzip", wrapping: "multipart/mixed", text: text})
	}
	return out, nil
}

func (p *Post) lettersTLS(k wire.ReportKey, rows []wire.Observed, end time.Time) ([]letter, error) {
	var list []tlsrpt.Counted
	for _, r := range rows {
		var o tlsrpt.Observation
		if json.Unmarshal(r.Detail, &o) == nil {
			list = append(list, tlsrpt.Counted{Observation: o, Count: r.Count})
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	f := tlsrpt.Report{Reporter: p.config.Report.Name, Contact: p.config.Report.From, Begin: k.Day, End: end, Policies: tlsrpt.Add(k.Domain, list)}
	text, err := f.Write()
	if err != nil {
		return nil, err
	}
	f.ID = reportID(k, text)
	if text, err = f.Write(); err != nil {
		return nil, err
	}
	return []letter{{key: k, id: f.ID, name: fmt.Sprintf("%s!%s!%d!%d!%s.json.gz", p.config.Name, k.Domain, k.Day.Unix(), end.Unix(), f.ID),
		subject: "Report Domain: " + k.Domain + " Submitter: " + p.config.Name + " Report-ID: <" + f.ID + "@" + p.config.Name + ">", kind: "application/tlsrpt+gzip",
		wrapping: "multipart/report; report-type=\"tlsrpt\"", extra: "TLS-Report-Domain: " + k.Domain + "\r\nTLS-Report-Submitter: " + p.config.Name + "\r\n", text: text}}, nil
}

// post makes the mails of a letter durable, one for each address.
func (p *Post) post(ctx context.Context, l letter, to []string, now time.Time) error {
	who, err := wire.StoreResolve.Ask(ctx, p.peers.Store, wire.Resolve{Address: p.config.Report.From})
	if err != nil {
		return err
	}
	if who.Contract == 0 {
		return fmt.Errorf("report.from: %s is of no domain here", p.config.Report.From)
	}
	c, err := p.known.contract(ctx, who.Contract, now)
	if err != nil {
		return err
	}
	var accept wire.Accept
	for _, a := range to {
		id, err := p.ids.Take(ctx)
		if err != nil {
			return err
		}
		raw, err := l.mail(p.config, a, now)
		if err != nil {
			return err
		}
		about := wire.QueueItem{Contract: c.ID, Trace: sekisho.TraceID(id), Envelope: sekisho.Envelope{From: a}}
		m, err := p.arrival(ctx, id, about, c, raw, now)
		if err != nil {
			return err
		}
		accept.Messages = append(accept.Messages, m)
	}
	_, err = wire.StoreAccept.Ask(ctx, p.peers.Store, accept)
	return err
}

// mail writes the mail for an envelope with the null sender. A report that comes twice has the same Message-ID.
func (l letter) mail(c Config, to string, now time.Time) ([]byte, error) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err1 := z.Write(l.text)
	if err := errors.Join(err1, z.Close()); err != nil {
		return nil, err
	}
	boundary := "report-" + l.id
	file := mime.FormatMediaType(l.kind, map[string]string{"name": l.name})
	placed := mime.FormatMediaType("attachment", map[string]string{"filename": l.name})
	var b bytes.Buffer
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	line("From: <%s>\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s.%s@%s>", c.Report.From, to, fold(l.subject), now.Format(time.RFC1123Z), l.key.Kind, l.id, c.Name)
	b.WriteString(l.extra)
	line("MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\nContent-Type: %s;\r\n boundary=%q\r\n", l.wrapping, boundary)
	line("--%s\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThis is a report about mail, made by %s for %s, of %s.\r\n", boundary, c.Name, l.key.Domain, l.key.Day.UTC().Format(time.DateOnly))
	line("--%s\r\nContent-Type: %s\r\nContent-Disposition: %s\r\nContent-Transfer-Encoding: base64\r\n", boundary, fold(file), fold(placed))
	for text := base64.StdEncoding.EncodeToString(packed.Bytes()); text != ""; {
		n := min(len(text), 76)
		line("%s", text[:n])
		text = text[n:]
	}
	line("\r\n--%s--", boundary)
	return b.Bytes(), nil
}

// fold breaks a field at its spaces, as lines are bounded (RFC 5322 section 2.1.1).
func fold(s string) string { return strings.ReplaceAll(s, " ", "\r\n ") }

// Package scan is the inspection: it opens one mail with everything in it and says what it found.
//
// A finding is a fact with a weight. The inspection knows no contract and decides nothing; it proposes a verdict by the
// sum of the weights, which a contract without rules of its own follows. It asks nobody: what must be known about the
// sender, the contract and the history stands in Context, what other engines found stands there too. It never fails and
// never panics on a mail; what it could not look into is a finding (and Unscannable), never silence.
//
// The readers of the formats are packages below this one; the MIME reading is mail/message, the only one in the product.
package scan

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"sekisho"
	"sekisho/learn"
	"sekisho/mail/message"
	"sekisho/scan/archive"
	"sekisho/scan/backscatter"
	"sekisho/scan/exact"
	"sekisho/scan/password"
	"sekisho/scan/phish"
	"sekisho/scan/spam"
	"sekisho/scan/url"
	"sekisho/scan/virus"
)

// Person is somebody whose name is worth stealing.
type Person struct{ Name, Address string }

// Auth is what sender authentication said, in the lower-case words of RFC 8601: "pass", "fail", "softfail", "none",
// "temperror" ...; "" when it was not checked.
type Auth struct {
	SPF, DKIM, DMARC, ARC string
	Aligned               bool   // something passed for the domain of From
	Domain                string // of From, as authentication took it
}

// Context is what the inspection is told about a mail. The zero value is a mail of which nothing is known.
type Context struct {
	Direction sekisho.Direction
	Envelope  sekisho.Envelope
	Auth      Auth
	People    []Person          // names and addresses of the contract
	Domains   []string          // the contract's own domains
	Partners  []string          // domains of those whom it knows, which are not to be imitated either
	Known     bool              // these two have corresponded before
	Extra     []sekisho.Finding // what others found
	Leak      []byte            // what the contract itself looks for (package policy, section leak); nil for nothing
	Exact     []Exact           // sets of fingerprints of the contract's own data
	Layers    []*learn.Layer    // what was learned about spam here: of the installation, the contract, the account; nil ones count nothing
	Signers   []backscatter.Key // keys under which its mail leaves, for notifications about it; empty: not asked
	Now       time.Time         // zero: the time plays no part
}

// Exact is one set of fingerprints, ready for use, and what a hit is called.
type Exact struct {
	Name string
	Set  *exact.Set
}

// Report is what an inspection found.
type Report struct {
	Findings    []sekisho.Finding
	Score       float64         // the sum of the findings' scores
	Verdict     sekisho.Verdict // what the thresholds propose
	Summary     sekisho.Summary
	Text        string        // subject, texts and those of attached PDF documents for searching: folded (search.Fold), at most 1 MiB
	Tokens      []byte        // the tokens of Text, as package search encodes them; nil for none
	Opinion     learn.Opinion // of the spam model about inbound mail, for what is learned
	Ambiguous   bool          // the MIME form has several readings: write it anew (message.Rewrite, Canonical) before passing it on
	Links       []string      // host, as DNS is asked, and path of links, for whoever has lists of bad ones
	Unscannable bool          // something could not be looked into: the proposal is quarantine at least
}

// Config says how to inspect. The zero value is the product's default.
type Config struct {
	Mail       message.Limit
	Archive    archive.Limit
	Hashes     io.Reader // list of malware (package virus); nil for none; read by New
	Model      []byte    // spam model; nil for the one that is built in
	Tag        float64   // score from which the proposal is tag: 5
	Quarantine float64   // from which it is quarantine: 10
	Reject     float64   // from which it is reject; 0: malware only
}

// Scanner inspects mails. It is safe for use by several goroutines, and keeps nothing of a mail.
type Scanner struct {
	config Config
	engine *virus.Engine
	brands *url.Lookalike
	model  *spam.Model

	mu   sync.Mutex                // guards own
	own  map[string]*url.Lookalike // by the domains of a contract
	sets map[[32]byte]*terms       // by the sum of a contract's section leak
}

// New makes a Scanner. The error is Invalid for a list or a model that cannot be read.
func New(c Config) (*Scanner, error) {
	s := &Scanner{config: c, engine: &virus.Engine{}, brands: url.NewLookalike(nil, true), own: make(map[string]*url.Lookalike), sets: make(map[[32]byte]*terms)}
	set := func(v *float64, d float64) {
		if *v == 0 {
			*v = d
		}
	}
	set(&s.config.Tag, 5)
	set(&s.config.Quarantine, 10)
	model := c.Model
	if model == nil {
		model = spam.Shipped()
	}
	m, err := spam.Load(model)
	if err != nil {
		return nil, err
	}
	s.model = m
	if c.Hashes != nil {
		e, err := virus.Load(c.Hashes)
		if err != nil {
			return nil, err
		}
		s.engine = e
	}
	return s, nil
}

// Scan inspects one mail. When ctx ends, it says so as a finding and gives what it has; it keeps nothing of raw.
func (s *Scanner) Scan(ctx context.Context, raw []byte, c Context) (rep Report) {
	j := s.job(ctx, c)
	defer func() { rep = j.finish(recover()) }()
	j.mail = message.Read(raw, s.config.Mail)
	j.rep.Ambiguous = j.mail.Ambiguous
	j.rep.Summary = summary(j.mail)
	j.take(j.mail.Findings, "")
	j.text(j.mail.Fields.Subject)
	j.part(j.mail, &j.mail.Root, number(&j.mail.Root, ""), "")
	return j.rep
}

// File inspects something that is not a mail as an attachment of that name.
func (s *Scanner) File(ctx context.Context, name string, data []byte) (rep Report) {
	return s.Attachment(ctx, "", name, data)
}

// Attachment inspects one attachment of a mail with that text, in which passwords may stand.
func (s *Scanner) Attachment(ctx context.Context, text, name string, data []byte) (rep Report) {
	j := s.job(ctx, Context{})
	defer func() { rep = j.finish(recover()) }()
	j.mail = &message.Message{}
	j.budget.Passwords = password.Candidates(text, mostPasswords)
	j.file(name, data, name, 0)
	return j.rep
}

// job is one inspection.
type job struct {
	s        *Scanner
	ctx      context.Context
	c        Context
	mail     *message.Message
	budget   *archive.Budget
	rep      Report
	seen     map[string]bool
	words    []string        // texts as people read them, the subject first
	papers   []string        // texts of attached documents: to be found, not judged as the mail
	size     int             // bytes of words
	nested   int             // mails in attachments
	paper    string          // the member of a document whose text is read with the whole
	leaky    int             // bytes of attachments that were searched for personal data
	carried  int             // files in links
	locks    int             // passwords that were tried with documents
	quick    bool            // only texts are wanted
	hosts    map[string]bool // hosts that were judged
	ways     []phish.Link    // links of the texts that are shown as the mail itself
	facts    pageFacts       // of its HTML
	genuine  bool            // a known company's own mail, by sender and links
	coherent bool            // sender and links are of one domain, and nothing is strange
	clean    string          // the text as people read it
	sites    []string        // registered domains of links
	paths    []string        // paths of links
	tags     []string        // elements of HTML
	own      *url.Lookalike  // the contract's domains
	pictures int             // pictures in which codes were looked for
}

// maxText is how much text is kept for searching and judging.
const maxText = 1 << 20

// mostPasswords is how many words of a mail are tried as passwords of what is attached to it.
const mostPasswords = 50

// maxFindings is how many findings one mail can have.
const maxFindings = 200

func (s *Scanner) job(ctx context.Context, c Context) *job {
	return &job{s: s, ctx: ctx, c: c, budget: archive.NewBudget(s.config.Archive)}
}

// find states a finding, each once.
func (j *job) find(kind sekisho.Kind, name, where string, score float64, evidence string) {
	key := string(kind) + " " + name + " " + where
	if j.seen[key] || len(j.rep.Findings) >= maxFindings && score < 10 {
		return
	}
	if j.seen == nil {
		j.seen = make(map[string]bool)
	}
	j.seen[key] = true
	j.rep.Findings = append(j.rep.Findings, sekisho.Finding{Kind: kind, Name: name, Where: message.Printable(where), Score: score,
		Evidence: message.Printable(evidence)})
}

// take states the findings of a reading of a mail that stands at where.
func (j *job) take(list []sekisho.Finding, where string) {
	for _, f := range list {
		if where != "" {
			f.Where = where + "/" + f.Where
		}
		j.find(f.Kind, f.Name, f.Where, f.Score, f.Evidence)
		if f.Kind == sekisho.KindBomb {
			j.rep.Unscannable = true
		}
	}
}

// text keeps what a person reads.
func (j *job) text(t string) {
	if left := maxText - j.size; t != "" && left > 0 {
		t = t[:min(len(t), left)]
		j.words = append(j.words, t)
		j.size += len(t) + 1
	}
}

// finish sums up. fault is what a panic said; a mail that makes the inspection fail is not harmless.
func (j *job) finish(fault any) Report {
	if fault != nil {
		j.rep.Unscannable = true
		j.find(sekisho.KindAmbiguous, "fault", "", 10, fmt.Sprint("the inspection failed: ", fault))
	}
	if j.ctx.Err() != nil {
		j.rep.Unscannable = true
		j.find(sekisho.KindBomb, "time", "", 10, "no time left")
	}
	for _, f := range j.c.Extra {
		j.find(f.Kind, f.Name, f.Where, f.Score, f.Evidence)
	}
	j.close()
	return j.rep
}

// close does what needs the whole mail. A fault here costs the rest of it, not the mail.
func (j *job) close() {
	defer j.judge()
	defer func() {
		if p := recover(); p != nil {
			j.rep.Unscannable = true
			j.find(sekisho.KindAmbiguous, "fault", "", 10, fmt.Sprint("the inspection failed: ", p))
		}
	}()
	j.searchable()
	j.leaks(strings.Join(j.words, "\n"), j.rep.Text, "1", "")
	j.headers()
	j.announced()
	j.sender()
	if j.c.Direction == sekisho.Inbound && j.c.Envelope.From == "" && len(j.c.Signers) > 0 && backscatter.Unknown(j.mail, j.c.Signers, j.c.Now) {
		j.find(sekisho.KindAuth, "bounce-unknown", "", 0, "a notification about no mail that was signed here") // some servers return nothing
	}
	j.phish()
	j.spam()
	j.index()
}

// judge adds the scores up and proposes a verdict. A finding that is made at several places counts once, at its most.
func (j *job) judge() {
	r, c := &j.rep, &j.s.config
	virus, leak := false, false
	for i := range r.Findings {
		f := &r.Findings[i]
		leak = leak || grave(f)
		virus = virus || f.Kind == sekisho.KindVirus
		if most(r.Findings, i) {
			r.Score += f.Score
		}
	}
	switch {
	case virus || c.Reject > 0 && r.Score >= c.Reject:
		r.Verdict = sekisho.VerdictReject
	case r.Score >= c.Quarantine || r.Unscannable:
		r.Verdict = sekisho.VerdictQuarantine
	case leak && j.c.Direction == sekisho.Outbound:
		r.Verdict = sekisho.VerdictHold
	case r.Score >= c.Tag:
		r.Verdict = sekisho.VerdictTag
	default:
		r.Verdict = sekisho.VerdictPass
	}
}

// most says whether the finding at i is the first of the highest score of its name.
func most(list []sekisho.Finding, i int) bool {
	for k := range list {
		if k == i || list[k].Kind != list[i].Kind || list[k].Name != list[i].Name {
			continue
		}
		if list[k].Score > list[i].Score || list[k].Score == list[i].Score && k < i {
			return false
		}
	}
	return true
}

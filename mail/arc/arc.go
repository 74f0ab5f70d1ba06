// Package arc validates what forwarders say about a mail: the Authenticated Received Chain (RFC 8617).
//
// A mailing list that adds a footer breaks the author's DKIM signature, and SPF never fits a forwarder. ARC lets a forwarder
// note what it saw when the mail came: it adds a set of three fields with the next number i=. ARC-Authentication-Results
// holds the results, ARC-Message-Signature signs the mail as it leaves, ARC-Seal signs all sets so far and says with cv=
// whether the chain was whole when it came. A chain is worth what its sealers are worth: anybody can seal anything.
// Whether a sealer is trusted is policy's business.
package arc

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"time"

	"sekisho/mail/dkim"
	"sekisho/mail/zone"
)

// The results (RFC 8617 section 4.4), and TempError for a chain whose keys could not be had now.
const (
	None      = "none"
	Pass      = "pass"
	Fail      = "fail"
	TempError = "temperror"
)

// mostSets is the length of the longest chain (RFC 8617 section 4.2.1).
const mostSets = 50

// Result is the answer.
type Result struct {
	Value   string
	Sets    int      // how many sets the mail has
	Sealers []string // d= of each ARC-Seal, first forwarder first; only of a chain that passes
	Results string   // the first forwarder's ARC-Authentication-Results, without i=; only of a chain that passes
	Said    []string // every forwarder's, as Results, in the order of Sealers
	Reason  string   // why the chain fails
}

// Verify validates the chain of a mail (RFC 8617 section 5.2). It does not fail.
func Verify(ctx context.Context, m *dkim.Mail, r zone.Resolver, now time.Time) Result {
	sets, err := collect(m)
	if err != nil {
		return Result{Value: Fail, Reason: err.Error()}
	}
	if len(sets) == 0 {
		return Result{Value: None}
	}
	out := Result{Value: Fail, Sets: len(sets)}
	v := &verifier{mail: m, sets: sets}
	if err := v.chain(now); err != nil {
		out.Reason = err.Error()
		return out
	}
	if p := v.keys(ctx, r); p != nil {
		if p.Result == dkim.TempError {
			out.Value = TempError
		}
		out.Reason = p.Reason
		return out
	}
	if err := v.signatures(); err != nil {
		out.Reason = err.Error()
		return out
	}
	out.Value, out.Results = Pass, sets[0].results
	for _, s := range sets {
		out.Sealers, out.Said = append(out.Sealers, s.domain), append(out.Said, s.results)
	}
	return out
}

// verifier is the work on one chain.
type verifier struct {
	mail       *dkim.Mail
	sets       []*set
	message    dkim.Seal // of the newest ARC-Message-Signature
	sealKeys   []*dkim.Key
	messageKey *dkim.Key
}

// chain checks everything that needs no key.
func (v *verifier) chain(now time.Time) error {
	if v.mail.Broken {
		return errors.New("the header section does not end with an empty line")
	}
	for i, s := range v.sets {
		if err := s.read(v.mail, i+1); err != nil {
			return err
		}
	}
	newest := v.sets[len(v.sets)-1]
	if !newest.message.Has("c") {
		newest.message["c"] = "relaxed/relaxed" // what sealers without c= did, who knew no other form
	}
	var err error
	if v.message, err = dkim.ReadSeal(newest.message); err != nil {
		return errors.New("ARC-Message-Signature: " + err.Error())
	}
	if v.message.Signs("ARC-Seal") {
		return errors.New("ARC-Message-Signature signs a seal")
	}
	if v.message.Unsigned(v.mail) > 0 {
		return errors.New("the end of the body is not signed")
	}
	if x, given, _ := newest.message.Time("x"); given && now.After(x) {
		return errors.New("ARC-Message-Signature has expired")
	}
	return nil
}

// keys asks for all keys side by side.
func (v *verifier) keys(ctx context.Context, r zone.Resolver) *dkim.Problem {
	n := len(v.sets)
	v.sealKeys = make([]*dkim.Key, n)
	problems := make([]*dkim.Problem, n+1)
	var asking sync.WaitGroup
	for i, s := range v.sets {
		asking.Go(func() { v.sealKeys[i], problems[i] = dkim.FetchKey(ctx, r, s.seal.Text("s"), s.domain) })
	}
	asking.Go(func() {
		newest := v.sets[n-1]
		d, ok := zone.Host(newest.message.Text("d"))
		if !ok {
			problems[n] = &dkim.Problem{Result: dkim.PermError, Reason: "no domain in d="}
			return
		}
		v.messageKey, problems[n] = dkim.FetchKey(ctx, r, newest.message.Text("s"), d)
	})
	asking.Wait()
	var worst *dkim.Problem
	for _, p := range problems {
		if p != nil && (worst == nil || p.Result == dkim.PermError) {
			worst = p
		}
	}
	return worst
}

// signatures checks the newest message signature, then every seal, newest first.
func (v *verifier) signatures() error {
	newest := v.sets[len(v.sets)-1]
	if why := v.messageKey.Refuses(v.message.Algorithm); why != "" {
		return errors.New("ARC-Message-Signature: " + why)
	}
	if err := v.message.Verify(v.mail, newest.messageAt, v.messageKey); err != nil {
		return errors.New("ARC-Message-Signature: " + err.Error())
	}
	fields := relaxed(v.mail, v.sets)
	for i := len(v.sets) - 1; i >= 0; i-- {
		if err := v.seal(i, fields); err != nil {
			return err
		}
	}
	return nil
}

// relaxed is each set as the seals of later ones sign it.
func relaxed(m *dkim.Mail, sets []*set) [][]byte {
	fields := make([][]byte, len(sets))
	for i, s := range sets {
		for _, at := range []int{s.resultsAt, s.messageAt, s.sealAt} {
			fields[i] = append(dkim.Relaxed(fields[i], m.Fields[at].Raw), "\r\n"...)
		}
	}
	return fields
}

// seal checks the seal of one set: it signs all sets before and its own, in order, itself with an empty b= at the end
// (RFC 8617 section 5.1.1).
func (v *verifier) seal(n int, fields [][]byte) error {
	s, k := v.sets[n], v.sealKeys[n]
	if why := k.Refuses(s.seal.Text("a")); why != "" {
		return errors.New("ARC-Seal: " + why)
	}
	f := v.mail.Fields
	sum := sealSum(fields[:n], f[s.resultsAt].Raw, f[s.messageAt].Raw, f[s.sealAt].Raw)
	signature, err := s.seal.Bytes("b")
	if err != nil || !k.Verify(sum, signature) {
		return errors.New("a seal does not verify")
	}
	return nil
}

// sealSum is the hash that a seal signs; before are the earlier sets in relaxed form.
func sealSum(before [][]byte, results, message, seal []byte) []byte {
	h := sha256.New()
	for _, f := range before {
		h.Write(f)
	}
	own := append(dkim.Relaxed(nil, results), "\r\n"...)
	own = append(dkim.Relaxed(own, message), "\r\n"...)
	h.Write(dkim.Relaxed(own, dkim.WithoutSignature(seal)))
	return h.Sum(nil)
}

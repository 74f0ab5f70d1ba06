package scan

import (
	"context"
	"sort"

	"sekisho"
	"sekisho/learn"
	"sekisho/mail/message"
	"sekisho/scan/spam"
	"sekisho/search"
)

// spam asks the classifier. A file that is not a mail has no words of its own.
func (j *job) spam() {
	if len(j.mail.Header) == 0 {
		return
	}
	p, why, opinion := j.s.model.Judge(j.features(), j.grams(), j.c.Layers...)
	if j.c.Direction == sekisho.Inbound {
		j.rep.Opinion = opinion
	}
	if root := &j.mail.Root; p > 0 && root.Type == "multipart" && root.Subtype == "report" {
		p /= 2 // a bounce quotes what somebody else wrote
	}
	if p > 0 && j.genuine {
		p *= 0.4 // companies write about passwords and payments too
	}
	if p > 0 && j.coherent && len(j.ways) > 0 {
		p *= 0.6 // shops and clubs nobody knows write so too
	}
	if p > 0 && j.c.Direction == sekisho.Inbound && j.ours() {
		p /= 3 // a colleague who signed in: known, and can be stopped
	}
	if p >= 0.05 || p <= -0.05 {
		j.find(sekisho.KindSpam, "words", "", p, why)
	}
}

// grams are the runs of bytes that a layer of those asked learns by; none when none does.
func (j *job) grams() []uint32 {
	for _, l := range j.c.Layers {
		if l.Wide() {
			return learn.Grams(j.mail.Raw())
		}
	}
	return nil
}

// ours says whether one of the contract's own accounts sends the mail, signed in, under the contract's domain.
func (j *job) ours() bool {
	f := j.mail.Fields.From
	return j.c.Envelope.Account != 0 && len(f) > 0 && j.inside(f[0].Host)
}

// features is what the classifier sees.
func (j *job) features() *spam.Mail {
	root := &j.mail.Root
	return &spam.Mail{Fields: &j.mail.Fields, Header: j.mail.Get, Names: j.names, Received: j.received, Text: j.clean, Subject: j.subject(), Sites: j.sites, Paths: j.paths, Tags: j.tags,
		Marks: j.marks(), Type: root.Type + "/" + root.Subtype}
}

// subject is how many bytes of the text are the subject.
func (j *job) subject() int {
	if j.mail.Fields.Subject == "" {
		return 0
	}
	return min(len(search.Fold(j.mail.Fields.Subject)), len(j.rep.Text))
}

// names gives the names of the header's fields.
func (j *job) names(each func(string)) {
	for i := range j.mail.Header[:min(len(j.mail.Header), 200)] {
		each(j.mail.Header[i].Key)
	}
}

// received gives the values of the first fields that tell the mail's way.
func (j *job) received(each func(string)) {
	n := 0
	for i := range j.mail.Header {
		if f := &j.mail.Header[i]; f.Key == "received" && n < 10 {
			each(message.Unfold(f.Value))
			n++
		}
	}
}

// marks are the findings, as words for the classifier.
func (j *job) marks() []string {
	var out []string
	for i := range j.rep.Findings {
		f := &j.rep.Findings[i]
		switch f.Kind {
		case sekisho.KindURL, sekisho.KindActive, sekisho.KindAmbiguous, sekisho.KindPhish:
			out = append(out, f.Name)
		}
	}
	if j.genuine {
		out = append(out, "genuine")
	}
	sort.Strings(out)
	return out
}

// Features are what the classifier learns from a mail, as Scan sees it in the same context.
func (s *Scanner) Features(ctx context.Context, raw []byte, c Context) []uint32 {
	return spam.Features(s.seen(ctx, raw, c))
}

// Wording are the features of what a mail says, without those of header and form.
func (s *Scanner) Wording(ctx context.Context, raw []byte, c Context) []uint32 {
	return spam.Wording(s.seen(ctx, raw, c))
}

// seen is a mail as the classifier sees it.
func (s *Scanner) seen(ctx context.Context, raw []byte, c Context) *spam.Mail {
	j := s.job(ctx, c)
	j.mail = message.Read(raw, s.config.Mail)
	j.rep.Summary = summary(j.mail)
	j.take(j.mail.Findings, "")
	j.text(j.mail.Fields.Subject)
	j.part(j.mail, &j.mail.Root, number(&j.mail.Root, ""), "")
	j.searchable()
	j.sender()
	j.phish()
	return j.features()
}

// Opinion is what layers that are kept elsewhere learn from a mail, as Scan sees it in the same context. It has no features for a mail
// that makes the inspection fail: nothing is learned from that.
func (s *Scanner) Opinion(ctx context.Context, raw []byte, c Context) (o learn.Opinion) {
	defer func() {
		if recover() != nil {
			o = learn.Opinion{}
		}
	}()
	return s.model.Opinion(s.Features(ctx, raw, c))
}

// Learn teaches a layer that a mail is spam, or that it is wanted. c is what Scan was told about the mail; its Layers are the
// wider ones, without the layer that learns. What is learned counts from the next Scan on that is given the layer. False when it has
// learned this mail before.
func (s *Scanner) Learn(ctx context.Context, layer *learn.Layer, raw []byte, c Context, unwanted bool) bool {
	f := s.Features(ctx, raw, c)
	base := s.model.LogitOf(f, c.Layers...)
	if layer.Wide() {
		f = append(f, learn.Grams(raw)...)
	}
	return layer.Learn(f, base, unwanted)
}

// Vote is Learn for the layer of a contract: it learns when several accounts have said the same of mails that are alike. True
// when it has.
func (s *Scanner) Vote(ctx context.Context, layer *learn.Layer, account sekisho.AccountID, raw []byte, c Context, unwanted bool) bool {
	f := s.Features(ctx, raw, c)
	return layer.Vote(uint64(account), f, s.model.LogitOf(f, c.Layers...), unwanted)
}

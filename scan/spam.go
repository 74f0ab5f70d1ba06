package scan

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"sekisho"
	"sekisho/mail/message"
	"sekisho/scan/spam"
	"sekisho/search"
)

// spam asks the classifier. A file that is not a mail has no words of its own.
func (j *job) spam() {
	if len(j.mail.Header) == 0 {
		return
	}
	p := j.s.model.Score(j.features())
	if root := &j.mail.Root; p > 0 && root.Type == "multipart" && root.Subtype == "report" {
		p /= 2 // a bounce quotes what somebody else wrote
	}
	if p > 0 && j.genuine {
		p *= 0.4 // companies write about passwords and payments too
	}
	if p >= 0.5 || p <= -0.5 {
		j.find(sekisho.KindSpam, "words", "", p, fmt.Sprintf("the words and the form of the mail: %.1f", p))
	}
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

// Features are what the classifier learns from a mail.
func (s *Scanner) Features(ctx context.Context, raw []byte) []uint32 {
	j := s.job(ctx, Context{})
	j.mail = message.Read(raw, s.config.Mail)
	j.take(j.mail.Findings, "")
	j.text(strings.TrimSpace(j.mail.Fields.Subject))
	j.part(j.mail, &j.mail.Root, number(&j.mail.Root, ""), "")
	j.searchable()
	j.sender()
	j.phish()
	return spam.Features(j.features())
}

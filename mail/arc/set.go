package arc

import (
	"errors"
	"strconv"
	"strings"

	"sekisho/mail/dkim"
	"sekisho/mail/zone"
)

// set is what one forwarder added.
type set struct {
	resultsAt, messageAt, sealAt int // places in the mail; -1 is missing
	seal, message                dkim.Tags
	domain                       string // of the seal
	results                      string // ARC-Authentication-Results behind i=
}

// collect sorts the fields of ARC into sets, by i=. All sets from 1 on must be there, each whole.
func collect(m *dkim.Mail) ([]*set, error) {
	byInstance := map[int]*set{}
	for at, f := range m.Fields {
		var place func(*set) *int
		switch {
		case f.Is("ARC-Seal"):
			place = func(s *set) *int { return &s.sealAt }
		case f.Is("ARC-Message-Signature"):
			place = func(s *set) *int { return &s.messageAt }
		case f.Is("ARC-Authentication-Results"):
			place = func(s *set) *int { return &s.resultsAt }
		default:
			continue
		}
		i, err := instance(dkim.Body(f.Raw), f.Is("ARC-Authentication-Results"))
		if err != nil {
			return nil, errors.New(f.Name + ": " + err.Error())
		}
		if byInstance[i] == nil {
			byInstance[i] = &set{-1, -1, -1, nil, nil, "", ""}
		}
		p := place(byInstance[i])
		if *p >= 0 {
			return nil, errors.New(f.Name + " stands twice in a set")
		}
		*p = at
	}
	var sets []*set
	for i := 1; i <= len(byInstance); i++ {
		s := byInstance[i]
		if s == nil || s.sealAt < 0 || s.messageAt < 0 || s.resultsAt < 0 {
			return nil, errors.New("set " + strconv.Itoa(i) + " is not whole")
		}
		sets = append(sets, s)
	}
	return sets, nil
}

// instance reads i=, which must come first in ARC-Authentication-Results.
func instance(body string, first bool) (int, error) {
	var text string
	if first {
		tag, _, ok := strings.Cut(body, ";")
		key, value, found := strings.Cut(tag, "=")
		if !ok || !found || strings.Trim(key, " \t\r\n") != "i" {
			return 0, errors.New("it does not begin with i=")
		}
		text = strings.Trim(value, " \t\r\n")
	} else {
		t, err := tags(body)
		if err != nil {
			return 0, err
		}
		text = t.Text("i")
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n < 1 || n > mostSets {
		return 0, errors.New("wrong i=")
	}
	return int(n), nil
}

// tags reads a tag list more strictly than DKIM does: two semicolons in a row are an error (RFC 6376 section 3.2), because
// a chain that two validators see differently is worth nothing.
func tags(body string) (dkim.Tags, error) {
	parts := strings.Split(body, ";")
	for _, p := range parts[:len(parts)-1] {
		if strings.Trim(p, " \t\r\n") == "" {
			return nil, errors.New("an empty tag")
		}
	}
	return dkim.ParseTags(body)
}

// read parses a set and checks what stands in its seal (RFC 8617 sections 4.1.3 and 5.2).
func (s *set) read(m *dkim.Mail, number int) (err error) {
	if s.seal, err = tags(dkim.Body(m.Fields[s.sealAt].Raw)); err != nil {
		return errors.New("ARC-Seal: " + err.Error())
	}
	if s.message, err = tags(dkim.Body(m.Fields[s.messageAt].Raw)); err != nil {
		return errors.New("ARC-Message-Signature: " + err.Error())
	}
	_, s.results, _ = strings.Cut(dkim.Body(m.Fields[s.resultsAt].Raw), ";")
	for _, key := range []string{"a", "b", "d", "s"} {
		if s.seal.Text(key) == "" {
			return errors.New("ARC-Seal: " + key + "= is missing")
		}
	}
	want := "pass"
	if number == 1 {
		want = "none"
	}
	a := s.seal.Text("a")
	switch {
	case !strings.EqualFold(s.seal.Text("cv"), want):
		return errors.New("ARC-Seal " + strconv.Itoa(number) + " does not say cv=" + want)
	case s.seal.Has("h"):
		return errors.New("ARC-Seal has h=")
	case a != "rsa-sha256" && a != "ed25519-sha256":
		return errors.New("ARC-Seal: the algorithm is not accepted")
	}
	for _, t := range []dkim.Tags{s.seal, s.message} {
		if _, _, err := t.Time("t"); err != nil {
			return errors.New("wrong t=")
		}
	}
	var ok bool
	if s.domain, ok = zone.Host(s.seal.Text("d")); !ok {
		return errors.New("ARC-Seal: no domain in d=")
	}
	return nil
}

package dkim

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"
)

// Tags is a tag list (RFC 6376 section 3.2): names as written, values without the blanks around them.
type Tags map[string]string

// mostTags is how many tags a list may have.
const mostTags = 100

// ParseTags reads a list. It is wrong to name a tag twice, or to have a word without "=".
func ParseTags(s string) (Tags, error) {
	t := Tags{}
	for part := range strings.SplitSeq(s, ";") {
		key, value, ok := strings.Cut(part, "=")
		key, value = strings.Trim(key, blanks), strings.Trim(value, blanks)
		switch _, again := t[key]; {
		case !ok && key == "": // behind the last semicolon, or two of them
			continue
		case !ok || !tagName(key):
			return nil, errors.New("a tag is malformed")
		case again:
			return nil, errors.New("a tag stands twice")
		case len(t) == mostTags:
			return nil, errors.New("too many tags")
		}
		t[key] = value
	}
	return t, nil
}

const blanks = " \t\r\n"

func tagName(s string) bool {
	for i, c := range []byte(s) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '_') {
			return false
		}
	}
	return s != ""
}

// Has says whether a tag is there, perhaps empty.
func (t Tags) Has(key string) bool { _, ok := t[key]; return ok }

// Text is a value without any blanks: where folding may put them they mean nothing.
func (t Tags) Text(key string) string {
	s := t[key]
	if !strings.ContainsAny(s, blanks) {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		if strings.IndexByte(blanks, s[i]) < 0 {
			b = append(b, s[i])
		}
	}
	return string(b)
}

// List is a value between colons.
func (t Tags) List(key string) []string {
	if t.Text(key) == "" {
		return nil
	}
	return strings.Split(t.Text(key), ":")
}

// Bytes is a value in base64.
func (t Tags) Bytes(key string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(t.Text(key))
	if err == nil && len(b) == 0 {
		err = errors.New("empty")
	}
	return b, err
}

// Time is a value in seconds since 1970; false when it is not given.
func (t Tags) Time(key string) (time.Time, bool, error) {
	if !t.Has(key) {
		return time.Time{}, false, nil
	}
	s := t.Text(key)
	n, err := strconv.ParseUint(s, 10, 40) // up to the year 36812
	if len(s) > 12 && strings.Trim(s, "0123456789") == "" {
		n, err = 1<<40, nil // "a very long time" (RFC 6376 section 3.5)
	}
	return time.Unix(int64(n), 0), true, err
}

// Body is a field's text behind its name: without the colon, with its line breaks.
func Body(raw []byte) string {
	_, v, _ := strings.Cut(string(raw), ":")
	return v
}

// Package weblink writes the addresses that links of delivered mail become, so that a click is looked at when it is made.
//
//	https://shop.example/order?n=5  ->  https://desk.mori.example/u/#AQAAAAAAAAAB…
//
// Behind the "#" stands a token: head, mark, target. Browsers do not send what is behind the "#", so that neither logs nor programs that
// fetch links see it; the page sends it in a body. The head has the contract, the expiry, and a random number of the mail; nothing names the
// reader. The mark is keyed twice:
//
//	key of the contract --HMAC over the head--> key of the mail --HMAC over the target--> mark
//
// Who is given the key of one mail can make links with that mail's head and no others: the process that opens hostile content
// gets no more than it could have written into that mail anyway.
package weblink

import (
	"bytes"
	"compress/flate"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"sekisho"
)

// Path is where desk shows what a link is about; the token stands behind it.
const Path = "/u/#"

// Life is how long a link opens by one click when the rule gives no time.
const Life = 30 * 24 * time.Hour

const (
	version   = 1
	headLen   = 1 + 8 + 4 + 8 // version, contract, hours since 1970 of the expiry, number of the mail
	markLen   = 16
	mostURL   = 8 << 10  // longest target; longer links stay as they are
	mostToken = 12 << 10 // longest token
	plain     = 0        // the target follows as it is
	squeezed  = 1        // the target follows compressed
)

var (
	// ErrNone means that the token is none of this package.
	ErrNone = errors.New("weblink: not a token")
	// ErrForged means that it was not made here, or was changed.
	ErrForged = errors.New("weblink: the token was not made here, or was changed")
)

// dictionary is what targets often have.
var dictionary = []byte("&utm_source=newsletter&utm_medium=email&utm_campaign=.html.php?id=/index/unsubscribe/.org/.net/.jp/.ne.jp/.or.jp/.co.jp/.com/http://https://www.")

// Writer writes the links of one mail.
type Writer struct {
	Origin string   // of desk: "https://desk.mori.example"
	Head   []byte   // of every token
	Key    []byte   // of this mail
	Skip   []string // hosts whose links stay as they are, with what is below them
}

// For makes the writer of one mail from the contract's key.
func For(key []byte, contract sekisho.ContractID, expires time.Time) Writer {
	head := make([]byte, headLen)
	head[0] = version
	binary.BigEndian.PutUint64(head[1:], uint64(contract))
	binary.BigEndian.PutUint32(head[9:], uint32(max(expires.Unix(), 0)/3600+1))
	rand.Read(head[13:])
	return Writer{Head: head, Key: mac(key, []byte("sekisho links of a mail"), head)}
}

// Text is the writer as it is handed on; Parse reads it.
func (w Writer) Text() string {
	b, err := json.Marshal(w)
	if err != nil {
		return "" // strings and bytes only
	}
	return string(b)
}

// Parse reads what Text wrote. ErrNone when it is something else.
func Parse(text string) (Writer, error) {
	var w Writer
	if err := json.Unmarshal([]byte(text), &w); err != nil || len(w.Head) != headLen || w.Head[0] != version || len(w.Key) != sha256.Size || w.Origin == "" {
		return Writer{}, ErrNone
	}
	return w, nil
}

// Link gives the address that stands for target; false when it is too long.
func (w Writer) Link(target string) (string, bool) {
	if len(target) > mostURL {
		return "", false
	}
	body := pack(target)
	token := append(bytes.Clone(w.Head), mac(w.Key, body)[:markLen]...)
	return w.Origin + Path + base64.RawURLEncoding.EncodeToString(append(token, body...)), true
}

// Keeps says whether links to host stay as they are.
func (w Writer) Keeps(host string) bool {
	_, own, _ := strings.Cut(w.Origin, "://")
	own, _, _ = strings.Cut(own, ":")
	return strings.EqualFold(host, own) || In(w.Skip, host)
}

// In says whether host, or a domain above it, is in a list.
func In(list []string, host string) bool {
	host = strings.ToLower(host)
	for _, x := range list {
		if host == x || strings.HasSuffix(host, "."+x) {
			return true
		}
	}
	return false
}

// Claims are what a token says.
type Claims struct {
	Contract sekisho.ContractID
	Expires  time.Time
}

// Read gives what a token says, and the target, whoever made it. ErrNone when it is no token.
func Read(token []byte) (c Claims, target string, err error) {
	if c, err = claims(token); err != nil {
		return c, "", err
	}
	target, err = unpack(token[headLen+markLen:])
	return c, target, err
}

// Target gives the target of an address of a desk; false when it is none. It is not verified.
func Target(origin, address string) (string, bool) {
	text, ok := strings.CutPrefix(address, origin+Path)
	if !ok || origin == "" {
		return "", false
	}
	token, err := Decode(text)
	if err != nil {
		return "", false
	}
	_, target, err := Read(token)
	return target, err == nil
}

// Decode reads the text behind the "#". ErrNone when it is too long or no such text.
func Decode(text string) ([]byte, error) {
	if len(text) > mostToken*4/3 {
		return nil, ErrNone
	}
	token, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, ErrNone
	}
	return token, nil
}

// Verify checks a token; key gives the key of the contract that it names. Nothing behind the mark is looked into.
func Verify(token []byte, key func(sekisho.ContractID) ([]byte, error)) (Claims, error) {
	c, err := claims(token)
	if err != nil {
		return c, err
	}
	k, err := key(c.Contract)
	if err != nil {
		return c, err
	}
	head, mark, body := token[:headLen], token[headLen:headLen+markLen], token[headLen+markLen:]
	if !hmac.Equal(mark, mac(mac(k, []byte("sekisho links of a mail"), head), body)[:markLen]) {
		return Claims{}, ErrForged
	}
	return c, nil
}

func claims(token []byte) (Claims, error) {
	if len(token) <= headLen+markLen || len(token) > mostToken || token[0] != version {
		return Claims{}, ErrNone
	}
	return Claims{sekisho.ContractID(binary.BigEndian.Uint64(token[1:])), time.Unix(int64(binary.BigEndian.Uint32(token[9:]))*3600, 0).UTC()}, nil
}

func mac(key []byte, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// pack compresses a target when that makes it shorter.
func pack(target string) []byte {
	var b bytes.Buffer
	b.WriteByte(squeezed)
	if w, err := flate.NewWriterDict(&b, flate.BestCompression, dictionary); err == nil {
		_, err1 := io.WriteString(w, target)
		if err2 := w.Close(); err1 == nil && err2 == nil && b.Len() <= len(target) {
			return b.Bytes()
		}
	}
	return append([]byte{plain}, target...)
}

func unpack(b []byte) (string, error) {
	switch {
	case b[0] == plain && len(b) <= mostURL+1:
		return string(b[1:]), nil
	case b[0] == squeezed:
		out, err := io.ReadAll(io.LimitReader(flate.NewReaderDict(bytes.NewReader(b[1:]), dictionary), mostURL+1))
		if err == nil && len(out) <= mostURL {
			return string(out), nil
		}
	}
	return "", ErrNone
}

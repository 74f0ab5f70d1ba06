package webmail

import (
	"encoding/base64"
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"sekisho"
	"sekisho/wire"
)

// Ids are a letter and a number: a account, b mailbox, e email, t thread, u upload. A blob is an email as a whole (e7), a
// part of it (e7.1.2), or an upload (u9). An id of another kind or another account's number is not found, as store knows
// the pass's account only.

func (t *turn) account() string { return number('a', uint64(t.ticket.Account)) }

func number(letter byte, n uint64) string {
	return string(strconv.AppendUint([]byte{letter}, n, 10))
}

// parse reads an id; false when it is none of that kind, or not in the one spelling that is given out.
func parse(letter byte, id string) (uint64, bool) {
	if len(id) < 2 || id[0] != letter || id[1] == '0' {
		return 0, false
	}
	n, err := strconv.ParseUint(id[1:], 10, 64)
	return n, err == nil && id[1] != '+'
}

func emailID(m sekisho.MessageID) string { return number('e', uint64(m)) }

func parseEmail(id string) (sekisho.MessageID, bool) {
	n, ok := parse('e', id)
	return sekisho.MessageID(n), ok && n < 1<<63
}

func boxID(m sekisho.MailboxID) string { return number('b', uint64(m)) }

func parseBox(id string) (sekisho.MailboxID, bool) {
	n, ok := parse('b', id)
	return sekisho.MailboxID(n), ok && n < 1<<63
}

func threadID(t uint64) string { return number('t', t) }

// blob is what a blob id names.
type blob struct {
	upload  bool
	message sekisho.MessageID
	part    []int // empty: the whole
}

func partBlob(m sekisho.MessageID, path string) string { return emailID(m) + "." + path }

func parseBlob(id string) (blob, bool) {
	if n, ok := parse('u', id); ok && n < 1<<63 {
		return blob{upload: true, message: sekisho.MessageID(n)}, true
	}
	first, rest, parts := strings.Cut(id, ".")
	m, ok := parseEmail(first)
	if !ok {
		return blob{}, false
	}
	b := blob{message: m}
	if !parts {
		return b, true
	}
	b.part, ok = parsePath(rest)
	return b, ok
}

// parsePath reads a part id: "1.2".
func parsePath(s string) (out []int, ok bool) {
	for n := range strings.SplitSeq(s, ".") {
		i, err := strconv.Atoi(n)
		if err != nil || i < 1 || len(out) > 100 || strconv.Itoa(i) != n {
			return nil, false
		}
		out = append(out, i)
	}
	return out, true
}

// stateOf writes the marks of an account's mails as a state string: how far each mailbox was known.
func stateOf(marks []wire.Mark) string {
	marks = slices.Clone(marks)
	slices.SortFunc(marks, func(a, b wire.Mark) int { return int(int64(a.Mailbox) - int64(b.Mailbox)) })
	var b []byte
	last := uint64(0)
	for _, m := range marks {
		b = binary.AppendUvarint(b, uint64(m.Mailbox)-last)
		b = binary.AppendUvarint(b, m.ModSeq)
		b = binary.AppendUvarint(b, uint64(m.UIDNext))
		last = uint64(m.Mailbox)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// marksOf reads a state string.
func marksOf(state string) (out []wire.Mark, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(state)
	if err != nil {
		return nil, false
	}
	last := uint64(0)
	for len(b) > 0 {
		var v [3]uint64
		for i := range v {
			n := 0
			if v[i], n = binary.Uvarint(b); n <= 0 {
				return nil, false
			}
			b = b[n:]
		}
		last += v[0]
		if v[0] == 0 || last >= 1<<63 || v[1] >= 1<<63 || v[2] >= 1<<32 {
			return nil, false
		}
		out = append(out, wire.Mark{Mailbox: sekisho.MailboxID(last), ModSeq: v[1], UIDNext: sekisho.UID(v[2])})
	}
	return out, true
}

// boxState is how one mailbox looked: a hash of what people change, and one of its counters.
type boxState struct {
	id           sekisho.MailboxID
	named, count uint32
}

func hashOf(parts ...string) uint32 {
	h := fnv.New32a()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return h.Sum32()
}

func boxStates(list []wire.Mailbox) []boxState {
	out := make([]boxState, len(list))
	for i, m := range list {
		out[i] = boxState{m.ID, hashOf(m.Name, m.Special, strconv.FormatBool(m.Subscribed)),
			hashOf(strconv.FormatUint(uint64(m.Messages), 10), strconv.FormatUint(uint64(m.Unseen), 10), strconv.FormatUint(uint64(m.UIDNext), 10))}
	}
	slices.SortFunc(out, func(a, b boxState) int { return int(int64(a.id) - int64(b.id)) })
	return out
}

// boxStateOf writes the state string of mailboxes.
func boxStateOf(list []wire.Mailbox) string {
	var b []byte
	for _, s := range boxStates(list) {
		b = binary.AppendUvarint(b, uint64(s.id))
		b = binary.BigEndian.AppendUint32(b, s.named)
		b = binary.BigEndian.AppendUint32(b, s.count)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// parseBoxState reads the state string of mailboxes.
func parseBoxState(state string) (map[sekisho.MailboxID]boxState, bool) {
	b, err := base64.RawURLEncoding.DecodeString(state)
	if err != nil {
		return nil, false
	}
	out := map[sekisho.MailboxID]boxState{}
	for len(b) > 0 {
		id, n := binary.Uvarint(b)
		if n <= 0 || len(b) < n+8 {
			return nil, false
		}
		out[sekisho.MailboxID(id)] = boxState{sekisho.MailboxID(id), binary.BigEndian.Uint32(b[n:]), binary.BigEndian.Uint32(b[n+4:])}
		b = b[n+8:]
	}
	return out, true
}

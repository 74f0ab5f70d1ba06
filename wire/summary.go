package wire

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"sync"

	"sekisho"
)

// summaryVersion is the first byte of a stored summary. A change of the types below sekisho.Summary needs a new number and
// a reader of the old form.
const summaryVersion = 1

// summaryPlan is made once: a mailbox that is listed decodes thousands.
var summaryPlan = sync.OnceValue(planOf[sekisho.Summary])

// EncodeSummary writes a summary as it is sealed and kept.
func EncodeSummary(s sekisho.Summary) []byte {
	p := summaryPlan()
	e := encoder{b: append(make([]byte, 0, p.size(&s)), summaryVersion)}
	p.encode(&e, &s)
	return e.b
}

// DecodeSummary reads what EncodeSummary wrote.
func DecodeSummary(b []byte) (sekisho.Summary, error) {
	var s sekisho.Summary
	if len(b) == 0 || b[0] != summaryVersion {
		return s, errors.New("summary of an unknown version")
	}
	return s, summaryPlan().decode(b[1:], nil, &s)
}

// ThreadOf names the conversation of a mail to store: equal for mails of one conversation in one contract, different for
// the same conversation elsewhere. It is a hash of the summary's thread, which is one already: from it nobody gets back to
// a Message-ID, and whoever knows one already could tell no more from it than the trace tells. Never 0.
func ThreadOf(c sekisho.ContractID, s *sekisho.Summary) uint64 {
	b := binary.BigEndian.AppendUint64([]byte("sekisho/thread/v1/"), uint64(c))
	sum := sha256.Sum256(append(b, s.Thread...))
	return binary.BigEndian.Uint64(sum[:8])>>1 | 1<<62
}

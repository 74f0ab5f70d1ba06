package learn

import "encoding/binary"

// vote is what accounts said of one sort of mail, until enough of them agree.
type vote struct {
	mark    [bands]uint32 // of the mail: see marks
	spam    bool
	account []uint64
}

const (
	bands   = 4
	rows    = 3
	agree   = 3   // so many accounts must say the same of mails that are alike
	maxVote = 256 // sorts of mail that wait for more votes
)

// Vote takes one account's label for a mail to the people of a contract. When as many accounts as must agree have said the same
// of mails that are alike, the layer learns it; before that nothing moves, whatever one account says and however often. account
// is any number that stands for the account; base is the opinion without this layer. True when the layer has learned.
func (l *Layer) Vote(account uint64, features []uint32, base float64, spam bool) bool {
	mark := marks(features)
	for i := range l.vote {
		v := &l.vote[i]
		if v.spam != spam || !alikeMarks(v.mark, mark) {
			continue
		}
		for _, a := range v.account {
			if a == account {
				return false
			}
		}
		if v.account = append(v.account, account); len(v.account) < agree {
			return false
		}
		l.vote = append(l.vote[:i], l.vote[i+1:]...)
		return l.Learn(features, base, spam)
	}
	if len(l.vote) >= maxVote {
		l.vote = l.vote[1:]
	}
	l.vote = append(l.vote, vote{mark: mark, spam: spam, account: []uint64{account}})
	return false
}

// marks are fingerprints of a set of features: each is equal for two mails about as often as most of their features are.
func marks(features []uint32) (out [bands]uint32) {
	for b := range out {
		h := uint32(2166136261)
		for r := range rows {
			seed := uint32(b*rows+r+1) * 0x85ebca6b
			least := ^uint32(0)
			for _, f := range features {
				x := (f ^ seed) * 0xcc9e2d51
				x = (x ^ x>>15) * 0x1b873593
				least = min(least, x^x>>13)
			}
			h = (h ^ least) * 16777619
		}
		out[b] = h
	}
	return out
}

func alikeMarks(a, b [bands]uint32) bool {
	for i := range a {
		if a[i] == b[i] {
			return true
		}
	}
	return false
}

func (l *Layer) appendVotes(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(l.vote)))
	for i := range l.vote {
		v := &l.vote[i]
		for _, m := range v.mark {
			b = binary.LittleEndian.AppendUint32(b, m)
		}
		flag := byte(len(v.account)) << 1
		if v.spam {
			flag |= 1
		}
		b = append(b, flag)
		for _, a := range v.account {
			b = binary.LittleEndian.AppendUint64(b, a)
		}
	}
	return b
}

func (l *Layer) readVotes(r *reading) {
	n := r.number()
	if n > maxVote {
		r.bad = true
		return
	}
	for range n {
		var v vote
		if len(r.b) < 4*bands+1 {
			r.bad = true
			return
		}
		for i := range v.mark {
			v.mark[i] = binary.LittleEndian.Uint32(r.b[4*i:])
		}
		flag := r.b[4*bands]
		r.b = r.b[4*bands+1:]
		v.spam = flag&1 == 1
		count := int(flag >> 1)
		if count >= agree || len(r.b) < 8*count {
			r.bad = true
			return
		}
		for range count {
			v.account = append(v.account, binary.LittleEndian.Uint64(r.b))
			r.b = r.b[8:]
		}
		l.vote = append(l.vote, v)
	}
}

// Forget takes back what an account has said and is not learned yet: it is gone, or its contract is.
func (l *Layer) Forget(account uint64) {
	rest := l.vote[:0]
	for _, v := range l.vote {
		kept := v.account[:0]
		for _, a := range v.account {
			if a != account {
				kept = append(kept, a)
			}
		}
		if v.account = kept; len(kept) > 0 {
			rest = append(rest, v)
		}
	}
	l.vote = rest
}

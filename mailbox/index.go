package mailbox

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"sekisho"
	"sekisho/search"
	"sekisho/wire"
)

// The index of a mailbox is the tokens of its messages in runs of up to a few thousand messages, each run in slices by token.
// Every slice is sealed under the account's index key, which vault gives to a session of the account only: a locked mailbox
// cannot be searched by anybody. Whoever searches reads the slices of his few tokens in every run, and nothing else. Which slice
// a token is in depends on the key, so that store does not learn from the slices what is looked for.
//
// When somebody searches, the tokens of mails that came since are opened once and a new run is kept; a small last run is made
// one with it. Sealed: a nonce (12 bytes) and AES-256-GCM, bound to mailbox, UIDs and slice.

const (
	sliceCount = 64
	runLeast   = 64   // fewer new messages than that are not worth a write
	runMost    = 4000 // messages of a run that still takes more
)

// Index is the search index of one mailbox, while somebody searches.
type Index struct {
	session *Session
	box     sekisho.MailboxID
	uids    []uint32 // the messages that are in it, ascending
	aead    cipher.AEAD
	order   cipher.Block      // says which slice a token is in
	fresh   map[uint32][]byte // tokens of messages that no run covers, encoded; nil when not opened yet
}

// OpenIndex has vault give the index's key. uids are all messages that are in the mailbox, ascending.
func (s *Session) OpenIndex(ctx context.Context, box sekisho.MailboxID, uids []uint32) (*Index, error) {
	keys, err := wire.VaultOpen.Ask(ctx, s.Vault, wire.Open{Session: s.Ticket.Session, Secret: s.Ticket.Secret, Index: true})
	if err != nil {
		return nil, err
	}
	x := &Index{session: s, box: box, uids: uids}
	return x, x.keyed(keys.Index)
}

func (x *Index) keyed(key []byte) (err error) {
	block, err := aes.NewCipher(key)
	if err == nil {
		x.aead, err = cipher.NewGCM(block)
	}
	if err == nil {
		order := sha256.Sum256(append([]byte("sekisho/index/order/v1"), key...))
		x.order, err = aes.NewCipher(order[:16])
	}
	if err != nil {
		return sekisho.E("mailbox.index", sekisho.Internal, err)
	}
	return nil
}

// sliceOf is the slice that a token is in, from 1.
func (x *Index) sliceOf(token uint32) int {
	var b [aes.BlockSize]byte
	binary.BigEndian.PutUint32(b[:], token)
	x.order.Encrypt(b[:], b[:])
	return 1 + int(b[0])%sliceCount
}

// Find gives the UIDs of the messages that may have a text with these tokens, ascending: a text with all of them, and what
// cannot be read. The kept index is extended by what is new.
func (x *Index) Find(ctx context.Context, tokens []uint32) ([]uint32, error) {
	wanted := []uint8{0}
	for _, t := range tokens {
		wanted = append(wanted, uint8(x.sliceOf(t)))
	}
	slices.Sort(wanted)
	runs, err := x.read(ctx, wire.IndexQuery{Slices: slices.Compact(wanted)})
	if err != nil {
		return nil, err
	}
	var found, covered []uint32
	for _, r := range runs {
		uids, hits, err := x.match(r, tokens)
		if err != nil { // a damaged index is only lost time: it is made anew
			x.session.Log.Error("a run of the search index does not open", "mailbox", uint64(x.box), "error", err)
			continue
		}
		covered, found = append(covered, uids...), append(found, hits...)
	}
	if x.fresh == nil {
		if err := x.extend(ctx, covered, runs); err != nil {
			return nil, err
		}
	}
	for u, b := range x.fresh {
		if has(b, tokens) {
			found = append(found, u)
		}
	}
	slices.Sort(found)
	return common(slices.Compact(found), x.uids), nil
}

// common keeps of two ascending lists what is in both.
func common(a, b []uint32) []uint32 {
	out := a[:0]
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] < b[j]:
			i++
		case a[i] > b[j]:
			j++
		default:
			out = append(out, a[i])
			i++
			j++
		}
	}
	return out
}

// has says whether encoded tokens have all of q; what cannot be read may.
func has(b []byte, q []uint32) bool {
	tokens, err := search.Decode(b)
	if err != nil {
		return true
	}
	for _, t := range q {
		if _, there := slices.BinarySearch(tokens, t); !there {
			return false
		}
	}
	return true
}

// sealedRun is the slices of one run, by number.
type sealedRun struct {
	from, upto sekisho.UID
	slices     map[uint8][]byte
}

// read asks store for slices, run by run in order.
func (x *Index) read(ctx context.Context, q wire.IndexQuery) ([]sealedRun, error) {
	q.Pass, q.Mailbox = x.session.Ticket.Pass, x.box
	got, err := wire.StoreIndex.Ask(ctx, x.session.Store, q)
	if err != nil {
		return nil, err
	}
	at := map[sekisho.UID]int{}
	var out []sealedRun
	for _, c := range got.Slices {
		i, known := at[c.From]
		if !known {
			i = len(out)
			at[c.From] = i
			out = append(out, sealedRun{c.From, c.Upto, map[uint8][]byte{}})
		}
		out[i].slices[c.Slice] = c.Sealed
	}
	slices.SortFunc(out, func(a, b sealedRun) int { return int(int64(a.from) - int64(b.from)) })
	return out, nil
}

// match gives the messages of a run and those of them that have all tokens.
func (x *Index) match(r sealedRun, tokens []uint32) (uids, hits []uint32, err error) {
	head, err := x.open(r, 0)
	if err != nil {
		return nil, nil, err
	}
	if uids, err = readHead(head); err != nil {
		return nil, nil, err
	}
	all := newPlaces(len(uids))
	for i := range all {
		all[i] = ^uint64(0)
	}
	groups := map[uint8][]uint32{}
	for _, t := range tokens {
		s := uint8(x.sliceOf(t))
		groups[s] = append(groups[s], t)
	}
	for s, of := range groups {
		b, err := x.open(r, s)
		if err != nil {
			return nil, nil, err
		}
		if err := intersect(all, b, of, len(uids)); err != nil {
			return nil, nil, err
		}
	}
	all.each(len(uids), func(p int) { hits = append(hits, uids[p]) })
	return uids, hits, nil
}

// intersect keeps the places that have all of the tokens, which are ascending and belong into the slice.
func intersect(all places, slice []byte, tokens []uint32, of int) error {
	bad := false
	err := eachPosting(slice, func(token uint32, many bool, list []byte) bool {
		if token < tokens[0] {
			return false
		}
		if token > tokens[0] {
			return true // the one looked for is not there
		}
		s := newPlaces(of)
		if bad = !s.read(many, list, of); !bad {
			all.and(s)
			tokens = tokens[1:]
		}
		return bad || len(tokens) == 0
	})
	if bad {
		err = errRun
	}
	if len(tokens) > 0 {
		clear(all)
	}
	return err
}

// extend opens the tokens of messages that no run covers, and keeps them as a run when they are many.
func (x *Index) extend(ctx context.Context, covered []uint32, runs []sealedRun) error {
	x.fresh = map[uint32][]byte{}
	slices.Sort(covered)
	var missing []sekisho.UID
	for i, j := 0, 0; i < len(x.uids); i++ {
		for j < len(covered) && covered[j] < x.uids[i] {
			j++
		}
		if j == len(covered) || covered[j] != x.uids[i] {
			missing = append(missing, sekisho.UID(x.uids[i]))
		}
	}
	for part := range slices.Chunk(missing, Together) {
		mails, err := x.session.Fetch(ctx, x.box, part, wire.Want{Index: true})
		if err != nil {
			return err
		}
		if err := x.session.Open(ctx, Pointers(mails)); err != nil {
			return err
		}
		for i := range mails {
			if !mails[i].Damaged {
				x.fresh[uint32(mails[i].UID)] = mails[i].Tokens
			}
		}
	}
	if len(missing) < runLeast {
		return nil
	}
	return x.keep(ctx, missing[0], missing[len(missing)-1], covered, runs)
}

// keep writes the messages from low to high as runs, with the runs that these would overlap and a small last one.
func (x *Index) keep(ctx context.Context, low, high sekisho.UID, covered []uint32, runs []sealedRun) error {
	of := map[uint32][]byte{}
	for u, b := range x.fresh {
		of[u] = b
	}
	for i := len(runs) - 1; i >= 0; i-- {
		r := runs[i]
		if r.upto < low && (i < len(runs)-1 || count(covered, r) >= runMost) {
			continue
		}
		low, high = min(low, r.from), max(high, r.upto)
		if whole, err := x.whole(ctx, r); err == nil {
			whole.revert(of)
		} // a damaged one is replaced; its messages are missing, so they were opened
	}
	var uids []uint32
	for u := range of {
		if u >= uint32(low) && u <= uint32(high) {
			uids = append(uids, u)
		}
	}
	slices.Sort(uids)
	for part := range slices.Chunk(uids, runMost) {
		if err := x.write(ctx, invert(part, of)); err != nil {
			return err
		}
	}
	return nil
}

func count(covered []uint32, r sealedRun) int {
	low, _ := slices.BinarySearch(covered, uint32(r.from))
	high, _ := slices.BinarySearch(covered, uint32(r.upto)+1)
	return high - low
}

// whole reads all slices of a run.
func (x *Index) whole(ctx context.Context, r sealedRun) (*run, error) {
	var all []uint8
	for i := range sliceCount + 1 {
		all = append(all, uint8(i))
	}
	got, err := x.read(ctx, wire.IndexQuery{Slices: all, From: r.from, Upto: r.upto})
	if err != nil {
		return nil, err
	}
	if len(got) != 1 {
		return nil, errRun
	}
	head, err := x.open(got[0], 0)
	if err != nil {
		return nil, err
	}
	var parts [][]byte
	for i := 1; i <= sliceCount; i++ {
		b, err := x.open(got[0], uint8(i))
		if err != nil {
			return nil, err
		}
		parts = append(parts, b)
	}
	return readRun(head, parts)
}

func (x *Index) write(ctx context.Context, r *run) error {
	q := wire.Merge{Pass: x.session.Ticket.Pass, Mailbox: x.box, From: sekisho.UID(r.uids[0]), Upto: sekisho.UID(r.uids[len(r.uids)-1])}
	at := sealedRun{from: q.From, upto: q.Upto}
	for i, b := range append([][]byte{r.head()}, r.slices(x.sliceOf)...) {
		q.Slices = append(q.Slices, x.seal(at, uint8(i), b))
	}
	_, err := wire.StoreMerge.Ask(ctx, x.session.Store, q)
	return err
}

// bound is what a slice is bound to: one that store puts elsewhere does not open.
func (x *Index) bound(r sealedRun, slice uint8) []byte {
	b := binary.BigEndian.AppendUint64([]byte("sekisho/index/v2/"), uint64(x.box))
	b = binary.BigEndian.AppendUint32(b, uint32(r.from))
	return append(binary.BigEndian.AppendUint32(b, uint32(r.upto)), slice)
}

func (x *Index) seal(r sealedRun, slice uint8, plain []byte) []byte {
	nonce := make([]byte, x.aead.NonceSize(), x.aead.NonceSize()+len(plain)+x.aead.Overhead())
	rand.Read(nonce)
	return x.aead.Seal(nonce, nonce, plain, x.bound(r, slice))
}

func (x *Index) open(r sealedRun, slice uint8) ([]byte, error) {
	sealed := r.slices[slice]
	if len(sealed) < x.aead.NonceSize() {
		return nil, errRun
	}
	return x.aead.Open(nil, sealed[:x.aead.NonceSize()], sealed[x.aead.NonceSize():], x.bound(r, slice))
}

package mailbox

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"slices"

	"sekisho"
	"sekisho/search"
	"sekisho/wire"
)

// The index of a mailbox is the tokens of its messages in chunks, each sealed under the account's index key, which vault
// gives to a session of the account only. A locked mailbox cannot be searched by anybody. When somebody searches, the
// tokens of mails that came since are opened once and a new chunk is kept; a small last chunk is made one with it.
//
// A chunk in the clear: per message, in order, its UID as a difference (uvarint), the length of its tokens (uvarint) and
// the tokens as package search encodes them. Sealed: a nonce (12 bytes) and AES-256-GCM, bound to mailbox and UIDs.

const (
	chunkLeast = 64   // fewer new messages than that are not worth a write
	chunkMost  = 2000 // messages of a chunk that still takes more
)

// Index is the tokens of the messages of a mailbox, encoded.
type Index struct{ of map[uint32][]byte }

// Has says whether a message may have a text with these tokens. What is not indexed may.
func (t *Index) Has(uid uint32, q []uint32) bool {
	b, known := t.of[uid]
	if !known {
		return true
	}
	tokens, err := search.Decode(b)
	if err != nil {
		return true
	}
	i := 0
	for _, x := range q {
		for i < len(tokens) && tokens[i] < x {
			i++
		}
		if i == len(tokens) || tokens[i] != x {
			return false
		}
	}
	return true
}

// ReadIndex gives the tokens of the messages of a mailbox, and extends the kept index by what is new. uids are all messages
// that are in it, ascending.
func (s *Session) ReadIndex(ctx context.Context, box sekisho.MailboxID, uids []uint32) (*Index, error) {
	got, err := wire.StoreIndex.Ask(ctx, s.Store, wire.IndexQuery{Pass: s.Ticket.Pass, Mailbox: box})
	if err != nil {
		return nil, err
	}
	keys, err := wire.VaultOpen.Ask(ctx, s.Vault, wire.Open{Session: s.Ticket.Session, Secret: s.Ticket.Secret, Index: true})
	if err != nil {
		return nil, err
	}
	aead, err := indexCipher(keys.Index)
	if err != nil {
		return nil, err
	}
	t := &Index{of: map[uint32][]byte{}}
	var covered []wire.IndexChunk
	for _, c := range got.Chunks {
		plain, err := openChunk(aead, box, c)
		if err == nil {
			err = t.add(plain)
		}
		if err != nil { // a damaged index is only lost time: it is made anew
			s.Log.Error("a chunk of the search index does not open", "mailbox", uint64(box), "error", err)
			continue
		}
		covered = append(covered, c)
	}
	return t, s.extend(ctx, aead, t, box, uids, covered)
}

// extend opens the tokens of messages that no chunk covers.
func (s *Session) extend(ctx context.Context, aead cipher.AEAD, t *Index, box sekisho.MailboxID, uids []uint32, chunks []wire.IndexChunk) error {
	var missing []sekisho.UID
	for _, u := range uids {
		if _, known := t.of[u]; !known {
			missing = append(missing, sekisho.UID(u))
		}
	}
	for part := range slices.Chunk(missing, Together) {
		mails, err := s.Fetch(ctx, box, part, wire.Want{Index: true})
		if err != nil {
			return err
		}
		if err := s.Open(ctx, Pointers(mails)); err != nil {
			return err
		}
		for i := range mails {
			if !mails[i].Damaged {
				t.of[uint32(mails[i].UID)] = mails[i].Tokens
			}
		}
	}
	if len(missing) < chunkLeast {
		return nil
	}
	low, high := missing[0], missing[len(missing)-1]
	for i := len(chunks) - 1; i >= 0; i-- { // chunks that the new one would overlap go into it, and a small last one
		c := chunks[i]
		if c.Upto >= low || i == len(chunks)-1 && t.count(c.From, c.Upto) < chunkMost {
			low, high = min(low, c.From), max(high, c.Upto)
		}
	}
	return s.keepChunks(ctx, aead, t, box, low, high)
}

func (t *Index) count(low, high sekisho.UID) (n int) {
	for u := range t.of {
		if u >= uint32(low) && u <= uint32(high) {
			n++
		}
	}
	return n
}

// keepChunks writes the index of the messages from low to high, in chunks of at most chunkMost.
func (s *Session) keepChunks(ctx context.Context, aead cipher.AEAD, t *Index, box sekisho.MailboxID, low, high sekisho.UID) error {
	var uids []uint32
	for u := range t.of {
		if u >= uint32(low) && u <= uint32(high) {
			uids = append(uids, u)
		}
	}
	slices.Sort(uids)
	for part := range slices.Chunk(uids, chunkMost) {
		c := wire.IndexChunk{From: sekisho.UID(part[0]), Upto: sekisho.UID(part[len(part)-1])}
		c.Sealed = sealChunk(aead, box, c, t.plain(part))
		if _, err := wire.StoreMerge.Ask(ctx, s.Store, wire.Merge{Pass: s.Ticket.Pass, Mailbox: box, Chunk: c}); err != nil {
			return err
		}
	}
	return nil
}

func (t *Index) plain(uids []uint32) []byte {
	var b []byte
	last := uint32(0)
	for _, u := range uids {
		b = binary.AppendUvarint(b, uint64(u-last))
		b = binary.AppendUvarint(b, uint64(len(t.of[u])))
		b = append(b, t.of[u]...)
		last = u
	}
	return b
}

var errChunk = errors.New("unreadable chunk")

func (t *Index) add(b []byte) error {
	last := uint64(0)
	for len(b) > 0 {
		d, n := binary.Uvarint(b)
		if n <= 0 {
			return errChunk
		}
		size, k := binary.Uvarint(b[n:])
		if k <= 0 || size > uint64(len(b)-n-k) {
			return errChunk
		}
		last += d
		b = b[n+k:]
		t.of[uint32(last)] = b[:size:size]
		b = b[size:]
	}
	return nil
}

func indexCipher(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, sekisho.E("reader.index", sekisho.Internal, err)
	}
	return cipher.NewGCM(block)
}

// bound is what a chunk is bound to: one that store puts elsewhere does not open.
func bound(m sekisho.MailboxID, c wire.IndexChunk) []byte {
	b := binary.BigEndian.AppendUint64([]byte("sekisho/index/v1/"), uint64(m))
	b = binary.BigEndian.AppendUint32(b, uint32(c.From))
	return binary.BigEndian.AppendUint32(b, uint32(c.Upto))
}

func sealChunk(aead cipher.AEAD, m sekisho.MailboxID, c wire.IndexChunk, plain []byte) []byte {
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	rand.Read(nonce)
	return aead.Seal(nonce, nonce, plain, bound(m, c))
}

func openChunk(aead cipher.AEAD, m sekisho.MailboxID, c wire.IndexChunk) ([]byte, error) {
	if len(c.Sealed) < aead.NonceSize() {
		return nil, errChunk
	}
	return aead.Open(nil, c.Sealed[:aead.NonceSize()], c.Sealed[aead.NonceSize():], bound(m, c))
}

package inspect

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"sekisho/scan"
	"sekisho/scan/exact"
	"sekisho/wire"
)

// prints keeps the sets of fingerprints that this worker was handed, by their digest. A set is a part of a file in memory that can only
// be read, so all workers of the host share it; it stays as long as the worker lives, which is a thousand mails.
type prints struct {
	mu   sync.Mutex
	sets map[string]*exact.Set
}

// mostPrints is how many sets a worker keeps: more are read again.
const mostPrints = 64

// of gives the sets of a question, and closes its descriptors. One that cannot be read, or was made with another key, finds nothing,
// and is told of.
func (p *prints) of(list []wire.Print) (out []scan.Exact, unread []string) {
	for _, x := range list {
		s := p.one(x)
		if x.File != nil {
			x.File.Close()
		}
		if s == nil {
			unread = append(unread, x.Name)
			continue
		}
		out = append(out, scan.Exact{Name: x.Name, Set: s})
	}
	return out, unread
}

func (p *prints) one(x wire.Print) *exact.Set {
	id := x.Digest + string(x.Key)
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.sets[id]; s != nil {
		return s
	}
	b, err := mapped(x.File, x.Size)
	if err != nil {
		return nil
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != x.Digest {
		return nil
	}
	s, err := exact.Open(b, x.Key)
	if err != nil {
		return nil
	}
	if p.sets == nil || len(p.sets) >= mostPrints {
		p.sets = map[string]*exact.Set{}
	}
	p.sets[id] = s
	return s
}

// mapped is the file as memory. It is never unmapped: a mail may be looked up in it.
func mapped(f *os.File, size int64) ([]byte, error) {
	if f == nil || size <= 0 || size > wire.MostPrint {
		return nil, os.ErrInvalid
	}
	if info, err := f.Stat(); err != nil || info.Size() != size {
		return nil, os.ErrInvalid
	}
	return unix.Mmap(int(f.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED)
}

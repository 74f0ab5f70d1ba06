package vault

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sekisho"
	"sekisho/seal"
	"sekisho/seal/key"
	"sekisho/wire"
)

// Root is where the key of an epoch of the root key comes from. An epoch begins when its number is in the current table.
type Root interface {
	// Name tells sources apart in the table.
	Name() string
	// Open gives the key of an epoch from what Next returned as sealed.
	Open(number uint64, sealed []byte) ([]byte, error)
	// Next makes the key of an epoch that is to begin, so that Open will give it even after a crash. It may be called again
	// for the same number when the epoch did not begin; then the key of the earlier call is forgotten.
	Next(number uint64) (key, sealed []byte, err error)
	// Settle destroys the keys of all other epochs as far as this source can, and repeating it is harmless. It says what it
	// could not destroy.
	Settle(number uint64) (left string, err error)
}

// FileRoot keeps the key in the file root.key of a directory.
func FileRoot(dir string) Root { return fileRoot{dir} }

type fileRoot struct{ dir string }

func (fileRoot) Name() string { return "file" }

func (f fileRoot) path() string { return filepath.Join(f.dir, "root.key") }

// coming is the file of an epoch that was not settled yet.
func (f fileRoot) coming(number uint64) string { return fmt.Sprintf("%s.%d", f.path(), number) }

func (f fileRoot) Open(number uint64, _ []byte) ([]byte, error) {
	b, err := os.ReadFile(f.coming(number))
	if errors.Is(err, fs.ErrNotExist) {
		b, err = os.ReadFile(f.path())
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, sekisho.E("vault.root", sekisho.Corrupt, errors.New("the root key is missing but there are keys under it: put root.key back from its newest copy"))
	case err != nil:
		return nil, err
	case len(b) != seal.KeyLen:
		return nil, sekisho.E("vault.root", sekisho.Corrupt, fmt.Errorf("root.key has %d bytes, not %d", len(b), seal.KeyLen))
	}
	return b, nil
}

func (f fileRoot) Next(number uint64) (k, sealed []byte, err error) {
	if k = seal.NewKey(); number == 1 { // an operator may have made the first one
		if own, err := f.Open(number, nil); err == nil {
			return own, nil, nil
		} else if _, missing := os.Stat(f.path()); missing == nil {
			return nil, nil, err
		}
	}
	return k, nil, writeDurably(f.coming(number), k)
}

// Settle puts the file of this epoch in place. The bytes of the one before are overwritten first; what the file system or
// the medium keeps of overwritten blocks is out of our hands.
func (f fileRoot) Settle(number uint64) (string, error) {
	_, err := os.Stat(f.coming(number))
	if errors.Is(err, fs.ErrNotExist) {
		return "", f.sweep()
	}
	if err != nil {
		return "", err
	}
	if err := overwrite(f.path()); err != nil {
		return "", err
	}
	if err := os.Rename(f.coming(number), f.path()); err != nil {
		return "", err
	}
	return "", errors.Join(syncDir(f.dir), f.sweep())
}

// sweep destroys files of epochs that never began.
func (f fileRoot) sweep() error {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if path := filepath.Join(f.dir, e.Name()); strings.HasPrefix(path, f.path()+".") {
			if err := errors.Join(overwrite(path), os.Remove(path)); err != nil {
				return err
			}
		}
	}
	return nil
}

// overwrite writes random bytes over a key. A file that is not there is done with, and one that an operator made read-only
// is only removed or replaced afterwards.
func overwrite(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err
	}
	b := make([]byte, seal.KeyLen)
	rand.Read(b) // never fails (crypto/rand)
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

// DescriptorRoot takes the key that wraps the epochs' keys from a descriptor that the operator passes, such as a credential
// of the service manager. Vault reads it at every start and writes it nowhere.
func DescriptorRoot(r io.ReaderAt) (Root, error) {
	b := make([]byte, seal.KeyLen+1)
	n, err := r.ReadAt(b, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, sekisho.E("vault.root", sekisho.Unavailable, fmt.Errorf("the descriptor with the root key cannot be read from its beginning (pass a file, not a pipe): %w", err))
	}
	if n != seal.KeyLen {
		return nil, sekisho.E("vault.root", sekisho.Invalid, fmt.Errorf("the descriptor with the root key holds not exactly %d bytes: make one with \"head -c %d /dev/urandom\"", seal.KeyLen, seal.KeyLen))
	}
	return descriptorRoot{b[:n]}, nil
}

type descriptorRoot struct{ outer []byte }

func (descriptorRoot) Name() string { return "descriptor" }

func epochPlace(number uint64) string { return fmt.Sprintf("epoch/%d", number) }

func (d descriptorRoot) Open(number uint64, sealed []byte) ([]byte, error) {
	k, err := key.Unwrap(d.outer, sealed, epochPlace(number))
	if err != nil {
		return nil, sekisho.E("vault.root", sekisho.Denied, errors.New("the key passed by descriptor is not the one that the keys here are under"))
	}
	return k, nil
}

func (d descriptorRoot) Next(number uint64) (k, sealed []byte, err error) {
	k = seal.NewKey()
	return k, key.Wrap(d.outer, k, epochPlace(number)), nil
}

func (descriptorRoot) Settle(uint64) (string, error) {
	return "copies of the current key table from before stay readable to who holds the passed key: replace them", nil
}

// LinkRoot has the epochs' keys wrapped by an external key management service, which link asks.
func LinkRoot(link *wire.Peer) Root { return linkRoot{link} }

type linkRoot struct{ link *wire.Peer }

// linkTime is how long vault waits for the service at its start: link and dial start at the same time.
const linkTime = 30 * time.Second

func (linkRoot) Name() string { return "transit" }

func (l linkRoot) ask(q wire.KeyService) (wire.KeyServed, error) {
	ctx, cancel := context.WithTimeout(context.Background(), linkTime)
	defer cancel()
	return wire.LinkKey.Ask(ctx, l.link, q)
}

func (l linkRoot) Open(number uint64, sealed []byte) ([]byte, error) {
	got, err := l.ask(wire.KeyService{Do: "unwrap", Wrapped: string(sealed), Context: epochPlace(number)})
	if err != nil {
		return nil, err
	}
	if len(got.Key) != seal.KeyLen {
		return nil, sekisho.E("vault.root", sekisho.Corrupt, fmt.Errorf("the key service gave %d bytes, not %d", len(got.Key), seal.KeyLen))
	}
	return got.Key, nil
}

// Next has the service begin a new version of its key, so that the one before can be destroyed with the epoch.
func (l linkRoot) Next(number uint64) (k, sealed []byte, err error) {
	k = seal.NewKey()
	if number > 1 {
		if _, err := l.ask(wire.KeyService{Do: "rotate"}); err != nil {
			return nil, nil, err
		}
	}
	got, err := l.ask(wire.KeyService{Do: "wrap", Key: k, Context: epochPlace(number)})
	return k, []byte(got.Wrapped), err
}

func (l linkRoot) Settle(number uint64) (string, error) {
	if number == 1 {
		return "", nil
	}
	got, err := l.ask(wire.KeyService{Do: "trim"})
	return got.Left, err
}

// errRoot is said when the key that a source gave is not the epoch's.
var errRoot = errors.New("the root key is not the one that the keys here are under: put the newest root.key and current.db back together")

// openRoot gives the key of the epoch in force, beginning the first one when there are no keys yet. Keys of other epochs are
// destroyed: a crash may have come before that.
func (v *Vault) openRoot() error {
	e, err := v.current.epoch()
	if err != nil {
		return err
	}
	if e.number == 0 {
		return v.firstEpoch()
	}
	source, err := v.source(e.source)
	if err != nil {
		return err
	}
	k, err := source.Open(e.number, e.sealed)
	if err != nil {
		return err
	}
	if _, err := key.Unwrap(k, e.proof, epochPlace(e.number)); err != nil {
		return sekisho.E("vault.root", sekisho.Corrupt, errRoot)
	}
	v.root, v.epoch = k, e.number
	return v.settle(source)
}

// settle destroys the keys of other epochs than the one in force, also those in files when the key comes from elsewhere now.
func (v *Vault) settle(source Root) error {
	var err error
	if v.left, err = source.Settle(v.epoch); err != nil || source.Name() == "file" {
		return err
	}
	f := fileRoot{v.config.Dir}
	if err := overwrite(f.path()); err != nil {
		return err
	}
	if err := os.Remove(f.path()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return f.sweep()
}

// source finds the source of an epoch. A key in a file can always be read, so that an installation can move from there to
// another source by a rotation.
func (v *Vault) source(name string) (Root, error) {
	if v.config.Root.Name() == name {
		return v.config.Root, nil
	}
	if name == "file" {
		return FileRoot(v.config.Dir), nil
	}
	return nil, sekisho.E("vault.root", sekisho.Invalid, fmt.Errorf("the keys here are under a root key from %q, but the configuration names %q: name the old source until \"sekisho vault rotate\" has moved them", name, v.config.Root.Name()))
}

func (v *Vault) firstEpoch() error {
	if old, err := v.keys.older(); err != nil || old {
		return sekisho.E("vault.root", sekisho.Corrupt, errors.Join(err,
			errors.New("this directory was made by a build before keys could be replaced: it cannot be read here, and nothing in it was lost")))
	}
	used, err := v.keys.any()
	if err != nil {
		return err
	}
	if used {
		return sekisho.E("vault.root", sekisho.Corrupt, errors.New("there are keys but no current key table: put current.db back from its newest copy"))
	}
	return v.turnEpoch(nil, 0)
}

// turnEpoch begins the next epoch: a new root key, every contract key wrapped anew under it, except those of the contracts
// in gone, which are deleted. The order is the guarantee at a crash: the new key can be opened before the table needs it, and
// the old one is destroyed only when nothing needs it any more.
func (v *Vault) turnEpoch(gone []sekisho.ContractID, step int) error {
	old := v.root
	next := epochRow{number: v.epoch + 1, source: v.config.Root.Name(), made: v.config.Clock()}
	k, sealed, err := v.config.Root.Next(next.number)
	if err != nil {
		return err
	}
	next.sealed, next.proof = sealed, key.Wrap(k, nil, epochPlace(next.number))
	v.config.crash("root: next made")
	err = v.current.turn(next, gone, step, func(r contractKeyRow) ([]byte, error) {
		secret, err := key.Unwrap(old, r.wrapped, contractPlace(r.contract, r.generation))
		if err != nil {
			return nil, sekisho.E("vault.root", sekisho.Corrupt, fmt.Errorf("key of contract %d: %w", r.contract, err))
		}
		return key.Wrap(k, secret, contractPlace(r.contract, r.generation)), nil
	})
	if err != nil {
		return err
	}
	v.root, v.epoch = k, next.number
	clear(old)
	v.config.crash("root: table turned")
	err = v.settle(v.config.Root)
	v.config.crash("root: settled")
	return err
}

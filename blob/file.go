package blob

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// File is what the log needs of a file. Tests put files in its place that fail, tear writes and lie.
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Fdatasync() error
	Truncate(size int64) error
	Size() (int64, error)
	Punch(from, n int64) error
}

// Opener opens files: os.OpenFile's flags. A file that it makes is readable by its owner only.
type Opener func(path string, flag int) (File, error)

type realFile struct{ *os.File }

// OpenFile opens a real file.
func OpenFile(path string, flag int) (File, error) {
	f, err := os.OpenFile(path, flag, 0o600)
	if err != nil {
		return nil, err
	}
	return realFile{f}, nil
}

// Fdatasync makes the content and the length durable.
func (f realFile) Fdatasync() error {
	for {
		if err := unix.Fdatasync(int(f.Fd())); err != unix.EINTR {
			return err
		}
	}
}

// Size is the file's length.
func (f realFile) Size() (int64, error) {
	s, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return s.Size(), nil
}

// syncDir makes names in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// noSpace says whether a write failed for want of space, which passes.
func noSpace(err error) bool { return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) }

// Punch gives the blocks of a range back; it reads as zeros then. Where the file system cannot do that, nothing happens.
func (f realFile) Punch(from, n int64) error {
	err := unix.Fallocate(int(f.Fd()), unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, from, n)
	if err == unix.EOPNOTSUPP || err == unix.ENOSYS {
		return nil
	}
	return err
}

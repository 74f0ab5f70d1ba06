package journal

import (
	"os"
	"path/filepath"

	"sekisho/blob"
)

// Disk is what the journal changes on disk. Tests put one there that fails, lies about success, and tears writes.
type Disk interface {
	Open(path string, flag int) (blob.File, error) // as blob.Opener
	Rename(from, to string) error
	Remove(path string) error
	Mkdir(path string) error // no error when it is there
	SyncDir(path string) error
}

// RealDisk is the disk itself.
type RealDisk struct{}

// Open opens a file.
func (RealDisk) Open(path string, flag int) (blob.File, error) { return blob.OpenFile(path, flag) }

// Rename puts a file in another's place.
func (RealDisk) Rename(from, to string) error { return os.Rename(from, to) }

// Remove removes a file.
func (RealDisk) Remove(path string) error {
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}

// Mkdir makes a directory with all above it.
func (RealDisk) Mkdir(path string) error { return os.MkdirAll(path, 0o700) }

// SyncDir makes names in a directory durable.
func (RealDisk) SyncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// place writes a file that is there whole or not at all, and durably when it returns.
func place(d Disk, path string, b []byte) error {
	f, err := d.Open(path+".new", os.O_RDWR|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(b, 0)
	if err == nil {
		err = f.Fdatasync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	if err := d.Rename(path+".new", path); err != nil {
		return err
	}
	return d.SyncDir(filepath.Dir(path))
}

// patch writes bytes into a file at a place, durably when it returns. The file is made when it is not there.
func patch(d Disk, path string, b []byte, at int64) error {
	f, err := d.Open(path, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(b, at)
	if err == nil {
		err = f.Fdatasync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

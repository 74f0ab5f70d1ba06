package main

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// bundle is a new folder, or a zip file, that takes files one after another. Only its owner may read it.
type bundle struct {
	dir  string
	out  *os.File // the zip file
	zip  *zip.Writer
	last *os.File // the file of the folder that is being written
}

func newBundle(path string) (*bundle, error) {
	if strings.HasSuffix(path, ".zip") {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return nil, err
		}
		return &bundle{out: f, zip: zip.NewWriter(f)}, nil
	}
	if list, err := os.ReadDir(path); err == nil && len(list) > 0 {
		return nil, fmt.Errorf("%s is not empty: give a new folder", path)
	}
	return &bundle{dir: path}, os.MkdirAll(path, 0o700)
}

// file begins the next file; the one before is done then.
func (b *bundle) file(name string) (io.Writer, error) {
	if b.zip != nil {
		return b.zip.Create(name)
	}
	if err := b.done(); err != nil {
		return nil, err
	}
	path := filepath.Join(b.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	b.last = f
	return f, err
}

func (b *bundle) done() error {
	if b.last == nil {
		return nil
	}
	f := b.last
	b.last = nil
	return f.Close()
}

func (b *bundle) close() error {
	if b.zip != nil {
		return errors.Join(b.zip.Close(), b.out.Close())
	}
	return b.done()
}

package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"sekisho/role/admin"
	fingerprint "sekisho/scan/exact"
)

type fingerprintUpload struct {
	Contract string `arg:"" help:"The contract."`
	Name     string `arg:"" help:"What a hit is called: small letters, digits, hyphens. A set of that name is replaced."`
	Set      string `placeholder:"FILE" help:"A set that \"sekisho fingerprint make\" wrote with the contract's key; without it, rows are read as CSV from the standard input."`
	Rows     string `placeholder:"FILE" help:"The rows, instead of the standard input."`
	Need     int    `default:"2" help:"Values of so many different columns in one mail are a hit."`
	Header   bool   `help:"The first row is a header."`
}

// Run makes the set with the contract's key, or looks whether the given one was made with it, and hands it over. The values themselves
// do not leave this process.
func (c *fingerprintUpload) Run(g *Global) error {
	k, err := call[admin.FingerprintKey](g, "fingerprint/key", admin.Fingerprint{Contract: c.Contract})
	if err != nil {
		return err
	}
	key, err := hex.DecodeString(k.Key)
	if err != nil {
		return err
	}
	set, err := c.made(g, key)
	if err != nil {
		return err
	}
	if _, err := fingerprint.Open(set, key); err != nil {
		return fmt.Errorf("%w: make it with the key that \"sekisho fingerprint key --contract %s\" prints", err, c.Contract)
	}
	list, err := call[[]admin.FingerprintSet](g, "fingerprint/put", admin.Fingerprint{Contract: c.Contract, Name: c.Name, Set: set})
	if err != nil {
		return err
	}
	return printFingerprints(g, list)
}

func (c *fingerprintUpload) made(g *Global, key fingerprint.Key) ([]byte, error) {
	if c.Set != "" {
		return readFile(c.Set)
	}
	m := fingerprintMake{Need: c.Need, Header: c.Header}
	in := os.Stdin
	if c.Rows != "" {
		f, err := os.Open(c.Rows)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	set, rows, left, err := m.set(key, in)
	if err == nil {
		fmt.Fprintf(g.Err, "%d rows, %d values too short or too long to be told from others, %d bytes\n", rows, left, len(set))
	}
	return set, err
}

type fingerprintList struct {
	Contract string `arg:"" help:"The contract."`
}

// Run lists a contract's sets.
func (c *fingerprintList) Run(g *Global) error {
	list, err := call[[]admin.FingerprintSet](g, "fingerprint/list", admin.Fingerprint{Contract: c.Contract})
	if err != nil {
		return err
	}
	return printFingerprints(g, list)
}

type fingerprintDrop struct {
	Contract string `arg:"" help:"The contract."`
	Name     string `arg:"" help:"The set."`
}

// Run takes a set away.
func (c *fingerprintDrop) Run(g *Global) error {
	list, err := call[[]admin.FingerprintSet](g, "fingerprint/drop", admin.Fingerprint{Contract: c.Contract, Name: c.Name})
	if err != nil {
		return err
	}
	return printFingerprints(g, list)
}

func printFingerprints(g *Global, list []admin.FingerprintSet) error {
	return g.print(list, func(w io.Writer) {
		row(w, "NAME", "BYTES", "SINCE", "SHA-256")
		for _, s := range list {
			row(w, s.Name, s.Bytes, s.At.Format("2006-01-02 15:04"), s.Digest[:min(16, len(s.Digest))])
		}
	})
}

package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"sekisho/role/admin"
	fingerprint "sekisho/scan/exact"
)

// fingerprintCommand turns a customer's own data into keyed fingerprints, at the customer: the data itself goes nowhere.
type fingerprintCommand struct {
	Key      fingerprintKey      `cmd:"" help:"Make a key."`
	Make     fingerprintMake     `cmd:"" help:"Read rows as CSV from the standard input, write a set of fingerprints."`
	Document fingerprintDocument `cmd:"" help:"Write the section of a contract's rules that recognises a text, whole or in part."`
	Try      fingerprintTry      `cmd:"" help:"Say how much of a set stands in texts."`
	Upload   fingerprintUpload   `cmd:"" help:"Give a set to a contract of the running service: rows as CSV from the standard input, or a set that was made elsewhere."`
	List     fingerprintList     `cmd:"" help:"List the sets of a contract."`
	Drop     fingerprintDrop     `cmd:"" help:"Take a set away from a contract."`
}

type fingerprintKey struct {
	Contract string `placeholder:"CONTRACT" help:"The key of a contract of the running service, for sets that are uploaded; who asked is entered in the ledger."`
}

// Run prints a key of 32 random bytes in hexadecimal, or that of a contract.
func (c *fingerprintKey) Run(g *Global) error {
	if c.Contract != "" {
		k, err := call[admin.FingerprintKey](g, "fingerprint/key", admin.Fingerprint{Contract: c.Contract})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(g.Out, k.Key)
		return err
	}
	b := make([]byte, fingerprint.KeySize)
	if _, err := rand.Read(b); err != nil {
		return err
	}
	_, err := fmt.Fprintln(g.Out, hex.EncodeToString(b))
	return err
}

func readFingerprintKey(path string) (fingerprint.Key, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	k, err := hex.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(k) != fingerprint.KeySize {
		return nil, fmt.Errorf("%s is no key: make one with \"sekisho fingerprint key > FILE\"", path)
	}
	return k, nil
}

type fingerprintMake struct {
	Key    string `required:"" placeholder:"FILE" help:"The key."`
	Need   int    `default:"2" help:"Values of so many different columns in one mail are a hit."`
	Header bool   `help:"The first row is a header."`
	Policy string `placeholder:"NAME" help:"Write the section of a contract's rules instead, with this name."`
}

// Run makes the set. Rows may differ in length; the first one says how many columns count.
func (c *fingerprintMake) Run(g *Global) error {
	key, err := readFingerprintKey(c.Key)
	if err != nil {
		return err
	}
	set, rows, left, err := c.set(key, os.Stdin)
	if err != nil {
		return err
	}
	fmt.Fprintf(g.Err, "%d rows, %d values too short or too long to be told from others, %d bytes\n", rows, left, len(set))
	if c.Policy == "" {
		_, err = g.Out.Write(set)
		return err
	}
	_, err = fmt.Fprintf(g.Out, "[[leak.exact]]\nname = %q\nkey = \"%x\"\nset = \"%s\"\n", c.Policy, []byte(key), base64.StdEncoding.EncodeToString(set))
	return err
}

func (c *fingerprintMake) set(key fingerprint.Key, r io.Reader) (set []byte, rows, left int, err error) {
	in := csv.NewReader(bufio.NewReaderSize(r, 1<<20))
	in.FieldsPerRecord, in.ReuseRecord, in.LazyQuotes = -1, true, true
	var m *fingerprint.Maker
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, 0, 0, err
		}
		if m == nil {
			row[0] = string(bytes.TrimPrefix([]byte(row[0]), []byte("\xef\xbb\xbf")))
			if m, err = fingerprint.NewMaker(key, len(row)); err != nil {
				return nil, 0, 0, err
			}
			if c.Header {
				continue
			}
		}
		m.Add(row)
		rows++
	}
	if m == nil {
		return nil, 0, 0, errors.New("there are no rows")
	}
	set, err = m.Encode(c.Need)
	return set, rows, m.Left, err
}

type fingerprintTry struct {
	Key  string   `required:"" placeholder:"FILE" help:"The key."`
	Set  string   `required:"" placeholder:"FILE" help:"The set."`
	Text []string `arg:"" name:"text" help:"Text files."`
}

// Run prints a line for each text.
func (c *fingerprintTry) Run(g *Global) error {
	key, err := readFingerprintKey(c.Key)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(c.Set)
	if err != nil {
		return err
	}
	s, err := fingerprint.Open(b, key)
	if err != nil {
		return err
	}
	for _, path := range c.Text {
		raw, err := readFile(path)
		if err != nil {
			return err
		}
		r, hit := s.Look(string(raw))
		fmt.Fprintf(g.Out, "%s: %d values of %d columns, hit %t\n", path, r.Values, r.Columns, hit)
	}
	return nil
}

type fingerprintDocument struct {
	Key  string `required:"" placeholder:"FILE" help:"The key."`
	Name string `required:"" help:"What a hit is called: small letters, digits, hyphens."`
	Text string `arg:"" help:"The text of the document; \"-\" is the standard input."`
}

// Run prints the section.
func (c *fingerprintDocument) Run(g *Global) error {
	key, err := readFingerprintKey(c.Key)
	if err != nil {
		return err
	}
	text, err := readFile(c.Text)
	if err != nil {
		return err
	}
	doc, err := fingerprint.Document(key, string(text))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(g.Out, "[[leak.documents]]\nname = %q\nkey = \"%x\"\nset = \"%s\"\nshare = 0.3\n", c.Name, []byte(key), base64.StdEncoding.EncodeToString(doc))
	return err
}

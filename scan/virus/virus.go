// Package virus knows malware by its content: the EICAR test file, and a list of SHA-256 sums that the operator loads.
//
// It is the engine that is always there, not the only one: what others say (clamd, other scanners) reaches the
// inspection as findings from outside.
package virus

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"

	"sekisho"
)

// Engine knows a set of sums. The zero value knows EICAR only.
type Engine struct {
	sums map[[sha256.Size]byte]string
}

// Load reads a list: one sum in hexadecimal a line, then blanks and a name; lines with # are remarks. It fails with
// Invalid at the first line that is neither.
func Load(r io.Reader) (*Engine, error) {
	e := &Engine{sums: make(map[[sha256.Size]byte]string)}
	in := bufio.NewScanner(r)
	for in.Scan() {
		line := strings.TrimSpace(in.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		sum, name, _ := strings.Cut(line, " ")
		b, err := hex.DecodeString(sum)
		if err != nil || len(b) != sha256.Size {
			return nil, sekisho.E("virus.load", sekisho.Invalid, err)
		}
		if name = strings.TrimSpace(name); name == "" {
			name = "listed"
		}
		e.sums[[sha256.Size]byte(b)] = name
	}
	if err := in.Err(); err != nil {
		return nil, sekisho.E("virus.load", sekisho.Invalid, err)
	}
	return e, nil
}

// eicar is the test string of the anti-virus industry, in two halves so that this program is no find itself.
func eicar() (head, tail string) {
	return `X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD`, `-ANTIVIRUS-TEST-FILE!$H+H*`
}

// Find names the malware that data is; "" for none.
func (e *Engine) Find(data []byte) string {
	head, tail := eicar()
	if i := bytes.Index(data, []byte(head)); i >= 0 && bytes.HasPrefix(data[i+len(head):], []byte(tail)) {
		return "eicar"
	}
	if e == nil || len(e.sums) == 0 || len(data) == 0 {
		return ""
	}
	return e.sums[sha256.Sum256(data)]
}

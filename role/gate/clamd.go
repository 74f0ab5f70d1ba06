package gate

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"strings"
	"time"

	"sekisho"
	"sekisho/wire"
)

// clamd speaks the INSTREAM command of clamd(8): chunks with their length before them, a chunk of length zero, then one
// line of answer. One hit is enough; an engine that is down makes the mail wait, never pass unseen.
func (g *Gate) clamd(ctx context.Context, raw []byte) ([]sekisho.Finding, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	conn, err := wire.Dial(ctx, g.peers.Dial, wire.Connect{Host: "clamd"})
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if t, ok := ctx.Deadline(); ok {
		conn.SetDeadline(t)
	}
	answer, err := instream(conn, raw)
	if err != nil {
		return nil, sekisho.E("gate.clamd", sekisho.Unavailable, err)
	}
	return clamdFinding(answer)
}

const clamdChunk = 256 << 10

func instream(conn net.Conn, raw []byte) (string, error) {
	if _, err := conn.Write([]byte("zINSTREAM\x00")); err != nil {
		return "", err
	}
	for len(raw) > 0 {
		part := raw[:min(len(raw), clamdChunk)]
		raw = raw[len(part):]
		if _, err := conn.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part)))); err != nil {
			return "", err
		}
		if _, err := conn.Write(part); err != nil {
			return "", err
		}
	}
	if _, err := conn.Write(make([]byte, 4)); err != nil {
		return "", err
	}
	b := make([]byte, 1024)
	n := 0
	for n < len(b) && !strings.ContainsRune(string(b[:n]), 0) {
		k, err := conn.Read(b[n:])
		n += k
		if err != nil {
			break
		}
	}
	if n == 0 {
		return "", errors.New("clamd gave no answer")
	}
	return strings.TrimRight(string(b[:n]), "\x00\n"), nil
}

// clamdFinding reads "stream: OK", "stream: NAME FOUND" or "... ERROR".
func clamdFinding(answer string) ([]sekisho.Finding, error) {
	text := strings.TrimPrefix(answer, "stream: ")
	if text == "OK" {
		return nil, nil
	}
	if name, found := strings.CutSuffix(text, " FOUND"); found {
		return []sekisho.Finding{{Kind: sekisho.KindVirus, Name: "clamd", Score: 20, Evidence: name[:min(len(name), sekisho.MaxEvidence)]}}, nil
	}
	return nil, sekisho.E("gate.clamd", sekisho.Unavailable, errors.New(answer))
}

package supervise

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
)

// Bounds of what a role may write into the operator's log.
const (
	longestLine  = 4 << 10
	linesAtOnce  = 400 // and afterwards linesASecond
	linesASecond = 50
)

// readLog takes the lines a role writes to its standard error into the operator's log. The supervisor adds who it was:
// a role cannot sign with another's name, write line breaks, or fill the disk.
func (s *Supervisor) readLog(p *process, from *os.File) {
	defer close(p.logged)
	defer from.Close()
	in := bufio.NewReaderSize(from, longestLine)
	log := s.c.Log.With("role", p.name(), "instance", p.self.Instance)
	credit, last, dropped := float64(linesAtOnce), time.Now(), 0
	for {
		line, err := in.ReadSlice('\n')
		if len(line) > 0 {
			now := time.Now()
			credit = min(linesAtOnce, credit+now.Sub(last).Seconds()*linesASecond)
			last = now
			if credit < 1 {
				dropped++
			} else {
				credit--
				if dropped > 0 {
					log.Warn("lines left out", "count", dropped)
					dropped = 0
				}
				level, text := levelOf(line)
				log.Log(context.Background(), level, text)
				p.lastLine = text
			}
		}
		for err == bufio.ErrBufferFull { // the rest of a long line
			_, err = in.ReadSlice('\n')
		}
		if err != nil {
			if dropped > 0 {
				log.Warn("lines left out", "count", dropped)
			}
			return
		}
	}
}

// levelOf takes the priority off a line that begins with one, "<3>" (RFC 5424 section 6.2.1, as system loggers use it).
func levelOf(line []byte) (slog.Level, string) {
	level := slog.LevelInfo
	if len(line) > 3 && line[0] == '<' && line[2] == '>' {
		switch line[1] {
		case '0', '1', '2', '3':
			level = slog.LevelError
		case '4':
			level = slog.LevelWarn
		case '7':
			level = slog.LevelDebug
		}
		line = line[3:]
	}
	return level, printable(strings.TrimRight(string(line), "\r\n"))
}

// printable makes text of a role harmless for a terminal and a log: what is not printable is escaped, the rest stays.
func printable(s string) string {
	if len(s) > longestLine {
		s = s[:longestLine]
	}
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			q := strconv.QuoteRune(r)
			b.WriteString(q[1 : len(q)-1])
		}
	}
	return b.String()
}

// Log gives a role its logger. Lines go to standard error, one write each, where the supervisor reads them; time and
// role are added there.
func (c *Child) Log() *slog.Logger { return slog.New(newLineHandler(os.Stderr)) }

// lineHandler writes slog records as lines that levelOf understands.
type lineHandler struct {
	slog.Handler
	out *lineWriter
}

func newLineHandler(w io.Writer) *lineHandler {
	out := &lineWriter{to: w}
	text := slog.NewTextHandler(&out.line, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
			return slog.Attr{}
		}
		return a
	}})
	return &lineHandler{text, out}
}

type lineWriter struct {
	mu   sync.Mutex
	line bytes.Buffer
	to   io.Writer
}

// Handle writes one record.
func (h *lineHandler) Handle(ctx context.Context, r slog.Record) error {
	h.out.mu.Lock()
	defer h.out.mu.Unlock()
	h.out.line.Reset()
	switch {
	case r.Level >= slog.LevelError:
		h.out.line.WriteString("<3>")
	case r.Level >= slog.LevelWarn:
		h.out.line.WriteString("<4>")
	case r.Level >= slog.LevelInfo:
		h.out.line.WriteString("<6>")
	default:
		h.out.line.WriteString("<7>")
	}
	if err := h.Handler.Handle(ctx, r); err != nil {
		return err
	}
	_, err := h.out.to.Write(h.out.line.Bytes())
	return err
}

// WithAttrs is slog's.
func (h *lineHandler) WithAttrs(a []slog.Attr) slog.Handler {
	return &lineHandler{h.Handler.WithAttrs(a), h.out}
}

// WithGroup is slog's.
func (h *lineHandler) WithGroup(name string) slog.Handler {
	return &lineHandler{h.Handler.WithGroup(name), h.out}
}

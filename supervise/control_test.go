package supervise

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"sekisho/sandbox"
)

func controls(t *testing.T) (a, b *control) {
	t.Helper()
	fa, fb, err := pair(unix.SOCK_SEQPACKET)
	if err != nil {
		t.Fatal(err)
	}
	if a, err = newControl(fa); err != nil {
		t.Fatal(err)
	}
	if b, err = newControl(fb); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.conn.Close(); b.conn.Close() })
	return a, b
}

func openDescriptors(t *testing.T) int {
	t.Helper()
	e, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(e)
}

func TestControlCarriesMessagesAndDescriptors(t *testing.T) {
	a, b := controls(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	sent := message{Kind: sayHello, Level: sandbox.L2, Role: "gate", Instance: 7}
	if err := a.send(sent, w); err != nil {
		t.Fatal(err)
	}
	w.Close()
	m, files, err := b.receive(1)
	if err != nil || m.Kind != sayHello || m.Level != sandbox.L2 || m.Instance != 7 || len(files) != 1 {
		t.Fatalf("%+v %v %v", m, files, err)
	}
	files[0].WriteString("x")
	closeAll(files)
	got := make([]byte, 1)
	if _, err := r.Read(got); err != nil || got[0] != 'x' {
		t.Errorf("through the descriptor: %q %v", got, err)
	}
}

// A process may send whatever it likes; too many descriptors, too long or not JSON is an error that keeps nothing open.
func TestControlRefusesTheUnexpected(t *testing.T) {
	a, b := controls(t)
	null, err := os.Open("/dev/null")
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	before := openDescriptors(t)
	rights := unix.UnixRights(int(null.Fd()), int(null.Fd()), int(null.Fd()), int(null.Fd()))
	for _, c := range []struct {
		bytes  []byte
		rights []byte
	}{
		{[]byte(`{"kind":"hello"}`), rights},
		{[]byte(`{"kind":"` + strings.Repeat("x", maxMessage) + `"}`), nil},
		{[]byte(`hello`), unix.UnixRights(int(null.Fd()))},
		{[]byte(`{"kind":"hello","level":"L9"}`), nil},
	} {
		if _, _, err := a.conn.WriteMsgUnix(c.bytes, c.rights, nil); err != nil {
			t.Fatal(err)
		}
		if m, files, err := b.receive(1); err == nil {
			t.Errorf("%.40s: taken as %+v, %v", c.bytes, m, files)
		}
	}
	if now := openDescriptors(t); now != before {
		t.Errorf("%d descriptors, before %d", now, before)
	}
}

func FuzzControl(f *testing.F) {
	f.Add([]byte(`{"kind":"hello","level":"L3"}`))
	f.Add([]byte(`{"kind":"ready"}`))
	f.Add([]byte(`{"kind":"line","role":"gate","instance":16777217,"outgoing":true}`))
	f.Add([]byte(`{"kind":"begin","spec":{"level":"L2","uid":1},"listeners":["a"]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) == 0 || len(b) > 60<<10 {
			return
		}
		from, to := controls(t)
		if _, _, err := from.conn.WriteMsgUnix(b, nil, nil); err != nil {
			return
		}
		m, files, err := to.receive(1)
		if len(files) != 0 || (err != nil && m.Kind != "" && len(b) > maxMessage) {
			t.Errorf("%q: %+v %v %v", b, m, files, err)
		}
	})
}

// Whatever a role writes, one line of it is one line of ours, printable and bounded.
func FuzzLine(f *testing.F) {
	f.Add([]byte("<3>could not deliver\n"))
	f.Add([]byte("<"))
	f.Add([]byte("role=vault \x1b[2J\r\n\x00\xff 経由"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, text := levelOf(b)
		if strings.ContainsAny(text, "\n\r\x00\x1b") || len(text) > 6*longestLine {
			t.Errorf("%q", text)
		}
	})
}

func TestLogOfChild(t *testing.T) {
	var b bytes.Buffer
	log := slog.New(newLineHandler(&b))
	log.With("peer", "192.0.2.1").WithGroup("mail").Error("refused", "id", 7)
	log.Debug("quiet")
	want := "<3>msg=refused peer=192.0.2.1 mail.id=7\n<7>msg=quiet\n"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	if level, text := levelOf([]byte(want[:strings.Index(want, "\n")+1])); level != slog.LevelError || text != "msg=refused peer=192.0.2.1 mail.id=7" {
		t.Errorf("read back: %v %q", level, text)
	}
}

// The number of starts is lifted and never lowered, and the next start goes on from there.
func TestLift(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, ownDirectory), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, n := range []uint64{500, 100, 500} {
		if err := Lift(dir, n); err != nil {
			t.Fatal(err)
		}
	}
	h := &home{path: dir}
	if err := h.count(); err != nil || h.boot != 501 {
		t.Errorf("start %d: %v", h.boot, err)
	}
}

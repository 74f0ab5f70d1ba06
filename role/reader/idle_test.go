package reader_test

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestIdleMemory measures what an idle connection costs. It needs python3 for clients in another process and is run by
// hand: SEKISHO_IDLE=500 go test -run IdleMemory -v ./role/reader
func TestIdleMemory(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("SEKISHO_IDLE"))
	if n == 0 {
		t.Skip("set SEKISHO_IDLE to the number of connections")
	}
	h := newHouse(t)
	h.deliver("bob", "", simple(1, "s", "t"))
	before := memory()
	script := fmt.Sprintf(`
import socket, ssl, sys
c = ssl.create_default_context(); c.check_hostname = False; c.verify_mode = ssl.CERT_NONE
host, port = %q.rsplit(":", 1)
keep = []
for i in range(%d):
    s = c.wrap_socket(socket.create_connection((host, int(port))))
    f = s.makefile("rwb")
    f.readline()
    for k, cmd in enumerate([%q, "SELECT INBOX", "FETCH 1 (FLAGS ENVELOPE BODY.PEEK[])"]):
        f.write(("t%%d %%s\r\n" %% (k, cmd)).encode()); f.flush()
        while not f.readline().startswith(b"t%%d OK" %% k): pass
    f.write(b"i IDLE\r\n"); f.flush(); f.readline()
    keep.append((s, f))
print("ready", flush=True)
sys.stdin.read()
`, h.secure, n, "LOGIN bob@mori.example "+strconv.Quote(h.people["bob"].app))
	cmd := exec.Command("python3", "-c", script)
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	b := make([]byte, 5)
	out.Read(b)
	if !strings.HasPrefix(string(b), "ready") {
		t.Fatalf("clients said %q", b)
	}
	time.Sleep(time.Second)
	after := memory()
	t.Logf("%.1f KiB per idle connection", float64(after-before)/1024/float64(n))
	if each := (after - before) / uint64(n); each > 48<<10 {
		t.Errorf("%d bytes per idle connection", each)
	}
	in.Close()
	cmd.Wait()
}

func memory() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

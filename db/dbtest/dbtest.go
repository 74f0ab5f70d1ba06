// Package dbtest starts a PostgreSQL server of its own for tests, where the programs are installed, so that whatever
// runs on SQLite is tested on both engines.
package dbtest

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	_ "sekisho/db" // registers the driver
)

// Server is a running server that listens on a socket in a directory of its own.
type Server struct {
	dir   string
	count int
}

// nobody is the user that the server runs as when the tests run as root, which PostgreSQL refuses.
const nobody = 65534

// Start starts a server that ends with the test. Without the programs the test is skipped.
func Start(t testing.TB) *Server {
	initdb, postgres := find("initdb"), find("postgres")
	if initdb == "" || postgres == "" {
		t.Skip("no PostgreSQL here: initdb and postgres are neither in PATH nor in /usr/lib/postgresql/*/bin")
	}
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if os.Getuid() == 0 {
		if err := os.Chown(dir, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	data := filepath.Join(dir, "data")
	if out, err := ordinary(dir, initdb, "-D", data, "-U", "test", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync").CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	cmd := ordinary(dir, postgres, "-D", data, "-k", dir, "-h", "", "-F")
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Signal(syscall.SIGINT); cmd.Wait() })
	lines := bufio.NewScanner(log)
	var seen []string
	for lines.Scan() {
		if seen = append(seen, lines.Text()); strings.Contains(lines.Text(), "ready to accept connections") {
			go func() {
				for lines.Scan() {
				}
			}()
			return &Server{dir: dir}
		}
	}
	t.Fatalf("postgres did not start:\n%s", strings.Join(seen, "\n"))
	return nil
}

// New makes an empty database and gives its URL.
func (s *Server) New(t testing.TB) string {
	s.count++
	name := fmt.Sprint("test", s.count)
	admin, err := sql.Open("pgx", s.url("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	if _, err := admin.ExecContext(context.Background(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return s.url(name)
}

func (s *Server) url(name string) string {
	return "postgres:///" + name + "?user=test&host=" + url.QueryEscape(s.dir)
}

func ordinary(dir, program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGINT}
	if os.Getuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	return cmd
}

func find(name string) string {
	if p, err := exec.LookPath(name); err == nil {
		return p
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/", "/usr/local/bin/", "/usr/local/pgsql/bin/", "/usr/pgsql-*/bin/"} {
		if list, _ := filepath.Glob(pattern + name); len(list) > 0 {
			return list[len(list)-1]
		}
	}
	return ""
}

package test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Every wrong configuration refuses to start, for the stated reason: file, line, key and what to do.
func TestBadConfig(t *testing.T) {
	dirs, err := filepath.Glob("badconfig/*")
	if err != nil || len(dirs) < 10 {
		t.Fatalf("%d cases: %v", len(dirs), err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			want, err := os.ReadFile(filepath.Join(dir, "want"))
			if err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command(Binary(t), "serve", "--config", filepath.Join(dir, "sekisho.toml"), "--data", t.TempDir()).CombinedOutput()
			if err == nil {
				t.Fatal("it started")
			}
			for _, w := range strings.Split(strings.TrimSpace(string(want)), "\n") {
				if !strings.Contains(string(out), w) {
					t.Errorf("%q does not say %q", strings.TrimSpace(string(out)), w)
				}
			}
		})
	}
}

// Package corpus finds the test data that others wrote and that is not part of the source.
package corpus

import (
	"os"
	"path/filepath"
	"testing"
)

// Path is where a file or folder of the data lies. Without data the test is skipped; with SEKISHO_SHARED set, as in CI, what
// is missing is an error.
func Path(t testing.TB, path string) string {
	t.Helper()
	root := os.Getenv("SEKISHO_SHARED")
	if root == "" {
		if root = above("shared/data"); root == "" {
			t.Skip("no shared test data: set SEKISHO_SHARED")
		}
	}
	full := filepath.Join(root, path)
	if _, err := os.Stat(full); err != nil {
		t.Fatalf("test data is missing: %v", err)
	}
	return full
}

// above looks for the data beside the checkout: the folder that holds it, or "".
func above(data string) string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if s, err := os.Stat(filepath.Join(dir, data)); err == nil && s.IsDir() {
			return filepath.Join(dir, filepath.Dir(data))
		}
	}
	return ""
}

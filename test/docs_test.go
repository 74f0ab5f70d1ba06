package test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"sekisho/config"
)

// docs/trust.md is what the program says of itself.
func TestTrust(t *testing.T) {
	out, err := exec.Command(Binary(t), "roles", "--markdown").Output()
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("../docs/trust.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(out) != string(have) {
		t.Error("docs/trust.md is old: bin/sekisho roles --markdown > docs/trust.md")
	}
}

// Every key of the configuration is described in both languages, and nothing else is.
func TestConfigDocumented(t *testing.T) {
	b, err := toml.Marshal(config.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"config.md", "config.ja.md"} {
		text, err := os.ReadFile("../docs/operate/" + page)
		if err != nil {
			t.Fatal(err)
		}
		described := map[string]bool{}
		for _, m := range regexp.MustCompile("(?m)^\\| `([a-z._]+)` \\|").FindAllStringSubmatch(string(text), -1) {
			described[m[1]] = true
		}
		table := ""
		for line := range strings.Lines(string(b)) {
			line = strings.TrimSpace(line)
			if strings.HasPrefix(line, "[") {
				table = strings.Trim(line, "[]") + "."
			} else if k, _, ok := strings.Cut(line, "="); ok {
				key := table + strings.TrimSpace(k)
				if !described[key] {
					t.Errorf("%s does not describe %s", page, key)
				}
				delete(described, key)
			}
		}
		for k := range described {
			t.Errorf("%s describes %s, which there is not", page, k)
		}
	}
}

// The commands that the README shows are understood.
func TestReadmeCommands(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, m := range regexp.MustCompile(`(?m)^(?:sudo )?bin/sekisho (.+?)(?:\s+#.*)?$`).FindAllStringSubmatch(string(text), -1) {
		args := strings.Fields(m[1])
		var words []string
		for _, a := range args {
			if strings.HasPrefix(a, "-") || strings.ContainsAny(a, "@\".") || strings.ToLower(a) != a {
				break
			}
			words = append(words, a)
		}
		out, err := exec.Command(Binary(t), append(words, "--help")...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "Usage: sekisho "+strings.Join(words, " ")) {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
		for _, a := range args {
			if f, ok := strings.CutPrefix(a, "--"); ok && !strings.Contains(string(out), "--"+strings.Split(f, "=")[0]) {
				t.Errorf("%v: no flag --%s", args, f)
			}
		}
		n++
	}
	if n < 10 {
		t.Errorf("found only %d commands", n)
	}
}

// Every direct dependency has its reason, and no reason stands without its dependency.
func TestDependencies(t *testing.T) {
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../docs/decisions/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	var reasons []string
	for _, m := range regexp.MustCompile(`(?m)^\| ([^|]+) \|`).FindAllStringSubmatch(string(text), -1) {
		reasons = append(reasons, strings.Split(m[1], ", ")...)
	}
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\t(\S+) v\S+$`).FindAllStringSubmatch(string(mod), -1) {
		name := strings.TrimPrefix(m[1], "github.com/")
		used[name] = true
		if !slices.Contains(reasons, name) {
			t.Errorf("docs/decisions/dependencies.md gives no reason for %s", name)
		}
	}
	for _, r := range reasons {
		if strings.Contains(r, "/") && !used[r] {
			t.Errorf("docs/decisions/dependencies.md names %s, which is not used directly", r)
		}
	}
}

// The tests that docs/asvs.md and docs/layers.md name are there.
func TestNamedTests(t *testing.T) {
	there := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		b, err := os.ReadFile(path)
		for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`).FindAllStringSubmatch(string(b), -1) {
			there[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"asvs.md", "layers.md"} {
		b, err := os.ReadFile("../docs/" + page)
		if err != nil {
			t.Fatal(err)
		}
		named := regexp.MustCompile("`((?:Test|Fuzz)\\w+)`").FindAllStringSubmatch(string(b), -1)
		if len(named) < 10 {
			t.Errorf("%s names %d tests", page, len(named))
		}
		for _, m := range named {
			if !there[m[1]] {
				t.Errorf("%s names %s, which there is not", page, m[1])
			}
		}
	}
}

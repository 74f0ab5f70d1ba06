package supervise

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// newGroup makes the cgroup v2 directory of this supervisor below its own one; "" when there is none. Groups of
// supervisors that were killed are removed: they are empty by then.
func newGroup(below string) string {
	if below == "" {
		return ""
	}
	old, _ := filepath.Glob(filepath.Join(below, "sekisho-*"))
	for _, dir := range old {
		inner, _ := filepath.Glob(filepath.Join(dir, "*-*"))
		for _, d := range append(inner, dir) {
			os.Remove(d) // fails for those in use
		}
	}
	dir := filepath.Join(below, "sekisho-"+strconv.Itoa(os.Getpid()))
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return ""
	}
	return dir
}

// groupFor makes a fresh group for one process: an old one may still be frozen.
func groupFor(parent string, p *process) string {
	if parent == "" {
		return ""
	}
	dir := filepath.Join(parent, p.name()+"-"+strconv.FormatUint(uint64(p.self.Instance), 10))
	if os.Mkdir(dir, 0o755) != nil {
		return ""
	}
	if p.spec.Memory != 0 { // only there where the controller was handed to us
		os.WriteFile(filepath.Join(dir, "memory.max"), []byte(strconv.FormatUint(p.spec.Memory*5/4, 10)), 0)
	}
	return dir
}

// removeGroup removes a directory whose last process may still be on its way out.
func removeGroup(dir string) {
	for i := 0; dir != "" && i < 50; i++ {
		if err := os.Remove(dir); err == nil || errors.Is(err, fs.ErrNotExist) {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
}

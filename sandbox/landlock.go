package sandbox

import (
	"fmt"

	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
)

// landlockVersion is the version of Landlock's interface in this kernel; 0 for none.
func landlockVersion() int {
	v, err := ll.LandlockGetABIVersion()
	if err != nil || v < 0 {
		return 0
	}
	return v
}

// rules of a directory that belongs to the process: plain files and directories, nothing that could be run or that is a
// device, a socket or a link.
const ownDirectory = landlock.AccessFSSet(ll.AccessFSReadFile | ll.AccessFSReadDir | ll.AccessFSWriteFile | ll.AccessFSTruncate |
	ll.AccessFSMakeReg | ll.AccessFSMakeDir | ll.AccessFSRemoveFile | ll.AccessFSRemoveDir | ll.AccessFSRefer)

// restrict gives up everything that this kernel's Landlock can give up, except the process' own directory. It asks for
// exactly the version that the kernel has: asking for "the best" would hide what was not done. It says whether files
// are closed.
func restrict(s Spec) (bool, error) {
	config, ok := configOf(landlockVersion())
	if !ok || s.Level < L2 {
		return false, nil
	}
	if s.Net {
		config.HandledAccessNet = 0
	}
	var rules []landlock.Rule
	if s.Files && s.Dir != "" {
		rules = append(rules, landlock.PathAccess(ownDirectory&config.HandledAccessFS, s.Home()))
	}
	if err := config.Restrict(rules...); err != nil {
		return false, fmt.Errorf("version %d: %w", landlockVersion(), err)
	}
	return true, nil
}

// configOf is everything that a version of Landlock can restrict; false when there is no such version.
func configOf(version int) (landlock.Config, bool) {
	all := [...]landlock.Config{landlock.V1, landlock.V2, landlock.V3, landlock.V4, landlock.V5, landlock.V6, landlock.V7,
		landlock.V8, landlock.V9, landlock.V10, landlock.V11}
	if version < 1 {
		return landlock.Config{}, false
	}
	return all[min(version, len(all))-1], true
}

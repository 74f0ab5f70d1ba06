package sandbox

import (
	"fmt"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

const (
	archX8664 = 0xc000003e // AUDIT_ARCH_X86_64
	x32       = 0x40000000 // calls of the x32 entry carry this bit
)

// Where struct seccomp_data keeps its fields; arguments are 8 bytes each, low half first.
const (
	offCall = 0
	offArch = 4
	offArgs = 16
)

// Build assembles the filter for rules: what they name passes, everything else gets deny, and a call that comes in by a
// foreign entry (32 bit, x32), where numbers mean something else, ends the process. Rules for the same call add up.
//
// The order does not matter for the cost: for calls that pass whatever their arguments, the kernel remembers the verdict
// and does not run the program.
func Build(rules []Rule, deny uint32) []bpf.Instruction {
	kill := bpf.RetConstant{Val: unix.SECCOMP_RET_KILL_PROCESS}
	p := []bpf.Instruction{
		load(offArch), bpf.JumpIf{Cond: bpf.JumpEqual, Val: archX8664, SkipTrue: 1}, kill,
		load(offCall), bpf.JumpIf{Cond: bpf.JumpLessThan, Val: x32, SkipTrue: 1}, kill,
	}
	var order []uint32
	branches := map[uint32][]branch{}
	for _, r := range rules {
		if _, seen := branches[r.Call]; !seen {
			order = append(order, r.Call)
		}
		branches[r.Call] = append(branches[r.Call], branchesOf(r)...)
	}
	for _, call := range order {
		body := judge(branches[call], deny)
		p = append(p, bpf.JumpIf{Cond: bpf.JumpEqual, Val: call, SkipFalse: uint8(len(body))})
		p = append(p, body...)
	}
	return append(p, bpf.RetConstant{Val: deny})
}

func load(off uint32) bpf.Instruction { return bpf.LoadAbsolute{Off: off, Size: 4} }

// branch is a clause and what follows when it holds.
type branch struct {
	clause  Clause
	verdict uint32
}

func branchesOf(r Rule) (out []branch) {
	verdict := uint32(unix.SECCOMP_RET_ALLOW)
	if r.Decline {
		verdict = unix.SECCOMP_RET_ERRNO | uint32(unix.EINVAL)
	}
	if len(r.When) == 0 {
		return []branch{{nil, verdict}}
	}
	for _, c := range r.When {
		out = append(out, branch{c, verdict})
	}
	return out
}

// judge is the part of the program for one call: it always ends in a verdict, so it may overwrite the accumulator.
func judge(branches []branch, deny uint32) (body []bpf.Instruction) {
	for _, b := range branches {
		if len(b.clause) == 0 { // holds always: what follows would never be reached
			return append(body, bpf.RetConstant{Val: b.verdict})
		}
		var part []bpf.Instruction
		for i := len(b.clause) - 1; i >= 0; i-- { // backwards: a failing test jumps over all that follows and the verdict
			part = append(compare(b.clause[i], uint8(len(part)+1)), part...)
		}
		body = append(append(body, part...), bpf.RetConstant{Val: b.verdict})
	}
	return append(body, bpf.RetConstant{Val: deny})
}

// compare falls through when the test holds and skips that many instructions when it does not.
func compare(t Test, skip uint8) []bpf.Instruction {
	out := []bpf.Instruction{load(uint32(offArgs + 8*t.Arg))}
	if len(t.OneOf) == 0 {
		return append(out, bpf.JumpIf{Cond: bpf.JumpBitsSet, Val: t.Without, SkipTrue: skip})
	}
	for i, v := range t.OneOf {
		rest := uint8(len(t.OneOf) - 1 - i)
		if rest == 0 {
			out = append(out, bpf.JumpIf{Cond: bpf.JumpEqual, Val: v, SkipFalse: skip})
		} else {
			out = append(out, bpf.JumpIf{Cond: bpf.JumpEqual, Val: v, SkipTrue: rest})
		}
	}
	return out
}

// install loads the filter on all threads; no_new_privs must be set. It returns the listener for refused calls, or -1
// when the kernel or a filter above us does not allow one: then refused calls fail with EPERM and nobody hears of them.
func install(rules []Rule) (int, error) {
	every := uintptr(unix.SECCOMP_FILTER_FLAG_TSYNC | unix.SECCOMP_FILTER_FLAG_TSYNC_ESRCH)
	notify := every | unix.SECCOMP_FILTER_FLAG_NEW_LISTENER
	refuse := unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)
	var last error
	for _, try := range []struct {
		deny  uint32
		flags uintptr
	}{
		{unix.SECCOMP_RET_USER_NOTIF, notify | unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV}, // Linux 5.19
		{unix.SECCOMP_RET_USER_NOTIF, notify},                                               // 5.7
		{refuse, unix.SECCOMP_FILTER_FLAG_TSYNC},
	} {
		fd, err := loadFilter(Build(rules, try.deny), try.flags)
		if err == nil && try.deny == unix.SECCOMP_RET_USER_NOTIF {
			return fd, nil
		}
		if err == nil {
			return -1, nil
		}
		last = err
	}
	return -1, last
}

func loadFilter(p []bpf.Instruction, flags uintptr) (int, error) {
	raw, err := bpf.Assemble(p)
	if err != nil {
		return -1, err
	}
	code := make([]unix.SockFilter, len(raw))
	for i, r := range raw {
		code[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	prog := unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}
	fd, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&prog)))
	if errno != 0 {
		return -1, fmt.Errorf("seccomp: %w", errno)
	}
	return int(fd), nil
}

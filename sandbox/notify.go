package sandbox

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Denied is one refused call, as the kernel tells it. The caller sleeps until Refuse answers.
type Denied struct {
	ID    uint64 // names this notification
	Pid   uint32 // the calling thread, in the reader's pid namespace
	Flags uint32
	Call  int32
	Arch  uint32
	IP    uint64 // where in the program
	Args  [6]uint64
}

// Listener is the supervisor's end of one process' filter.
type Listener struct {
	file *os.File
	raw  syscall.RawConn
}

// NewListener takes over the descriptor that Enter returned in the confined process.
func NewListener(fd int) (*Listener, error) {
	if err := unix.SetNonblock(fd, true); err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), "refused calls")
	raw, err := f.SyscallConn()
	if err != nil {
		f.Close()
		return nil, err
	}
	return &Listener{f, raw}, nil
}

// Close forgets the process: its refused calls then fail with ENOSYS and nobody hears of them.
func (l *Listener) Close() error { return l.file.Close() }

// Next waits for the next refused call. It returns io.EOF once every process under the filter is gone. A caller that
// died between its call and this read is skipped: a detector that stopped there would be blind.
func (l *Listener) Next() (*Denied, error) {
	d, end := &Denied{}, error(nil)
	err := l.raw.Read(func(fd uintptr) bool {
		for {
			p := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
			if _, err := unix.Poll(p, 0); err == unix.EINTR {
				continue
			} else if err != nil {
				end = err
				return true
			}
			if p[0].Revents&unix.POLLIN == 0 {
				if p[0].Revents != 0 {
					end = io.EOF
				}
				return end != nil // otherwise: sleep until the descriptor changes
			}
			*d = Denied{} // the kernel demands zeroes
			switch errno := control(fd, unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(d)); errno {
			case 0:
				return true
			case unix.EINTR, unix.ENOENT:
			default:
				end = errno
				return true
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return d, end
}

// Refuse answers the caller with EPERM. There is no way to let a call pass: the arguments could change after a look.
func (l *Listener) Refuse(d *Denied) error {
	answer := struct {
		ID    uint64
		Val   int64
		Error int32
		Flags uint32
	}{ID: d.ID, Error: -int32(unix.EPERM)}
	return l.control(unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&answer))
}

// waiting says whether the caller still sleeps, so that its pid cannot have passed to another process.
func (l *Listener) waiting(d *Denied) bool {
	id := d.ID
	return l.control(unix.SECCOMP_IOCTL_NOTIF_ID_VALID, unsafe.Pointer(&id)) == nil
}

func (l *Listener) control(request uintptr, arg unsafe.Pointer) error {
	var errno unix.Errno
	if err := l.raw.Control(func(fd uintptr) { errno = control(fd, request, arg) }); err != nil {
		return err
	}
	if errno != 0 {
		return errno
	}
	return nil
}

func control(fd, request uintptr, arg unsafe.Pointer) unix.Errno {
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, fd, request, uintptr(arg))
	return errno
}

// Target is what the call was aimed at: a path or an address, read from the caller's memory before Refuse; "" where the
// call has none or it cannot be read (only root can read a confined process). Another thread of the caller may change
// it meanwhile: it is good for a report, never for a decision. At most 256 bytes, quoted where not printable.
func (l *Listener) Target(d *Denied) string {
	arg, address := targetOf(d.Call)
	if arg < 0 {
		return ""
	}
	f, err := os.Open("/proc/" + strconv.FormatUint(uint64(d.Pid), 10) + "/mem")
	if err != nil {
		return ""
	}
	defer f.Close()
	if !l.waiting(d) {
		return ""
	}
	b := make([]byte, 256)
	n, _ := f.ReadAt(b, int64(d.Args[arg]))
	if address {
		return socketAddress(b[:n])
	}
	text, _, _ := bytes.Cut(b[:n], []byte{0})
	quoted := strconv.Quote(string(text))
	return quoted[1 : len(quoted)-1]
}

// targetOf gives the argument that points to a path, or to a socket address; -1 for neither.
func targetOf(call int32) (arg int, address bool) {
	switch call {
	case unix.SYS_OPEN, unix.SYS_CREAT, unix.SYS_EXECVE, unix.SYS_STAT, unix.SYS_LSTAT, unix.SYS_ACCESS, unix.SYS_UNLINK,
		unix.SYS_RENAME, unix.SYS_MKDIR, unix.SYS_RMDIR, unix.SYS_CHMOD, unix.SYS_CHOWN, unix.SYS_READLINK, unix.SYS_SYMLINK,
		unix.SYS_LINK, unix.SYS_CHDIR, unix.SYS_CHROOT, unix.SYS_TRUNCATE, unix.SYS_STATFS, unix.SYS_MKNOD, unix.SYS_MEMFD_CREATE,
		unix.SYS_UTIME, unix.SYS_UTIMES:
		return 0, false
	case unix.SYS_OPENAT, unix.SYS_OPENAT2, unix.SYS_EXECVEAT, unix.SYS_NEWFSTATAT, unix.SYS_STATX, unix.SYS_FACCESSAT,
		unix.SYS_FACCESSAT2, unix.SYS_UNLINKAT, unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2, unix.SYS_MKDIRAT, unix.SYS_FCHMODAT,
		unix.SYS_FCHOWNAT, unix.SYS_READLINKAT, unix.SYS_LINKAT, unix.SYS_MOUNT, unix.SYS_MKNODAT, unix.SYS_UTIMENSAT,
		unix.SYS_INOTIFY_ADD_WATCH, unix.SYS_NAME_TO_HANDLE_AT:
		return 1, false
	case unix.SYS_CONNECT, unix.SYS_BIND:
		return 1, true
	}
	return -1, false
}

// socketAddress writes a struct sockaddr for people.
func socketAddress(b []byte) string {
	if len(b) < 28 {
		return ""
	}
	port := binary.BigEndian.Uint16(b[2:])
	switch family := binary.NativeEndian.Uint16(b); family {
	case unix.AF_INET:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[4:8])), port).String()
	case unix.AF_INET6:
		return netip.AddrPortFrom(netip.AddrFrom16([16]byte(b[8:24])), port).String()
	default:
		return fmt.Sprintf("address family %d", family)
	}
}

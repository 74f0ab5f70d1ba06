package wire

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// reader takes frames off a line. Memory for a body is taken only after its length was judged by the caller.
type reader struct {
	conn  *net.UnixConn
	oob   []byte // nil on lines that carry no descriptors
	files []*os.File
	buf   []byte
	r, w  int
}

func newReader(conn *net.UnixConn, files bool) *reader {
	r := &reader{conn: conn, buf: make([]byte, 16<<10)}
	if files {
		r.oob = make([]byte, unix.CmsgSpace(4*8))
	}
	return r
}

// Read fills p from the socket, keeping descriptors that came along.
func (r *reader) Read(p []byte) (int, error) {
	if r.oob == nil {
		return r.conn.Read(p)
	}
	n, on, _, _, err := r.conn.ReadMsgUnix(p, r.oob)
	if on > 0 {
		if err := r.keep(r.oob[:on]); err != nil {
			return n, err
		}
	}
	if n == 0 && err == nil {
		err = io.EOF
	}
	return n, err
}

func (r *reader) keep(oob []byte) error {
	msgs, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return err
	}
	for _, m := range msgs {
		fds, err := unix.ParseUnixRights(&m)
		if err != nil {
			return err
		}
		for _, fd := range fds {
			unix.CloseOnExec(fd)
			r.files = append(r.files, os.NewFile(uintptr(fd), "passed"))
		}
	}
	return nil
}

// head reads the next frame's head. io.EOF means a clean end between frames.
func (r *reader) head() (head, error) {
	for r.w-r.r < headLen {
		if r.r > 0 {
			r.w = copy(r.buf, r.buf[r.r:r.w])
			r.r = 0
		}
		n, err := r.Read(r.buf[r.w:])
		r.w += n
		if err == io.EOF && r.w > 0 {
			err = io.ErrUnexpectedEOF
		}
		if err != nil && r.w < headLen {
			return head{}, err
		}
	}
	b := r.buf[r.r:]
	r.r += headLen
	return head{
		id: binary.BigEndian.Uint64(b), size: int(binary.BigEndian.Uint32(b[8:])), call: binary.BigEndian.Uint16(b[12:]),
		flags: b[14], files: b[15], deadline: binary.BigEndian.Uint32(b[16:]),
	}, nil
}

// body reads the body that belongs to a head, and its descriptors. The slice is the caller's.
func (r *reader) body(h head) ([]byte, []*os.File, error) {
	b := make([]byte, h.size)
	n := copy(b, r.buf[r.r:r.w])
	clear(r.buf[r.r : r.r+n]) // the buffer lives as long as the line: what passed must not stay in it
	r.r += n
	if _, err := io.ReadFull(r, b[n:]); err != nil {
		return nil, nil, err
	}
	if int(h.files) > len(r.files) {
		return nil, nil, fmt.Errorf("%w: %d descriptors announced, %d came", errProtocol, h.files, len(r.files))
	}
	files := r.files[:h.files:h.files]
	r.files = r.files[h.files:]
	return b, files, nil
}

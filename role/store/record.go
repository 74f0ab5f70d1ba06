package store

import (
	"encoding/binary"
	"errors"
	"fmt"

	"sekisho"
	"sekisho/blob"
	"sekisho/wire"
)

// A segment record is one sealed message:
//
//	version (1), message (8), contract (8), shape (uvarint length, then the shape), boxes, then the pieces in this order:
//	summary, header, body, attachment, text, index
//
// The shape is seven uvarints: the lengths of the boxes and of the pieces, each plus what is before it in the record
// being implied. It is kept in the message's row too, so that any piece is one read away; the copy in the record lets
// the database be made again from the segments. Boxes: for each account (uvarint), key (1), length (uvarint), bytes.
const recordVersion = 1

// pieces is how many sealed pieces a message has.
const pieces = 6

// shape tells where in a record everything is.
type shape struct {
	head   int64 // where the boxes begin
	boxes  int64
	pieces [pieces]int64
}

func parts(m *wire.SealedMessage) [pieces]*[]byte {
	return [pieces]*[]byte{&m.Summary, &m.Header, &m.Body, &m.Attachment, &m.Text, &m.Index}
}

func wanted(w wire.Want) [pieces]bool {
	return [pieces]bool{w.Summary, w.Header, w.Body, w.Attachment, w.Text, w.Index}
}

func putBoxes(boxes []wire.Box) []byte {
	var b []byte
	for _, x := range boxes {
		b = binary.AppendUvarint(b, uint64(x.Account))
		b = append(b, byte(x.Key))
		b = binary.AppendUvarint(b, uint64(len(x.Sealed)))
		b = append(b, x.Sealed...)
	}
	return b
}

var errBoxes = errors.New("unreadable boxes")

func getBoxes(b []byte) ([]wire.Box, error) {
	var out []wire.Box
	for len(b) > 0 {
		account, n := binary.Uvarint(b)
		if n <= 0 || len(b) < n+2 {
			return nil, errBoxes
		}
		key := wire.KeyName(b[n])
		b = b[n+1:]
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(len(b)-n) {
			return nil, errBoxes
		}
		out = append(out, wire.Box{Account: sekisho.AccountID(account), Key: key, Sealed: b[n : n+int(size) : n+int(size)]})
		b = b[n+int(size):]
	}
	return out, nil
}

// makeRecord gives the pieces of a record, for blob, and its shape, for the row.
func makeRecord(m *wire.SealedMessage) (record [][]byte, row []byte) {
	boxes := putBoxes(m.Boxes)
	row = binary.AppendUvarint(nil, uint64(len(boxes)))
	for _, p := range parts(m) {
		row = binary.AppendUvarint(row, uint64(len(*p)))
	}
	head := []byte{recordVersion}
	head = binary.BigEndian.AppendUint64(head, uint64(m.ID))
	head = binary.BigEndian.AppendUint64(head, uint64(m.Contract))
	head = binary.AppendUvarint(head, uint64(len(row)))
	head = append(head, row...)
	record = append(record, head, boxes)
	for _, p := range parts(m) {
		record = append(record, *p)
	}
	return record, row
}

func getShape(row []byte) (s shape, err error) {
	s.head = int64(1 + 8 + 8 + len(binary.AppendUvarint(nil, uint64(len(row)))) + len(row))
	for i := range pieces + 1 {
		v, n := binary.Uvarint(row)
		if n <= 0 || v > 1<<31 {
			return s, errors.New("unreadable shape")
		}
		if row = row[n:]; i == 0 {
			s.boxes = int64(v)
		} else {
			s.pieces[i-1] = int64(v)
		}
	}
	return s, nil
}

// stored is where a message is.
type stored struct {
	id    sekisho.MessageID
	pos   blob.Pos
	shape shape
	size  int64
}

// gap is how many bytes that nobody wants are read along rather than reading twice.
const gap = 32 << 10

// load reads boxes and pieces of a message. Neighbours are read at once.
func (s *Store) load(at stored, boxes bool, want [pieces]bool, out *wire.SealedMessage) error {
	type section struct{ from, size int64 }
	var sections [pieces + 1]section
	off := at.shape.head
	sections[0] = section{off, at.shape.boxes}
	off += at.shape.boxes
	for i, n := range at.shape.pieces {
		sections[i+1] = section{off, n}
		off += n
	}
	need := func(i int) bool { return sections[i].size > 0 && (i == 0 && boxes || i > 0 && want[i-1]) }
	dst := parts(out)
	for i := 0; i <= pieces; i++ {
		if !need(i) {
			continue
		}
		last := i
		for j := i + 1; j <= pieces; j++ {
			if need(j) && sections[j].from-(sections[last].from+sections[last].size) <= gap {
				last = j
			}
		}
		from, to := sections[i].from, sections[last].from+sections[last].size
		b, err := s.log.Read(at.pos, from, int(to-from))
		if err != nil {
			return err
		}
		for ; i <= last; i++ {
			if !need(i) {
				continue
			}
			part := b[sections[i].from-from:][:sections[i].size:sections[i].size]
			if i > 0 {
				*dst[i-1] = part
			} else if out.Boxes, err = getBoxes(part); err != nil {
				return sekisho.E("store.load", sekisho.Corrupt, fmt.Errorf("message %d at %s: %w", at.id, at.pos, err))
			}
		}
		i--
	}
	return nil
}

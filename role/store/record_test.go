package store

import (
	"bytes"
	"testing"

	"sekisho/blob"
	"sekisho/wire"
)

// TestLoad asks for every combination of pieces, with large unwanted ones between them, so that some are read together
// and some are not.
func TestLoad(t *testing.T) {
	l, err := blob.Open(t.TempDir(), blob.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := &Store{log: l}
	m := wire.SealedMessage{ID: 5, Contract: 6, Boxes: []wire.Box{{Account: 1, Key: wire.AccountKey, Sealed: []byte("one")}, {Key: wire.SpoolKey, Sealed: nil}, {Account: 1 << 60, Key: wire.ArchiveKey, Sealed: bytes.Repeat([]byte("x"), 300)}}}
	for i, p := range parts(&m) {
		*p = bytes.Repeat([]byte{byte('a' + i)}, []int{10, 40000, 0, 70000, 1, 33000}[i])
	}
	record, row := makeRecord(&m)
	at, err := l.Append(record)
	if err != nil {
		t.Fatal(err)
	}
	sh, err := getShape(row)
	if err != nil {
		t.Fatal(err)
	}
	for bits := range 1 << (pieces + 1) {
		var want [pieces]bool
		for i := range want {
			want[i] = bits&(2<<i) != 0
		}
		var got wire.SealedMessage
		if err := s.load(stored{id: 5, pos: at[0], shape: sh}, bits&1 != 0, want, &got); err != nil {
			t.Fatal(err)
		}
		if n := len(got.Boxes); n != 3*(bits&1) || n > 0 && (string(got.Boxes[0].Sealed) != "one" || got.Boxes[2].Account != 1<<60 || len(got.Boxes[2].Sealed) != 300) {
			t.Fatalf("%b: boxes %+v", bits, got.Boxes)
		}
		whole := parts(&m)
		for i, p := range parts(&got) {
			if want[i] && !bytes.Equal(*p, *whole[i]) || !want[i] && *p != nil {
				t.Fatalf("%b: piece %d is wrong", bits, i)
			}
		}
	}
}

func FuzzRecord(f *testing.F) {
	m := wire.SealedMessage{ID: 5, Contract: 6, Boxes: []wire.Box{{Account: 1, Key: 2, Sealed: []byte("x")}}, Header: []byte("h")}
	_, row := makeRecord(&m)
	f.Add(row, putBoxes(m.Boxes))
	f.Fuzz(func(t *testing.T, row, boxes []byte) {
		getShape(row)
		if list, err := getBoxes(boxes); err == nil {
			again, err := getBoxes(putBoxes(list))
			if err != nil || len(again) != len(list) {
				t.Fatalf("%+v became %+v, %v", list, again, err)
			}
		}
	})
}

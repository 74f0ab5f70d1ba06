package learn

import (
	"bytes"
	"slices"
	"testing"

	"sekisho"
)

func TestLoadLayerRefuses(t *testing.T) {
	good := NewLayer(Account)
	good.Learn([]uint32{1, 2, 3}, 0, true)
	b := good.Bytes()
	for _, bad := range [][]byte{nil, []byte(layerMagic), append([]byte(layerMagic), 9, 0, 0, 0), b[:len(b)-1], bytes.Replace(b, []byte("LAYER2"), []byte("LAYER9"), 1)} {
		if _, err := LoadLayer(bad); sekisho.KindOf(err) != sekisho.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if got := (*Layer)(nil).Add([]uint32{1}); got != 0 {
		t.Errorf("no layer adds %v", got)
	}
}

// TestPack: a set of features survives; what is none is refused.
func TestPack(t *testing.T) {
	for _, list := range [][]uint32{nil, {0}, {0, 1, 5}, {7, 1 << 20, 1<<20 - 1}, {3, 3, 2}} {
		want := slices.Clone(list)
		slices.Sort(want)
		want = slices.Compact(want)
		got, err := Unpack(Pack(list))
		if err != nil || !slices.Equal(got, want) && len(want) > 0 {
			t.Errorf("%v became %v, %v", list, got, err)
		}
	}
	for _, bad := range [][]byte{{1, 0}, {0xff}, {0xff, 0xff, 0xff, 0xff, 0x7f}, bytes.Repeat([]byte{1}, mostFeatures+1)} {
		if _, err := Unpack(bad); sekisho.KindOf(err) != sekisho.Invalid {
			t.Errorf("%d bytes: %v", len(bad), err)
		}
	}
}

// TestBounds: however much is taught, an account's layer stays below 64 KiB and a contract's below 256 KiB.
func TestBounds(t *testing.T) {
	for level, most := range map[Level]int{Account: 64 << 10, Contract: 256 << 10, Everybody: 256 << 10} {
		l := NewLayer(level)
		x := uint32(1)
		for i := range 3000 {
			f := make([]uint32, 500)
			for k := range f {
				x = x*1664525 + 1013904223
				f[k] = x >> 12
			}
			l.Vote(uint64(i), f, 0, i%2 == 0)
			l.Learn(f, 0, i%2 == 0)
		}
		if n := len(l.Bytes()); n > most {
			t.Errorf("level %d: %d bytes", level, n)
		}
	}
}

// TestShift: what layers add is told in points.
func TestShift(t *testing.T) {
	f := []uint32{1, 2, 3, 4, 5, 6, 7, 8}
	l := NewLayer(Account)
	o := Opinion{Features: Pack(f), Logit: -3, Bias: -2, Tag: 1, Sure: 4}
	if got := o.Shift(l, nil); got != 0 {
		t.Errorf("a layer that learned nothing adds %.2f", got)
	}
	l.Learn(f, o.Logit, true)
	if got := o.Shift(l); got < 3 || got > 30 {
		t.Errorf("it adds %.2f", got)
	}
	o.Features = []byte{0xff}
	if got := o.Shift(l); got != 0 {
		t.Errorf("broken features add %.2f", got)
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(Pack([]uint32{1, 2, 3, 1 << 19}))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := Unpack(b)
		if err != nil {
			return
		}
		if again, err := Unpack(Pack(list)); err != nil || !slices.Equal(again, list) {
			t.Errorf("%v became %v, %v", list, again, err)
		}
	})
}

func FuzzLoadLayer(f *testing.F) {
	l := NewLayer(Contract)
	l.Vote(1, []uint32{1, 2, 3}, 0, true)
	l.Learn([]uint32{4, 5}, 0, false)
	f.Add(l.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := LoadLayer(b)
		if err != nil {
			return
		}
		if _, err := LoadLayer(l.Bytes()); err != nil {
			t.Errorf("what was read is written wrongly: %v", err)
		}
	})
}

func BenchmarkLearn(b *testing.B) {
	l := NewLayer(Account)
	f := make([]uint32, 1000)
	i := uint32(0)
	for b.Loop() {
		for k := range f {
			f[k] = (i*7919 + uint32(k)*104729) % (1 << 20)
		}
		l.Learn(f, 0, i%2 == 0)
		i++
	}
}

// TestMask: what is taught under a key speaks under that key as it would without any, and under no other.
func TestMask(t *testing.T) {
	features := []uint32{1, 5, 700, 40_000, 99_999, 1 << 20}
	plain := Opinion{Features: Pack(features), Logit: -1, Tag: 2, Sure: 4}
	one, err := plain.Mask(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	two, err := plain.Mask(bytes.Repeat([]byte{2}, 32))
	if err != nil {
		t.Fatal(err)
	}
	taught, err := Unpack(one.Features)
	if err != nil || len(taught) != len(features) {
		t.Fatalf("%v, %v", taught, err)
	}
	l := NewLayer(Account)
	l.Learn(taught, one.Logit, true)
	if own, other, bare := one.Shift(l), two.Shift(l), plain.Shift(l); own < 0.2 || other > own/4 || bare > own/4 {
		t.Errorf("under its key %v, under another %v, without %v", own, other, bare)
	}
	if _, err := plain.Mask([]byte("short")); sekisho.KindOf(err) != sekisho.Invalid {
		t.Errorf("a key of five bytes: %v", err)
	}
}

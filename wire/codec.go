package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"os"
	"reflect"
	"time"
)

// The encoding: fields in order, no names. Unsigned numbers as uvarint, signed ones zigzag, floats as eight bytes,
// strings and slices with their length before them, pointers with a byte that says whether something follows, times as
// a byte, seconds, nanoseconds and the zone if they have one of their own, addresses as their binary form, files as their
// place in the list of descriptors. Both ends are the same binary, so there is nothing to negotiate; what does not fit
// exactly is a breach.

type encoder struct {
	b     []byte
	files []*os.File
}

type decoder struct {
	b     []byte
	files []*os.File
	depth int
}

// maxDepth is how deep pointers and slices may nest: a MIME tree is the deepest thing that travels.
const maxDepth = 256

var errShort = errors.New("message ends early")

type codec struct {
	put func(e *encoder, v reflect.Value)
	get func(d *decoder, v reflect.Value) error
	min int // fewest bytes of one value, so that a length can be judged before memory is taken
}

type plan struct{ codec *codec }

func planOf[T any]() plan {
	return plan{(&builder{made: map[reflect.Type]*codec{}}).of(reflect.TypeFor[T]())}
}

func (p plan) encode(e *encoder, ptr any) { p.codec.put(e, reflect.ValueOf(ptr).Elem()) }

// size guesses the bytes of a value: exact enough for the big byte slices, generous for the rest.
func (p plan) size(ptr any) int { return 512 + weight(reflect.ValueOf(ptr).Elem(), 3) }

func weight(v reflect.Value, depth int) int {
	switch v.Kind() {
	case reflect.String:
		return v.Len() + 5
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return v.Len() + 5
		}
		n := 5
		if depth > 0 {
			for i := range v.Len() {
				n += weight(v.Index(i), depth-1)
			}
		}
		return n
	case reflect.Struct:
		n := 0
		for i := range v.NumField() {
			n += weight(v.Field(i), depth)
		}
		return n
	}
	return 10
}

func (p plan) decode(b []byte, files []*os.File, ptr any) error {
	d := decoder{b: b, files: files}
	if err := p.codec.get(&d, reflect.ValueOf(ptr).Elem()); err != nil {
		return err
	}
	if len(d.b) != 0 {
		return fmt.Errorf("%d bytes left over", len(d.b))
	}
	if len(d.files) != 0 {
		return errors.New("descriptors left over")
	}
	return nil
}

// builder makes codecs of types; made holds those under way, so that a type may contain itself.
type builder struct{ made map[reflect.Type]*codec }

func (b *builder) of(t reflect.Type) *codec {
	if c := b.made[t]; c != nil {
		return c
	}
	c := &codec{min: 1}
	b.made[t] = c
	switch {
	case t == reflect.TypeFor[time.Time]():
		c.put, c.get = putTime, getTime
	case t == reflect.TypeFor[netip.Addr]():
		c.put, c.get = putAddr, getAddr
	case t == reflect.TypeFor[*os.File]():
		c.put, c.get = putFile, getFile
	default:
		b.kind(c, t)
	}
	return c
}

func (b *builder) kind(c *codec, t reflect.Type) {
	switch t.Kind() {
	case reflect.Bool:
		c.put, c.get = putBool, getBool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		c.put, c.get = putInt, getInt
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		c.put, c.get = putUint, getUint
	case reflect.Float64:
		c.put, c.get, c.min = putFloat, getFloat, 8
	case reflect.String:
		c.put, c.get = putString, getString
	case reflect.Struct:
		b.structure(c, t)
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			c.put, c.get = putBytes, getBytes
			return
		}
		b.slice(c, t)
	case reflect.Array:
		if t.Elem().Kind() != reflect.Uint8 {
			panic("wire: array of " + t.Elem().String())
		}
		c.put, c.get, c.min = putArray, getArray, t.Len()
	case reflect.Pointer:
		b.pointer(c, t)
	default:
		panic("wire: cannot carry " + t.String())
	}
}

func (b *builder) structure(c *codec, t reflect.Type) {
	fields := make([]*codec, t.NumField())
	c.min = 0
	for i := range fields {
		if !t.Field(i).IsExported() {
			panic("wire: " + t.String() + " has the unexported field " + t.Field(i).Name)
		}
		fields[i] = b.of(t.Field(i).Type)
		c.min += fields[i].min
	}
	c.put = func(e *encoder, v reflect.Value) {
		for i, f := range fields {
			f.put(e, v.Field(i))
		}
	}
	c.get = func(d *decoder, v reflect.Value) error {
		for i, f := range fields {
			if err := f.get(d, v.Field(i)); err != nil {
				return err
			}
		}
		return nil
	}
}

func (b *builder) slice(c *codec, t reflect.Type) {
	elem := b.of(t.Elem())
	c.put = func(e *encoder, v reflect.Value) {
		n := v.Len()
		e.b = binary.AppendUvarint(e.b, uint64(n))
		for i := range n {
			elem.put(e, v.Index(i))
		}
	}
	c.get = func(d *decoder, v reflect.Value) error {
		n, err := d.uvarint()
		if err != nil {
			return err
		}
		if n > uint64(len(d.b)/max(elem.min, 1)) {
			return errShort
		}
		if d.depth++; d.depth > maxDepth {
			return errors.New("nested too deep")
		}
		if n > 0 {
			v.Set(reflect.MakeSlice(t, int(n), int(n)))
		}
		for i := range int(n) {
			if err := elem.get(d, v.Index(i)); err != nil {
				return err
			}
		}
		d.depth--
		return nil
	}
}

func (b *builder) pointer(c *codec, t reflect.Type) {
	elem := b.of(t.Elem())
	c.put = func(e *encoder, v reflect.Value) {
		if v.IsNil() {
			e.b = append(e.b, 0)
			return
		}
		e.b = append(e.b, 1)
		elem.put(e, v.Elem())
	}
	c.get = func(d *decoder, v reflect.Value) error {
		there, err := d.flag()
		if err != nil || !there {
			return err
		}
		if d.depth++; d.depth > maxDepth {
			return errors.New("nested too deep")
		}
		v.Set(reflect.New(t.Elem()))
		err = elem.get(d, v.Elem())
		d.depth--
		return err
	}
}

func (d *decoder) take(n uint64) ([]byte, error) {
	if n > uint64(len(d.b)) {
		return nil, errShort
	}
	b := d.b[:n:n]
	d.b = d.b[n:]
	return b, nil
}

func (d *decoder) uvarint() (uint64, error) {
	x, n := binary.Uvarint(d.b)
	if n <= 0 {
		return 0, errShort
	}
	d.b = d.b[n:]
	return x, nil
}

func (d *decoder) flag() (bool, error) {
	b, err := d.take(1)
	if err != nil {
		return false, err
	}
	if b[0] > 1 {
		return false, fmt.Errorf("flag %d", b[0])
	}
	return b[0] == 1, nil
}

func putBool(e *encoder, v reflect.Value) {
	if v.Bool() {
		e.b = append(e.b, 1)
	} else {
		e.b = append(e.b, 0)
	}
}

func getBool(d *decoder, v reflect.Value) error {
	x, err := d.flag()
	v.SetBool(x)
	return err
}

func putInt(e *encoder, v reflect.Value) { e.b = binary.AppendVarint(e.b, v.Int()) }

func getInt(d *decoder, v reflect.Value) error {
	x, n := binary.Varint(d.b)
	if n <= 0 {
		return errShort
	}
	if v.OverflowInt(x) {
		return fmt.Errorf("%d overflows %s", x, v.Type())
	}
	d.b = d.b[n:]
	v.SetInt(x)
	return nil
}

func putUint(e *encoder, v reflect.Value) { e.b = binary.AppendUvarint(e.b, v.Uint()) }

func getUint(d *decoder, v reflect.Value) error {
	x, err := d.uvarint()
	if err != nil {
		return err
	}
	if v.OverflowUint(x) {
		return fmt.Errorf("%d overflows %s", x, v.Type())
	}
	v.SetUint(x)
	return nil
}

func putFloat(e *encoder, v reflect.Value) {
	e.b = binary.LittleEndian.AppendUint64(e.b, math.Float64bits(v.Float()))
}

func getFloat(d *decoder, v reflect.Value) error {
	b, err := d.take(8)
	if err == nil {
		v.SetFloat(math.Float64frombits(binary.LittleEndian.Uint64(b)))
	}
	return err
}

func putString(e *encoder, v reflect.Value) {
	e.b = binary.AppendUvarint(e.b, uint64(v.Len()))
	e.b = append(e.b, v.String()...)
}

func getString(d *decoder, v reflect.Value) error {
	b, err := d.bytes()
	v.SetString(string(b))
	return err
}

func putBytes(e *encoder, v reflect.Value) {
	e.b = binary.AppendUvarint(e.b, uint64(v.Len()))
	e.b = append(e.b, v.Bytes()...)
}

func getBytes(d *decoder, v reflect.Value) error {
	b, err := d.bytes()
	if len(b) > 0 {
		v.SetBytes(b)
	}
	return err
}

func (d *decoder) bytes() ([]byte, error) {
	n, err := d.uvarint()
	if err != nil {
		return nil, err
	}
	return d.take(n)
}

func putArray(e *encoder, v reflect.Value) {
	e.b = append(e.b, v.Bytes()...) // values are reached through pointers, so the array is addressable
}

func getArray(d *decoder, v reflect.Value) error {
	b, err := d.take(uint64(v.Len()))
	if err == nil {
		reflect.Copy(v, reflect.ValueOf(b))
	}
	return err
}

func (d *decoder) varint() (int64, error) {
	x, n := binary.Varint(d.b)
	if n <= 0 {
		return 0, errShort
	}
	d.b = d.b[n:]
	return x, nil
}

func putTime(e *encoder, v reflect.Value) {
	t := v.Interface().(time.Time)
	if t.IsZero() {
		e.b = append(e.b, 0)
		return
	}
	zone := zoneOf(t)
	if zone == 0 {
		e.b = append(e.b, 1)
	} else {
		e.b = append(e.b, 2)
	}
	e.b = binary.AppendVarint(e.b, t.Unix())
	e.b = binary.AppendUvarint(e.b, uint64(t.Nanosecond()))
	if zone != 0 {
		e.b = binary.AppendVarint(e.b, int64(zone))
	}
}

// day is the seconds of a day: no zone is that far from UTC.
const day = 24 * 60 * 60

// zoneOf is a time's seconds east of UTC when it carries a zone of its own, as the date of a mail does. This machine's
// zone is nobody's business.
func zoneOf(t time.Time) int {
	_, zone := t.Zone()
	if t.Location() == time.Local || zone <= -day || zone >= day {
		return 0
	}
	return zone
}

func getTime(d *decoder, v reflect.Value) error {
	kind, err := d.take(1)
	if err != nil || kind[0] == 0 {
		return err
	}
	s, err := d.varint()
	if err != nil {
		return err
	}
	ns, err := d.uvarint()
	if err != nil {
		return err
	}
	if ns >= 1e9 {
		return errors.New("nanoseconds out of range")
	}
	t := time.Unix(s, int64(ns)).UTC()
	switch kind[0] {
	case 1:
	case 2:
		zone, err := d.varint()
		if err != nil {
			return err
		}
		if zone == 0 || zone <= -day || zone >= day {
			return errors.New("zone out of range")
		}
		t = t.In(time.FixedZone("", int(zone)))
	default:
		return errors.New("no such kind of time")
	}
	v.Set(reflect.ValueOf(t))
	return nil
}

func putAddr(e *encoder, v reflect.Value) {
	b, _ := v.Interface().(netip.Addr).MarshalBinary() // never fails
	e.b = append(binary.AppendUvarint(e.b, uint64(len(b))), b...)
}

func getAddr(d *decoder, v reflect.Value) error {
	b, err := d.bytes()
	if err != nil {
		return err
	}
	var a netip.Addr
	if err := a.UnmarshalBinary(b); err != nil {
		return err
	}
	v.Set(reflect.ValueOf(a))
	return nil
}

func putFile(e *encoder, v reflect.Value) {
	f := v.Interface().(*os.File)
	putBool(e, reflect.ValueOf(f != nil))
	if f != nil {
		e.files = append(e.files, f)
	}
}

func getFile(d *decoder, v reflect.Value) error {
	there, err := d.flag()
	if err != nil || !there {
		return err
	}
	if len(d.files) == 0 {
		return errors.New("descriptor missing")
	}
	v.Set(reflect.ValueOf(d.files[0]))
	d.files = d.files[1:]
	return nil
}

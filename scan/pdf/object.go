package pdf

// Object is one object of a PDF file: nil, bool, int, float64, String, Name, Array, Dict, *Stream, Ref; and Keyword, which
// stands between the objects of a content stream.
type Object any

// The kinds of objects that Go has no word for.
type (
	// String is a sequence of bytes; what they mean depends on where it stands.
	String string
	// Name is a name without its slash, its #xx undone.
	Name string
	// Keyword is a word that is no object: an operator, "obj", "R".
	Keyword string
	// Array is a list.
	Array []Object
	// Dict is a dictionary.
	Dict map[Name]Object
	// Ref points to an object of the file.
	Ref struct{ Number, Generation int }
)

// Stream is a dictionary with bytes behind it, still encoded.
type Stream struct {
	Dict Dict
	Raw  []byte
	Ref  Ref // the object that it is: decryption needs it
}

// Int is a number as an integer; 0 for anything else.
func Int(o Object) int {
	switch v := o.(type) {
	case int:
		return v
	case float64:
		if v > -1e9 && v < 1e9 {
			return int(v)
		}
	}
	return 0
}

// Float is a number, and whether it is one.
func Float(o Object) (float64, bool) {
	switch v := o.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

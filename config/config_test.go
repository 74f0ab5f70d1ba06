package config

import (
	"errors"
	"testing"
)

// FuzzParse: any bytes are a configuration or a fault that names its file.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "name = \"mx.example\"\n", "[limit]\nsize = \"10MB\"\n", "[post]\ninternal = [\"10.0.0.0/8\"]\n", "[limit\n", "nane = 1\n", "[inspect]\nclamd = 3\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := Parse("some.toml", b)
		var fault *Fault
		if err != nil && (!errors.As(err, &fault) || fault.File != "some.toml" || fault.Wrong == "") {
			t.Fatalf("%#v", err)
		}
		if err == nil {
			if _, err := c.Bytes(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// The nearest known key is offered for one that is not.
func TestNearest(t *testing.T) {
	for wrong, want := range map[string]string{"limit.sise": "limit.size", "nane": "name", "listen.imap4": "listen.imap", "post.intern": "post.internal"} {
		if got := nearest(wrong); got != want {
			t.Errorf("%s: %s, not %s", wrong, got, want)
		}
	}
}

package hostlist

import "testing"

func TestMake(t *testing.T) {
	s, err := Load(Make([]string{"b.example", "a.example", Entry("b.example", "/"), Entry("c.example", "/x#y")}).Bytes())
	if err != nil || s.Len() != 3 || !s.Has("www.a.example", "") || !s.Has("c.example", "/x") || s.Has("c.example", "/") {
		t.Errorf("%d entries, %v", s.Len(), err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(Make([]string{"a.example", "b.example"}).Bytes())
	f.Add([]byte("1234567"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := Load(b); err == nil {
			s.Has("www.a.example", "/x")
		}
	})
}

package office

import (
	"fmt"
	"reflect"
	"testing"

	"sekisho"
	"sekisho/wire"
)

func TestURLs(t *testing.T) {
	var p *wire.URLPolicy
	for _, x := range []struct {
		do    string
		hosts []string
		want  wire.URLPolicy
	}{
		{"allow", []string{"Mori.example", "日本.example"}, wire.URLPolicy{Allow: []string{"mori.example", "xn--wgv71a.example"}}},
		{"block", []string{"evil.example", "mori.example"}, wire.URLPolicy{Allow: []string{"xn--wgv71a.example"}, Block: []string{"evil.example", "mori.example"}}},
		{"direct", nil, wire.URLPolicy{Allow: []string{"xn--wgv71a.example"}, Block: []string{"evil.example", "mori.example"}, Direct: true}},
		{"remove", []string{"evil.example"}, wire.URLPolicy{Allow: []string{"xn--wgv71a.example"}, Block: []string{"mori.example"}, Direct: true}},
		{"ask", nil, wire.URLPolicy{Allow: []string{"xn--wgv71a.example"}, Block: []string{"mori.example"}}},
	} {
		next, err := URLs(p, x.do, x.hosts)
		if err != nil || !reflect.DeepEqual(*next, x.want) {
			t.Fatalf("%s %v: %+v %v", x.do, x.hosts, next, err)
		}
		p = next
	}
	for _, x := range []struct {
		do, host string
		kind     sekisho.ErrorKind
	}{{"allow", "https://a.example/", sekisho.Invalid}, {"allow", "localhost", sekisho.Invalid}, {"block", "", sekisho.Invalid}, {"remove", "never.example", sekisho.NotFound}, {"open", "a.example", sekisho.Invalid}} {
		if _, err := URLs(p, x.do, []string{x.host}); sekisho.KindOf(err) != x.kind {
			t.Errorf("%s %q: %v", x.do, x.host, err)
		}
	}
	var many []string
	for i := range mostHosts + 1 {
		many = append(many, fmt.Sprintf("h%d.example", i))
	}
	if _, err := URLs(nil, "allow", many); sekisho.KindOf(err) != sekisho.TooMany {
		t.Error(err)
	}
}

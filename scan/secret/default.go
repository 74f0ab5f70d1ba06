package secret

import (
	_ "embed" // for the rules
	"sync"
)

//go:embed default.toml
var text []byte

// Default is the rules that every contract has. They are read at the first use.
var Default = sync.OnceValue(func() *Set {
	s, problems, err := Parse(text)
	if err != nil || len(problems) > 0 {
		panic("secret: the built-in rules cannot be read")
	}
	return s
})

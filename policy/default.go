package policy

import _ "embed"

// Default is the policy of a contract that wrote none, with a comment at each rule: the text to start from.
//
//go:embed default.toml
var Default []byte

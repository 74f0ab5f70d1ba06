package sandbox

import (
	"encoding/json"
	"errors"
)

// Level says how well a process is confined.
type Level int

// The levels, weakest first.
const (
	L0 Level = iota // not confined
	L1              // seccomp only
	L2              // also no new privileges, Landlock or an empty root around the files, and refused calls are reported
	L3              // also an own user, own namespaces, an empty root and no capability: needs a start as root
)

// String is the level as reports and the ready file print it.
func (l Level) String() string {
	if l < L0 || l > L3 {
		return "L?"
	}
	return [...]string{"L0", "L1", "L2", "L3"}[l]
}

// MarshalJSON writes the level as String does.
func (l Level) MarshalJSON() ([]byte, error) { return json.Marshal(l.String()) }

// UnmarshalJSON reads what MarshalJSON writes.
func (l *Level) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	for *l = L0; *l <= L3; *l++ {
		if l.String() == s {
			return nil
		}
	}
	return errors.New("no such level: " + s)
}

// Spec says how one process is confined. The zero value of a field grants nothing.
type Spec struct {
	Role  string `json:"role"`
	Level Level  `json:"level"` // how far to go; more is not tried
	UID   int    `json:"uid"`   // user and group of its own; 0 keeps the user, which must not be root then

	Dir   string `json:"dir,omitempty"`   // its own directory, absolute: seen at /data at L3 and at its own path below; "" for none
	Stage string `json:"stage,omitempty"` // L3: an existing directory that the empty root is mounted on, in this process' eyes only

	Files  bool `json:"files,omitempty"`  // may work with files below Dir
	Accept bool `json:"accept,omitempty"` // may accept connections on listeners it was given
	Net    bool `json:"net,omitempty"`    // may make and connect TCP and UDP sockets; keeps the host's network

	Memory      uint64 `json:"memory,omitempty"`      // bytes of private memory; 0 for no limit
	Processes   uint64 `json:"processes,omitempty"`   // threads of the user; 0 for 512. Only with a user of its own
	Descriptors uint64 `json:"descriptors,omitempty"` // open descriptors; 0 for 65,536

	// Outside are the namespaces of the supervisor, see Namespaces. At L3 Enter compares them with its own and fails
	// when one is shared that should not be.
	Outside map[string]string `json:"outside,omitempty"`
}

// Data is where a process at L3 finds its own directory.
const Data = "/data"

// Home is the path at which the process finds its own directory once confined.
func (s Spec) Home() string {
	if s.Dir != "" && s.Level == L3 {
		return Data
	}
	return s.Dir
}

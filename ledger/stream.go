package ledger

import (
	"fmt"
	"strconv"
	"strings"

	"sekisho"
)

// Stream names what has rows of its own in one dense sequence from 0 on: one component on one node. Processes of that
// component come and go within it.
type Stream struct {
	Node uint16
	Role sekisho.Role
	Cell uint16
}

// String is the stream's name in directories, heads and commands: "0-reader-2".
func (s Stream) String() string {
	return fmt.Sprintf("%d-%s-%d", s.Node, s.Role, s.Cell)
}

// ParseStream reads what String writes and nothing else, so that one stream has one name.
func ParseStream(name string) (Stream, error) {
	part := strings.Split(name, "-")
	if len(part) != 3 {
		return Stream{}, fmt.Errorf("ledger: %q is no stream: want node-role-cell, as in 0-reader-2", name)
	}
	node, err1 := strconv.ParseUint(part[0], 10, 16)
	cell, err2 := strconv.ParseUint(part[2], 10, 16)
	role, known := sekisho.RoleOf(part[1])
	s := Stream{uint16(node), role, uint16(cell)}
	if err1 != nil || err2 != nil || !known || s.String() != name {
		return Stream{}, fmt.Errorf("ledger: %q is no stream: want node-role-cell, as in 0-reader-2", name)
	}
	return s, nil
}

package supervise

import (
	"log/slog"
	"os"
	"time"

	"sekisho"
	"sekisho/sandbox"
)

// Role is one line of the process table.
type Role struct {
	Role      sekisho.Role
	Number    int            // its user is Config.UserBase + Number
	Workers   int            // how many processes; 0 for one
	Dir       string         // its own directory below the data directory; "" for none: then it may open no file
	Net       bool           // may make sockets to the outside
	Calls     []sekisho.Role // whom it may call
	Listeners []string       // names in Config.Listeners on which it accepts
	Files     []string       // names in Config.Files that it is given to read; those that are not there are left out
	Cells     bool           // its workers are cells: each has a number, from 0, that its peers know it by
	OneStrike bool           // a refused call ends the process at once: it holds the mail of others
	Memory    uint64         // bytes of private memory; 0 for no limit
	Forgets   bool           // what it no longer uses is overwritten in its memory, not only given up
	Hears     bool           // is told of every process that begins and ends, and what program it is
	Watches   bool           // is told the Status whenever it changes, without what processes wrote themselves
	Note      string         // what it is for, one line
}

// Config is what Run needs. The table is not checked against anything: it is the law.
type Config struct {
	Table []Role
	Data  string // the data directory; made when missing

	Level sandbox.Level // how far to confine; 0 for as far as this host allows
	Least sandbox.Level // do not run below this; 0 for L2, or for Level when that was set lower

	Binary    string   // what to start; "" for this program
	Arguments []string // before the role's name; nil for "role"
	UserBase  int      // first user id of roles; 0 for 71000. Only used when started as root

	Listeners  map[string]*os.File       // opened before; they stay the caller's
	Files      map[string]*os.File       // secrets of roles, opened before and never read here; they stay the caller's
	RoleConfig func(sekisho.Role) []byte // the role's part of the configuration, at most MaxConfig bytes; nil for none

	Log   *slog.Logger // the operator's log: the roles' lines and the supervisor's own; nil for none
	Alert func(Alert)  // told of every alert, one after another, never concurrently; nil writes them into Log

	Denials int           // refused calls within 10 s after which a process is killed; 0 for 100
	Grace   time.Duration // for all processes together to stop; 0 for 10 s
}

// MaxConfig is the most bytes of configuration that a role is given.
const MaxConfig = 1 << 20

// DefaultUserBase is the first user id of roles.
const DefaultUserBase = 71000

// Kinds of alerts.
const (
	AlertDenied   = "denied"   // a refused system call: somebody else is at work in that process
	AlertFlood    = "flood"    // so many of them that the process was killed
	AlertCrash    = "crash"    // it ended and was not asked to
	AlertBreach   = "breach"   // a peer says that it did on their line what it may not
	AlertProtocol = "protocol" // it said something on its control channel that it never says
)

// Alert is something that never happens in honest work.
type Alert struct {
	Time     time.Time        `json:"time"`
	Kind     string           `json:"kind"`
	Role     string           `json:"role"`
	Instance sekisho.Instance `json:"instance"`
	Call     string           `json:"call,omitempty"`   // denied: name of the system call
	Number   int32            `json:"number,omitempty"` // its number
	Args     [6]uint64        `json:"args,omitzero"`
	Target   string           `json:"target,omitempty"` // path or address it was aimed at, where it could be read (at L3)
	Detail   string           `json:"detail,omitempty"`
	Missed   uint64           `json:"missed,omitempty"` // alerts that did not fit into the queue before this one
}

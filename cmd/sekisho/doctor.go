package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"sekisho/sandbox"
	"sekisho/supervise"
)

// doctorCommand looks at the host before, or while, the service runs on it: how well processes can be confined, and what
// operators are usually bitten by. It changes nothing; for the latency of the disk it writes one small file and removes it.
type doctorCommand struct {
	Ports   []int         `name:"port" default:"25,465,587,143,993" help:"Ports the service will listen on."`
	Timeout time.Duration `name:"timeout" default:"5s" help:"How long the resolver may take."`
}

// state of one check.
const (
	healthy = "ok"
	warning = "warn"
	failure = "fail"
)

// check is one line of the report.
type check struct {
	Name   string `json:"name"`
	State  string `json:"state"`
	Found  string `json:"found"`
	Remedy string `json:"remedy,omitempty"`
}

// diagnosis is the whole report.
type diagnosis struct {
	Level  sandbox.Level  `json:"level"` // that serve will reach
	Host   sandbox.Report `json:"host"`
	Checks []check        `json:"checks"`
}

// errUnfit ends the command with a failure after the report was printed.
var errUnfit = errors.New("doctor: this host is not fit yet, see the lines marked fail")

// Run examines and prints. It fails when one check failed.
func (d *doctorCommand) Run(g *Global) error {
	host := sandbox.Probe()
	out := diagnosis{Level: host.Level, Host: host}
	ctx, cancel := context.WithTimeout(context.Background(), d.Timeout)
	defer cancel()
	out.Checks = append(out.Checks, confinement(host)...)
	out.Checks = append(out.Checks, account(), descriptors(), clock())
	out.Checks = append(out.Checks, disk(g.Data)...)
	out.Checks = append(out.Checks, resolver(ctx, net.DefaultResolver.LookupNS))
	serving := inUse(g.Data)
	if serving {
		out.Checks = append(out.Checks, service(supervise.ReadStatus(g.Data)))
	}
	for _, p := range d.Ports {
		out.Checks = append(out.Checks, port(p, serving))
	}
	if err := out.print(g); err != nil {
		return err
	}
	if slices.ContainsFunc(out.Checks, func(c check) bool { return c.State == failure }) {
		return errUnfit
	}
	return nil
}

func (d diagnosis) print(g *Global) error {
	if g.JSON {
		e := json.NewEncoder(g.Out)
		e.SetIndent("", "  ")
		return e.Encode(d)
	}
	for _, c := range d.Checks {
		if _, err := fmt.Fprintf(g.Out, "%-5s %-12s %s\n", c.State, c.Name, c.Found); err != nil {
			return err
		}
		if c.Remedy != "" {
			fmt.Fprintf(g.Out, "%-18s -> %s\n", "", c.Remedy)
		}
	}
	return nil
}

// confinement says which level will be reached, and why not more.
func confinement(r sandbox.Report) []check {
	level := check{Name: "level", State: healthy, Found: r.Level.String() + " will be reached"}
	switch {
	case r.Level < sandbox.L2:
		level.State, level.Found = failure, r.Level.String()+" only: serve refuses to start below L2"
		level.Remedy = strings.Join(r.Missing, "; ")
	case r.Level < sandbox.L3:
		level.State, level.Remedy = warning, strings.Join(r.Missing, "; ")
	}
	kernel := check{Name: "kernel", State: healthy, Found: fmt.Sprintf("Linux %s, Landlock %d, refused calls reported: %s, namespaces: %s",
		r.Kernel, r.Landlock, yes(r.Notify), yes(r.Namespaces))}
	switch {
	case r.Landlock == 0:
		kernel.State, kernel.Remedy = warning, "boot with lsm=landlock added to the list in /sys/kernel/security/lsm"
	case r.Landlock < 6:
		kernel.State, kernel.Remedy = warning, "Linux 6.12 or later has Landlock 6, which also closes signals and abstract sockets"
	}
	group := check{Name: "cgroup", State: healthy, Found: "groups can be made in " + r.Cgroup}
	if r.Cgroup == "" {
		group.State, group.Found = warning, "no cgroup v2 to make groups in: processes are stopped one by one, memory is bounded by rlimit"
		group.Remedy = "start the service with Delegate=yes in its unit, on a host with cgroup v2"
	}
	return []check{level, kernel, group}
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// account says as whom the service would run.
func account() check {
	if os.Geteuid() == 0 {
		return check{Name: "user", State: healthy, Found: "root: every role gets a user of its own"}
	}
	return check{Name: "user", State: warning, Found: fmt.Sprintf("user %d: all roles share it", os.Geteuid()), Remedy: "start as root; roles give it up before they read a byte"}
}

// descriptors is about the limit of open files: one per connection and some.
func descriptors() check {
	const want = 65536
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &l); err != nil {
		return check{Name: "descriptors", State: warning, Found: err.Error()}
	}
	c := check{Name: "descriptors", State: healthy, Found: fmt.Sprintf("up to %d open files a process", l.Max)}
	if l.Max < want {
		c.State, c.Remedy = warning, fmt.Sprintf("raise the hard limit to %d: LimitNOFILE=%d in the unit, or ulimit -Hn %d", want, want, want)
	}
	return c
}

// clock asks the kernel whether something keeps it right: signatures, tickets and the ledger carry times.
func clock() check {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	if err != nil {
		return check{Name: "clock", State: warning, Found: err.Error()}
	}
	if state == unix.TIME_ERROR || t.Status&unix.STA_UNSYNC != 0 {
		return check{Name: "clock", State: warning, Found: "not synchronised: nothing keeps it right", Remedy: "run chrony or systemd-timesyncd"}
	}
	return check{Name: "clock", State: healthy, Found: fmt.Sprintf("synchronised, at most %v off", time.Duration(t.Maxerror)*time.Microsecond)}
}

// disk looks at the file system of the data directory: space, and how long it takes to make a write durable, which every
// accepted mail waits for.
func disk(data string) []check {
	dir := data
	if dir == "" {
		return []check{{Name: "disk", State: warning, Found: "not looked at: no data directory given", Remedy: "sekisho doctor --data DIR"}}
	}
	for dir != "/" && dir != "." {
		if _, err := os.Stat(dir); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return []check{{Name: "disk", State: failure, Found: dir + ": " + err.Error()}}
	}
	free, size := s.Bavail*uint64(s.Bsize), s.Blocks*uint64(s.Bsize)
	space := check{Name: "disk", State: healthy, Found: fmt.Sprintf("%s: %s of %s free, %d inodes", dir, bytesText(free), bytesText(size), s.Ffree)}
	switch {
	case free < 1<<30:
		space.State, space.Remedy = failure, "make room: below 1 GiB mail is refused for want of space"
	case free < 10<<30 || s.Files > 0 && s.Ffree < 10000:
		space.State, space.Remedy = warning, "make room: at least 10 GiB and 10,000 inodes"
	}
	return []check{space, durable(dir)}
}

func bytesText(n uint64) string { return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30)) }

// durable measures fdatasync after an appended block, twenty times; the median counts.
func durable(dir string) check {
	const slow = 20 * time.Millisecond
	f, err := os.CreateTemp(dir, ".doctor-")
	if err != nil {
		return check{Name: "durability", State: warning, Found: "not measured: " + err.Error(), Remedy: "run doctor as the user who starts the service"}
	}
	defer os.Remove(f.Name())
	defer f.Close()
	var took []time.Duration
	for range 20 {
		begun := time.Now()
		_, err := f.Write(make([]byte, 4096))
		if err == nil {
			err = unix.Fdatasync(int(f.Fd()))
		}
		if err != nil {
			return check{Name: "durability", State: failure, Found: err.Error()}
		}
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	median := took[len(took)/2].Round(10 * time.Microsecond)
	c := check{Name: "durability", State: healthy, Found: fmt.Sprintf("a write is durable after %v (median of %d)", median, len(took))}
	if median > slow {
		c.State, c.Remedy = warning, "every mail waits for this; use a disk with a protected cache"
	}
	return c
}

// resolver asks for the name servers of the root: every resolver knows them.
func resolver(ctx context.Context, lookup func(context.Context, string) ([]*net.NS, error)) check {
	begun := time.Now()
	ns, err := lookup(ctx, ".")
	took := time.Since(begun).Round(100 * time.Microsecond)
	if err == nil && len(ns) > 0 {
		return check{Name: "dns", State: healthy, Found: fmt.Sprintf("the resolver answers after %v", took)}
	}
	if e := (*net.DNSError)(nil); errors.As(err, &e) && e.IsNotFound {
		return check{Name: "dns", State: warning, Found: fmt.Sprintf("the resolver answers after %v, but does not know the root's name servers", took),
			Remedy: "mail to the outside needs a resolver that sees the whole DNS; best is one on this machine that validates DNSSEC (unbound)"}
	}
	c := check{Name: "dns", State: failure, Found: "the resolver does not answer", Remedy: "name one that does in /etc/resolv.conf; best is one on this machine that validates DNSSEC (unbound)"}
	if err != nil {
		c.Found += ": " + err.Error()
	}
	return c
}

// port tries to listen on a port of all addresses.
func port(number int, serving bool) check {
	c := check{Name: fmt.Sprintf("port %d", number), State: healthy, Found: "free"}
	l, err := net.Listen("tcp", fmt.Sprintf(":%d", number))
	switch {
	case err == nil:
		l.Close()
	case errors.Is(err, unix.EADDRINUSE) && serving:
		c.Found = "in use; sekisho runs on this data directory"
	case errors.Is(err, unix.EADDRINUSE):
		c.State, c.Found = warning, "in use by another program"
		c.Remedy = fmt.Sprintf("see which: ss -ltnp 'sport = :%d'; stop it, or give sekisho another port", number)
	case errors.Is(err, unix.EACCES):
		c.State, c.Found = warning, "not allowed for this user"
		c.Remedy = "start as root, or sysctl net.ipv4.ip_unprivileged_port_start=25, or listen on a port above 1023"
	default:
		c.State, c.Found = failure, err.Error()
	}
	return c
}

// service is what the running supervisor says about its processes.
func service(st supervise.Status, err error) check {
	c := check{Name: "service", State: healthy}
	if err != nil {
		c.State, c.Found, c.Remedy = warning, err.Error(), "run doctor as the user who started the service"
		return c
	}
	var away []string
	denied, restarts := uint64(0), uint64(0)
	for _, p := range st.Processes {
		denied, restarts = denied+p.Denied, restarts+p.Restarts
		if p.State != supervise.Serving {
			away = append(away, fmt.Sprintf("%s is %s (%s)", p.Role, p.State, p.Last))
		}
	}
	c.Found = fmt.Sprintf("runs at %v, %d processes, %d restarts, %d refused calls", st.Level, len(st.Processes), restarts, denied)
	if denied > 0 {
		c.State, c.Remedy = warning, "a refused call never happens in honest work: look for alert in the log"
		if n := len(st.Alerts); n > 0 {
			last := st.Alerts[n-1]
			c.Found += fmt.Sprintf("; last alert: %s %s %s %s %s", last.Time.Format(time.RFC3339), last.Role, last.Kind, last.Call, last.Target)
		}
	}
	if len(away) > 0 {
		c.State, c.Found = failure, c.Found+"; "+strings.Join(away, ", ")
		c.Remedy = "see the log lines of that role"
	}
	return c
}

// inUse says whether a supervisor holds the lock of this data directory.
func inUse(data string) bool {
	f, err := os.Open(filepath.Join(data, "supervisor", "lock"))
	if data == "" || err != nil {
		return false
	}
	defer f.Close()
	return unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB) != nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"

	"sekisho/config"
	"sekisho/sandbox"
	"sekisho/supervise"
)

// serveCommand runs the service in the foreground until SIGTERM or SIGINT.
type serveCommand struct{}

// Run reads the configuration, opens what must be opened as root, and becomes the supervisor.
func (serveCommand) Run(g *Global) error {
	c, err := g.load()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	h, err := newHouse(c, slog.New(slog.NewTextHandler(g.Err, nil)))
	if err != nil {
		return err
	}
	return h.run(ctx)
}

// load reads the configuration file, or the defaults when none is named; --data wins over the file.
func (g *Global) load() (config.Config, error) {
	c := config.Defaults()
	if g.Config != "" {
		var err error
		if c, err = config.Load(g.Config); err != nil {
			return c, err
		}
	}
	if g.Data != "" {
		c.Data = g.Data
	}
	data, err := filepath.Abs(c.Data)
	c.Data = data
	return c, err
}

// house is the running service as the supervisor sees it.
type house struct {
	config     config.Config
	supervisor *supervise.Supervisor
	listeners  map[string]*os.File
	files      map[string]*os.File // secrets of roles, never read here
	ports      map[string]int
	log        *slog.Logger
}

// adminSocket is where commands find the service.
func adminSocket(data string) string { return filepath.Join(data, "admin.sock") }

// newHouse opens the listeners and checks what can be checked before anything starts.
func newHouse(c config.Config, log *slog.Logger) (*house, error) {
	h := &house{config: c, listeners: map[string]*os.File{}, files: map[string]*os.File{}, ports: map[string]int{}, log: log}
	part, err := parts(c)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(c.Data, 0o755); err != nil {
		return nil, err
	}
	least := map[string]sandbox.Level{"L1": sandbox.L1, "L2": sandbox.L2, "L3": sandbox.L3}[c.Isolation.Least]
	table := roles(rolesOption{inspect: inspectWorkers(c), cells: c.Cells, link: c.Keys.Root == "transit" || len(c.Ledger.Witness) > 0})
	if err := h.secrets(); err != nil {
		return nil, err
	}
	if err := h.listen(table); err != nil {
		return nil, errors.Join(err, h.close())
	}
	for i := range table { // what the configuration switched off has no descriptor to pass
		var open []string
		for _, name := range table[i].Listeners {
			if h.listeners[name] != nil {
				open = append(open, name)
			}
		}
		table[i].Listeners = open
	}
	h.supervisor, err = supervise.New(supervise.Config{Table: table, Data: c.Data, Least: least, UserBase: c.Isolation.UserBase,
		Listeners: h.listeners, Files: h.files, RoleConfig: part, Log: log, Alert: h.alert})
	if err != nil {
		return nil, errors.Join(err, h.close())
	}
	return h, nil
}

func (h *house) alert(a supervise.Alert) {
	h.log.Error("ALERT", "kind", a.Kind, "role", a.Role, "instance", uint64(a.Instance), "call", a.Call, "target", a.Target, "detail", a.Detail)
}

// listen opens every listener: ports below 1024 need root, and the roles have none.
func (h *house) listen(table []supervise.Role) error {
	l := h.config.Listen
	wanted := func(name string) bool {
		return slices.ContainsFunc(table, func(r supervise.Role) bool { return slices.Contains(r.Listeners, name) })
	}
	for name, address := range map[string]string{"mx": l.MX, "submission": l.Submission, "submissions": l.Submissions, "imap": l.IMAP, "imaps": l.IMAPS, "https": l.HTTPS} {
		if address == "" || !wanted(name) {
			continue
		}
		lc := net.ListenConfig{}
		lc.SetMultipathTCP(false) // it would pass Landlock's and many firewalls' rules unseen
		got, err := lc.Listen(context.Background(), "tcp", address)
		if err != nil {
			return fmt.Errorf("listen.%s = %q: %w. Choose another port, end what listens there, or start as root for ports below 1024", name, address, err)
		}
		h.ports[name] = got.Addr().(*net.TCPAddr).Port
		if err := h.keep(name, got); err != nil {
			return err
		}
	}
	return h.listenAdmin()
}

// keep takes the descriptor out of a listener: the supervisor itself accepts nothing.
func (h *house) keep(name string, l net.Listener) error {
	defer l.Close()
	f, err := l.(interface{ File() (*os.File, error) }).File()
	if err != nil {
		return err
	}
	h.listeners[name] = f
	return nil
}

// listenAdmin opens the socket that only this user may use. One that nobody answers on is left over from a crash.
func (h *house) listenAdmin() error {
	path := adminSocket(h.config.Data)
	if c, err := net.Dial("unix", path); err == nil {
		c.Close()
		return fmt.Errorf("%s: a service runs with this data directory already", path)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	old := syscall.Umask(0o177)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	syscall.Umask(old)
	if err != nil {
		return err
	}
	l.SetUnlinkOnClose(false)
	return h.keep("admin", l)
}

// secrets opens what vault and link are given to read: as this user, since theirs may not.
func (h *house) secrets() error {
	k := h.config.Keys
	switch k.Root {
	case "descriptor":
		f := os.NewFile(uintptr(k.Descriptor), "root key")
		if _, err := f.Stat(); err != nil {
			return fmt.Errorf("keys.descriptor = %d is not open: start with \"%d<FILE\": %w", k.Descriptor, k.Descriptor, err)
		}
		h.files["root"] = f
	case "transit":
		f, err := os.Open(k.Token)
		if err != nil {
			return fmt.Errorf("keys.token: %w", err)
		}
		h.files["token"] = f
	}
	return nil
}

func (h *house) close() error {
	var err error
	for _, f := range h.files {
		err = errors.Join(err, f.Close())
	}
	for _, f := range h.listeners {
		err = errors.Join(err, f.Close())
	}
	return err
}

// run supervises until ctx is done.
func (h *house) run(ctx context.Context) error {
	err := h.supervisor.Run(ctx)
	if h.listeners["admin"] != nil {
		os.Remove(adminSocket(h.config.Data))
	}
	return errors.Join(err, h.close())
}

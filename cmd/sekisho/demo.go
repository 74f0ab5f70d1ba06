package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"sekisho/config"
)

// demoCommand shows the whole product without DNS, network or configuration. It resumes what an earlier demonstration
// left in its data directory.
type demoCommand struct {
	PortBase  int    `default:"12000" help:"Ports are this plus 25, 587, 465, 143 and 993, on 127.0.0.1 only."`
	ReadyFile string `placeholder:"FILE" help:"Write ports, accounts and passwords here as JSON when everything answers."`
	Quiet     bool   `help:"Send no first mails, print no table."`
	Listen    string `default:"127.0.0.1" help:"Address to listen on."`
	Verbose   bool   `help:"Show the service's log."`
}

// demoName is the installation's host name in the demonstration.
const demoName = "mx.sekisho.example"

// demoZone answers for every name of the demonstration; nothing outside is ever asked.
const demoZone = `$TTL 60
; the installation and its two customers
mx.sekisho.example.        A   127.0.0.1
sekisho.example.           MX  10 mx.sekisho.example.
sekisho.example.           TXT "v=spf1 a:mx.sekisho.example -all"
mori.example.              MX  10 mx.sekisho.example.
mori.example.              TXT "v=spf1 a:mx.sekisho.example -all"
_dmarc.mori.example.       TXT "v=DMARC1; p=quarantine"
kawa.example.              MX  10 mx.sekisho.example.
kawa.example.              TXT "v=spf1 a:mx.sekisho.example -all"
_dmarc.kawa.example.       TXT "v=DMARC1; p=quarantine"
; honest people outside, whose server is this host too
minato.example.            MX  10 mx.minato.example.
minato.example.            TXT "v=spf1 ip4:127.0.0.1 ip6:::1 -all"
mx.minato.example.         A   127.0.0.1
partner.example.           MX  10 mx.partner.example.
partner.example.           TXT "v=spf1 ip4:127.0.0.1 ip6:::1 -all"
mx.partner.example.        A   127.0.0.1
; a bank that says which hosts send for it: not this one
hoshi-bank.example.        MX  10 mx.hoshi-bank.example.
hoshi-bank.example.        TXT "v=spf1 ip4:192.0.2.10 -all"
_dmarc.hoshi-bank.example. TXT "v=DMARC1; p=quarantine"
mx.hoshi-bank.example.     A   192.0.2.10
; a partner whose server does not answer: mail to it waits in the queue
down.example.              MX  10 mx.down.example.
mx.down.example.           A   127.0.0.9
; senders nobody asked for
deals.example.             TXT "v=spf1 ip4:127.0.0.1 -all"
deals.example.             MX  10 mx.partner.example.
`

// Run keeps the service up until SIGTERM or SIGINT.
func (d *demoCommand) Run(g *Global) error {
	if g.Data == "" {
		g.Data = "demo-data"
	}
	data, err := filepath.Abs(g.Data)
	if err != nil {
		return err
	}
	g.Data = data
	if err := os.MkdirAll(data, 0o755); err != nil {
		return err
	}
	zone := filepath.Join(data, "demo.zone")
	if err := os.WriteFile(zone, []byte(demoZone), 0o644); err != nil {
		return err
	}
	if d.ReadyFile != "" {
		os.Remove(d.ReadyFile)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	level := slog.LevelError
	if d.Verbose {
		level = slog.LevelDebug
	}
	h, err := newHouse(d.settings(data, zone), slog.New(slog.NewTextHandler(g.Err, &slog.HandlerOptions{Level: level})))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	guided := make(chan error, 1)
	go func() { guided <- d.guide(ctx, g, h) }()
	ended := make(chan error, 1)
	go func() { ended <- h.run(ctx) }()
	for {
		select {
		case err := <-ended:
			return err
		case err := <-guided:
			if err != nil && ctx.Err() == nil {
				cancel()
				return errors.Join(fmt.Errorf("the demonstration could not be filled: %w", err), <-ended)
			}
		}
	}
}

func (d *demoCommand) settings(data, zone string) config.Config {
	c := config.Defaults()
	at := func(port int) string { return fmt.Sprintf("%s:%d", d.Listen, d.PortBase+port) }
	c.Name, c.Data = demoName, data
	c.Listen = config.Listen{MX: at(25), Submission: at(587), Submissions: at(465), IMAP: at(143), IMAPS: at(993), HTTPS: at(443)}
	// Browsers find names below localhost on this machine by themselves (RFC 6761 section 6.3).
	c.Web = config.Web{Mail: "mail.localhost", Console: "console.localhost", Desk: "desk.localhost", Content: "content.localhost"}
	c.DNS = config.DNS{Zone: zone}
	c.Post.Private, c.Post.Port = true, d.PortBase+25
	c.Limit.Exempt = []string{"127.0.0.0/8", "::1/128"}
	return c
}

// guide starts the process that fills the demonstration as an operator and a mail program would: over the admin socket and
// the real ports. The supervisor itself speaks with nobody.
func (d *demoCommand) guide(ctx context.Context, g *Global, h *house) error {
	begun := time.Now()
	select {
	case <-h.supervisor.Ready():
	case <-ctx.Done():
		return ctx.Err()
	}
	level := h.supervisor.Status().Level.String()
	order, err := json.Marshal(guideOrder{Pid: os.Getpid(), Level: level, Ports: h.ports, Host: d.Listen, ReadyFile: d.ReadyFile, Quiet: d.Quiet,
		Took: time.Since(begun)})
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	c := exec.CommandContext(ctx, self, "guide", "--data", g.Data, string(order))
	c.Stdout, c.Stderr = g.Out, g.Err
	return c.Run()
}

// initCommand makes what a real installation begins with.
type initCommand struct {
	Name string `placeholder:"HOST" help:"Host name that MX records will point to; default: this host's."`
}

const firstConfig = `# Sekisho. Every key is optional; docs/operate/config.md describes them all.
name = %q
data = %q

[listen]
mx          = ":25"
submission  = ":587"
submissions = ":465"
imap        = ":143"
imaps       = ":993"
https       = ":443"
`

// Run writes the file and the directory; what is there already is left alone.
func (c *initCommand) Run(g *Global) error {
	cfg, err := g.load()
	if err != nil && !errors.Is(err, os.ErrNotExist) && g.Config == "" {
		return err
	}
	if c.Name != "" {
		cfg.Name = c.Name
	}
	path := g.Config
	if path == "" {
		path = "sekisho.toml"
	}
	if err := os.MkdirAll(cfg.Data, 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	switch {
	case errors.Is(err, os.ErrExist):
		fmt.Fprintf(g.Out, "%s is there already and stays as it is\n", path)
	case err != nil:
		return err
	default:
		if _, err := fmt.Fprintf(f, firstConfig, cfg.Name, cfg.Data); err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
		fmt.Fprintf(g.Out, "wrote %s\n", path)
	}
	fmt.Fprintf(g.Out, "data directory: %s\n\nnext:\n  sekisho doctor --data %s\n  sekisho serve --config %s\n  sekisho contract add NAME --config %s\n  sekisho domain add NAME DOMAIN --config %s\n",
		cfg.Data, cfg.Data, path, path, path)
	return nil
}

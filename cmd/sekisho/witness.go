package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"sekisho/ledger"
	"sekisho/role/admin"
)

// witnessCommand is a small server that an auditor or a customer runs on a host of his own: it signs checkpoints of the
// ledgers that it knows, as long as each continues the one before (c2sp.org/tlog-witness).
type witnessCommand struct {
	Init  witnessInit  `cmd:"" help:"Make a witness: its key and its directory."`
	Serve witnessServe `cmd:"" help:"Answer ledgers."`
}

type witnessInit struct {
	Dir  string   `required:"" placeholder:"DIR" help:"Directory of the witness."`
	Name string   `required:"" help:"Name in its signatures, like a URL without scheme: witness.auditor.example/w1."`
	Log  []string `placeholder:"KEY" help:"Key of a ledger to sign for, or a file with it; more go into DIR/logs, one a line."`
}

// Run makes a witness; an existing one is left as it is.
func (c *witnessInit) Run(g *Global) error {
	if !ledger.GoodName(c.Name) {
		return fmt.Errorf("--name=%q: no spaces, no plus sign", c.Name)
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return err
	}
	path := filepath.Join(c.Dir, "witness.key")
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("%s is there already", path)
	}
	var logs strings.Builder
	for _, l := range c.Log {
		v, err := logKey(l)
		if err != nil {
			return err
		}
		fmt.Fprintln(&logs, v)
	}
	seed := make([]byte, ed25519.SeedSize)
	rand.Read(seed) // never fails (crypto/rand)
	if err := writeWhole(filepath.Join(c.Dir, "logs"), []byte(logs.String()), 0o644); err != nil {
		return err
	}
	if err := writeWhole(path, []byte(c.Name+"\n"+hex.EncodeToString(seed)+"\n"), 0o600); err != nil {
		return err
	}
	s, err := ledger.NewCosigner(c.Name, ed25519.NewKeyFromSeed(seed))
	if err != nil {
		return err
	}
	return g.print(map[string]string{"key": s.Verifier.String()}, func(w io.Writer) { row(w, "key", s.Verifier) })
}

type witnessServe struct {
	Dir    string `required:"" placeholder:"DIR" help:"Directory of the witness."`
	Listen string `default:"127.0.0.1:7380" help:"Address to answer on; put TLS in front of it."`
}

// Run answers until SIGTERM or SIGINT.
func (c *witnessServe) Run(g *Global) error {
	w, err := openWitness(c.Dir)
	if err != nil {
		return err
	}
	defer w.lock.Close()
	w.log = slog.New(slog.NewTextHandler(g.Err, nil))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	s := &http.Server{Handler: w, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, MaxHeaderBytes: 16 << 10}
	defer context.AfterFunc(ctx, func() { s.Close() })()
	w.log.Info("witness", "key", w.signer.Verifier.String(), "listen", l.Addr().String(), "logs", len(w.logs))
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// witness signs. Its state is one file per log with the checkpoint that it signed last, which is durable before the signature
// leaves.
type witness struct {
	dir    string
	lock   *os.File
	signer *ledger.Signer
	logs   []ledger.Verifier
	log    *slog.Logger

	mu sync.Mutex // one submission at a time: a check and its record must not be parted
}

func openWitness(dir string) (*witness, error) {
	b, err := os.ReadFile(filepath.Join(dir, "witness.key"))
	if err != nil {
		return nil, fmt.Errorf("no witness there: %w. \"sekisho witness init\" makes one", err)
	}
	name, text, _ := strings.Cut(strings.TrimSpace(string(b)), "\n")
	seed, err := hex.DecodeString(text)
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("%s is damaged", filepath.Join(dir, "witness.key"))
	}
	w := &witness{dir: dir, log: slog.New(slog.DiscardHandler)}
	if w.signer, err = ledger.NewCosigner(name, ed25519.NewKeyFromSeed(seed)); err != nil {
		return nil, err
	}
	list, err := os.ReadFile(filepath.Join(dir, "logs"))
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(list)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		v, err := ledger.ParseVerifier(line)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(dir, "logs"), err)
		}
		w.logs = append(w.logs, v)
	}
	if w.lock, err = os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, err
	}
	if err := unix.Flock(int(w.lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("%s is in use by another witness", dir), w.lock.Close())
	}
	return w, nil
}

// mostSubmission bounds a request.
const mostSubmission = 128 << 10

// ServeHTTP answers add-checkpoint.
func (w *witness) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/add-checkpoint" || r.Method != http.MethodPost {
		http.Error(out, "POST /add-checkpoint", http.StatusNotFound)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(out, r.Body, mostSubmission))
	if err != nil {
		http.Error(out, "too long", http.StatusRequestEntityTooLarge)
		return
	}
	line, latest, err := w.sign(body)
	var no ledger.Refusal
	switch {
	case err == nil:
		out.Write(line)
		return
	case !errors.As(err, &no):
		w.log.Error("not signed", "error", err)
		http.Error(out, "the witness cannot keep what it signs", http.StatusInternalServerError)
		return
	}
	w.log.Warn("refused", "why", no.Error(), "latest", latest)
	if no == ledger.OtherSize {
		out.Header().Set("Content-Type", "text/x.tlog.size")
		out.WriteHeader(int(no))
		fmt.Fprintf(out, "%d\n", latest)
		return
	}
	http.Error(out, no.Error(), int(no))
}

// sign judges a submission and signs it. latest is the size that was signed last.
func (w *witness) sign(body []byte) (line []byte, latest uint64, err error) {
	s, err := ledger.ParseSubmission(body)
	if err != nil {
		return nil, 0, ledger.Nonsense
	}
	n, err := ledger.ParseNote(s.Checkpoint)
	if err != nil {
		return nil, 0, ledger.Nonsense
	}
	origin, _, _ := strings.Cut(string(n.Text), "\n")
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, log := range w.logs {
		if log.Name != origin {
			continue
		}
		path := filepath.Join(w.dir, fmt.Sprintf("%08x.latest", log.ID()))
		last, err := w.latest(path, log)
		if err != nil {
			return nil, 0, err
		}
		if _, err := s.Judge(log, last); err != nil {
			return nil, last.Size, err
		}
		if err := writeWhole(path, s.Checkpoint, 0o600); err != nil {
			return nil, last.Size, err
		}
		return w.signer.Line(n.Text, uint64(time.Now().Unix())), last.Size, nil
	}
	return nil, 0, ledger.UnknownLog
}

func (w *witness) latest(path string, log ledger.Verifier) (ledger.Checkpoint, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return ledger.Checkpoint{}, nil
	}
	if err != nil {
		return ledger.Checkpoint{}, err
	}
	return ledger.OpenCheckpoint(b, log)
}

type ledgerWitness struct {
	Push witnessPush `cmd:"" help:"Send the newest checkpoint to a witness and keep its signature."`
}

type witnessPush struct {
	URL string   `required:"" placeholder:"URL" help:"Where the witness answers; /add-checkpoint is added."`
	Key []string `required:"" placeholder:"KEY" help:"Key of the witness, or a file with it."`
}

// pushed is what a push brought.
type pushed struct {
	Size       uint64 `json:"size"`
	Witness    string `json:"witness"`
	Checkpoint string `json:"checkpoint"`
}

// Run asks the service for what the witness needs, carries it there, and brings the signature back.
func (c *witnessPush) Run(g *Global) error {
	var keys []string
	for _, k := range c.Key {
		v, err := logKey(k)
		if err != nil {
			return err
		}
		keys = append(keys, v.String())
	}
	q, err := call[admin.Submission](g, "ledger/submit", admin.Submit{})
	if err != nil {
		return err
	}
	answer, size, err := c.post(q.Body)
	if err == nil && answer == nil { // it has signed before: now it has told what
		if q, err = call[admin.Submission](g, "ledger/submit", admin.Submit{Old: size}); err == nil {
			answer, _, err = c.post(q.Body)
		}
		if err == nil && answer == nil {
			err = errors.New("the witness signed something else meanwhile: try again")
		}
	}
	if err != nil {
		return err
	}
	a, err := call[admin.Cosigned](g, "ledger/cosign", admin.Cosign{Checkpoint: q.Checkpoint, Answer: answer, Keys: keys})
	if err != nil {
		return err
	}
	cp, err := ledger.ParseCheckpoint([]byte(strings.SplitAfter(a.Checkpoint, "\n\n")[0][:strings.Index(a.Checkpoint, "\n\n")+1]))
	if err != nil {
		return err
	}
	out := pushed{cp.Size, strings.SplitN(keys[0], "+", 2)[0], a.Checkpoint}
	return g.print(out, func(w io.Writer) { row(w, "signed", out.Witness, fmt.Sprintf("%d heads", out.Size)) })
}

// post sends a submission. No answer and a size: the witness has signed that size last.
func (c *witnessPush) post(body []byte) (answer []byte, size uint64, err error) {
	client := &http.Client{Timeout: time.Minute}
	r, err := client.Post(strings.TrimSuffix(c.URL, "/")+"/add-checkpoint", "text/plain; charset=utf-8", bytes.NewReader(body))
	if err != nil {
		return nil, 0, fmt.Errorf("the witness does not answer: %w", err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(io.LimitReader(r.Body, mostSubmission))
	if err != nil {
		return nil, 0, err
	}
	switch r.StatusCode {
	case http.StatusOK:
		return b, 0, nil
	case http.StatusConflict:
		if size, err = strconv.ParseUint(strings.TrimSpace(string(b)), 10, 63); err == nil && r.Header.Get("Content-Type") == "text/x.tlog.size" {
			return nil, size, nil
		}
	}
	return nil, 0, fmt.Errorf("the witness refused with %s: %.200q", r.Status, b)
}

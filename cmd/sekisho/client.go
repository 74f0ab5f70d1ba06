package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"sekisho/role/admin"
)

// call asks the running service, over its admin socket.
func call[A any](g *Global, name string, q any) (A, error) {
	var a A
	c, err := g.load()
	if err != nil {
		return a, err
	}
	path := adminSocket(c.Data)
	client := &http.Client{Timeout: 3 * time.Minute, Transport: &http.Transport{DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", path)
		}}}
	body, err := json.Marshal(q)
	if err != nil {
		return a, err
	}
	r, err := client.Post("http://sekisho/"+name, "application/json", bytes.NewReader(body))
	if err != nil {
		return a, unreachable(path, err)
	}
	defer r.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(r.Body, 64<<20))
	if err != nil {
		return a, err
	}
	if r.StatusCode != http.StatusOK {
		var f admin.Fault
		if json.Unmarshal(answer, &f) != nil || f.Text == "" {
			return a, fmt.Errorf("%s: %s", name, r.Status)
		}
		return a, errors.New(f.Text)
	}
	return a, json.Unmarshal(answer, &a)
}

// unreachable says why nobody answers and what to do.
func unreachable(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("no service runs here: %s does not exist. Start it with \"sekisho serve\", or name its directory with --data or --config", path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s belongs to another user: run this command as the user who started the service", path)
	}
	return fmt.Errorf("the service does not answer on %s: %w. Is it running? \"sekisho doctor\" looks at this host", path, err)
}

// print writes an answer: JSON when asked for, otherwise what text writes.
func (g *Global) print(a any, text func(w io.Writer)) error {
	if g.JSON {
		e := json.NewEncoder(g.Out)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(a)
	}
	w := tabwriter.NewWriter(g.Out, 0, 4, 2, ' ', 0)
	text(w)
	return w.Flush()
}

// row writes one line of a table. Empty cells are shown as "-".
func row(w io.Writer, cells ...any) {
	for i, c := range cells {
		s := fmt.Sprint(c)
		if s == "" || s == "[]" {
			s = "-"
		}
		s = strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7f { // what comes from mail must not move the cursor
				return ' '
			}
			return r
		}, s)
		if i > 0 {
			fmt.Fprint(w, "\t")
		}
		fmt.Fprint(w, s)
	}
	fmt.Fprintln(w)
}

func when(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04:05")
}

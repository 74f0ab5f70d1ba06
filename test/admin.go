package test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

func mkdir(t testing.TB, dir, name string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// Ask makes an administration call over an admin socket, as the commands do.
func Ask[A any](t testing.TB, socket, call string, q any) A {
	t.Helper()
	a, err := ask[A](socket, call, q)
	if err != nil {
		t.Fatalf("%s: %v", call, err)
	}
	return a
}

func ask[A any](socket, call string, q any) (A, error) {
	var a A
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}
	b, err := json.Marshal(q)
	if err != nil {
		return a, err
	}
	r, err := c.Post("http://sekisho/"+call, "application/json", bytes.NewReader(b))
	if err != nil {
		return a, err
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return a, err
	}
	if r.StatusCode != http.StatusOK {
		return a, fmt.Errorf("%s: %s", r.Status, text)
	}
	return a, json.Unmarshal(text, &a)
}

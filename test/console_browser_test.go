package test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sekisho/policy"
)

var deskLink = regexp.MustCompile(`https://desk\.[^\s/]+/#[A-Za-z0-9_-]+`)

// TestConsoleInBrowser drives the administrators' app and the desk in Chromium over the real processes. The link of the desk
// is the one in the notice that a sender got about his held mail.
func TestConsoleInBrowser(t *testing.T) {
	node, chromium := browserTools(t)
	h := NewHouse(t, 0, true)
	link := noticeLink(t, h, "sato@mori.example")
	ready := withOperator(t, h)
	waiting(t, h)
	for _, to := range []string{"slow-a@down.example", "slow-b@down.example", "slow-c@down.example"} {
		if err := submit(t, h, "ann@mori.example", to, message("ann@mori.example", to, "minutes", 500)); err != nil {
			t.Fatal(err)
		}
	}
	out, err := filepath.Abs(filepath.Join("browser", "out"))
	if err != nil {
		t.Fatal(err)
	}
	if said, failed := drive(t, node, chromium, "console-run.mjs", ready, out, link); failed {
		t.Errorf("%s\nthe pictures are in %s", said, out)
	}
}

// TestConsoleOverStandIn drives what the product shows only now and then: lost answers, proofs, roles.
func TestConsoleOverStandIn(t *testing.T) {
	node, chromium := browserTools(t)
	if said, failed := drive(t, node, chromium, "console-fake-run.mjs"); failed {
		t.Error(said)
	}
}

// drive runs a script of directory browser, whose last line is the number of failures.
func drive(t *testing.T, node, chromium, script string, args ...string) (said string, failed bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, node, append([]string{filepath.Join("browser", script)}, args...)...)
	c.Env = append(os.Environ(), "CHROMIUM="+chromium, "HOME="+t.TempDir())
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	said = strings.TrimSpace(string(out))
	return said, said[strings.LastIndexByte(said, '\n')+1:] != "0"
}

// waiting puts a mail on hold until somebody else approves it.
func waiting(t *testing.T, h *House) {
	t.Helper()
	rules := strings.Replace(string(policy.Default), "version = 1\n", `version = 1

[[rule]]
name = "prices"
direction = "outbound"
when = 'subject matches "price list"'
action = "approve"
for = "24h"
reason = "prices go out with a second pair of eyes"
`, 1)
	file := filepath.Join(t.TempDir(), "policy.toml")
	if err := os.WriteFile(file, []byte(rules), 0o644); err != nil {
		t.Fatal(err)
	}
	h.Run("contract", "policy", "Mori Trading", "--set", file)
	if err := submit(t, h, "ann@mori.example", "suzuki@there.example", message("ann@mori.example", "suzuki@there.example", "price list", 500)); err != nil {
		t.Fatal(err)
	}
}

// withOperator adds an operator and an incident with a scope, and gives a ready file that knows the operator too.
func withOperator(t *testing.T, h *House) string {
	t.Helper()
	dir := t.TempDir()
	password := filepath.Join(dir, "password")
	ops := Account{Address: "ops@mori.example", Password: "a long password for a test", Contract: 1, Role: "operator"}
	if err := os.WriteFile(password, []byte(ops.Password), 0o600); err != nil {
		t.Fatal(err)
	}
	h.Run("account", "add", ops.Address, "--role=operator", "--password-file="+password)
	h.Run("incident", "open", "--title", "A reader was taken over", "--component", "reader", "--from", time.Now().Add(-time.Hour).UTC().Format(time.RFC3339))
	h.Run("incident", "scope", "1")
	ready := h.Ready
	audit := Account{Address: "audit@mori.example", Password: ops.Password, Contract: 1, Role: "auditor"}
	h.Run("account", "add", audit.Address, "--role=auditor", "--password-file="+password)
	for range 3 {
		if err := submit(t, h, "sato@mori.example", "satou77@gmail.com", message("sato@mori.example", "satou77@gmail.com", "list", 500)); err != nil {
			t.Fatal(err)
		}
	}
	ready.Accounts = append(ready.Accounts, ops, audit)
	b, err := json.Marshal(ready)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "ready.json")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// browserTools finds what drives a browser, or says what is missing and skips.
func browserTools(t *testing.T) (node, chromium string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed (test/deps.sh)")
	}
	if chromium, err = exec.LookPath("chromium"); err != nil {
		t.Skip("chromium is not installed (test/deps.sh)")
	}
	for _, p := range []string{"node_modules/playwright-core", "node_modules/axe-core", "dist/console/index.html"} {
		if _, err := os.Stat(filepath.Join("..", "ui", p)); err != nil {
			t.Skipf("ui/%s is not there: run \"make ui\"", p)
		}
	}
	return node, chromium
}

// noticeLink is the link in the notice about a held mail, which takes a moment to come.
func noticeLink(t *testing.T, h *House, address string) string {
	t.Helper()
	c := mailbox(t, h, address)
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		for _, raw := range bodies(t, c, "INBOX") {
			_, body, _ := strings.Cut(raw, "\r\n\r\n")
			text, err := base64.StdEncoding.DecodeString(strings.NewReplacer("\r", "", "\n", "").Replace(body))
			if err != nil {
				continue // no notice: those are base64
			}
			if link := deskLink.FindString(string(text)); link != "" {
				return link
			}
		}
	}
	t.Fatal("no notice with a link came within a minute")
	return ""
}

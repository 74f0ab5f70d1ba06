package test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sekisho/policy"
)

// A mail whose text is addressed to a partner who is no recipient is held by a rule that asks for that; the same text to the partner leaves.
func TestWrongDocument(t *testing.T) {
	h := NewHouse(t, 0, false)
	b := NewBrowser(t, h)
	for _, a := range h.Ready.Accounts {
		if a.Role == "admin" && a.Contract == 1 {
			if status, out := b.SignIn("console", a.Address, a.Password); status != 200 {
				t.Fatalf("%d %v", status, out)
			}
		}
	}
	for org, address := range map[string]string{"株式会社カワ商事": "order@there.example", "Minato K.K.": "info@partner.example"} {
		if status, out, _ := b.Ask("console", "POST", "/api/v1/contracts/1/partners", map[string]any{"name": org, "organization": org, "addresses": []string{address}}); status != 201 {
			t.Fatalf("%d %v", status, out)
		}
	}
	rules := strings.Replace(string(policy.Default), "version = 1\n", "version = 1\n[[rule]]\nname = \"document\"\ndirection = \"outbound\"\nwhen = 'wrong_document'\naction = \"approve\"\nreason = \"it is addressed to somebody else\"\n", 1)
	file := filepath.Join(t.TempDir(), "policy.toml")
	if err := os.WriteFile(file, []byte(rules), 0o644); err != nil {
		t.Fatal(err)
	}
	h.Run("contract", "policy", "1", "--set", file)
	for to, subject := range map[string]string{"suzuki@partner.example": "wrong estimate", "suzuki@there.example": "right estimate"} {
		raw := "From: <ann@mori.example>\r\nTo: <" + to + ">\r\nSubject: " + subject + "\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <" + to + ">\r\nMIME-Version: 1.0\r\n" +
			"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nカワ商事御中\r\n\r\nお見積りをお送りします。\r\n"
		if err := submit(t, h, "ann@mori.example", to, []byte(raw)); err != nil {
			t.Fatal(err)
		}
	}
	out := h.Run("hold", "list")
	if !strings.Contains(out, "suzuki@partner.example") || strings.Contains(out, "suzuki@there.example") {
		t.Errorf("%s", out)
	}
	if out := h.Run("trace", "suzuki@partner.example", "--json"); !strings.Contains(out, "wrong-document") || !strings.Contains(out, "カワ商事") {
		t.Errorf("the trace does not say why: %s", out)
	}
}

// Package world makes synthetic installations with a breach whose truth is known: their ledger, what an operator would know
// of the intruder, and what the intruder really read. Drills and tests compare the scope that is computed with that truth.
//
// Everything follows from the shape and the seed; nothing of it was ever real.
package world

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"sekisho"
	"sekisho/ledger/scope"
)

// Shape says what the world looks like. It is read from JSON; what is left out is 0.
type Shape struct {
	Title      string         `json:"title,omitempty"`
	Seed       uint64         `json:"seed"`
	From       scope.Instant  `json:"from"`
	Days       uint64         `json:"days"`
	Contracts  uint64         `json:"contracts"`
	Accounts   uint64         `json:"accounts"`
	Terminated Terminated     `json:"terminated"`
	Hosts      uint16         `json:"hosts"` // each runs a reader for every cell
	Cells      uint16         `json:"cells"` // contracts are pinned to one of them
	Taken      []Place        `json:"compromised"`
	Events     uint64         `json:"events"` // rows of the whole ledger, the intruder's among them
	Hits       map[string]Hit `json:"hits"`   // by class
	Union      uint64         `json:"union"`  // contracts hit in any class, without duplicates
	Decoys     Decoys         `json:"decoys"`
}

// Terminated are shares of the contracts that had ended before the window, and that ended in it. Reach is what could still
// be asked for of an ended one.
type Terminated struct {
	Before float64  `json:"before"`
	During float64  `json:"during"`
	Reach  []string `json:"reach"`
}

// Place is one reader that was taken over.
type Place struct {
	Host uint16 `json:"host"`
	Cell uint16 `json:"cell"`
}

// Hit is how much of one class was read. Without accounts it is a class that belongs to contracts as such. Objects is how
// many objects were read of each account, or of each contract; 0 is 1.
type Hit struct {
	Contracts uint64 `json:"contracts"`
	Accounts  uint64 `json:"accounts,omitempty"`
	Objects   uint64 `json:"objects,omitempty"`
}

// Decoys are what looks like the intruder and is not, or cannot be told apart from others.
type Decoys struct {
	Elsewhere int `json:"elsewhere"` // honest sessions behind his addresses, on readers that are whole
	Shared    int `json:"shared"`    // honest sessions behind an address that he shares with them, on readers taken over
	Syncs     int `json:"syncs"`     // honest mail programs that read whole mailboxes, on readers taken over
	Hijacked  int `json:"hijacked"`  // sessions of real users in which he read too
}

//go:embed published-case.json
var published []byte

//go:embed cells.json
var cells []byte

// Shipped are the shapes that come with the product, by file name.
func Shipped(name string) ([]byte, bool) {
	switch name {
	case "published-case.json":
		return bytes.Clone(published), true
	case "cells.json":
		return bytes.Clone(cells), true
	}
	return nil, false
}

// ParseShape reads a shape and checks that such a world can be.
func ParseShape(b []byte) (*Shape, error) {
	s := new(Shape)
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(s); err != nil {
		return nil, fmt.Errorf("shape: %w", err)
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("shape: %w", err)
	}
	return s, nil
}

// class is a class by name.
func class(name string) (sekisho.Class, error) {
	var c scope.ClassName
	err := c.UnmarshalText([]byte(name))
	return sekisho.Class(c), err
}

func (s *Shape) check() error {
	switch {
	case s.From == 0 || s.Days == 0 || s.Days > 36500:
		return errors.New("no window: give from and days")
	case s.Contracts == 0 || s.Accounts < s.Contracts || s.Contracts > 1<<24 || s.Accounts > 1<<32:
		return fmt.Errorf("%d accounts in %d contracts: every contract has at least one", s.Accounts, s.Contracts)
	case s.Hosts == 0 || s.Cells == 0 || int(s.Hosts)*int(s.Cells) > 4096:
		return fmt.Errorf("%d hosts with %d cells: at least one of each, at most 4,096 together", s.Hosts, s.Cells)
	case len(s.Taken) == 0 || len(s.Hits) == 0:
		return errors.New("give at least one compromised reader and one class that was hit")
	case s.Terminated.Before < 0 || s.Terminated.During < 0 || s.Terminated.Before+s.Terminated.During > 1:
		return errors.New("terminated: shares between 0 and 1, together at most 1")
	case min(s.Decoys.Elsewhere, s.Decoys.Shared, s.Decoys.Syncs, s.Decoys.Hijacked) < 0:
		return errors.New("decoys: not less than none")
	}
	for _, p := range s.Taken {
		if p.Host >= s.Hosts || p.Cell >= s.Cells {
			return fmt.Errorf("compromised: no host %d with cell %d", p.Host, p.Cell)
		}
	}
	sum, most := uint64(0), uint64(0)
	for _, name := range slices.Sorted(maps.Keys(s.Hits)) {
		h := s.Hits[name]
		if _, err := class(name); err != nil {
			return err
		}
		if h.Contracts == 0 || h.Contracts > s.Contracts || h.Accounts > s.Accounts || h.Accounts != 0 && h.Accounts < h.Contracts {
			return fmt.Errorf("%s: %d accounts of %d contracts cannot be hit", name, h.Accounts, h.Contracts)
		}
		sum, most = sum+h.Contracts, max(most, h.Contracts)
	}
	if s.Union < most || s.Union > sum || s.Union > s.Contracts {
		return fmt.Errorf("union %d: the classes allow %d to %d", s.Union, most, min(sum, s.Contracts))
	}
	for _, name := range s.Terminated.Reach {
		if _, err := class(name); err != nil {
			return err
		}
	}
	return nil
}

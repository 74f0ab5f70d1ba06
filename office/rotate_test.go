package office

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/wire"
)

// clerk is a Hand that changes one domain.
type clerk struct {
	Hand
	domain wire.Domain
	made   []string
	gone   []string
}

func (c *clerk) Amend(_ context.Context, q wire.Admin) (wire.AdminDone, error) {
	c.domain.DKIM = q.Domain.Set.DKIM
	return wire.AdminDone{}, nil
}

func (c *clerk) Signer(_ context.Context, q wire.NewSigner) (wire.Signer, error) {
	if q.Gone {
		c.gone = append(c.gone, q.Name)
		return wire.Signer{}, nil
	}
	c.made = append(c.made, q.Name)
	return wire.Signer{Key: uint64(100 + len(c.made)), Public: []byte(q.Name)}, nil
}

func (c *clerk) signing() (list []string) {
	for _, k := range c.domain.DKIM {
		if k.State == "" {
			list = append(list, k.Selector)
		}
	}
	return list
}

// TestRotateDomain: mail is always signed with a key whose record is there, steps out of their time change nothing, and a second exchange has
// selectors of its own.
func TestRotateDomain(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	c := &clerk{domain: wire.Domain{Name: "mori.example", DKIM: []wire.DKIMKey{{Key: 1, Selector: "sekisho-ed"}, {Key: 2, Selector: "sekisho-rsa"}}}}
	answers := map[string]string{}
	step := func(want string, records int, signing ...string) {
		t.Helper()
		got, err := RotateDomain(t.Context(), c, 1, c.domain, now, func(r Record) string { return answers[r.Name] })
		if err != nil || got.Step != want || len(got.Records) != records || !slices.Equal(c.signing(), signing) {
			t.Fatalf("%+v %v, signing with %q", got, err, c.signing())
		}
	}
	old, fresh := []string{"sekisho-ed", "sekisho-rsa"}, []string{"s20260301-ed", "s20260301-rsa"}
	step("publish", 2, old...)
	step("waiting", 2, old...)
	answers["s20260301-ed._domainkey.mori.example"] = "ok"
	answers["s20260301-rsa._domainkey.mori.example"] = "differs"
	step("waiting", 2, old...)
	if len(c.made) != 2 {
		t.Errorf("made %q", c.made)
	}
	answers["s20260301-rsa._domainkey.mori.example"] = "ok"
	step("switched", 2, fresh...)
	now = now.Add(6 * 24 * time.Hour)
	step("overlap", 2, fresh...)
	if len(c.domain.DKIM) != 4 {
		t.Errorf("%+v", c.domain.DKIM)
	}
	now = now.Add(25 * time.Hour)
	if len(c.gone) != 0 {
		t.Errorf("destroyed too early: %q", c.gone)
	}
	step("retired", 2, fresh...)
	if len(c.domain.DKIM) != 2 {
		t.Errorf("%+v", c.domain.DKIM)
	}
	if !slices.Equal(c.gone, []string{"sekisho-ed.mori.example", "sekisho-rsa.mori.example"}) {
		t.Errorf("destroyed %q", c.gone)
	}
	now = now.Add(-7*24*time.Hour - time.Hour) // the same day again
	step("publish", 2, fresh...)
	if !slices.Equal(c.made[2:], []string{"s20260301-2-ed.mori.example", "s20260301-2-rsa.mori.example"}) {
		t.Errorf("made %q", c.made)
	}
}

// TestOldKey: a key that signs for more than a year asks to be exchanged; others do not.
func TestOldKey(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	d := wire.Domain{Name: "mori.example", DKIM: []wire.DKIMKey{{Selector: "a", Since: now.Add(-400 * 24 * time.Hour)}, {Selector: "b", Since: now.Add(-300 * 24 * time.Hour)}, {Selector: "c"},
		{Selector: "d", State: wire.DKIMOld, Since: now.Add(-400 * 24 * time.Hour)}}}
	for _, r := range Records("mx.mori.example", d, now) {
		if asks := strings.Contains(r.Why, "400 days"); asks != strings.HasPrefix(r.Name, "a.") {
			t.Errorf("%+v", r)
		}
	}
}

package office

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sekisho"
	"sekisho/wire"
)

// Rotation is where the exchange of a domain's DKIM keys stands after a step.
type Rotation struct {
	Domain  string    `json:"domain"`
	Step    string    `json:"step" doc:"publish: new keys are made, publish their records; waiting: not all records are published as they should be; switched: mail is signed with the new keys; overlap: the old records must stay until the time given; retired: the old keys are destroyed, their records can go"`
	Until   time.Time `json:"until,omitzero"`
	Records []Record  `json:"records" doc:"publish and waiting: to publish; switched and overlap: to leave; retired: to remove"`
}

// overlap is how long old records stay after mail is signed with new keys: for mail that is under way.
const overlap = 7 * 24 * time.Hour

type dkimKind struct{ suffix, key, algorithm string }

// dkimPair are the keys of a domain: Ed25519, and RSA for those who cannot read it.
func dkimPair() []dkimKind {
	return []dkimKind{{"-ed", "ed25519", "ed25519-sha256"}, {"-rsa", "rsa-2048", "rsa-sha256"}}
}

// RotateDomain takes the next step in the exchange of a domain's DKIM keys: it makes new ones; when live says that their records are
// published, mail is signed with them; when mail that the old ones signed cannot be under way any more, they are destroyed. A step whose
// time has not come changes nothing, so that it may be repeated.
func RotateDomain(ctx context.Context, h Hand, id sekisho.ContractID, d wire.Domain, now time.Time, live func(Record) string) (Rotation, error) {
	out := Rotation{Domain: d.Name}
	next, old := keysIn(d, wire.DKIMNext), keysIn(d, wire.DKIMOld)
	switch {
	case len(next) > 0:
		out.Step = "switched"
		for _, k := range next {
			r := recordOf(d.Name, k)
			if r.Live = live(r); r.Live != "ok" {
				out.Step = "waiting"
			}
			out.Records = append(out.Records, r)
		}
		if out.Step == "waiting" {
			return out, nil
		}
		out.Records, out.Until = nil, now.Add(overlap)
		for i := range d.DKIM {
			k := &d.DKIM[i]
			if k.State, k.Since = map[string]string{wire.DKIMNext: "", "": wire.DKIMOld}[k.State], now; k.State == wire.DKIMOld {
				out.Records = append(out.Records, recordOf(d.Name, *k))
			}
		}
	case len(old) > 0:
		out.Step = "retired"
		for _, k := range old {
			out.Records = append(out.Records, recordOf(d.Name, k))
			if until := k.Since.Add(overlap); now.Before(until) {
				out.Step, out.Until = "overlap", until
			}
		}
		if out.Step == "overlap" {
			return out, nil
		}
		for _, k := range old { // before they are forgotten: a step that was broken off is repeated
			if _, err := h.Signer(ctx, wire.NewSigner{Contract: id, Purpose: "dkim", Name: k.Selector + "." + d.Name, Gone: true}); err != nil {
				return out, err
			}
		}
		d.DKIM = slices.DeleteFunc(slices.Clone(d.DKIM), func(k wire.DKIMKey) bool { return k.State == wire.DKIMOld })
	default:
		out.Step = "publish"
		made, err := newKeys(ctx, h, id, d, now)
		if err != nil {
			return out, err
		}
		for _, k := range made {
			out.Records = append(out.Records, recordOf(d.Name, k))
		}
		d.DKIM = append(slices.Clone(d.DKIM), made...)
	}
	_, err := h.Amend(ctx, wire.Admin{Domain: &wire.AdminDomain{Do: "rotate", Contract: id, Set: wire.Domain{Name: d.Name, DKIM: d.DKIM}}})
	return out, err
}

// newKeys have selectors with the day, which no other key of the domain has.
func newKeys(ctx context.Context, h Hand, id sekisho.ContractID, d wire.Domain, now time.Time) (list []wire.DKIMKey, err error) {
	stem := "s" + now.UTC().Format("20060102")
	for n := 2; slices.ContainsFunc(d.DKIM, func(k wire.DKIMKey) bool { return k.Selector == stem+dkimPair()[0].suffix }); n++ {
		stem = fmt.Sprintf("s%s-%d", now.UTC().Format("20060102"), n)
	}
	for _, a := range dkimPair() {
		s, err := h.Signer(ctx, wire.NewSigner{Contract: id, Purpose: "dkim", Name: stem + a.suffix + "." + d.Name, Algorithm: a.key})
		if err != nil {
			return nil, err
		}
		list = append(list, wire.DKIMKey{Key: s.Key, Selector: stem + a.suffix, Algorithm: a.algorithm, Public: s.Public, State: wire.DKIMNext, Since: now})
	}
	return list, nil
}

func keysIn(d wire.Domain, state string) (list []wire.DKIMKey) {
	for _, k := range d.DKIM {
		if k.State == state {
			list = append(list, k)
		}
	}
	return list
}

func recordOf(domain string, k wire.DKIMKey) Record {
	why := map[string]string{"": "key of our signatures (DKIM)", wire.DKIMNext: "key of our next signatures (DKIM): publish it, then go on with the exchange",
		wire.DKIMOld: "key of our former signatures (DKIM): leave it until the exchange is over"}[k.State]
	return Record{Name: k.Selector + "._domainkey." + domain, Type: "TXT", Value: DKIMRecord(k), Why: why}
}

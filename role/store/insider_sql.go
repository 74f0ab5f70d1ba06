package store

import (
	"encoding/json"
	"strings"
	"time"

	"sekisho"
	"sekisho/db"
	"sekisho/insider"
	addr "sekisho/mail/address"
	"sekisho/mail/missend"
	"sekisho/wire"
)

// stepInsider: numbers of what a person did with mail in a day (insider.Day), and the last day of who leaves. No address that was written to,
// no subject and no name of a file is among them.
const stepInsider = `
CREATE TABLE conduct (
	contract BIGINT NOT NULL,
	account BIGINT NOT NULL,
	day BIGINT NOT NULL,
	content BYTES NOT NULL,
	PRIMARY KEY (contract, account, day)
) CLUSTERED
;
ALTER TABLE account ADD COLUMN leaves BIGINT NOT NULL DEFAULT 0
`

const (
	conductRead = "SELECT content FROM conduct WHERE contract = $1 AND account = $2 AND day = $3"
	conductPut  = `INSERT INTO conduct (contract, account, day, content) VALUES ($1, $2, $3, $4)
		ON CONFLICT (contract, account, day) DO UPDATE SET content = excluded.content`
	conductAll    = "SELECT account, content FROM conduct WHERE contract = $1 AND day > $2 ORDER BY account, day"
	conductOld    = "DELETE FROM conduct WHERE contract = $1 AND day < $2"
	conductForget = "DELETE FROM conduct WHERE contract = $1 AND account = $2"
)

// conductKept is how many days the numbers are kept: what is looked at, and what is taken for usual before.
const conductKept = 120

func dayOf(t time.Time) int64 { return t.Unix() / 86400 }

// tally adds to the numbers of somebody's day.
func (t *txn) tally(k homeKey, d insider.Day) error {
	var b []byte
	if _, err := t.One([]any{&b}, conductRead, int64(k.contract), int64(k.account), d.Day); err != nil {
		return err
	}
	sum := insider.Day{Day: d.Day}
	if len(b) > 0 {
		if err := unpack(b, &sum); err != nil {
			return err
		}
	}
	sum.Add(d)
	b, err := json.Marshal(sum)
	if err != nil {
		return sekisho.E("store.insider", sekisho.Internal, err)
	}
	_, err = t.Exec(conductPut, int64(k.contract), int64(k.account), d.Day, b)
	return err
}

// sentBy counts a mail that somebody of a contract sends to the outside, or that his filter sends on. Of a mail with several arrivals, for
// recipients for whom it was changed, each is counted with its recipients, and only the first as a mail.
func (t *txn) sentBy(in *incoming) error {
	e := &in.Trace.Envelope
	if e.Account == 0 || e.Contract == 0 || in.Once != nil {
		return nil
	}
	var to []string
	for i := range in.Deliveries {
		if d := &in.Deliveries[i]; d.Fate >= wire.FateMailbox && d.Fate <= wire.FateHold {
			to = append(to, d.Recipient)
		}
	}
	if len(to) == 0 {
		return nil
	}
	domains, err := readDomains(t, e.Contract)
	if err != nil {
		return err
	}
	outside := to[:0]
	for _, a := range to {
		if !ownDomain(domains, addr.Domain(a)) {
			outside = append(outside, a)
		}
	}
	if len(outside) == 0 {
		return nil
	}
	who, err := readAccount(t, accountByID, int64(e.Contract), int64(e.Account))
	if err != nil || who.ID == 0 {
		return err
	}
	key := sentKey{in.Trace.ID, e.Account, e.Listener}
	one := uint64(truth(!t.sent[key]))
	if t.sent == nil {
		t.sent = map[sentKey]bool{}
	}
	t.sent[key] = true
	d := insider.Day{Day: dayOf(e.At)}
	own := false
	for _, a := range outside {
		own = own || missend.Private(who.Address, who.Name, a)
	}
	if e.Listener == wire.Forwarded || e.Listener == byFilter {
		if d.Onward = one; own {
			d.OnwardOwn = one
		}
	} else {
		d.Sent, d.Recipients, d.Bytes = one, uint64(len(outside)), uint64(max(in.Sealed.Size, 0))*one
		d.At(e.At.UTC().Hour(), one)
		if in.Sealed.Attached {
			d.Attached = one
		}
		if own {
			d.Private, d.PrivateBytes = 1, uint64(max(in.Sealed.Size, 0))
		}
	}
	return t.tally(homeKey{e.Contract, e.Account}, d)
}

// sentKey is a mail of somebody, whatever becomes of it for each recipient.
type sentKey struct {
	trace    sekisho.TraceID
	account  sekisho.AccountID
	listener string
}

// byFilter is the listener in the envelope of what a filter sends of a mail from inside.
const byFilter = "filter"

func ownDomain(list []wire.Domain, name string) bool {
	for i := range list {
		if strings.EqualFold(list[i].Name, name) {
			return true
		}
	}
	return false
}

// readConduct gives people's days since one, by account.
func readConduct(r db.Reader, query string, args ...any) (map[sekisho.AccountID][]insider.Day, error) {
	out := map[sekisho.AccountID][]insider.Day{}
	err := r.Each(func(scan func(...any) error) error {
		var account int64
		var b []byte
		if err := scan(&account, &b); err != nil {
			return err
		}
		var d insider.Day
		if err := unpack(b, &d); err != nil {
			return err
		}
		out[sekisho.AccountID(account)] = append(out[sekisho.AccountID(account)], d)
		return nil
	}, query, args...)
	return out, err
}

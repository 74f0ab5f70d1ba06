package wire

import (
	"context"
	"sync"
	"time"

	"sekisho"
	"sekisho/mail/mtasts"
)

// The calls about sender authentication beyond one mail: return paths, transport security, reports.
var (
	VaultReturn    = define[Nothing, ReturnKeys](sekisho.Vault, 140, "return", small, sekisho.Gate, sekisho.Post)
	StoreTransport = define[TransportQuery, Transport](sekisho.Store, 160, "transport", 256<<10, sekisho.Post)
	StoreSTS       = define[STSQuery, STSAnswer](sekisho.Store, 161, "sts", small, sekisho.Edge)
)

// ReturnKeys mark the return paths of mail that is sent on (package mail/srs): the first signs, all verify. They open nothing. They are of one
// fortnight and the one before: whoever has taken them can make return paths for that long, and no longer.
type ReturnKeys struct {
	Keys  [][]byte
	Until time.Time // ask again then
}

// Forwarded is the listener in the envelope of what came from outside and was sent on by somebody's filter.
const Forwarded = "forward"

// Returns keeps the keys of return paths for as long as they are in force.
type Returns struct {
	vault *Peer

	mu   sync.Mutex // guards what follows
	keys ReturnKeys
	read time.Time
}

// returnLife is how old the keys may be before vault is asked again, so that a clock that was set does no harm for long.
const returnLife = time.Hour

// NewReturns asks nothing yet.
func NewReturns(vault *Peer) *Returns { return &Returns{vault: vault} }

// Keys gives the keys in force, newest first.
func (r *Returns) Keys(ctx context.Context, now time.Time) ([][]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if age := now.Sub(r.read); len(r.keys.Keys) > 0 && age >= 0 && age < returnLife && now.Before(r.keys.Until) {
		return r.keys.Keys, nil
	}
	got, err := VaultReturn.Ask(ctx, r.vault, Nothing{})
	if err != nil {
		return nil, err
	}
	r.keys, r.read = got, now
	return got.Keys, nil
}

// TransportQuery asks for what is known of a domain's MTA-STS policy, or keeps what was learned.
type TransportQuery struct {
	Domain string
	Keep   *Transport // nil: only ask
}

// Transport is the last good policy of a domain. Policy empty: none is known.
type Transport struct {
	ID     string // of the policy's record
	Policy []byte
	Read   time.Time
	Until  time.Time // when it is void, if it cannot be read anew
}

// STSQuery asks whether MTA-STS is offered for mail to a domain of a customer.
type STSQuery struct{ Domain string }

// STSAnswer has the mode of the policy; "" when there is none.
type STSAnswer struct{ Mode string }

// STSPolicy is the policy of a customer's domain whose mail comes to the host given.
func STSPolicy(host, mode string) mtasts.Policy {
	p := mtasts.Policy{Mode: mtasts.Mode(mode), MX: []string{host}, MaxAge: 7 * 24 * time.Hour}
	if p.Mode == mtasts.Testing || p.Mode == mtasts.None { // these are to be over soon
		p.MaxAge = 24 * time.Hour
	}
	return p
}

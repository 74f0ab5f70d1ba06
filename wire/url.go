package wire

import (
	"context"
	"sync"
	"time"

	"sekisho"
)

// Links of delivered mail lead over desk (package mail/weblink). Gate makes them, with a key of the contract that vault lends; desk has
// vault check them when they are clicked, and inspect look at where they lead. Nobody is told who clicks.

// The calls about links of delivered mail.
var (
	VaultURL      = define[URLKeyQuery, URLKey](sekisho.Vault, 170, "url", small, sekisho.Gate)
	VaultURLCheck = define[URLCheck, URLChecked](sekisho.Vault, 171, "url-check", small, sekisho.Desk)
	StoreURL      = define[URLQuery, URLRules](sekisho.Store, 170, "url", 512<<10, sekisho.Desk)
	StoreURLCount = define[URLCountQuery, URLCounts](sekisho.Store, 171, "url-count", large, sekisho.Admin)
	StoreFeeds    = define[FeedQuery, Feeds](sekisho.Store, 172, "feeds", large, sekisho.Gate, sekisho.Desk, sekisho.Admin)
	StoreFeedSet  = define[FeedChange, Nothing](sekisho.Store, 173, "feed-set", large, sekisho.Admin)
	InspectURL    = define[URLLook, URLSeen](sekisho.Inspect, 30, "url", 1<<20, sekisho.Desk)
)

// URLKeyQuery asks for the key that links in mail to a contract are marked with.
type URLKeyQuery struct{ Contract sekisho.ContractID }

// URLKey is the key. It opens nothing: who has taken it can make links that look as if they stood in mail to the contract.
type URLKey struct{ Key []byte }

// URLCheck asks whether a token was made here.
type URLCheck struct{ Token []byte }

// URLChecked is what a token that was made here says.
type URLChecked struct {
	Contract sekisho.ContractID
	Expires  time.Time
}

// URLPolicy is what a contract says about links in mail to its people.
type URLPolicy struct {
	Allow  []string // hosts, with what is below them, whose links are not rewritten, and open without a question
	Block  []string // hosts, with what is below them, that nobody goes on to
	Direct bool     // links to allowed hosts that were rewritten before open at once, without the page
}

// URLQuery asks for what a contract says about links, or counts what came of a click. Who clicked is not told.
type URLQuery struct {
	Contract sekisho.ContractID
	Count    bool   // only count:
	Site     string // registered domain of the target
	Result   string // "shown", "blocked", "expired", "direct", "reported"
}

// URLRules answer it.
type URLRules struct {
	URLPolicy
	Domains  []string // the contract's own
	Partners []string
	Language string
}

// URLLook asks what is to be said of a link when it is clicked.
type URLLook struct {
	Target   string
	Domains  []string // what looks like one of them is told of
	Partners []string
	Language string
}

// URLSeen is what a person is told of a link. Href is empty when it leads nowhere that a browser should go.
type URLSeen struct {
	Href    string // written anew: no name before the host, nothing odd
	Scheme  string
	Host    string // as DNS is asked
	Unicode string // as people read it
	Site    string // the registered part of Unicode
	Name    string // registered part of Host
	Code    string // why one should think: "", "script", "number", "odd", "imitates", "insecure"
	Warning string // the same, in the language asked for
}

// URLCountQuery asks how often links were clicked.
type URLCountQuery struct {
	Contract sekisho.ContractID
	Since    time.Time
}

// URLCounts are counts by registered domain of the target, most first.
type URLCounts struct{ List []URLCount }

// URLCount is how often links to one domain were clicked, with one result.
type URLCount struct {
	Site   string
	Result string
	Count  uint64
	Last   time.Time // the day of the last one
}

// URLKeys keeps the keys of contracts for a while.
type URLKeys struct {
	vault *Peer

	mu   sync.Mutex // guards what follows
	keys map[sekisho.ContractID]urlKey
}

type urlKey struct {
	key  []byte
	read time.Time
}

// urlKeyLife is how long a key is lent: then vault is asked again, and enters it again.
const urlKeyLife = time.Hour

// NewURLKeys asks nothing yet.
func NewURLKeys(vault *Peer) *URLKeys {
	return &URLKeys{vault: vault, keys: map[sekisho.ContractID]urlKey{}}
}

// Key gives the key of a contract.
func (u *URLKeys) Key(ctx context.Context, c sekisho.ContractID, now time.Time) ([]byte, error) {
	u.mu.Lock()
	k, known := u.keys[c]
	u.mu.Unlock()
	if age := now.Sub(k.read); known && age >= 0 && age < urlKeyLife {
		return k.key, nil
	}
	got, err := VaultURL.Ask(ctx, u.vault, URLKeyQuery{c})
	if err != nil {
		return nil, err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.keys[c] = urlKey{got.Key, now}
	return got.Key, nil
}

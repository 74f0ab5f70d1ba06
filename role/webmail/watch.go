package webmail

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"sekisho"
	"sekisho/mailbox"
	"sekisho/wire"
)

// news tells watchers that mailboxes changed, whoever changed them.
type news struct {
	mu      sync.Mutex // guards what follows
	waiting map[sekisho.MailboxID]map[chan struct{}]bool
}

func newNews() *news { return &news{waiting: map[sekisho.MailboxID]map[chan struct{}]bool{}} }

func (n *news) join(boxes []wire.Mailbox, wake chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, m := range boxes {
		if n.waiting[m.ID] == nil {
			n.waiting[m.ID] = map[chan struct{}]bool{}
		}
		n.waiting[m.ID][wake] = true
	}
}

func (n *news) leave(boxes []wire.Mailbox, wake chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, m := range boxes {
		if delete(n.waiting[m.ID], wake); len(n.waiting[m.ID]) == 0 {
			delete(n.waiting, m.ID)
		}
	}
}

func (n *news) tell(w wire.Watched) {
	n.mu.Lock()
	defer n.mu.Unlock()
	ring := func(s map[chan struct{}]bool) {
		for c := range s {
			select {
			case c <- struct{}{}:
			default:
			}
		}
	}
	if w.Lost {
		for _, s := range n.waiting {
			ring(s)
		}
	}
	for _, id := range w.Changed {
		ring(n.waiting[id])
	}
}

// follow asks store what changed, again and again, until ctx is done.
func (n *news) follow(ctx context.Context, store *wire.Peer, log *slog.Logger) {
	var cursor uint64
	for ctx.Err() == nil {
		w, err := wire.StoreWatch.Ask(ctx, store, wire.Watch{Cursor: cursor})
		pause := 20 * time.Millisecond
		if err != nil {
			if ctx.Err() == nil {
				log.Warn("watching for changes", "error", err)
			}
			pause = time.Second
		} else {
			cursor = w.Cursor
			n.tell(w)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// watchTime is how long a watch waits when nothing changes; the capability lasts a minute.
const watchTime = 25 * time.Second

// watch answers WebmailWatch: the states that are not as the browser knew them, at once or as soon as something changes.
func (x *Webmail) watch(ctx context.Context, _ sekisho.Caller, q wire.WebWatch) (wire.WebChange, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	ticket, err := x.enter(ctx, q.Capability)
	if err != nil {
		return wire.WebChange{}, err
	}
	defer clear(ticket.Secret)
	t := &turn{w: x, ctx: ctx, q: &wire.WebRequest{}, ticket: ticket, access: &mailbox.Session{Store: x.peers.Store, Vault: x.peers.Vault, Ticket: ticket, Log: x.config.Log}}
	boxes, err := t.folders()
	if err != nil {
		return wire.WebChange{}, err
	}
	wake := make(chan struct{}, 1)
	x.news.join(boxes, wake)
	defer x.news.leave(boxes, wake)
	timeout := time.NewTimer(watchTime)
	defer timeout.Stop()
	for {
		changed, err := t.changed(&q)
		if err != nil || changed != nil {
			return wire.WebChange{JSON: changed}, err
		}
		select {
		case <-wake:
		case <-timeout.C:
			return wire.WebChange{}, nil
		case <-ctx.Done():
			return wire.WebChange{}, nil
		}
	}
}

// changed writes a StateChange of the types whose state differs; nil when none does. Without states everything is told,
// so that the next question can name them.
func (t *turn) changed(q *wire.WebWatch) ([]byte, error) {
	t.boxes = nil
	boxes, err := t.folders()
	if err != nil {
		return nil, err
	}
	mail := make([]wire.Mark, len(boxes))
	for i, m := range boxes {
		mail[i] = wire.Mark{Mailbox: m.ID, ModSeq: m.ModSeq, UIDNext: m.UIDNext}
	}
	now := map[string]string{"Mailbox": boxStateOf(boxes), "Email": stateOf(mail), "Thread": stateOf(mail)}
	known := map[string]string{}
	for _, s := range q.States {
		kind, state, _ := strings.Cut(s, "=")
		known[kind] = state
	}
	out := map[string]string{}
	for kind, state := range now {
		if known[kind] != state && (len(q.Types) == 0 || slices.Contains(q.Types, kind) || slices.Contains(q.Types, "*")) {
			out[kind] = state
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	return json.Marshal(map[string]any{"@type": "StateChange", "changed": map[string]any{t.account(): out}})
}

package console

import (
	"context"
	"net/http"
	"strings"
	"time"

	"sekisho"
	"sekisho/wire"
)

// Waiting is a delivery to the outside that is not over.
type Waiting struct {
	ID        uint64    `json:"id"`
	Trace     string    `json:"trace"`
	From      string    `json:"from"`
	Recipient string    `json:"recipient"`
	State     string    `json:"state" enum:"waiting,sending,suspended"`
	Arrived   time.Time `json:"arrived"`
	Age       int64     `json:"age" doc:"seconds since it arrived"`
	Attempts  int       `json:"attempts"`
	Next      time.Time `json:"next,omitzero" doc:"when it is tried next; absent when it is not waiting for that"`
	Meaning   string    `json:"meaning" doc:"what the last answer means, in words"`
	Last      string    `json:"last" doc:"the last answer of the outside as it came"`
	GivenUp   string    `json:"givenUp,omitempty" doc:"who gave it up: the sender is being told"`
	Size      int64     `json:"size"`
}

// Steer is what becomes of deliveries.
type Steer struct {
	Do  string   `json:"do" enum:"retry,give-up,cancel" doc:"try now; end it and tell the sender; delete it and tell nobody"`
	IDs []uint64 `json:"ids" minItems:"1" maxItems:"1000"`
}

// SteeredAll tells what was done.
type SteeredAll struct {
	Do      string    `json:"do"`
	At      time.Time `json:"at"`
	Done    []uint64  `json:"done"`
	NotDone []uint64  `json:"notDone" doc:"those that are being sent, were given up, or are over"`
}

func (p *person) waiting(i wire.QueueItem) Waiting {
	w := Waiting{ID: uint64(i.ID), Trace: i.Trace.String(), From: i.Envelope.From, Recipient: i.Recipient, State: i.State, Arrived: i.Arrived,
		Age: int64(p.x.config.Clock().Sub(i.Arrived) / time.Second), Attempts: i.Attempts, Last: i.Last, GivenUp: i.GivenUp, Size: i.Size}
	if i.State == "waiting" {
		w.Next = i.NotBefore
	}
	l := 0
	if p.language() == "ja" {
		l = 1
	}
	w.Meaning = meanings[meaning(i.Last)][l]
	return w
}

// meanings are what answers of the outside mean: English, then Japanese.
var meanings = map[string][2]string{
	"":            {"Not tried yet.", "まだ送信していません。"},
	"unreachable": {"The server could not be reached.", "相手サーバーに接続できませんでした。"},
	"tls":         {"The server offers no protected connection that the rules ask for.", "必要な暗号化接続を確立できませんでした。"},
	"name":        {"The recipient's domain has no mail server, or its name could not be looked up.", "宛先ドメインのメールサーバーが見つかりません。"},
	"mailbox":     {"The server does not know or does not accept this mailbox now.", "相手サーバーが宛先のメールボックスを受け付けていません。"},
	"full":        {"The recipient's mailbox is full.", "宛先のメールボックスがいっぱいです。"},
	"policy":      {"The server refuses us, or asks us to come later (greylisting).", "相手サーバーの方針により拒否、または再試行を求められています（グレイリスト）。"},
	"busy":        {"The server is busy or has a fault of its own.", "相手サーバーが混雑しているか、障害が発生しています。"},
	"later":       {"The server asks to try later.", "相手サーバーが後での再試行を求めています。"},
	"refused":     {"The server refused it.", "相手サーバーが拒否しました。"},
	"own":         {"It could not be read here at that time.", "送信側で一時的に読み出せませんでした。"},
}

// byStatus are the subjects of enhanced status codes (RFC 3463 section 3), the particular ones first.
var byStatus = []struct{ status, meaning string }{
	{"4.3.0 cannot read", "own"}, {".7.10", "tls"}, {".7.11", "tls"}, {".2.2", "full"}, {".4.1", "unreachable"}, {".4.4", "name"}, {".4.3", "name"}, {".1.2", "name"},
	{".7.", "policy"}, {".1.", "mailbox"}, {".2.", "mailbox"}, {".3.", "busy"}, {".4.", "busy"}, {".5.", "refused"},
}

// meaning finds what an answer means: from its enhanced status code, else from the first digit of its code.
func meaning(last string) string {
	if last == "" {
		return ""
	}
	text := last
	if _, rest, has := strings.Cut(last, ": "); has {
		text = rest
	}
	word, rest, _ := strings.Cut(text, " ")
	code := len(word) == 3 && (word[0] == '4' || word[0] == '5')
	status := text
	if code {
		status = rest
	}
	if len(status) > 1 && (status[0] == '4' || status[0] == '5') && status[1] == '.' {
		head := status[:min(len(status), len(byStatus[0].status))]
		for _, b := range byStatus {
			if strings.HasPrefix(head, b.status) || strings.HasPrefix(head[1:], b.status) {
				return b.meaning
			}
		}
	}
	switch {
	case code && word[0] == '4':
		return "later"
	case code:
		return "refused"
	}
	return "unreachable"
}

func queueRoutes(a api) {
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/queue", id: "listQueue", tag: "queue", summary: "Mail that waits for delivery to the outside", right: sekisho.ViewQueue},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Window
			Span
			State string `query:"state" enum:"waiting,sending,suspended"`
		}) (*listed[Waiting], error) {
			page, err := p.page(ctx, wire.PageQuery{What: "queue", Contract: in.id(), Match: in.Search, After: in.After, Most: in.Limit, From: in.From, To: in.To, State: in.State})
			return listOf(page, page.Queue, p.waiting), err
		})
	route(a, act{method: http.MethodPost, path: "/contracts/{contract}/queue/steer", id: "steerQueue", tag: "queue", summary: "Try now, give up with a notice to the sender, or delete",
		right: sekisho.SteerQueue, fresh: true},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Body Steer
		}) (*one[SteeredAll], error) {
			return p.steer(ctx, in.id(), in.Body)
		})
}

func (p *person) steer(ctx context.Context, c sekisho.ContractID, q Steer) (*one[SteeredAll], error) {
	s := wire.Steering{Pass: p.ticket.Pass, Contract: c, Do: q.Do}
	for _, id := range q.IDs {
		s.IDs = append(s.IDs, sekisho.QueueID(id))
	}
	got, err := wire.StoreSteer.Ask(ctx, p.x.peers.Store, s)
	if err != nil {
		return nil, err
	}
	out := SteeredAll{Do: q.Do, At: p.x.config.Clock().UTC(), Done: []uint64{}, NotDone: []uint64{}}
	for i, done := range got.Done {
		if done {
			out.Done = append(out.Done, q.IDs[i])
		} else {
			out.NotDone = append(out.NotDone, q.IDs[i])
		}
	}
	return &one[SteeredAll]{Body: out}, nil
}

package console

import (
	"context"
	"net/http"
	"time"

	"sekisho"
	"sekisho/insider"
	"sekisho/wire"
)

// Insider is somebody's place in the ranking of what is unusual.
type Insider struct {
	Account   uint64        `json:"account"`
	Address   string        `json:"address"`
	Name      string        `json:"name"`
	Score     float64       `json:"score" doc:"0 to 100: the sum of its parts"`
	Parts     []InsiderPart `json:"parts"`
	Leaves    string        `json:"leaves,omitempty" doc:"the announced last day"`
	Suspended bool          `json:"suspended"`
	Sums      insider.Day   `json:"sums" doc:"of the days that were asked for"`
}

// InsiderPart is one reason of a score.
type InsiderPart struct {
	insider.Part
	Date string `json:"date,omitempty"`
	Text string `json:"text" doc:"in words, in the asker's language"`
}

// Insiders is the ranking.
type Insiders struct {
	Items  []Insider `json:"items" doc:"who has something unusual, the highest score first"`
	People int       `json:"people" doc:"how many were compared"`
	Days   int       `json:"days" doc:"that were looked at"`
	Kept   int       `json:"kept" doc:"days that numbers are kept"`
}

// InsiderPerson is one person with his days.
type InsiderPerson struct {
	Insider
	History Statistic `json:"history"`
}

// OfDays is how many days are looked at.
type OfDays struct {
	Days int `query:"days" minimum:"1" maximum:"90" default:"30" doc:"what is looked at; up to 90 days before say what is usual"`
}

func insiderOf(x wire.InsiderOf, language string) Insider {
	out := Insider{Account: x.Account, Address: x.Address, Name: x.Name, Score: x.Score, Parts: []InsiderPart{}, Leaves: x.Leaves, Suspended: x.Suspended, Sums: x.Last}
	for _, q := range x.Parts {
		y := InsiderPart{Part: q, Text: q.Text(language)}
		if q.Day > 0 {
			y.Date = insider.Date(q.Day)
		}
		out.Parts = append(out.Parts, y)
	}
	return out
}

// insiderDays are the last days in columns, those without numbers too.
func insiderDays(list []insider.Day, now time.Time, days int) Statistic {
	const day = 24 * time.Hour
	columns := []struct {
		name string
		of   func(*insider.Day) uint64
	}{
		{"recipients", func(d *insider.Day) uint64 { return d.Recipients }}, {"attached", func(d *insider.Day) uint64 { return d.Attached }},
		{"private", func(d *insider.Day) uint64 { return d.Private + d.OnwardOwn }}, {"onward", func(d *insider.Day) uint64 { return d.Onward }},
		{"read", func(d *insider.Day) uint64 { return d.Read }}, {"looked", func(d *insider.Day) uint64 { return d.Looked }},
		{"kilobytes", func(d *insider.Day) uint64 { return (d.Bytes + 1023) >> 10 }},
	}
	out := Statistic{Times: []int64{}, Series: map[string][]uint64{}, Sums: map[string]uint64{}, Step: int64(day / time.Second)}
	first := now.UTC().Truncate(day).Add(-time.Duration(days-1) * day)
	for i := range days {
		out.Times = append(out.Times, first.Add(time.Duration(i)*day).Unix())
	}
	for _, c := range columns {
		s := make([]uint64, days)
		for i := range list {
			if at := list[i].Day - first.Unix()/86400; at >= 0 && at < int64(days) {
				s[at] = c.of(&list[i])
				out.Sums[c.name] += s[at]
			}
		}
		out.Series[c.name] = s
	}
	return out
}

func insiderRoutes(a api) {
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/insiders", id: "listInsiders", tag: "insider", summary: "Who does with mail what is unusual for him", right: sekisho.ViewInsider},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			OfDays
		}) (*one[Insiders], error) {
			got, err := wire.StoreInsider.Ask(ctx, p.x.peers.Store, wire.InsiderQuery{Pass: p.ticket.Pass, Contract: in.id(), Days: in.Days})
			out := Insiders{Items: []Insider{}, People: got.People, Days: in.Days, Kept: got.Kept}
			for _, x := range got.List {
				out.Items = append(out.Items, insiderOf(x, p.language()))
			}
			return &one[Insiders]{Body: out}, err
		})
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/insiders/{account}", id: "getInsider", tag: "insider", summary: "What is unusual about one person, and his days", right: sekisho.ViewInsider},
		func(ctx context.Context, p *person, in *struct {
			OfAccount
			OfDays
		}) (*one[InsiderPerson], error) {
			got, err := wire.StoreInsider.Ask(ctx, p.x.peers.Store, wire.InsiderQuery{Pass: p.ticket.Pass, Contract: in.id(), Account: sekisho.AccountID(in.Account), Days: in.Days})
			if err != nil {
				return nil, err
			}
			if len(got.List) == 0 {
				return nil, problem{Status: 404, slug: "not-found"}
			}
			return &one[InsiderPerson]{Body: InsiderPerson{insiderOf(got.List[0], p.language()), insiderDays(got.Days, p.x.config.Clock(), got.Kept)}}, nil
		})
}

package console

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"

	"sekisho"
	"sekisho/wire"
)

// Termination is what ending a contract destroys, and, once it is over, the proof.
type Termination struct {
	Contract    uint64       `json:"contract"`
	Name        string       `json:"name"`
	Status      string       `json:"status"`
	Hold        string       `json:"hold,omitempty" doc:"a legal hold stands: it cannot be ended"`
	Accounts    uint64       `json:"accounts"`
	Domains     uint64       `json:"domains"`
	Messages    uint64       `json:"messages"`
	Bytes       uint64       `json:"bytes"`
	Archived    uint64       `json:"archived" doc:"messages that its archive keeps"`
	Kept        uint64       `json:"kept" doc:"in quarantine and on hold"`
	Queue       uint64       `json:"queue" doc:"waiting for delivery"`
	Certificate *Certificate `json:"certificate,omitempty" doc:"its keys are destroyed"`
}

// Certificate is a deletion certificate: the signature (Ed25519) is over the bytes of the text.
type Certificate struct {
	Text      string `json:"text" doc:"the statement as it was signed"`
	Statement any    `json:"statement" doc:"the same, to be read"`
	Signature string `json:"signature" doc:"base64"`
	Key       string `json:"key" doc:"base64: the installation's key for certificates"`
}

// Terminate ends a contract for ever.
type Terminate struct {
	Name    string `json:"name" minLength:"1" maxLength:"200" doc:"the contract's name once more, as it is written"`
	Reason  string `json:"reason,omitempty" maxLength:"200" doc:"for the certificate"`
	Contact string `json:"contact,omitempty" maxLength:"500" doc:"whom to tell of a breach that is found later; sealed, and kept for three years"`
}

func terminationOf(e wire.Ended) Termination {
	k := e.Contract
	out := Termination{Contract: uint64(k.ID), Name: k.Name, Status: k.Status.String(), Hold: k.Hold, Accounts: e.Accounts, Domains: e.Domains, Messages: e.Messages,
		Bytes: e.Bytes, Archived: e.Archived, Kept: e.Kept, Queue: e.Queue}
	if c := e.Certificate; c.Done {
		out.Certificate = &Certificate{Text: string(c.Statement), Statement: json.RawMessage(c.Statement), Signature: base64.StdEncoding.EncodeToString(c.Signature),
			Key: base64.StdEncoding.EncodeToString(c.Public)}
	}
	return out
}

func endRoutes(a api) {
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/termination", id: "getTermination", tag: "contract", summary: "What ending a contract destroys; afterwards its deletion certificate",
		right: sekisho.ManageContracts, person: true},
		func(ctx context.Context, p *person, in *OfContract) (*one[Termination], error) {
			e, err := wire.StoreEnd.Ask(ctx, p.x.peers.Store, wire.Ending{Pass: p.ticket.Pass, Do: "look", Contract: in.id()})
			return &one[Termination]{Body: terminationOf(e)}, err
		})
	route(a, act{method: http.MethodPost, path: "/contracts/{contract}/termination", id: "terminateContract", tag: "contract", summary: "End a contract: its keys are destroyed, for ever",
		right: sekisho.ManageContracts, person: true, fresh: true},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Body Terminate
		}) (*one[Termination], error) {
			return p.terminate(ctx, in.OfContract, in.Body)
		})
}

// terminate goes through the steps. When the keys are destroyed and the rows are not yet deleted, the answer is an error, and doing it
// again finishes it.
func (p *person) terminate(ctx context.Context, of OfContract, q Terminate) (*one[Termination], error) {
	ask := wire.Ending{Pass: p.ticket.Pass, Do: "look", Contract: of.id(), Name: q.Name, Reason: q.Reason, Contact: q.Contact}
	now, err := wire.StoreEnd.Ask(ctx, p.x.peers.Store, ask)
	if err != nil {
		return nil, err
	}
	if !now.Certificate.Done {
		if now.Contract.Name != q.Name {
			return nil, invalid("/name", "that is not the contract's name")
		}
		ask.Do = "begin"
		if _, err := wire.StoreEnd.Ask(ctx, p.x.peers.Store, ask); err != nil {
			return nil, err
		}
		if _, err := wire.VaultHandEnd.Ask(ctx, p.x.peers.Vault, wire.HandEnd{Hand: p.hand(), Contract: of.id()}); err != nil {
			return nil, err
		}
	}
	ask.Do = "finish"
	e, err := wire.StoreEnd.Ask(ctx, p.x.peers.Store, ask)
	return &one[Termination]{Body: terminationOf(e)}, err
}

package vault

import (
	"context"
	"crypto/ed25519"

	"sekisho"
	"sekisho/ledger"
	"sekisho/seal"
	"sekisho/wire"
)

// share gives desk the keys of shared files, for who has both a link to them and the box. Contract and message are the link's own word.
// The box opens with the spool's private half and is bound to its purpose: nothing else that is boxed for the spool opens so.
func (v *Vault) share(_ context.Context, who sekisho.Caller, q wire.ShareKeyQuery) (wire.Opened, error) {
	l, err := seal.CheckLink(v.pass.Public().(ed25519.PublicKey), q.Token, v.config.Clock())
	if err != nil || l.Purpose != seal.LinkShare {
		return wire.Opened{}, v.deny(who, nil, 0, sekisho.E("vault.share", sekisho.Denied, err))
	}
	pair, err := v.pair(l.Contract, wire.SpoolKey)
	if err != nil {
		return wire.Opened{}, v.deny(who, nil, 0, err)
	}
	classes := []sekisho.Class{sekisho.ClassHeader}
	if q.Contents {
		classes = append(classes, sekisho.ClassAttachment)
	}
	boxes := []wire.MessageBox{{Message: l.Message, Key: wire.ShareKey, Sealed: q.Box}}
	data := make([][]byte, 1)
	data[0], _ = pair.Unbox(seal.For{Contract: l.Contract, Key: uint8(wire.ShareKey), Message: l.Message}, q.Box)
	e := by(who, ledger.Opening)
	e.Contract = l.Contract
	if err := v.enter(openings(e, classes, boxes, data)...); err != nil {
		return wire.Opened{}, err
	}
	if data[0] == nil {
		return wire.Opened{}, sekisho.E("vault.share", sekisho.Denied, nil)
	}
	out := wire.Opened{Messages: make([]wire.MessageKeys, 1)}
	derive(&out, classes, data)
	return out, nil
}

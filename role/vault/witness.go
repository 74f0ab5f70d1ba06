package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"sekisho"
	"sekisho/ledger"
	"sekisho/wire"
)

// witnessEvery is how often witnesses are asked, when the ledger has grown; witnessLate is after how long without a witness'
// signature the operator is told: a ledger that was put back finds no witness for it.
const (
	witnessEvery = 20 * time.Second
	witnessLate  = 5 * time.Minute
)

// asked is one witness as vault knows it.
type asked struct {
	number int
	key    ledger.Verifier
	size   uint64    // heads that it signed last, as it or its signature said
	last   time.Time // when it signed last, or there was nothing new to sign
	signed []byte    // the checkpoint that it signed last
	told   bool      // that it is late
}

// AskWitnesses has the newest checkpoint signed by each witness, until ctx is done: through link, since vault has no network. The
// keys are those that the configuration names, in its order. Signatures that hold are kept with the checkpoint.
func (v *Vault) AskWitnesses(ctx context.Context, link *wire.Peer, keys []string) {
	var all []*asked
	for n, text := range keys {
		k, err := ledger.ParseVerifier(text)
		if err == nil && !k.Witness() {
			err = errors.New("it is no key of a witness")
		}
		if err != nil {
			v.config.Log.Error("ledger.witness: this witness is not asked", "key", text, "error", err)
			continue
		}
		all = append(all, &asked{number: n, key: k, last: v.config.Clock()})
	}
	for ctx.Err() == nil {
		v.askAll(ctx, link, all)
		select {
		case <-time.After(witnessEvery):
		case <-ctx.Done():
		}
	}
}

// askAll asks each witness once, and keeps the signatures under the newest checkpoint together.
func (v *Vault) askAll(ctx context.Context, link *wire.Peer, all []*asked) {
	var checkpoint, answers []byte
	var keys []ledger.Verifier
	for _, w := range all {
		note, answer, err := v.ask(ctx, link, w)
		now := v.config.Clock()
		if err != nil {
			if !w.told && (grave(err) || now.Sub(w.last) >= witnessLate) {
				w.told = true
				v.config.Log.Error("ALERT: a witness does not sign the ledger: it was put back, forked, or the witness cannot be reached", "witness", w.key.Name, "error", err)
			}
			continue
		}
		w.last = now
		if answer == nil { // it has signed this one
			continue
		}
		w.told = false
		if string(note) != string(checkpoint) {
			checkpoint, answers, keys = note, nil, nil
		}
		answers, keys = append(answers, answer...), append(keys, w.key)
	}
	if len(keys) == 0 {
		return
	}
	note, err := ledger.Cosigned(checkpoint, answers, keys...)
	if err == nil {
		err = v.journal.KeepCosigned(note)
	}
	if err != nil {
		v.config.Log.Error("signatures of witnesses not kept", "error", err)
	}
}

// ask has one witness sign; there is no answer when the checkpoint is the one that it signed last. A witness that signed
// another size before tells it, and is asked again once.
func (v *Vault) ask(ctx context.Context, link *wire.Peer, w *asked) (checkpoint, answer []byte, err error) {
	for range 2 {
		s, err := v.journal.Submission(w.size)
		if err != nil {
			return nil, nil, err
		}
		if bytes.Equal(s.Checkpoint, w.signed) {
			return s.Checkpoint, nil, nil
		}
		got, err := wire.LinkWitness.Ask(ctx, link, wire.Witness{Number: w.number, Body: s.Text()})
		if err != nil {
			return nil, nil, err
		}
		if got.Other {
			w.size = got.Size
			continue
		}
		if _, err := ledger.Cosigned(s.Checkpoint, got.Answer, w.key); err != nil {
			return nil, nil, sekisho.E("vault.witness", sekisho.Invalid, fmt.Errorf("its signature does not hold: %w", err))
		}
		n, err := ledger.ParseNote(s.Checkpoint)
		if err != nil {
			return nil, nil, err
		}
		c, err := ledger.ParseCheckpoint(n.Text)
		if err != nil {
			return nil, nil, err
		}
		w.size, w.signed = c.Size, s.Checkpoint
		return s.Checkpoint, got.Answer, nil
	}
	return nil, nil, sekisho.E("vault.witness", sekisho.Conflict, errors.New("it names another size each time"))
}

// grave says whether a failure is more than a witness that cannot be reached.
func grave(err error) bool {
	k := sekisho.KindOf(err)
	return k == sekisho.Conflict || k == sekisho.Invalid
}

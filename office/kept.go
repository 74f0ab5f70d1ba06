package office

import (
	"context"
	"fmt"

	"sekisho"
	"sekisho/seal"
	"sekisho/wire"
)

// keyOf is the contract's key pair that a kept mail is sealed to.
func keyOf(f wire.Fate) wire.KeyName {
	if f == wire.FateQuarantine {
		return wire.QuarantineKey
	}
	return wire.SpoolKey
}

// BoxOf finds the box of a kept mail.
func BoxOf(k wire.Kept, m wire.SealedMessage) (wire.MessageBox, error) {
	for _, b := range m.Boxes {
		if b.Key == keyOf(k.Fate) {
			return wire.MessageBox{Message: m.ID, Key: b.Key, Sealed: b.Sealed}, nil
		}
	}
	return wire.MessageBox{}, sekisho.E("kept", sekisho.Corrupt, fmt.Errorf("message %d has no box for this", m.ID))
}

// Ciphers opens a kept mail: one cipher for each class asked for. The opening is entered.
func Ciphers(ctx context.Context, h Hand, k wire.Kept, m wire.SealedMessage, classes ...sekisho.Class) ([]seal.Cipher, error) {
	box, err := BoxOf(k, m)
	if err != nil {
		return nil, err
	}
	got, err := h.Kept(ctx, wire.OpenKept{Contract: k.Contract, Key: box.Key, Classes: classes, Boxes: []wire.MessageBox{box}})
	if err != nil {
		return nil, err
	}
	if len(got.Messages) != 1 || len(got.Messages[0].Keys) != len(classes) {
		return nil, sekisho.E("kept", sekisho.Corrupt, seal.ErrSealed)
	}
	var out []seal.Cipher
	for _, key := range got.Messages[0].Keys {
		c, err := seal.NewCipher(key, m.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// Summary opens the summary of a kept mail.
func Summary(ctx context.Context, h Hand, k wire.Kept, m wire.SealedMessage) (sekisho.Summary, error) {
	c, err := Ciphers(ctx, h, k, m, sekisho.ClassHeader)
	if err != nil {
		return sekisho.Summary{}, err
	}
	encoded, err := c[0].Open(seal.Summary, m.Summary)
	if err != nil {
		return sekisho.Summary{}, err
	}
	return wire.DecodeSummary(encoded)
}

// Rebox boxes a kept mail to whom it is released: its account, or, when that is elsewhere, the contract's spool.
func Rebox(ctx context.Context, h Hand, k wire.Kept, m wire.SealedMessage, spool []byte) (*wire.Box, error) {
	box, err := BoxOf(k, m)
	if err != nil {
		return nil, err
	}
	q := wire.OpenKept{Contract: k.Contract, Key: box.Key, Boxes: []wire.MessageBox{box}, Release: k.Account, Public: k.Public}
	out := &wire.Box{Account: k.Account, Key: wire.AccountKey}
	if k.Account == 0 {
		q.Spool, out.Key = spool, wire.SpoolKey
	}
	got, err := h.Kept(ctx, q)
	if err != nil {
		return nil, err
	}
	if len(got.Messages) != 1 || len(got.Messages[0].Box) == 0 {
		return nil, sekisho.E("kept", sekisho.Corrupt, seal.ErrSealed)
	}
	out.Sealed = got.Messages[0].Box
	return out, nil
}

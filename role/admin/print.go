package admin

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"sekisho"
	"sekisho/wire"
)

// Fingerprint names a set of fingerprints of a contract's own data, and brings one to keep.
type Fingerprint struct {
	Contract string `json:"contract"` // name, number or domain
	Name     string `json:"name,omitempty"`
	Set      []byte `json:"set,omitempty"` // put: as "sekisho fingerprint make" writes it
}

// FingerprintKey is the key of a contract's fingerprints, in hexadecimal.
type FingerprintKey struct {
	Contract uint64 `json:"contract"`
	Key      string `json:"key"`
}

// FingerprintSet is a set that a contract keeps.
type FingerprintSet struct {
	Name   string    `json:"name"`
	Digest string    `json:"digest"`
	Bytes  int64     `json:"bytes"`
	At     time.Time `json:"at"`
}

// fingerprintKey lends the key with which a contract's data is fingerprinted where it is. Vault enters who asked.
func (c *Admin) fingerprintKey(ctx context.Context, who operator, q Fingerprint) (FingerprintKey, error) {
	k, err := c.contract(ctx, q.Contract)
	if err != nil {
		return FingerprintKey{}, err
	}
	got, err := wire.VaultPrint.Ask(ctx, c.peers.Vault, wire.PrintQuery{Contract: k.ID, Operator: uint64(who)})
	return FingerprintKey{uint64(k.ID), hex.EncodeToString(got.Key)}, err
}

// fingerprintPut keeps a set; mail that is decided from then on is compared with it.
func (c *Admin) fingerprintPut(ctx context.Context, who operator, q Fingerprint) ([]FingerprintSet, error) {
	if len(q.Set) == 0 {
		return nil, sekisho.E("fingerprint", sekisho.Invalid, errors.New("there is no set"))
	}
	return c.fingerprintChange(ctx, who, "put", q)
}

func (c *Admin) fingerprintDrop(ctx context.Context, who operator, q Fingerprint) ([]FingerprintSet, error) {
	return c.fingerprintChange(ctx, who, "drop", q)
}

func (c *Admin) fingerprintChange(ctx context.Context, who operator, do string, q Fingerprint) ([]FingerprintSet, error) {
	k, err := c.contract(ctx, q.Contract)
	if err != nil {
		return nil, err
	}
	set := wire.Admin{Print: &wire.AdminPrint{Do: do, Contract: k.ID, Name: q.Name, Set: q.Set}}
	if _, err := wire.StoreAdmin.Ask(ctx, c.peers.Store, set); err != nil {
		return nil, err
	}
	return c.fingerprintList(ctx, who, Fingerprint{Contract: q.Contract})
}

func (c *Admin) fingerprintList(ctx context.Context, _ operator, q Fingerprint) ([]FingerprintSet, error) {
	k, err := c.contract(ctx, q.Contract)
	if err != nil {
		return nil, err
	}
	got, err := wire.StorePrints.Ask(ctx, c.peers.Store, wire.PrintQuery{Contract: k.ID, Listed: true})
	out := []FingerprintSet{}
	for _, p := range got.List {
		out = append(out, FingerprintSet{p.Name, p.Digest, p.Size, p.At})
	}
	return out, err
}

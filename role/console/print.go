package console

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/http"
	"time"

	"sekisho"
	"sekisho/wire"
)

// Fingerprint is a set of fingerprints of a contract's own data.
type Fingerprint struct {
	Name   string    `json:"name"`
	Bytes  int64     `json:"bytes"`
	Digest string    `json:"digest" doc:"SHA-256"`
	At     time.Time `json:"at"`
}

// FingerprintSet brings one.
type FingerprintSet struct {
	Set string `json:"set" minLength:"4" maxLength:"33000000" doc:"base64 of a file that \"sekisho fingerprint make\" wrote with the contract's key; larger ones are brought by \"sekisho fingerprint upload\""`
}

// OfFingerprint is the part of the path that names a set.
type OfFingerprint struct {
	OfContract
	Name string `path:"name" maxLength:"60"`
}

func printRoutes(a api) {
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/fingerprints", id: "listFingerprints", tag: "fingerprint", summary: "Sets of fingerprints of the contract's own data", right: sekisho.ViewPolicy},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Window
		}) (*listed[Fingerprint], error) {
			page, err := p.page(ctx, wire.PageQuery{What: "fingerprint", Contract: in.id(), Match: in.Search, Most: in.Limit})
			return listOf(page, page.Prints, func(x wire.Print) Fingerprint { return Fingerprint{x.Name, x.Size, x.Digest, x.At} }), err
		})
	route(a, act{method: http.MethodPut, path: "/contracts/{contract}/fingerprints/{name}", id: "putFingerprint", tag: "fingerprint", summary: "Bring a set, in the place of one of that name", right: sekisho.ChangePolicy, fresh: true, status: 204, body: 32 << 20},
		func(ctx context.Context, p *person, in *struct {
			OfFingerprint
			Body FingerprintSet
		}) (*none, error) {
			set, err := base64.StdEncoding.DecodeString(in.Body.Set)
			if err != nil {
				return nil, invalid("/set", "the file is given in base64")
			}
			if !bytes.HasPrefix(set, []byte(wire.PrintForm)) {
				return nil, invalid("/set", "this is no set of fingerprints: sekisho fingerprint make writes one")
			}
			_, err = p.Amend(ctx, wire.Admin{Print: &wire.AdminPrint{Do: "put", Contract: in.id(), Name: in.Name, Set: set}})
			return &none{}, err
		})
	route(a, act{method: http.MethodDelete, path: "/contracts/{contract}/fingerprints/{name}", id: "dropFingerprint", tag: "fingerprint", summary: "Take a set away", right: sekisho.ChangePolicy, fresh: true, status: 204},
		func(ctx context.Context, p *person, in *OfFingerprint) (*none, error) {
			_, err := p.Amend(ctx, wire.Admin{Print: &wire.AdminPrint{Do: "drop", Contract: in.id(), Name: in.Name}})
			return &none{}, err
		})
}

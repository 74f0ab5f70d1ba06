package desk

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"

	"sekisho"
	"sekisho/seal"
	"sekisho/wire"
)

// Files that a mail left at the desk. Looking at a link changes nothing; a code goes by mail to whom the link was sent to; the code
// gives a word, and the word files, each noted. Keys come from vault, for the link and the box that store gives to who has the code.

// Shared is what a link to files shows before it is opened.
type Shared struct {
	State    string    `json:"state"` // "open", "used", "locked"
	To       string    `json:"to"`
	Sender   string    `json:"sender"`
	Until    time.Time `json:"until"`
	Files    int       `json:"files"`
	Code     bool      `json:"code"`
	Left     int       `json:"left"` // openings that are left; -1: as many as he likes
	Language string    `json:"language"`
}

type shareToken struct {
	Token string `json:"token"`
}

// share shows a link.
func (x *Desk) share(ctx context.Context, q *wire.WebRequest) (any, error) {
	var in shareToken
	if err := read(q, &in); err != nil {
		return nil, err
	}
	token, err := tokenOf(in.Token)
	if err != nil {
		return nil, err
	}
	s, err := wire.StoreShareLook.Ask(ctx, x.peers.Store, wire.ShareLook{Token: token, Client: q.Client})
	return Shared{s.State, s.To, s.Sender, s.Until, s.Files, s.Code, s.Left, s.Language}, err
}

// shareCode has a code mailed.
func (x *Desk) shareCode(ctx context.Context, q *wire.WebRequest) (any, error) {
	var in shareToken
	if err := read(q, &in); err != nil {
		return nil, err
	}
	token, err := tokenOf(in.Token)
	if err != nil {
		return nil, err
	}
	if _, err = wire.StoreShareCode.Ask(ctx, x.peers.Store, wire.ShareLook{Token: token, Client: q.Client}); err != nil {
		return over(err, q.Language)
	}
	return struct {
		Sent bool `json:"sent"`
	}{true}, nil
}

// over is the answer for a link that its holder can open no more.
func over(err error, language string) (any, error) {
	if sekisho.KindOf(err) == sekisho.Denied {
		return refusal(403, "share-over", language), nil
	}
	return nil, err
}

// OpenedShare are the files that can be had now.
type OpenedShare struct {
	Word  string       `json:"word"` // to be given with each file
	Left  int          `json:"left"`
	Files []SharedFile `json:"files"`
}

// SharedFile is one of them.
type SharedFile struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
	Sum  string `json:"sha256"`
}

// shareOpen opens a link.
func (x *Desk) shareOpen(ctx context.Context, q *wire.WebRequest) (any, error) {
	var in struct {
		shareToken
		Code string `json:"code"`
	}
	if err := read(q, &in); err != nil {
		return nil, err
	}
	token, err := tokenOf(in.Token)
	if err != nil {
		return nil, err
	}
	got, err := wire.StoreShareOpen.Ask(ctx, x.peers.Store, wire.ShareEntry{Token: token, Code: strings.ReplaceAll(in.Code, " ", ""), Client: q.Client})
	if sekisho.KindOf(err) == sekisho.Invalid {
		return refusal(422, "code", q.Language), nil
	}
	if err != nil {
		return over(err, q.Language)
	}
	keys, err := x.shareKeys(ctx, token, got.Box, false)
	if err != nil {
		return nil, err
	}
	list, err := shareList(keys[0], got.Message, got.Summary)
	if err != nil {
		return nil, err
	}
	out := OpenedShare{Word: base64.RawURLEncoding.EncodeToString(got.Word), Left: got.Left, Files: []SharedFile{}}
	for _, f := range list.Files {
		out.Files = append(out.Files, SharedFile{f.Name, f.Size, hex.EncodeToString(f.Sum)})
	}
	return out, nil
}

// shareKeys asks vault for the key of a share's list, and with contents for that of its files too.
func (x *Desk) shareKeys(ctx context.Context, token, box []byte, contents bool) ([][]byte, error) {
	o, err := wire.VaultShare.Ask(ctx, x.peers.Vault, wire.ShareKeyQuery{Token: token, Box: box, Contents: contents})
	if err != nil {
		return nil, err
	}
	n := 1
	if contents {
		n = 2
	}
	if len(o.Messages) != 1 || len(o.Messages[0].Keys) != n {
		return nil, sekisho.E("desk.share", sekisho.Corrupt, seal.ErrSealed)
	}
	return o.Messages[0].Keys, nil
}

func shareList(key []byte, m sekisho.MessageID, sealed []byte) (wire.ShareList, error) {
	b, err := unsealed(key, m, seal.Summary, sealed)
	if err != nil {
		return wire.ShareList{}, err
	}
	l, err := wire.DecodeShareList(b)
	if err != nil {
		err = sekisho.E("desk.share", sekisho.Corrupt, err)
	}
	return l, err
}

func unsealed(key []byte, m sekisho.MessageID, kind seal.Kind, sealed []byte) ([]byte, error) {
	c, err := seal.NewCipher(key, m)
	if err == nil {
		sealed, err = c.Open(kind, sealed)
	}
	if err != nil {
		return nil, sekisho.E("desk.share", sekisho.Corrupt, err)
	}
	return sealed, nil
}

// shareFile gives one file. Its type is never said: a browser keeps it, and shows nothing of it.
func (x *Desk) shareFile(ctx context.Context, q *wire.WebRequest) (any, error) {
	var in struct {
		shareToken
		Word string `json:"word"`
		File int    `json:"file"` // from 0
	}
	if err := read(q, &in); err != nil {
		return nil, err
	}
	token, err := tokenOf(in.Token)
	if err != nil {
		return nil, err
	}
	word, err := base64.RawURLEncoding.DecodeString(in.Word)
	if err != nil {
		return nil, sekisho.E("desk.share", sekisho.Conflict, err)
	}
	got, err := wire.StoreShareFile.Ask(ctx, x.peers.Store, wire.ShareFetch{Token: token, Word: word, File: in.File, Client: q.Client})
	if err != nil {
		return nil, err
	}
	keys, err := x.shareKeys(ctx, token, got.Box, true)
	if err != nil {
		return nil, err
	}
	list, err := shareList(keys[0], got.Message, got.Summary)
	if err != nil {
		return nil, err
	}
	all, err := unsealed(keys[1], got.Message, seal.Attachment, got.Attachment)
	if err != nil {
		return nil, err
	}
	b, err := list.Content(all, in.File)
	if err != nil {
		return nil, err
	}
	return wire.WebResponse{Status: 200, Type: fileType, Body: b, Name: list.Files[in.File].Name}, nil
}

// fileType is what every file is given as.
const fileType = "application/octet-stream"

package edge

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"sekisho"
	"sekisho/wire"
)

// change asks vault to change how the account can be signed in to. Vault refuses a session that is not fresh; which of the two
// a refusal was, the session itself tells.
func (x *exchange) change(q wire.FactorChange, say func(wire.FactorChanged)) {
	ctx := x.r.Context()
	q.Cookie, q.Client = x.secretIn(sessionCookie), x.client
	a, err := wire.VaultFactor.Ask(ctx, x.edge.peers.Vault, q)
	switch kind := sekisho.KindOf(err); {
	case kind == sekisho.Denied:
		s, again := wire.VaultSession.Ask(ctx, x.edge.peers.Vault, wire.Proof{Cookie: q.Cookie, Client: x.client})
		fresh := x.edge.config.Clock().Before(s.Fresh.Add(freshLife))
		switch {
		case again != nil || len(s.Ways) > 0:
			x.refuse(problem{slug: "signed-out", status: http.StatusUnauthorized})
		case !fresh:
			x.refuse(problem{slug: "step-up", status: http.StatusForbidden})
		case q.Do == wire.DoPassword:
			x.refuse(problem{slug: "wrong-password", status: http.StatusForbidden, errors: []fault{{"/old", "choice"}}})
		default:
			x.refuse(problem{slug: "invalid", status: http.StatusUnprocessableEntity})
		}
	case kind == sekisho.Invalid && q.Do == wire.DoTOTPConfirm:
		x.refuse(problem{slug: "wrong-code", status: http.StatusUnprocessableEntity, errors: []fault{{"/code", "choice"}}})
	case kind == sekisho.Invalid && q.Do == wire.DoPassword:
		x.refuse(problem{slug: "password", status: http.StatusUnprocessableEntity, errors: []fault{{"/new", "choice"}}})
	case kind == sekisho.Invalid && q.Do == wire.DoAppMake:
		x.refuse(problem{slug: "invalid", status: http.StatusUnprocessableEntity, errors: []fault{{"/networks", "choice"}}})
	case err != nil:
		x.fail(err)
	default:
		x.changed(q, a)
		x.told(a, say)
	}
}

// changed warns the owner of what was changed; sessions that end and secrets that wait for their first code are nothing to warn of.
func (x *exchange) changed(q wire.FactorChange, a wire.FactorChanged) {
	switch q.Do {
	case wire.DoTOTPBegin, wire.DoSessionEnd, wire.DoOthersEnd:
	case wire.DoPassword:
		x.warn(a.Contract, a.Account, wire.WarnPassword)
	default:
		x.warn(a.Contract, a.Account, wire.WarnFactor)
	}
}

func (x *exchange) told(a wire.FactorChanged, say func(wire.FactorChanged)) {
	switch {
	case say != nil:
		say(a)
	default:
		x.say(struct{}{})
	}
}

// remove ends what the last part of the path names.
func (x *exchange) remove(do string) {
	id, err := strconv.ParseUint(x.r.URL.Path[strings.LastIndexByte(x.r.URL.Path, '/')+1:], 10, 64)
	if err != nil || id == 0 {
		x.refuse(problem{slug: "not-found", status: http.StatusNotFound})
		return
	}
	x.change(wire.FactorChange{Do: do, ID: id}, nil)
}

func (x *exchange) beginTOTP() {
	who, ok := x.self()
	if !ok {
		return
	}
	x.change(wire.FactorChange{Do: wire.DoTOTPBegin}, func(a wire.FactorChanged) {
		u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/Sekisho:" + who.Address, RawQuery: url.Values{"secret": {a.Secret}, "issuer": {"Sekisho"}}.Encode()}
		x.say(struct {
			Secret string `json:"secret"`
			URI    string `json:"uri"`
		}{a.Secret, u.String()})
	})
}

func (x *exchange) confirmTOTP() {
	var q struct{ Code phrase }
	if x.slow() && x.take(&q) {
		x.change(wire.FactorChange{Do: wire.DoTOTPConfirm, Code: wire.Phrase(q.Code)}, nil)
	}
}

func (x *exchange) recoveryCodes() {
	x.change(wire.FactorChange{Do: wire.DoRecoveryCodes}, func(a wire.FactorChanged) {
		x.say(struct {
			Codes []string `json:"codes"`
		}{a.Codes})
	})
}

func (x *exchange) newApp() {
	var q struct {
		Label               string
		Protocols, Networks []string
	}
	if !x.take(&q) {
		return
	}
	x.change(wire.FactorChange{Do: wire.DoAppMake, Label: q.Label, Protocols: q.Protocols, Networks: q.Networks}, func(a wire.FactorChanged) {
		x.say(struct {
			ID     string `json:"id"`
			Secret string `json:"secret"`
		}{number64(a.ID), a.Secret})
	})
}

func (x *exchange) changePassword() {
	var q struct{ Old, New phrase }
	if x.slow() && x.take(&q) {
		x.change(wire.FactorChange{Do: wire.DoPassword, Old: wire.Phrase(q.Old), New: wire.Phrase(q.New)}, nil)
	}
}

// self is whose session the cookie is; it answers itself when it is nobody's.
func (x *exchange) self() (wire.PersonFound, bool) {
	ctx := x.r.Context()
	s, err := wire.VaultSession.Ask(ctx, x.edge.peers.Vault, wire.Proof{Cookie: x.secretIn(sessionCookie), Client: x.client})
	if err == nil && len(s.Ways) > 0 {
		err = sekisho.E("edge.session", sekisho.Denied, nil)
	}
	if err != nil {
		x.fail(err)
		return wire.PersonFound{}, false
	}
	who, err := x.edge.people.find(ctx, x.edge, s.Contract, s.Account)
	if err != nil {
		x.fail(err)
		return wire.PersonFound{}, false
	}
	if len(s.Renewed) > 0 {
		x.setCookie(sessionCookie, s.Renewed, s.Expires)
	}
	return who, true
}

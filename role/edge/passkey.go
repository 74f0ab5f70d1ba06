package edge

import (
	"net/http"

	"sekisho"
	"sekisho/wire"
)

// Options and answers of W3C Web Authentication level 3, section 5.1, in their JSON form.

type descriptor struct {
	Type string `json:"type"`
	ID   blob   `json:"id"`
}

type prfEval struct {
	First blob `json:"first"`
}

type prfInput struct {
	Eval prfEval `json:"eval"`
}

type extensions struct {
	PRF prfInput `json:"prf"`
}

func describe(known [][]byte) []descriptor {
	out := []descriptor{}
	for _, id := range known {
		out = append(out, descriptor{"public-key", id})
	}
	return out
}

// ceremonyTime is how long a browser waits for its person, in milliseconds.
const ceremonyTime = 5 * 60 * 1000

// beginPasskey gives a challenge: to sign in or prove oneself, or to make a passkey. Whether an address has passkeys is told to
// nobody: without a session the browser offers what it has.
func (x *exchange) beginPasskey(add bool) {
	if !x.slow() {
		return
	}
	cookie := x.secretIn(sessionCookie)
	var who wire.PersonFound
	if add {
		var ok bool
		if who, ok = x.self(); !ok {
			return
		}
	}
	ctx := x.r.Context()
	b, err := wire.VaultPasskey.Ask(ctx, x.edge.peers.Vault, wire.PasskeyQuery{Cookie: cookie, Add: add})
	if sekisho.KindOf(err) == sekisho.Denied && !add { // the cookie is an old one: begin without it
		b, err = wire.VaultPasskey.Ask(ctx, x.edge.peers.Vault, wire.PasskeyQuery{})
		x.setCookie(sessionCookie, nil, b.Expires)
	}
	if err != nil {
		x.fail(err)
		return
	}
	rp := wire.RelyingParty(hostOf(x.r.Host), x.edge.config.Name)
	ext := extensions{prfInput{prfEval{b.Salt}}}
	if add {
		x.say(creation(b, rp, who, ext))
		return
	}
	verify := "required"
	if len(b.Known) > 0 {
		verify = "preferred"
	}
	x.say(struct {
		PublicKey any `json:"publicKey"`
	}{struct {
		Challenge        blob         `json:"challenge"`
		RPID             string       `json:"rpId"`
		Timeout          int          `json:"timeout"`
		AllowCredentials []descriptor `json:"allowCredentials"`
		UserVerification string       `json:"userVerification"`
		Extensions       extensions   `json:"extensions"`
	}{b.Challenge, rp, ceremonyTime, describe(b.Known), verify, ext}})
}

func creation(b wire.PasskeyBegun, rp string, who wire.PersonFound, ext extensions) any {
	type party struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	type user struct {
		ID          blob   `json:"id"`
		Name        string `json:"name"`
		DisplayName string `json:"displayName"`
	}
	type parameter struct {
		Type string `json:"type"`
		Alg  int    `json:"alg"`
	}
	type selection struct {
		ResidentKey      string `json:"residentKey"`
		UserVerification string `json:"userVerification"`
	}
	name := who.Name
	if name == "" {
		name = who.Address
	}
	return struct {
		PublicKey any `json:"publicKey"`
	}{struct {
		Challenge          blob         `json:"challenge"`
		RP                 party        `json:"rp"`
		User               user         `json:"user"`
		Parameters         []parameter  `json:"pubKeyCredParams"`
		Timeout            int          `json:"timeout"`
		ExcludeCredentials []descriptor `json:"excludeCredentials"`
		Selection          selection    `json:"authenticatorSelection"`
		Attestation        string       `json:"attestation"`
		Extensions         extensions   `json:"extensions"`
	}{b.Challenge, party{rp, "Sekisho"}, user{b.User, who.Address, name}, []parameter{{"public-key", algES256}, {"public-key", algEdDSA}, {"public-key", algRS256}}, ceremonyTime,
		describe(b.Known), selection{"preferred", "preferred"}, "none", ext}}
}

// credential is what the browser answers.
type credential struct {
	ID       blob
	RawID    blob `json:"rawId"`
	Response struct {
		ClientData    blob `json:"clientDataJSON"`
		Authenticator blob `json:"authenticatorData"`
		Signature     blob `json:"signature"`
		Attestation   blob `json:"attestationObject"`
	}
}

func (x *exchange) finishPasskey() {
	var q struct {
		Credential credential
		PRF        blob `json:"prf"`
	}
	if !x.slow() || !x.take(&q) {
		return
	}
	r := q.Credential.Response
	x.second(wire.Second{Way: "passkey", Assertion: wire.Assertion{Credential: q.Credential.ID, ClientData: r.ClientData, Authenticator: r.Authenticator, Signature: r.Signature, PRF: q.PRF}})
}

func (x *exchange) addPasskey() {
	var q struct {
		Credential credential
		Name       string
		PRF        blob `json:"prf"`
	}
	if !x.take(&q) {
		return
	}
	r := q.Credential.Response
	made, err := readAttestation(r.Attestation)
	if err != nil {
		x.refuse(problem{slug: "schema", status: http.StatusUnprocessableEntity, errors: []fault{{"/credential/response/attestationObject", "syntax"}}})
		return
	}
	x.change(wire.FactorChange{Do: wire.DoPasskeyAdd, Label: q.Name, ClientData: r.ClientData, Authenticator: made.authenticator, Credential: made.id, Public: made.public, PRF: q.PRF},
		func(a wire.FactorChanged) {
			x.say(struct {
				ID string `json:"id"`
			}{number64(a.ID)})
		})
}

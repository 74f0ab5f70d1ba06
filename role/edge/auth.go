package edge

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sekisho"
	"sekisho/wire"
)

func base64url(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func unbase64(s string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
}

// blob is bytes in JSON, as base64url.
type blob []byte

// UnmarshalJSON reads base64url, with or without padding.
func (b *blob) UnmarshalJSON(raw []byte) error {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return err
	}
	out, err := unbase64(s)
	*b = out
	return err
}

// MarshalJSON writes base64url.
func (b blob) MarshalJSON() ([]byte, error) { return json.Marshal(base64url(b)) }

// phrase is a secret that somebody typed: sealed by the page, or plain from programs.
type phrase wire.Phrase

// UnmarshalJSON reads {"challenge","sealed"} or a string.
func (p *phrase) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '"' {
		return json.Unmarshal(raw, &p.Text)
	}
	var t struct{ Challenge, Sealed blob }
	if err := json.Unmarshal(raw, &t); err != nil {
		return err
	}
	p.Typed = wire.Typed{Challenge: t.Challenge, Sealed: t.Sealed}
	return nil
}

// typedSchema is of a secret: a string, or what the page sealed.
var typedSchema = &schema{}

// small are bounds of bodies of the login.
func small(fields map[string]*schema) *schema {
	s := obj(fields)
	s.bounds = bounds{depth: 4, nodes: 64}
	return s
}

// credentialSchema is of PublicKeyCredential in JSON (W3C Web Authentication section 5.1).
func credentialSchema() *schema {
	b := str(16 << 10)
	return obj(map[string]*schema{"!id": str(2048), "rawId": str(2048), "!type": {kind: text, choice: []string{"public-key"}}, "authenticatorAttachment": str(64), "clientExtensionResults": free,
		"!response": obj(map[string]*schema{"!clientDataJSON": b, "authenticatorData": b, "signature": b, "userHandle": str(128), "attestationObject": b, "transports": list(str(32), 8), "publicKey": b, "publicKeyAlgorithm": {kind: number}})})
}

// authRoutes are the login's. What vault decides, edge only carries.
func authRoutes() []*route {
	post := func(p string, s *schema, f func(*exchange)) *route {
		return &route{method: http.MethodPost, path: at(p), body: smallBody, kinds: onlyJSON, schema: s, returns: onlyJSON, open: true, answer: f}
	}
	code := func() *schema { return small(map[string]*schema{"!code": typedSchema}) }
	none := func() *schema { return small(map[string]*schema{}) }
	remove := func(what, do string) *route {
		return &route{method: http.MethodDelete, path: at("/auth/" + what + "/*"), returns: onlyJSON, open: true, answer: func(x *exchange) { x.remove(do) }}
	}
	return []*route{
		{method: http.MethodGet, path: at("/auth/session"), returns: onlyJSON, open: true, answer: (*exchange).session},
		{method: http.MethodGet, path: at("/auth/security"), returns: onlyJSON, open: true, answer: (*exchange).security},
		post("/auth/password", small(map[string]*schema{"!address": str(320), "!password": typedSchema}), (*exchange).password),
		post("/auth/totp", code(), func(x *exchange) { x.code("totp") }),
		post("/auth/recovery", code(), func(x *exchange) { x.code("recovery") }),
		post("/auth/passkey/begin", small(map[string]*schema{"address": str(320)}), func(x *exchange) { x.beginPasskey(false) }),
		post("/auth/passkey/finish", passkeySchema(nil), (*exchange).finishPasskey),
		post("/auth/sign-out", none(), (*exchange).signOut),
		post("/auth/totp/begin", none(), (*exchange).beginTOTP),
		post("/auth/totp/confirm", code(), (*exchange).confirmTOTP),
		{method: http.MethodDelete, path: at("/auth/totp"), returns: onlyJSON, open: true, answer: func(x *exchange) { x.change(wire.FactorChange{Do: wire.DoTOTPRemove}, nil) }},
		post("/auth/passkeys/begin", none(), func(x *exchange) { x.beginPasskey(true) }),
		post("/auth/passkeys/finish", passkeySchema(str(100)), (*exchange).addPasskey),
		remove("passkeys", wire.DoPasskeyRemove),
		post("/auth/recovery-codes", none(), (*exchange).recoveryCodes),
		post("/auth/app-passwords", small(map[string]*schema{"!label": str(100), "protocols": list(&schema{kind: text, choice: []string{"imap", "smtp", "jmap"}}, 3), "networks": list(str(50), 10)}), (*exchange).newApp),
		remove("app-passwords", wire.DoAppRevoke),
		remove("sessions", wire.DoSessionEnd),
		post("/auth/sessions/revoke-others", none(), func(x *exchange) { x.change(wire.FactorChange{Do: wire.DoOthersEnd}, nil) }),
		post("/auth/password/change", small(map[string]*schema{"!old": typedSchema, "!new": typedSchema}), (*exchange).changePassword),
	}
}

func passkeySchema(name *schema) *schema {
	f := map[string]*schema{"!credential": credentialSchema(), "prf": str(64)}
	if name != nil {
		f["!name"] = name
	}
	s := obj(f)
	s.bounds = bounds{depth: 6, nodes: 128}
	return s
}

// take reads the body, whose form the schema checked.
func (x *exchange) take(v any) bool {
	if len(x.body) == 0 {
		x.body = []byte("{}")
	}
	if err := json.Unmarshal(x.body, v); err != nil {
		x.refuse(problem{slug: "schema", status: http.StatusUnprocessableEntity, errors: []fault{{"", "type"}}})
		return false
	}
	return true
}

// slow counts a step of signing in; it answers itself when there were too many.
func (x *exchange) slow() bool {
	if wait := x.edge.limit.sign(x.edge, x.client); wait > 0 {
		x.refuse(problem{slug: "too-many", status: http.StatusTooManyRequests, retry: wait})
		return false
	}
	return true
}

// session says who is signed in, and gives the page what it needs to seal what is typed.
func (x *exchange) session() {
	ctx := x.r.Context()
	typing, err := wire.VaultTyping.Ask(ctx, x.edge.peers.Vault, wire.Nothing{})
	if err != nil {
		x.fail(err)
		return
	}
	type sealing struct {
		Key       blob `json:"key"`
		Challenge blob `json:"challenge"`
	}
	out := struct {
		SignedIn bool     `json:"signedIn"`
		Address  string   `json:"address,omitempty"`
		Name     string   `json:"name,omitempty"`
		Language string   `json:"language,omitempty"`
		Role     string   `json:"role,omitempty"`
		Fresh    bool     `json:"fresh"`
		Expires  string   `json:"expires,omitempty"`
		Ways     []string `json:"ways,omitempty"`
		Seal     sealing  `json:"seal"`
	}{Seal: sealing{typing.Key, typing.Challenge}}
	c := x.secretIn(sessionCookie)
	if c == nil {
		x.say(out)
		return
	}
	s, err := wire.VaultSession.Ask(ctx, x.edge.peers.Vault, wire.Proof{Cookie: c, Client: x.client})
	if sekisho.KindOf(err) == sekisho.Denied {
		x.setCookie(sessionCookie, nil, time.Time{})
		x.say(out)
		return
	}
	if err != nil {
		x.fail(err)
		return
	}
	if out.Ways = s.Ways; len(s.Ways) > 0 {
		x.say(out)
		return
	}
	who, err := x.edge.people.find(ctx, x.edge, s.Contract, s.Account)
	if err != nil {
		x.fail(err)
		return
	}
	if len(s.Renewed) > 0 {
		x.setCookie(sessionCookie, s.Renewed, s.Expires)
	}
	if who.Status == sekisho.Active {
		out.SignedIn, out.Address, out.Name, out.Language, out.Role = true, who.Address, who.Name, who.Language, who.Duty
		out.Fresh, out.Expires = x.edge.config.Clock().Before(s.Fresh.Add(freshLife)), s.Expires.UTC().Format(time.RFC3339)
	}
	x.say(out)
}

// freshLife is how long a proof lets a session change what matters; vault decides with the same.
const freshLife = 10 * time.Minute

// signedIn answers a step of signing in.
func (x *exchange) signedIn(s wire.SignedIn, err error) {
	switch sekisho.KindOf(err) {
	case 0:
	case sekisho.Denied, sekisho.NotFound, sekisho.Invalid:
		x.refuse(problem{slug: "sign-in-failed", status: http.StatusUnauthorized})
		return
	default:
		x.fail(err)
		return
	}
	if len(s.Cookie) > 0 {
		x.setCookie(sessionCookie, s.Cookie, s.Expires)
	}
	if len(s.Device) > 0 {
		x.setCookie(deviceCookie, s.Device, x.edge.config.Clock().AddDate(1, 0, 0))
	}
	if s.New {
		x.warn(s.Contract, s.Account, wire.WarnDevice)
	}
	out := struct {
		Next string   `json:"next"`
		Ways []string `json:"ways,omitempty"`
	}{"done", s.Ways}
	if len(s.Ways) > 0 {
		out.Next = "second"
	}
	x.say(out)
}

func (x *exchange) password() {
	var q struct {
		Address  string
		Password phrase
	}
	if !x.slow() || !x.take(&q) {
		return
	}
	ctx := x.r.Context()
	who, err := wire.StoreIdentity.Ask(ctx, x.edge.peers.Store, wire.Identity{Login: q.Address})
	if err != nil {
		x.fail(err)
		return
	}
	if who.Status != sekisho.Active {
		who.Contract, who.Account = 0, 0
	}
	x.signedIn(wire.VaultSignIn.Ask(ctx, x.edge.peers.Vault, wire.SignIn{Contract: who.Contract, Account: who.Account, Password: wire.Phrase(q.Password), Client: x.client,
		Agent: shorten(x.r.UserAgent(), 300), Device: x.secretIn(deviceCookie), Cookie: x.secretIn(sessionCookie)}))
}

// code presents a TOTP or recovery code.
func (x *exchange) code(way string) {
	var q struct{ Code phrase }
	if !x.slow() || !x.take(&q) {
		return
	}
	x.second(wire.Second{Way: way, Code: wire.Phrase(q.Code)})
}

func (x *exchange) second(q wire.Second) {
	q.Client, q.Agent = x.client, shorten(x.r.UserAgent(), 300)
	q.Cookie, q.Device = x.secretIn(sessionCookie), x.secretIn(deviceCookie)
	x.signedIn(wire.VaultSecond.Ask(x.r.Context(), x.edge.peers.Vault, q))
}

func (x *exchange) signOut() {
	if c := x.secretIn(sessionCookie); c != nil {
		_, err := wire.VaultSignOut.Ask(x.r.Context(), x.edge.peers.Vault, wire.Proof{Cookie: c, Client: x.client})
		if err != nil && sekisho.KindOf(err) != sekisho.Denied {
			x.fail(err)
			return
		}
	}
	x.setCookie(sessionCookie, nil, time.Time{})
	x.w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	x.say(struct{}{})
}

// security lists how the account can be signed in to.
func (x *exchange) security() {
	s, err := wire.VaultSecurity.Ask(x.r.Context(), x.edge.peers.Vault, wire.Proof{Cookie: x.secretIn(sessionCookie), Client: x.client})
	if err != nil {
		x.fail(err)
		return
	}
	type pass struct {
		ID      string  `json:"id"`
		Name    string  `json:"name"`
		Created string  `json:"created"`
		Used    *string `json:"used"`
		PRF     bool    `json:"prf"`
	}
	type app struct {
		ID        string   `json:"id"`
		Label     string   `json:"label"`
		Protocols []string `json:"protocols"`
		Networks  []string `json:"networks"`
		Created   *string  `json:"created"`
		Used      *string  `json:"used"`
	}
	type sess struct {
		ID      string `json:"id"`
		Current bool   `json:"current"`
		Device  string `json:"device"`
		Client  string `json:"client"`
		Began   string `json:"began"`
		Used    string `json:"used"`
	}
	out := struct {
		TOTP          bool   `json:"totp"`
		RecoveryCodes int    `json:"recoveryCodes"`
		Passkeys      []pass `json:"passkeys"`
		AppPasswords  []app  `json:"appPasswords"`
		Sessions      []sess `json:"sessions"`
	}{s.TOTP, s.RecoveryCodes, []pass{}, []app{}, []sess{}}
	for _, p := range s.Passkeys {
		out.Passkeys = append(out.Passkeys, pass{number64(p.ID), p.Name, stamp(p.Created), when(p.Used), p.PRF})
	}
	for _, a := range s.AppPasswords {
		out.AppPasswords = append(out.AppPasswords, app{number64(a.ID), a.Label, notNil(a.Protocols), notNil(a.Networks), when(a.Created), when(a.Used)})
	}
	for _, v := range s.Sessions {
		out.Sessions = append(out.Sessions, sess{number64(uint64(v.ID)), v.Current, deviceName(v.Agent), v.Client.String(), stamp(v.Began), stamp(v.Used)})
	}
	x.say(out)
}

func number64(n uint64) string { return strconv.FormatUint(n, 10) }

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func when(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := stamp(t)
	return &s
}

func notNil(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// deviceName says in a few words what a browser calls itself.
func deviceName(agent string) string {
	find := func(list ...string) string {
		for i := 0; i < len(list); i += 2 {
			if strings.Contains(agent, list[i]) {
				return list[i+1]
			}
		}
		return ""
	}
	browser := find("Edg/", "Edge", "OPR/", "Opera", "Firefox/", "Firefox", "Chrome/", "Chrome", "Safari/", "Safari")
	system := find("iPhone", "iPhone", "iPad", "iPad", "Android", "Android", "Windows", "Windows", "Mac OS X", "macOS", "CrOS", "ChromeOS", "Linux", "Linux")
	switch {
	case browser != "" && system != "":
		return browser + ", " + system
	case browser+system != "":
		return browser + system
	}
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e {
			return -1
		}
		return r
	}, shorten(agent, 40))
}

// warnTime bounds it.
const warnTime = 10 * time.Second

// warn has the owner told by mail. What it is about is done already: when it cannot be told, the log has it.
func (x *exchange) warn(c sekisho.ContractID, a sekisho.AccountID, what string) {
	q := wire.Warning{Contract: c, Account: a, What: what, Client: x.client, Device: deviceName(x.r.UserAgent())}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(x.r.Context()), warnTime) // also when whoever did it has hung up
	defer cancel()
	if _, err := wire.StoreWarn.Ask(ctx, x.edge.peers.Store, q); err != nil {
		x.edge.config.Log.Error("the owner of an account was not warned", "what", what, "contract", uint64(c), "account", uint64(a), "error", err)
	}
}

package vault

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"time"

	"sekisho"
	"sekisho/seal/key"
	"sekisho/wire"
)

// ceremony is a challenge that a browser was given (W3C Web Authentication), good once.
type ceremony struct {
	session sekisho.SessionID // whose; 0: nobody is signed in yet
	add     bool
	expires time.Time
}

const (
	ceremonyLife = 5 * time.Minute
	ceremonyMost = 1 << 14
	prfLen       = 32
	challengeLen = 16
	passkeysMost = 20
)

// Flags of authenticator data (section 6.1).
const (
	flagPresent  = 1 << 0
	flagVerified = 1 << 2
	flagAttested = 1 << 6
)

// passkey begins a ceremony.
func (v *Vault) passkey(_ context.Context, who sekisho.Caller, q wire.PasskeyQuery) (wire.PasskeyBegun, error) {
	now := v.config.Clock()
	out := wire.PasskeyBegun{Expires: now.Add(ceremonyLife)}
	x := ceremony{add: q.Add, expires: out.Expires}
	if len(q.Cookie) > 0 {
		s, _, err := v.webOpen(who, q.Cookie)
		if err != nil {
			return out, err
		}
		x.session = s.id
		if out.Known, err = v.credentials(s.contract, s.account); err != nil {
			return out, err
		}
		out.User = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(s.contract)), uint64(s.account))
	}
	if q.Add && x.session == 0 {
		return out, sekisho.E("vault.passkey", sekisho.Denied, errSession)
	}
	salt := sha256.Sum256([]byte("sekisho/prf/v1"))
	out.Salt = salt[:]
	var c [challengeLen]byte
	rand.Read(c[:]) // never fails (crypto/rand)
	out.Challenge = c[:]
	v.mu.Lock()
	defer v.mu.Unlock()
	v.sweep(now)
	if len(v.web.ceremonies) >= ceremonyMost {
		return out, sekisho.E("vault.passkey", sekisho.TooMany, errors.New("too many ceremonies have begun"))
	}
	v.web.ceremonies[c] = x
	return out, nil
}

// credentials are the ids of an account's passkeys.
func (v *Vault) credentials(c sekisho.ContractID, a sekisho.AccountID) ([][]byte, error) {
	list, err := v.keys.factors(c, a)
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for _, f := range list {
		if f.kind != kindPasskey {
			continue
		}
		id, _, err := v.passkeyOf(f)
		if err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, nil
}

// passkeyOf reads the sealed part of a passkey's row: its credential id and its public key.
func (v *Vault) passkeyOf(f factorRow) (id, public []byte, err error) {
	b, err := v.unwrapFactor(f)
	if err != nil {
		return nil, nil, err
	}
	if len(b) < 2 || len(b) < 2+int(binary.BigEndian.Uint16(b)) {
		return nil, nil, sekisho.E("vault.passkey", sekisho.Corrupt, nil)
	}
	n := 2 + int(binary.BigEndian.Uint16(b))
	return b[2:n], b[n:], nil
}

// clientData is what the browser says that it asked the authenticator for (section 5.8.1).
type clientData struct {
	Type        string `json:"type"`
	Challenge   string `json:"challenge"`
	Origin      string `json:"origin"`
	CrossOrigin bool   `json:"crossOrigin"`
}

// ceremonial checks what both ceremonies have in common: type, challenge, origin, relying party, presence. The challenge is
// used up.
func (v *Vault) ceremonial(kind string, client, authenticator []byte, session sekisho.SessionID, add bool) (flags byte, err error) {
	refused := func(why string) error { return sekisho.E("vault.passkey", sekisho.Denied, errors.New(why)) }
	var d clientData
	if len(client) > 4096 || json.Unmarshal(client, &d) != nil || d.Type != kind || d.CrossOrigin {
		return 0, refused("the client data is of another kind")
	}
	raw, err := base64.RawURLEncoding.DecodeString(d.Challenge)
	if err != nil || len(raw) != challengeLen {
		return 0, refused("no challenge")
	}
	c := [challengeLen]byte(raw)
	v.mu.Lock()
	x, known := v.web.ceremonies[c]
	delete(v.web.ceremonies, c)
	v.mu.Unlock()
	if !known || !v.config.Clock().Before(x.expires) {
		return 0, sekisho.E("vault.passkey", sekisho.Conflict, errors.New("the challenge is used up or too old"))
	}
	if x.session != session || x.add != add {
		return 0, refused("the challenge is for something else")
	}
	if !slices.Contains(v.config.Origins, d.Origin) {
		return 0, refused("another origin")
	}
	u, err := url.Parse(d.Origin)
	if err != nil || len(authenticator) < 37 {
		return 0, refused("no authenticator data")
	}
	if rp := sha256.Sum256([]byte(wire.RelyingParty(u.Hostname(), v.config.Name))); !bytes.Equal(rp[:], authenticator[:32]) {
		return 0, refused("another relying party")
	}
	if flags = authenticator[32]; flags&flagPresent == 0 {
		return 0, refused("nobody was present")
	}
	return flags, nil
}

// assert checks an assertion: that a passkey known here signed this session's challenge, and that its counter grows. verified
// says whether the authenticator checked who was there.
func (v *Vault) assert(a wire.Assertion, session sekisho.SessionID) (f factorRow, verified bool, err error) {
	flags, err := v.ceremonial("webauthn.get", a.ClientData, a.Authenticator, session, false)
	if err != nil {
		return f, false, err
	}
	ref := sha256.Sum256(a.Credential)
	if f, err = v.keys.factorByRef(ref[:]); err != nil {
		return f, false, err
	}
	_, public, err := v.passkeyOf(f)
	if err != nil {
		return f, false, err
	}
	hash := sha256.Sum256(a.ClientData)
	if !signed(public, append(bytes.Clone(a.Authenticator), hash[:]...), a.Signature) {
		return f, false, sekisho.E("vault.passkey", sekisho.Denied, errors.New("the signature is wrong"))
	}
	counter := int64(binary.BigEndian.Uint32(a.Authenticator[33:37]))
	fine, err := v.keys.countFactor(f, counter, v.config.Clock(), counter != 0 || f.counter != 0)
	if err == nil && !fine {
		err = sekisho.E("vault.passkey", sekisho.Denied, errors.New("the counter went back: the passkey was copied"))
	}
	return f, flags&flagVerified != 0, err
}

// signed checks a signature by ES256, EdDSA or RS256, whichever the key is for.
func signed(public, text, signature []byte) bool {
	k, err := x509.ParsePKIXPublicKey(public)
	if err != nil {
		return false
	}
	digest := sha256.Sum256(text)
	switch k := k.(type) {
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(k, digest[:], signature)
	case ed25519.PublicKey:
		return ed25519.Verify(k, text, signature)
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(k, crypto.SHA256, digest[:], signature) == nil
	}
	return false
}

// openPasskey opens the account's key by what a passkey's prf extension gave.
func (v *Vault) openPasskey(f factorRow, prf []byte) (key.Ring, error) {
	contract, err := v.contractKey(f.contract)
	if err != nil {
		return nil, err
	}
	slots, err := v.keys.slots(f.contract, f.account, key.Passkey)
	if err != nil {
		return nil, err
	}
	for _, s := range slots {
		if s.id != f.id {
			continue
		}
		k := key.SlotKey(key.Passkey, prf, s.salt)
		ring, err := s.take(contract, k, f.account)
		if err != nil {
			return nil, err
		}
		grown, err := v.follow(contract, f.contract, f.account, ring)
		if err == nil && grown.Generation() > ring.Generation() {
			err = v.renew(contract, k, f.contract, f.account, s, grown)
		}
		return grown, err
	}
	return nil, errSecret
}

// addPasskey keeps a passkey that a browser made.
func (v *Vault) addPasskey(ctx context.Context, who sekisho.Caller, s *webSession, ring key.Ring, q wire.FactorChange) (wire.FactorChanged, error) {
	flags, err := v.ceremonial("webauthn.create", q.ClientData, q.Authenticator, s.id, true)
	if err != nil {
		return wire.FactorChanged{}, err
	}
	invalid := func(why string) error { return sekisho.E("vault.passkey", sekisho.Invalid, errors.New(why)) }
	// Attested credential data (section 6.5.1): 16 bytes of AAGUID, the length of the id, the id.
	d := q.Authenticator[37:]
	if flags&flagAttested == 0 || len(d) < 18 || len(d) < 18+int(binary.BigEndian.Uint16(d[16:])) || len(q.Credential) == 0 || len(q.Credential) > 1023 ||
		!bytes.Equal(d[18:18+int(binary.BigEndian.Uint16(d[16:]))], q.Credential) {
		return wire.FactorChanged{}, invalid("the authenticator data names another credential")
	}
	if _, err := x509.ParsePKIXPublicKey(q.Public); err != nil || len(q.Public) > 2048 {
		return wire.FactorChanged{}, invalid("the public key cannot be read")
	}
	have, err := v.credentials(s.contract, s.account)
	if err != nil {
		return wire.FactorChanged{}, err
	}
	if len(have) >= passkeysMost {
		return wire.FactorChanged{}, sekisho.E("vault.passkey", sekisho.Full, errors.New("at most 20 passkeys"))
	}
	ref := sha256.Sum256(q.Credential)
	if _, err := v.keys.factorByRef(ref[:]); sekisho.KindOf(err) != sekisho.NotFound {
		return wire.FactorChanged{}, errors.Join(sekisho.E("vault.passkey", sekisho.Exists, nil), err)
	}
	contract, err := v.contractKey(s.contract)
	if err != nil {
		return wire.FactorChanged{}, err
	}
	f := factorRow{id: newID(), kind: kindPasskey, name: shorten(q.Label, 100), ref: ref[:], counter: int64(binary.BigEndian.Uint32(q.Authenticator[33:37])), created: v.config.Clock()}
	f.secret = key.Wrap(contract, slices.Concat(binary.BigEndian.AppendUint16(nil, uint16(len(q.Credential))), q.Credential, q.Public), factorPlace(s.account, f.id))
	var slot *slotRow
	if len(q.PRF) == prfLen && flags&flagVerified != 0 {
		made, err := v.makeSlot(ctx, contract, s.account, key.Passkey, q.PRF, ring)
		if err != nil {
			return wire.FactorChanged{}, err
		}
		made.id = f.id
		made.fill(contract, key.SlotKey(key.Passkey, q.PRF, made.salt), s.account, ring) // its place names its number
		slot = &made
	}
	return wire.FactorChanged{ID: f.id}, errors.Join(v.keys.addFactors(s.contract, s.account, nil, slot, f))
}

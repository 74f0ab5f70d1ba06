package gate

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net/netip"
	"strings"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"sekisho"
	"sekisho/wire"
)

// session is one SMTP connection after HELO. go-smtp calls its methods one at a time.
type session struct {
	gate     *Gate
	conn     *smtp.Conn
	listener string
	client   netip.Addr
	account  *wire.Identified // who signed in; nil before
	relay    *wire.Relayed    // the contract whose registered network this is; nil otherwise
	unknown  int              // recipients that do not exist, so far

	mail *transaction // nil between mails
}

// transaction is one mail on its way in.
type transaction struct {
	envelope   sekisho.Envelope
	trace      sekisho.TraceID
	recipients []recipient
	until      time.Time         // the sender wants it kept back until then; zero: no
	draft      sekisho.MessageID // his own copy; 0: not known
	waits      bool              // until is as his settings have it
}

// recipient is one accepted RCPT TO.
type recipient struct {
	address string
	wire.Recipient
	notify string
	orcpt  string
}

// commandTime bounds what one SMTP command may take inside.
const commandTime = 30 * time.Second

// mostUnknown is how many unknown recipients a connection may name before it is ended.
const mostUnknown = 10

func (g *Gate) session(c *smtp.Conn, listener string) (smtp.Session, error) {
	s := &session{gate: g, conn: c, listener: listener, client: addressOf(c.Conn())}
	if listener != "mx" {
		return s, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), commandTime)
	defer cancel()
	r, err := wire.StoreRelay.Ask(ctx, g.peers.Store, wire.Relay{Client: s.client})
	if err != nil {
		return nil, g.answer(err)
	}
	if r.Contract != 0 {
		s.relay = &r
	}
	return s, nil
}

// Reset forgets the mail under way.
func (s *session) Reset() { s.mail = nil }

// Logout ends the session.
func (s *session) Logout() error { return nil }

// AuthMechanisms offers what carries the secret that opens a slot; nothing on MX.
func (s *session) AuthMechanisms() []string {
	if s.listener == "mx" {
		return nil
	}
	return []string{sasl.Plain, sasl.Login}
}

// Auth logs in through vault.
func (s *session) Auth(mechanism string) (sasl.Server, error) {
	if s.listener == "mx" {
		return nil, smtp.ErrAuthUnsupported
	}
	switch mechanism {
	case sasl.Plain:
		return sasl.NewPlainServer(func(identity, name, secret string) error {
			if identity != "" && identity != name {
				return smtp.ErrAuthFailed
			}
			return s.login(name, secret)
		}), nil
	case sasl.Login:
		return &loginServer{login: s.login}, nil
	}
	return nil, smtp.ErrAuthUnknownMechanism
}

// wrongSecret says what to do without saying what was wrong.
var wrongSecret = smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8},
	Message: "Sign-in failed. Mail programs need an app password: ask for one with \"sekisho account app-password\" or your administrator"}

func (s *session) login(name, secret string) error {
	ctx, cancel := context.WithTimeout(context.Background(), commandTime)
	defer cancel()
	who, err := wire.StoreIdentity.Ask(ctx, s.gate.peers.Store, wire.Identity{Login: name})
	if err != nil && sekisho.KindOf(err) != sekisho.NotFound {
		return s.gate.answer(err)
	}
	t, err := wire.VaultLogin.Ask(ctx, s.gate.peers.Vault, wire.Login{Contract: who.Contract, Account: who.Account, Secret: secret,
		Protocol: "smtp", Client: s.client})
	if sekisho.KindOf(err) == sekisho.Denied || err == nil && who.Status != sekisho.Active {
		refused := wrongSecret
		return &refused
	}
	if err != nil {
		return s.gate.answer(err)
	}
	// The session is needed for the proof only: gate opens nothing.
	wire.VaultLogout.Ask(ctx, s.gate.peers.Vault, wire.Logout{Session: t.Session, Secret: t.Secret})
	s.account = &who
	return nil
}

// loginServer is the old LOGIN mechanism (draft-murchison-sasl-login), which go-sasl has as a client only.
type loginServer struct {
	login func(name, secret string) error
	name  *string
}

// Next takes the next answer of the client.
func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	switch {
	case response == nil && l.name == nil:
		return []byte("Username:"), false, nil
	case l.name == nil:
		name := string(response)
		l.name = &name
		return []byte("Password:"), false, nil
	}
	return nil, true, l.login(*l.name, string(response))
}

func (s *session) protocol() (name, tlsText string) {
	name = "ESMTP"
	if state, ok := s.conn.TLSConnectionState(); ok {
		name += "S"
		tlsText = tls.VersionName(state.Version) + " " + tls.CipherSuiteName(state.CipherSuite)
	}
	if s.account != nil {
		name += "A"
	}
	return name, tlsText
}

// Mail begins a mail.
func (s *session) Mail(from string, opts *smtp.MailOptions) error {
	s.mail = nil
	if s.listener != "mx" && s.account == nil {
		return refuse(530, "5.7.0", "Sign in first")
	}
	m := &transaction{trace: newTrace(), envelope: sekisho.Envelope{
		Client: s.client, Helo: s.conn.Hostname(), Listener: s.listener, From: from, UTF8: opts.UTF8,
		EightBit: opts.Body == smtp.Body8BitMIME, EnvID: opts.EnvelopeID, Ret: string(opts.Return), At: s.gate.config.Clock().UTC(),
	}}
	m.envelope.Protocol, m.envelope.TLS = s.protocol()
	if !opts.UTF8 && !ascii(from) {
		return refuse(553, "5.6.7", "A non-ASCII address needs SMTPUTF8")
	}
	switch {
	case s.account != nil:
		if !owns(s.account, from) {
			return refuse(553, "5.7.1", "<%s> is not registered as an address of %s", from, s.account.Address)
		}
		m.envelope.Account, m.envelope.Contract = s.account.Account, s.account.Contract
	case s.relay != nil && within(from, s.relay.Domains):
		m.envelope.Contract, m.envelope.Listener = s.relay.Contract, "relay"
	case !s.gate.limits.mail(s.client, m.envelope.At):
		return refuse(450, "4.7.1", "Too many mails from your address in a minute: slow down")
	}
	s.mail = m
	return nil
}

// owns says whether an account may send as an address. The null sender is nobody's to give.
func owns(who *wire.Identified, from string) bool {
	from = strings.ToLower(from)
	local, domain := cut(from)
	if base, _, tagged := strings.Cut(local, "+"); tagged && base != "" {
		local = base
	}
	for _, i := range who.Identities {
		i = strings.ToLower(i)
		if i == from || i == local+"@"+domain || i == "@"+domain {
			return true
		}
	}
	return false
}

func within(from string, domains []string) bool {
	_, d := cut(strings.ToLower(from))
	for _, x := range domains {
		if strings.EqualFold(x, d) {
			return true
		}
	}
	return from == "" // bounces of the customer's own server
}

// cut is the local part and the domain of an address; no domain when there is no @.
func cut(address string) (local, domain string) {
	if i := strings.LastIndexByte(address, '@'); i >= 0 {
		return address[:i], address[i+1:]
	}
	return address, ""
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// Rcpt adds a recipient, if mail for it can be taken.
func (s *session) Rcpt(to string, opts *smtp.RcptOptions) error {
	if s.mail == nil {
		return refuse(503, "5.5.1", "MAIL first")
	}
	if !s.mail.envelope.UTF8 && !ascii(to) {
		return refuse(553, "5.6.7", "A non-ASCII address needs SMTPUTF8")
	}
	ctx, cancel := context.WithTimeout(context.Background(), commandTime)
	defer cancel()
	x, err := s.whom(ctx, to, opts)
	if err != nil {
		return err
	}
	if err := s.admit(x.Recipient); err != nil {
		return err
	}
	if opts.OriginalRecipientType != "" {
		x.orcpt = strings.ToLower(string(opts.OriginalRecipientType)) + ";" + opts.OriginalRecipient
	}
	for _, n := range opts.Notify {
		x.notify = strings.TrimPrefix(x.notify+","+string(n), ",")
	}
	s.mail.recipients = append(s.mail.recipients, x)
	s.mail.envelope.Rcpt = append(s.mail.envelope.Rcpt, to)
	return nil
}

// admit judges a recipient before any content is seen (RFC 5321 section 3.3).
func (s *session) admit(r wire.Recipient) error {
	outbound := s.mail.envelope.Contract != 0
	switch r.Standing {
	case wire.Foreign:
		if !outbound {
			return s.unknownRecipient(550, "5.7.1", "Relaying denied: no customer here owns this domain")
		}
	case wire.Unknown:
		return s.unknownRecipient(550, "5.1.1", "No such user here")
	case wire.Disabled:
		return refuse(450, "4.2.1", "This mailbox takes no mail at present")
	case wire.Hosted:
		for _, t := range r.Targets {
			if t.Over {
				return refuse(452, "4.2.2", "Mailbox full")
			}
		}
	}
	if !outbound {
		return nil
	}
	return s.mayWrite()
}

// mayWrite counts one more recipient of an outbound mail, by account and by contract.
func (s *session) mayWrite() error {
	id, version := s.mail.envelope.Contract, uint64(0)
	if s.account != nil {
		version = s.account.Version
	} else {
		version = s.relay.Version
	}
	ctx, cancel := context.WithTimeout(context.Background(), commandTime)
	defer cancel()
	c, err := s.gate.directory.contract(ctx, id, version)
	if err != nil {
		return s.gate.answer(err)
	}
	now := s.gate.config.Clock()
	if !s.gate.limits.contract(id, s.client, 1, c.Limit.Total, now) {
		return refuse(450, "4.7.1", "Your organisation has sent to more recipients than allowed in an hour: try later")
	}
	if s.account != nil {
		if !s.gate.limits.send(s.account.Account, s.client, 1, c.Limit.Hourly, c.Limit.Daily, now) {
			return refuse(450, "4.7.1", "You have sent to more recipients than allowed in this time: try later")
		}
	}
	return nil
}

// unknownRecipient ends a connection that guesses addresses (directory harvest).
func (s *session) unknownRecipient(code int, status, text string) error {
	if s.unknown++; s.conn != nil && s.unknown > mostUnknown && !s.gate.limits.exempt(s.client) {
		defer s.conn.Conn().SetReadDeadline(time.Unix(1, 0))
		return refuse(421, "4.7.0", "Too many unknown recipients")
	}
	return refuse(code, status, "%s", text)
}

// Data takes the mail. The answer is in the error, also that it was accepted: 250 with the reference.
func (s *session) Data(r io.Reader) error {
	m := s.mail
	if m == nil {
		return refuse(503, "5.5.1", "MAIL first")
	}
	b := &bounded{Reader: r, flight: &s.gate.flight}
	defer b.release()
	buffer := bytes.NewBuffer(make([]byte, 0, 16<<10))
	_, err := buffer.ReadFrom(b)
	raw := buffer.Bytes()
	if err != nil {
		if _, known := err.(*smtp.SMTPError); known {
			return err
		}
		return refuse(451, "4.4.2", "The mail ended early: %v", err)
	}
	s.conn.Conn().SetReadDeadline(time.Time{})
	ctx, cancel := context.WithTimeout(context.Background(), takeTime)
	defer cancel()
	return s.gate.take(ctx, m, s.account, raw)
}

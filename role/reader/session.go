package reader

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"sekisho"
	"sekisho/wire"
)

// session is one IMAP connection. The library calls its methods one at a time, except that Idle runs while the
// connection waits for DONE.
type session struct {
	reader *Reader
	conn   *imapserver.Conn
	client netip.Addr
	ctx    context.Context // ends with the connection
	cancel context.CancelFunc

	who    wire.Identified
	ticket wire.Ticket
	box    *selected // nil when none is selected
	wake   chan struct{}
	sync   bool // a FETCH up to the newest is being answered: the client brings its copy up to date
}

func newSession(r *Reader, c *imapserver.Conn) *session {
	s := &session{reader: r, conn: c, client: addressOf(c.NetConn()), wake: make(chan struct{}, 1)}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// commandTime bounds what one command may take inside.
const commandTime = 5 * time.Minute

func (s *session) command() (context.Context, context.CancelFunc) {
	return context.WithTimeout(s.ctx, commandTime)
}

// Close ends the session, in vault too.
func (s *session) Close() error {
	s.leave()
	s.reader.held.drop(s)
	if s.ticket.Session != 0 {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if _, err := wire.VaultLogout.Ask(ctx, s.reader.peers.Vault, wire.Logout{Session: s.ticket.Session, Secret: s.ticket.Secret}); err != nil {
			s.reader.config.Log.Warn("logout", "error", err)
		}
		clear(s.ticket.Secret)
	}
	s.cancel()
	return nil
}

// wrongSecret says what to do without saying what was wrong.
func wrongSecret() error {
	return &imap.Error{Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodeAuthenticationFailed,
		Text: `Sign-in failed. Mail programs need an app password: ask for one with "sekisho account app-password" or your administrator`}
}

// Login signs in with an app password.
func (s *session) Login(name, secret string) error {
	ctx, cancel := s.command()
	defer cancel()
	who, err := wire.StoreIdentity.Ask(ctx, s.reader.peers.Store, wire.Identity{Login: name})
	if err != nil && sekisho.KindOf(err) != sekisho.NotFound {
		return s.failed(err)
	}
	t, err := wire.VaultLogin.Ask(ctx, s.reader.peers.Vault, wire.Login{Contract: who.Contract, Account: who.Account, Secret: secret,
		Protocol: "imap", Client: s.client})
	if sekisho.KindOf(err) == sekisho.Denied {
		return wrongSecret()
	}
	if err != nil {
		return s.failed(err)
	}
	if who.Status != sekisho.Active {
		wire.VaultLogout.Ask(ctx, s.reader.peers.Vault, wire.Logout{Session: t.Session, Secret: t.Secret})
		return wrongSecret()
	}
	s.who, s.ticket = who, t
	s.reader.held.add(s)
	return nil
}

// failed turns an error into IMAP's answer: the one place where that is done. Detail goes to the log.
func (s *session) failed(err error) error {
	if err == nil {
		return nil
	}
	var known *imap.Error
	if errors.As(err, &known) {
		return err
	}
	kind := sekisho.KindOf(err)
	out := &imap.Error{Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodeServerBug, Text: "Internal fault; it was noted"}
	switch kind {
	case sekisho.NotFound:
		out.Code, out.Text = imap.ResponseCodeNonExistent, "No such mailbox"
	case sekisho.Exists:
		out.Code, out.Text = imap.ResponseCodeAlreadyExists, "There is such a mailbox already"
	case sekisho.Invalid:
		out.Code, out.Text = imap.ResponseCodeCannot, "That cannot be done: "+cause(err)
	case sekisho.Denied:
		if op := (*sekisho.Error)(nil); errors.As(err, &op) && op.Op == "store.folder" {
			out.Code, out.Text = imap.ResponseCodeCannot, "That cannot be done: "+cause(err)
			break
		}
		// Vault or store no longer knows the session: its time is over, it was revoked, or vault was started again.
		out.Code, out.Text = imap.ResponseCodeNoPerm, "The session has ended: sign in again"
		if s.ticket.Session != 0 {
			s.conn.Bye(out.Text)
		}
	case sekisho.Conflict:
		out.Code, out.Text = imap.ResponseCodeHasChildren, "That cannot be done: "+cause(err)
	case sekisho.Full:
		out.Code, out.Text = imap.ResponseCodeOverQuota, "No space left"
	case sekisho.TooLarge:
		out.Code, out.Text = imap.ResponseCodeTooBig, "Too large"
	case sekisho.TooMany:
		out.Code, out.Text = imap.ResponseCodeLimit, "Too much for this session: try again later"
	case sekisho.Unavailable:
		out.Code, out.Text = imap.ResponseCodeUnavailable, "Temporary failure: try again"
	case sekisho.Corrupt:
		out.Code, out.Text = imap.ResponseCodeCorruption, "Stored data is damaged; it was noted"
	}
	if kind == sekisho.Internal || kind == sekisho.Corrupt || kind == sekisho.Unavailable {
		s.reader.config.Log.Error("command failed", "session", uint64(s.ticket.Session), "error", err)
	}
	return out
}

// cause is the innermost text of an error of ours, which names no person.
func cause(err error) string {
	var e *sekisho.Error
	if errors.As(err, &e) && e.Err != nil {
		return e.Err.Error()
	}
	return "see the log"
}

// Namespace says that there is one namespace, with "/" between levels.
func (s *session) Namespace() (*imap.NamespaceData, error) {
	return &imap.NamespaceData{Personal: []imap.NamespaceDescriptor{{Delim: '/'}}}, nil
}

// AppendLimit is the most bytes of a mail (RFC 7889).
func (s *session) AppendLimit() uint32 { return uint32(min(s.reader.config.Size, 1<<32-1)) }

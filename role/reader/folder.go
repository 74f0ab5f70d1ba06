package reader

import (
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"sekisho"
	"sekisho/wire"
)

func (s *session) folder(q wire.Folder) error {
	ctx, cancel := s.command()
	defer cancel()
	q.Pass = s.ticket.Pass
	_, err := wire.StoreFolder.Ask(ctx, s.reader.peers.Store, q)
	return s.failed(err)
}

// Create makes a mailbox, and those above it.
func (s *session) Create(name string, o *imap.CreateOptions) error {
	q := wire.Folder{Do: "create", Name: name}
	if o != nil && len(o.SpecialUse) > 0 {
		if q.Special = special(o.SpecialUse[0]); q.Special == "" || len(o.SpecialUse) > 1 {
			return &imap.Error{Type: imap.StatusResponseTypeNo, Code: "USEATTR", Text: "No mailbox can have this use"}
		}
	}
	return s.folder(q)
}

// special gives the special use in the spelling that store keeps; "" when it is none that a folder here can have.
func special(a imap.MailboxAttr) string {
	for _, known := range []imap.MailboxAttr{imap.MailboxAttrArchive, imap.MailboxAttrDrafts, imap.MailboxAttrJunk, imap.MailboxAttrSent, imap.MailboxAttrTrash} {
		if strings.EqualFold(string(a), string(known)) {
			return string(known)
		}
	}
	return ""
}

// Delete removes a mailbox with its mail.
func (s *session) Delete(name string) error { return s.folder(wire.Folder{Do: "delete", Name: name}) }

// Rename moves a mailbox and what is below it.
func (s *session) Rename(name, to string, _ *imap.RenameOptions) error {
	return s.folder(wire.Folder{Do: "rename", Name: name, To: to})
}

// Subscribe marks a mailbox as one that programs show.
func (s *session) Subscribe(name string) error {
	return s.folder(wire.Folder{Do: "subscribe", Name: name})
}

// Unsubscribe takes the mark away.
func (s *session) Unsubscribe(name string) error {
	return s.folder(wire.Folder{Do: "unsubscribe", Name: name})
}

func (s *session) mailboxes() ([]wire.Mailbox, error) {
	ctx, cancel := s.command()
	defer cancel()
	got, err := wire.StoreMailboxes.Ask(ctx, s.reader.peers.Store, wire.MailboxQuery{Pass: s.ticket.Pass})
	return got.List, s.failed(err)
}

func (s *session) mailbox(name string) (wire.Mailbox, error) {
	list, err := s.mailboxes()
	if err != nil {
		return wire.Mailbox{}, err
	}
	for _, m := range list {
		if m.Name == name || m.Name == "INBOX" && strings.EqualFold(name, "INBOX") {
			return m, nil
		}
	}
	return wire.Mailbox{}, s.failed(sekisho.E("reader.mailbox", sekisho.NotFound, nil))
}

// List names mailboxes (RFC 9051 section 6.3.9).
func (s *session) List(w *imapserver.ListWriter, ref string, patterns []string, o *imap.ListOptions) error {
	if len(patterns) == 0 { // the question for the separator
		return w.WriteList(&imap.ListData{Attrs: []imap.MailboxAttr{imap.MailboxAttrNoSelect}, Delim: '/'})
	}
	list, err := s.mailboxes()
	if err != nil {
		return err
	}
	for i := range list {
		m := &list[i]
		if !matches(m.Name, ref, patterns) || o.SelectSubscribed && !m.Subscribed && !o.SelectRecursiveMatch || o.SelectSpecialUse && m.Special == "" {
			continue
		}
		d := listData(m, list, o)
		if o.SelectSubscribed && o.SelectRecursiveMatch && !m.Subscribed && d.ChildInfo == nil {
			continue
		}
		if err := w.WriteList(d); err != nil {
			return err
		}
	}
	return nil
}

func matches(name, ref string, patterns []string) bool {
	for _, p := range patterns {
		if imapserver.MatchList(name, '/', ref, p) || name == "INBOX" && imapserver.MatchList(name, '/', ref, strings.ToUpper(p)) {
			return true
		}
	}
	return false
}

func listData(m *wire.Mailbox, all []wire.Mailbox, o *imap.ListOptions) *imap.ListData {
	d := &imap.ListData{Delim: '/', Mailbox: m.Name}
	children, subscribed := false, false
	for i := range all {
		if strings.HasPrefix(all[i].Name, m.Name+"/") {
			children, subscribed = true, subscribed || all[i].Subscribed
		}
	}
	if children {
		d.Attrs = append(d.Attrs, imap.MailboxAttrHasChildren)
	} else {
		d.Attrs = append(d.Attrs, imap.MailboxAttrHasNoChildren)
	}
	if m.Special != "" {
		d.Attrs = append(d.Attrs, imap.MailboxAttr(m.Special))
	}
	if m.Subscribed && (o.ReturnSubscribed || o.SelectSubscribed) {
		d.Attrs = append(d.Attrs, imap.MailboxAttrSubscribed)
	}
	if o.SelectRecursiveMatch && subscribed {
		d.ChildInfo = &imap.ListDataChildInfo{Subscribed: true}
	}
	if o.ReturnStatus != nil {
		d.Status = status(m, o.ReturnStatus)
	}
	return d
}

// Status tells counters of a mailbox without selecting it.
func (s *session) Status(name string, o *imap.StatusOptions) (*imap.StatusData, error) {
	m, err := s.mailbox(name)
	if err != nil {
		return nil, err
	}
	return status(&m, o), nil
}

func status(m *wire.Mailbox, o *imap.StatusOptions) *imap.StatusData {
	d := &imap.StatusData{Mailbox: m.Name, UIDNext: imap.UID(m.UIDNext), UIDValidity: m.UIDValidity}
	if o.NumMessages {
		d.NumMessages = &m.Messages
	}
	if o.NumRecent {
		d.NumRecent = new(uint32)
	}
	if o.NumUnseen {
		d.NumUnseen = &m.Unseen
	}
	if o.NumDeleted {
		d.NumDeleted = &m.Deleted
	}
	if o.Size {
		d.Size = &m.Size
	}
	return d
}

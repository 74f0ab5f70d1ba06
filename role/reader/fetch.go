package reader

import (
	"context"
	"errors"
	"io"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"sekisho"
	"sekisho/mailbox"
	"sekisho/wire"
)

// atOnce is how many bytes of bodies are held in memory for one session.
const atOnce = 16 << 20

// Fetch answers FETCH (RFC 9051 section 6.4.5): flags from memory, dates and sizes from store without any key, the rest
// opened in batches.
func (s *session) Fetch(w *imapserver.FetchWriter, set imap.NumSet, o *imap.FetchOptions) error {
	ctx, cancel := s.command()
	defer cancel()
	places := s.box.numbered(set)
	s.sync = set.Dynamic()
	defer func() { s.sync = false }()
	for len(places) > 0 {
		n := min(len(places), together)
		if err := s.fetchBatch(ctx, w, places[:n], o); err != nil {
			return s.failed(err)
		}
		places = places[n:]
	}
	return nil
}

// wanted says what a FETCH needs of every message, and whether it needs bodies, which is decided per message.
func wanted(o *imap.FetchOptions) (want wire.Want, meta, bodies bool) {
	for _, f := range o.BodySection {
		if len(f.Part) == 0 && f.Specifier == imap.PartSpecifierHeader {
			want.Header = true
		} else {
			bodies = true
		}
	}
	bodies = bodies || len(o.BinarySection)+len(o.BinarySectionSize) > 0
	want.Summary = o.Envelope || o.BodyStructure != nil || want.Header || bodies
	return want, o.InternalDate || o.RFC822Size || want.Summary, bodies
}

func (s *session) fetchBatch(ctx context.Context, w *imapserver.FetchWriter, places []int, o *imap.FetchOptions) error {
	want, meta, bodies := wanted(o)
	uids := s.box.uidsAt(places)
	mails := make([]mail, len(uids))
	if meta {
		var err error
		if mails, err = s.fetch(ctx, uids, want); err != nil {
			return err
		}
		if err := s.open(ctx, pointers(mails)); err != nil {
			return err
		}
	} else {
		for i, u := range uids {
			mails[i].UID = u
		}
	}
	if err := s.markSeen(ctx, w, mails, o); err != nil {
		return err
	}
	for len(mails) > 0 {
		n := len(mails)
		if bodies {
			n = 0
			for size := int64(0); n < len(mails) && (n == 0 || size+mails[n].Sealed.Size <= atOnce); n++ {
				size += mails[n].Sealed.Size
			}
			if err := s.bodies(ctx, mails[:n], o); err != nil {
				return err
			}
		}
		for i := range mails[:n] {
			if err := s.write(w, &mails[i], o); err != nil {
				return err
			}
			mails[i] = mail{}
		}
		mails = mails[n:]
	}
	return nil
}

func pointers(list []mail) []*mail {
	out := make([]*mail, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out
}

// bodies gets and opens those classes that the sections asked for touch, per message.
func (s *session) bodies(ctx context.Context, mails []mail, o *imap.FetchOptions) error {
	groups := map[uint16][]int{}
	for i := range mails {
		if mails[i].Summary == nil {
			continue
		}
		set := classesFor(mails[i].Summary, o)
		if mails[i].Header != nil {
			set &^= 1 << sekisho.ClassHeader
		}
		if set != 0 {
			groups[set] = append(groups[set], i)
		}
	}
	for set, list := range groups {
		want := wire.Want{Header: set&(1<<sekisho.ClassHeader) != 0, Body: set&(1<<sekisho.ClassBody) != 0, Attachment: set&(1<<sekisho.ClassAttachment) != 0}
		var uids []sekisho.UID
		for _, i := range list {
			uids = append(uids, mails[i].UID)
		}
		more, err := s.fetch(ctx, uids, want)
		if err != nil {
			return err
		}
		byUID := map[sekisho.UID]*mail{}
		for _, i := range list {
			byUID[mails[i].UID] = &mails[i]
		}
		for i := range more {
			if m := byUID[more[i].UID]; len(m.Sealed.Boxes) == 1 { // it may have been opened just now: the short box will do
				more[i].Sealed.Boxes = m.Sealed.Boxes
			}
		}
		if err := s.open(ctx, pointers(more)); err != nil {
			return err
		}
		for i := range more {
			m := byUID[more[i].UID]
			if want.Header {
				m.Header = more[i].Header
			}
			m.Body, m.Attachment, m.Damaged = more[i].Body, more[i].Attachment, m.Damaged || more[i].Damaged
		}
	}
	return nil
}

// classesFor gives the classes that the body sections of a FETCH touch in one message.
func classesFor(s *sekisho.Summary, o *imap.FetchOptions) (set uint16) {
	for _, f := range o.BodySection {
		if x, there := span(s, f); there && !(len(f.Part) == 0 && f.Specifier == imap.PartSpecifierHeader) {
			set |= mailbox.Touched(s, x)
		}
	}
	for _, f := range o.BinarySection {
		if x, there := span(s, &imap.FetchItemBodySection{Part: f.Part}); there {
			set |= mailbox.Touched(s, x)
		}
	}
	for _, f := range o.BinarySectionSize {
		if x, there := span(s, &imap.FetchItemBodySection{Part: f.Part}); there {
			set |= mailbox.Touched(s, x)
		}
	}
	return set
}

// markSeen sets \Seen where the command reads bodies (RFC 9051 section 6.4.5, BODY.PEEK).
func (s *session) markSeen(ctx context.Context, w *imapserver.FetchWriter, mails []mail, o *imap.FetchOptions) error {
	reads := false
	for _, f := range o.BodySection {
		reads = reads || !f.Peek
	}
	for _, f := range o.BinarySection {
		reads = reads || !f.Peek
	}
	if !reads || s.box.readOnly {
		return nil
	}
	var uids []sekisho.UID
	for i := range mails {
		if at, known := s.box.index(mails[i].UID); known && s.box.flags[at]&wire.FlagSeen == 0 {
			uids = append(uids, mails[i].UID)
		}
	}
	if len(uids) == 0 {
		return nil
	}
	if _, err := s.change(ctx, uids, "add", wire.FlagSeen, nil); err != nil {
		return err
	}
	o.Flags = true
	return nil
}

// write answers for one message.
func (s *session) write(w *imapserver.FetchWriter, m *mail, o *imap.FetchOptions) error {
	at, known := s.box.index(m.UID)
	if !known {
		return nil
	}
	if m.Damaged {
		s.reader.config.Log.Error("a message does not open", "message", uint64(m.Sealed.ID), "account", uint64(s.who.Account))
	}
	out := w.CreateMessage(uint32(at + 1))
	if o.UID {
		out.WriteUID(imap.UID(m.UID))
	}
	if o.Flags {
		out.WriteFlags(s.box.flagsOf(at))
	}
	if o.InternalDate {
		out.WriteInternalDate(m.Internal)
	}
	if o.RFC822Size {
		out.WriteRFC822Size(m.Sealed.Size)
	}
	if m.Summary == nil { // what cannot be read is shown as an empty mail, so that the rest of the mailbox can be
		m.Summary = &sekisho.Summary{Root: sekisho.Part{Type: "text", Subtype: "plain", Encoding: "7bit"}}
	}
	if o.Envelope {
		out.WriteEnvelope(envelope(&m.Summary.Fields))
	}
	if o.BodyStructure != nil {
		out.WriteBodyStructure(structure(&m.Summary.Root, o.BodyStructure.Extended))
	}
	var err error
	for _, f := range o.BodySection {
		b, _ := m.section(f)
		err = errors.Join(err, literal(out.WriteBodySection(f, int64(len(b))), b))
	}
	for _, f := range o.BinarySection {
		b := m.binary(f.Part)
		if f.Partial != nil {
			x := partial(sekisho.Span{End: int64(len(b))}, f.Partial)
			b = b[x.Start:x.End]
		}
		err = errors.Join(err, literal(out.WriteBinarySection(f, int64(len(b))), b))
	}
	for _, f := range o.BinarySectionSize {
		out.WriteBinarySectionSize(f, uint32(len(m.binary(f.Part))))
	}
	return errors.Join(err, out.Close())
}

func literal(w io.WriteCloser, b []byte) error {
	_, err := w.Write(b)
	return errors.Join(err, w.Close())
}

// binary gives a part without its transfer encoding (RFC 3516). What follows an error of encoding is left out.
func (m *mail) binary(path []int) []byte {
	b, ok := m.section(&imap.FetchItemBodySection{Part: path})
	if !ok || len(path) == 0 {
		return b
	}
	p := mailbox.Find(&m.Summary.Root, path)
	if p == nil {
		return nil
	}
	return mailbox.Transferred(b, p.Encoding)
}

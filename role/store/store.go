package store

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"sekisho"
	"sekisho/blob"
	"sekisho/db"
	"sekisho/wire"
)

// Config is what store needs.
type Config struct {
	Dir      string           // database and segments; one process at a time
	Database string           // postgres://... instead of the file in Dir
	Clock    func() time.Time // nil: time.Now
	Log      *slog.Logger     // nil: discard
	Reserve  int64            // free bytes that new mail must leave on the disk, for everything else; 0: 64 MiB
	Trace    time.Duration    // how long the trace and finished queue items are kept; 0: 400 days
	Segment  int64            // size of a segment file; 0: 256 MiB, which a start reads in a moment
	Hosts    []string         // the installation's own host names, for StoreHosts

	// Report is told of every breach of the rules by a peer; nil: the log is.
	Report func(by sekisho.Caller, call string, why error)

	// Pass checks vault's word about a session. It must return Denied for one that is expired, forged or not made for
	// by. nil: every pass is refused.
	Pass func(p wire.Pass, by sekisho.Caller) (PassClaims, error)

	// Link checks a link that vault signed, at a time. nil: there are none.
	Link func(token []byte, now time.Time) (wire.LinkClaims, error)

	Vault *wire.Peer // is told of refusals, for the ledger, and of grants; nil in tests only
}

// PassClaims are what a pass says.
type PassClaims struct {
	Session  sekisho.SessionID
	Contract sekisho.ContractID
	Account  sekisho.AccountID
}

// Store is the role.
type Store struct {
	c       Config
	dir     *os.File // c.Dir, to ask how much room its disk has: a confined process may ask of what it has open only
	db      *db.DB
	log     *blob.Log
	service *wire.Service

	gmu       sync.Mutex   // held while space is given back; guards compacted
	compacted time.Time    // when the oldest segment was looked at
	holding   atomic.Int64 // until when nothing is given back, in microseconds: a backup is being copied

	ops   chan *op
	ended chan struct{} // closed when nothing is written any more
	feed  *feed

	cmu     sync.RWMutex // guards what is known of homes; taken while a transaction's outcome becomes visible
	homes   map[homeKey]*home
	columns *shelf

	dmu      sync.RWMutex // guards directory
	known    map[string]wire.Recipient
	quotas   map[sekisho.AccountID]int64
	active   map[homeKey]bool // whether accounts are active
	changed  uint64           // counts changes of the directory
	networks []network        // of all contracts; nil: not read yet

	looks   looks
	counted counted
	fetches fetches

	qmu  sync.Mutex // guards more
	more chan struct{}

	ordered chan struct{} // a report to others is wanted now
}

// New opens the database and the segments, mends what a crash left, and is ready to answer once Run runs.
func New(c Config) (*Store, error) {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Reserve <= 0 {
		c.Reserve = 64 << 20
	}
	if c.Segment <= 0 {
		c.Segment = 256 << 20
	}
	if c.Trace <= 0 {
		c.Trace = traceTime
	}
	if c.Pass == nil {
		c.Pass = func(wire.Pass, sekisho.Caller) (PassClaims, error) {
			return PassClaims{}, sekisho.E("store.pass", sekisho.Denied, nil)
		}
	}
	s := &Store{c: c, ops: make(chan *op, 1024), ended: make(chan struct{}), homes: map[homeKey]*home{}, columns: newShelf(shelfRoom), known: map[string]wire.Recipient{}, quotas: map[sekisho.AccountID]int64{}, active: map[homeKey]bool{}, more: make(chan struct{}), ordered: make(chan struct{}, 1)}
	s.feed = newFeed(uint64(c.Clock().UnixMicro()))
	var err error
	if s.log, err = blob.Open(filepath.Join(c.Dir, "segment"), blob.Options{Size: c.Segment}); err != nil {
		return nil, err
	}
	if s.dir, err = os.Open(c.Dir); err != nil {
		s.log.Close()
		return nil, sekisho.E("store.open", sekisho.Unavailable, err)
	}
	url := c.Database
	if url == "" {
		url = filepath.Join(c.Dir, "store.db")
	}
	if s.db, err = db.Open(context.Background(), db.Config{URL: url, Migrations: migrations()}); err != nil {
		s.log.Close()
		s.dir.Close()
		return nil, err
	}
	if err = s.mend(); err != nil {
		s.close()
		return nil, err
	}
	s.service = s.serve()
	return s, nil
}

func (s *Store) close() {
	s.db.Close()
	s.log.Close()
	s.dir.Close()
}

// mend brings segments and database together after a crash: what the database does not know of was never acknowledged.
func (s *Store) mend() error {
	last, known, err := s.tail()
	if err != nil {
		return err
	}
	if err := s.log.Cut(last); err != nil && known {
		return sekisho.E("store.open", sekisho.Corrupt, err)
	} else if err != nil {
		return err
	}
	err = s.db.Write(context.Background(), func(t *db.Tx) error {
		if err := unlease(t); err != nil {
			return err
		}
		if err := s.restored(t); err != nil {
			return err
		}
		return exhume(t, last)
	})
	if err != nil {
		return err
	}
	return s.forgetRestored()
}

// Service answers the calls.
func (s *Store) Service() *wire.Service { return s.service }

// Run writes what the calls change and does what is due, until ctx ends. Calls wait while it does not run. The database
// is closed when it returns.
func (s *Store) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() { s.expire(ctx) })
	wg.Go(func() { s.tidy(ctx) })
	wg.Go(func() { s.digests(ctx) })
	s.write(ctx)
	wg.Wait()
	s.close()
	return nil
}

// tidyTime is how often space is given back.
const tidyTime = time.Minute

// tidy gives space back, and once a day forgets what is old, until ctx ends.
func (s *Store) tidy(ctx context.Context) {
	tick := time.NewTicker(tidyTime)
	defer tick.Stop()
	var aged time.Time
	for {
		if now := s.now(); now.Sub(aged) >= 24*time.Hour {
			aged = now
			if err := s.forgetUploads(ctx); err != nil && ctx.Err() == nil {
				s.c.Log.Error("forgetting old uploads", "error", err)
			}
			if err := s.forgetOld(ctx); err != nil && ctx.Err() == nil {
				s.c.Log.Error("forgetting old traces", "error", err)
			}
		}
		if err := s.writeFetches(ctx); err != nil && ctx.Err() == nil {
			s.c.Log.Error("writing what was fetched", "error", err)
		}
		if err := s.giveBackSpace(ctx); err != nil && ctx.Err() == nil {
			s.c.Log.Error("giving space back", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// giveBackSpace forgets dead records and writes the oldest segments anew, unless a backup is being copied.
func (s *Store) giveBackSpace(ctx context.Context) error {
	s.gmu.Lock()
	defer s.gmu.Unlock()
	if s.held() {
		return nil
	}
	if err := s.bury(ctx); err != nil {
		return err
	}
	if now := s.now(); now.Sub(s.compacted) >= compactTime {
		s.compacted = now
		return s.compact(ctx)
	}
	return nil
}

// compactTime is how often the oldest segment is looked at.
const compactTime = 20 * time.Minute

// room says whether the disk can take n more bytes and still leaves the reserve.
func (s *Store) room(n int64) error {
	var st unix.Statfs_t
	if err := unix.Fstatfs(int(s.dir.Fd()), &st); err != nil {
		return sekisho.E("store.accept", sekisho.Unavailable, err)
	}
	if int64(st.Bavail)*st.Bsize < n+s.c.Reserve {
		return sekisho.E("store.accept", sekisho.Full, nil)
	}
	return nil
}

func (s *Store) now() time.Time { return s.c.Clock().UTC() }

// serve lists every call and who answers it.
func (s *Store) serve() *wire.Service {
	v := wire.NewService(sekisho.Store, func(by sekisho.Caller, call string, why error) {
		if s.c.Report != nil {
			s.c.Report(by, call, why)
			return
		}
		s.c.Log.Error("breach of protocol", "role", by.Role.String(), "instance", uint64(by.Instance), "call", call, "why", why)
	})
	wire.Handle(v, wire.StoreLease, s.lease)
	wire.Handle(v, wire.StoreResolve, s.resolve)
	wire.Handle(v, wire.StoreIdentity, s.identity)
	wire.Handle(v, wire.StorePerson, s.person)
	wire.Handle(v, wire.StoreWarn, s.warn)
	wire.Handle(v, wire.StoreRelay, s.relay)
	wire.Handle(v, wire.StoreContract, s.contract)
	wire.Handle(v, wire.StoreAccept, s.accept)
	wire.Handle(v, wire.StoreRefuse, s.refuse)
	wire.Handle(v, wire.StoreContact, s.contact)
	wire.Handle(v, wire.StoreHosts, s.hosts)
	wire.Handle(v, wire.StoreMailboxes, s.mailboxes)
	wire.Handle(v, wire.StoreFolder, s.folder)
	wire.Handle(v, wire.StoreSelect, s.choose)
	wire.Handle(v, wire.StoreFetch, s.fetch)
	wire.Handle(v, wire.StoreFlag, s.flag)
	wire.Handle(v, wire.StoreCopy, s.copy)
	wire.Handle(v, wire.StoreExpunge, s.expunge)
	wire.Handle(v, wire.StoreRewrap, s.rewrap)
	wire.Handle(v, wire.StoreWatch, s.watch)
	wire.Handle(v, wire.StoreIndex, s.index)
	wire.Handle(v, wire.StoreMerge, s.merge)
	wire.Handle(v, wire.StoreDue, s.due)
	wire.Handle(v, wire.StoreSpool, s.spool)
	wire.Handle(v, wire.StoreOutcome, s.outcome)
	wire.Handle(v, wire.StoreAdmin, s.admin)
	wire.Handle(v, wire.StoreList, s.list)
	wire.Handle(v, wire.StoreDecide, s.decide)
	wire.Handle(v, wire.StoreUsage, s.usage)
	wire.Handle(v, wire.StoreHost, s.host)
	wire.Handle(v, wire.StoreTransport, s.transport)
	wire.Handle(v, wire.StoreSTS, s.sts)
	wire.Handle(v, wire.StoreReport, s.report)
	wire.Handle(v, wire.StoreReports, s.reports)
	wire.Handle(v, wire.StoreTLSReports, s.tlsReports)
	wire.Handle(v, wire.StoreObserve, s.observe)
	wire.Handle(v, wire.StoreObserved, s.observed)
	wire.Handle(v, wire.StoreReportsDue, s.reportsDue)
	wire.Handle(v, wire.StoreReportSent, s.reportSent)
	wire.Handle(v, wire.StoreReportOrder, s.reportOrder)
	wire.Handle(v, wire.StoreSnapshot, s.snapshot)
	wire.Handle(v, wire.StoreIncident, s.incident)
	wire.Handle(v, wire.StoreMe, s.me)
	wire.Handle(v, wire.StorePage, s.page)
	wire.Handle(v, wire.StoreAmend, s.amend)
	wire.Handle(v, wire.StoreGrant, s.grant)
	wire.Handle(v, wire.StoreLook, s.look)
	wire.Handle(v, wire.StoreSettle, s.settle)
	wire.Handle(v, wire.StoreCount, s.count)
	wire.Handle(v, wire.StoreSteer, s.steer)
	wire.Handle(v, wire.StoreEnd, s.end)
	wire.Handle(v, wire.StoreMay, s.may)
	wire.Handle(v, wire.StoreCase, s.caseOf)
	wire.Handle(v, wire.StoreLinkLook, s.linkLook)
	wire.Handle(v, wire.StoreURL, s.url)
	wire.Handle(v, wire.StoreURLCount, s.urlCount)
	wire.Handle(v, wire.StoreFeeds, s.feeds)
	wire.Handle(v, wire.StoreFeedSet, s.feedSet)
	wire.Handle(v, wire.StoreLinkAct, s.linkAct)
	wire.Handle(v, wire.StoreInquire, s.inquire)
	wire.Handle(v, wire.StoreInquiries, s.inquiries)
	wire.Handle(v, wire.StoreNotices, s.notices)
	wire.Handle(v, wire.StoreNoticed, s.noticed)
	wire.Handle(v, wire.StoreEmailQuery, s.emailQuery)
	wire.Handle(v, wire.StoreEmails, s.emails)
	wire.Handle(v, wire.StoreEmailChanges, s.emailChanges)
	wire.Handle(v, wire.StoreEmailSet, s.emailSet)
	wire.Handle(v, wire.StoreThreads, s.threads)
	wire.Handle(v, wire.StoreEmailCounts, s.emailCounts)
	wire.Handle(v, wire.StorePlaces, s.places)
	wire.Handle(v, wire.StoreSelf, s.self)
	wire.Handle(v, wire.StoreOwnTrace, s.ownTrace)
	wire.Handle(v, wire.StoreCorrespondents, s.correspondents)
	wire.Handle(v, wire.StoreUpload, s.upload)
	wire.Handle(v, wire.StoreUploaded, s.uploaded)
	wire.Handle(v, wire.StoreItems, s.items)
	wire.Handle(v, wire.StoreItemSet, s.itemSet)
	wire.Handle(v, wire.StoreFilter, s.filter)
	wire.Handle(v, wire.StoreOwnKept, s.ownKept)
	wire.Handle(v, wire.StoreOwnDecide, s.ownDecide)
	wire.Handle(v, wire.StorePeople, s.people)
	wire.Handle(v, wire.StorePartners, s.partners)
	wire.Handle(v, wire.StoreSenders, s.senders)
	wire.Handle(v, wire.StoreSenderSet, s.senderSet)
	wire.Handle(v, wire.StoreStance, s.stance)
	wire.Handle(v, wire.StoreDigest, s.digestNow)
	wire.Handle(v, wire.StoreDeputy, s.deputy)
	wire.Handle(v, wire.StoreTeach, s.teach)
	wire.Handle(v, wire.StoreLearned, s.learned)
	wire.Handle(v, wire.StorePrints, s.prints)
	wire.Handle(v, wire.StoreHabit, s.habit)
	wire.Handle(v, wire.StoreInsider, s.insider)
	wire.Handle(v, wire.StoreOwn, s.own)
	wire.Handle(v, wire.StoreWays, s.ways)
	return v
}

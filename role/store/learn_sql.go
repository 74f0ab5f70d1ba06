package store

import (
	"cmp"
	"context"
	"errors"
	"math"

	"sekisho"
	"sekisho/db"
	"sekisho/learn"
	"sekisho/wire"
)

// stepLearn: what was learned about spam. Contract 0 is everybody, account 0 the whole contract. The version of a row grows with
// each change, by one counter for all of them; a layer that forgets stays as an empty one, so that its version still grows.
const stepLearn = `
CREATE TABLE layer (
	contract BIGINT NOT NULL,
	account BIGINT NOT NULL,
	version BIGINT NOT NULL,
	ham BIGINT NOT NULL,
	spam BIGINT NOT NULL,
	at BIGINT NOT NULL,
	content BYTES NOT NULL,
	PRIMARY KEY (contract, account)
) CLUSTERED
`

const (
	layerRead = "SELECT version, content FROM layer WHERE contract = $1 AND account = $2"
	layerPut  = `INSERT INTO layer (contract, account, version, ham, spam, at, content) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (contract, account) DO UPDATE SET version = excluded.version, ham = excluded.ham, spam = excluded.spam, at = excluded.at, content = excluded.content`
	layerWide    = "SELECT COALESCE(MAX(version), 0) FROM layer WHERE contract IN (0, $1) AND account = 0"
	layerVersion = "SELECT version FROM layer WHERE contract = $1 AND account = $2"
	layerDrop    = "DELETE FROM layer WHERE contract = $1 AND account = $2"
	lessonNext   = "SELECT id, message, label, at FROM judged WHERE contract = $1 AND account = $2 ORDER BY id LIMIT $3"
	lessonRead   = "SELECT label FROM judged WHERE contract = $1 AND account = $2 AND id = $3"
	lessonDone   = "DELETE FROM judged WHERE contract = $1 AND account = $2 AND id = $3"
)

// mostLessons is how many lessons are given at once; mostOpinion how sure of itself a model may say to be.
const (
	mostLessons = 100
	mostOpinion = 50
)

// everybody is where the layer stands that contracts teach together.
var everybody = homeKey{}

// layerAt reads a layer; a new one when nobody has taught it, or when it was written by a program that kept it otherwise.
func layerAt(r db.Reader, k homeKey) (*learn.Layer, error) {
	var version int64
	var content []byte
	_, err := r.One([]any{&version, &content}, layerRead, int64(k.contract), int64(k.account))
	if err != nil {
		return nil, err
	}
	level := learn.Account
	switch {
	case k == everybody:
		level = learn.Everybody
	case k.account == 0:
		level = learn.Contract
	}
	if l, err := learn.LoadLayer(content); err == nil {
		return l, nil
	}
	return learn.NewLayer(level), nil
}

func (t *txn) putLayer(k homeKey, l *learn.Layer) error {
	version, err := t.take("layer", 1)
	if err != nil {
		return err
	}
	ham, spam := l.Size()
	_, err = t.Exec(layerPut, int64(k.contract), int64(k.account), version, int64(ham), int64(spam), db.Micros(t.s.now()), l.Bytes())
	return err
}

// teach answers StoreTeach.
func (s *Store) teach(ctx context.Context, by sekisho.Caller, q wire.Teach) (out wire.Lessons, err error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	if len(q.Done) > mostLessons {
		return out, sekisho.E("store.teach", sekisho.TooMany, errors.New("too many lessons at once"))
	}
	if len(q.Done) > 0 {
		if err := s.change(ctx, func(t *txn) error { return t.learn(k, q.Done) }); err != nil {
			return out, err
		}
	}
	err = s.db.Each(ctx, func(scan func(...any) error) error {
		var id, message, at int64
		var x wire.Lesson
		err := scan(&id, &message, &x.Label, &at)
		x.ID, x.Message, x.At = uint64(id), sekisho.MessageID(message), db.Time(at)
		out.List = append(out.List, x)
		return err
	}, lessonNext, int64(k.contract), int64(k.account), int64(max(0, min(q.Most, mostLessons))))
	return out, err
}

// learn teaches an account's layer what it has said, and counts it as its voice for the contract's. A contract whose people agree is
// one voice for everybody.
func (t *txn) learn(k homeKey, done []wire.Taught) error {
	own, err := layerAt(t, k)
	if err != nil {
		return err
	}
	contract, err := layerAt(t, homeKey{k.contract, 0})
	if err != nil {
		return err
	}
	all, err := layerAt(t, everybody)
	if err != nil {
		return err
	}
	taught, agreed := false, false
	for _, d := range done {
		var label string
		there, err := t.One([]any{&label}, lessonRead, int64(k.contract), int64(k.account), int64(d.ID))
		if err != nil {
			return err
		}
		if !there {
			continue // another session of the account was faster
		}
		if _, err := t.Exec(lessonDone, int64(k.contract), int64(k.account), int64(d.ID)); err != nil {
			return err
		}
		features, err := learn.Unpack(d.Opinion.Features)
		if l := d.Opinion.Logit; err != nil || math.IsNaN(l) || math.Abs(l) > mostOpinion {
			return sekisho.E("store.teach", sekisho.Invalid, errors.New("not an opinion"))
		}
		if d.Gone || len(features) == 0 {
			continue
		}
		taught = true
		spam, base := label == "spam", d.Opinion.Logit
		if contract.Vote(uint64(k.account), features, base+all.Add(features), spam) {
			all.Vote(uint64(k.contract), features, base, spam)
			agreed = true
		}
		own.Learn(features, base+all.Add(features)+contract.Add(features), spam)
	}
	if !taught {
		return nil
	}
	if err := t.putLayer(k, own); err != nil {
		return err
	}
	if err := t.putLayer(homeKey{k.contract, 0}, contract); err != nil || !agreed {
		return err
	}
	return t.putLayer(everybody, all)
}

// learned answers StoreLearned.
func (s *Store) learned(ctx context.Context, _ sekisho.Caller, q wire.LearnedQuery) (out wire.Learned, err error) {
	err = s.db.Snapshot(ctx, func(r db.Reader) error {
		read := func(k homeKey, to *[]byte) error {
			var version int64
			_, err := r.One([]any{&version, to}, layerRead, int64(k.contract), int64(k.account))
			out.Version = max(out.Version, uint64(version))
			return err
		}
		if q.Account != 0 {
			return read(homeKey{q.Contract, q.Account}, &out.Account)
		}
		if err := read(everybody, &out.Everybody); err != nil {
			return err
		}
		return read(homeKey{q.Contract, 0}, &out.Contract)
	})
	return out, err
}

// withLearned adds the versions of what was learned. Where nobody of a contract has taught anything, accounts are not asked about.
func (s *Store) withLearned(ctx context.Context, r wire.Recipient) (wire.Recipient, error) {
	if r.Standing != wire.Hosted && r.Standing != wire.Routed {
		return r, nil
	}
	q := s.db.Reading(ctx)
	var version int64
	if _, err := q.One([]any{&version}, layerWide, int64(r.Contract)); err != nil || version == 0 {
		return r, err
	}
	r.Learned = uint64(version)
	for i := range r.Targets[:min(len(r.Targets), mostLearners)] {
		version = 0
		if _, err := q.One([]any{&version}, layerVersion, int64(r.Contract), int64(r.Targets[i].Account)); err != nil {
			return r, err
		}
		r.Targets[i].Learned = uint64(version)
	}
	return r, nil
}

// mostLearners is how many people behind one address have their own layers asked: of a longer list only the contract speaks.
const mostLearners = 32

// adminLearned has a layer forget everything.
func (t *txn) adminLearned(q wire.AdminLearned, out *wire.AdminDone) error {
	out.Contract = q.Contract
	if q.Do != "reset" {
		return noAction(q.Do)
	}
	if err := t.liveContract(q.Contract); err != nil {
		return err
	}
	level := learn.Contract
	if q.Account != 0 {
		level = learn.Account
		if a, err := readAccount(t, accountByID, int64(q.Contract), int64(q.Account)); err != nil || a.ID == 0 {
			return cmp.Or(err, adminError(sekisho.NotFound, "contract %d has no account %d", q.Contract, q.Account))
		}
	}
	return t.putLayer(homeKey{q.Contract, q.Account}, learn.NewLayer(level))
}

// unteach takes an account's layer away, and its voice where the contract's people have not agreed yet; with account 0 that of a
// whole contract among all.
func (t *txn) unteach(k homeKey) error {
	if _, err := t.Exec(layerDrop, int64(k.contract), int64(k.account)); err != nil {
		return err
	}
	wider, voice := everybody, uint64(k.contract)
	if k.account != 0 {
		wider, voice = homeKey{k.contract, 0}, uint64(k.account)
	}
	var version int64
	there, err := t.One([]any{&version}, layerVersion, int64(wider.contract), int64(wider.account))
	if err != nil || !there {
		return err
	}
	l, err := layerAt(t, wider)
	if err != nil {
		return err
	}
	l.Forget(voice)
	return t.putLayer(wider, l)
}

// Who has taught what: layers with the addresses of their accounts, and how many lessons wait.
const learnedColumns = `SELECT account, COALESCE((SELECT address FROM account WHERE account.contract = layer.contract AND account.id = layer.account), ''),
	ham, spam, LENGTH(content), at, (SELECT COUNT(*) FROM judged WHERE judged.contract = layer.contract AND judged.account = layer.account) FROM layer`

func readLearned(r db.Reader, query string, args ...any) (list []wire.LearnedBy, err error) {
	err = r.Each(func(scan func(...any) error) error {
		var account, ham, spam, size, at, left int64
		var x wire.LearnedBy
		err := scan(&account, &x.Address, &ham, &spam, &size, &at, &left)
		x.Account, x.Ham, x.Spam, x.Size, x.At, x.Unlearned = sekisho.AccountID(account), uint64(ham), uint64(spam), uint64(size), db.Time(at), uint64(left)
		list = append(list, x)
		return err
	}, query, args...)
	return list, err
}

// learned is a page of who has taught what: people first, the contract's layer last.
func (p *pager) learned() error {
	p.of()
	if err := p.total("layer"); err != nil {
		return err
	}
	if err := p.before("account", 1); err != nil {
		return err
	}
	list, err := readLearned(p.r, learnedColumns+p.w.String()+" ORDER BY account DESC"+p.limit(), p.w.args...)
	p.out.Learned = cut(p, list, func(x wire.LearnedBy) string { return cursor(x.Account) })
	return err
}

// listLearned is the same for the operator at the machine; of contract 0, everybody's layer too.
func listLearned(r db.Reader, q wire.List) ([]wire.LearnedBy, error) {
	list, err := readLearned(r, learnedColumns+" WHERE contract = $1 ORDER BY account LIMIT $2", int64(q.Contract), int64(q.Most))
	out := list[:0]
	for _, x := range list {
		if matches(q.Match, x.Address) {
			out = append(out, x)
		}
	}
	return out, err
}

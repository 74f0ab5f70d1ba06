package store

import (
	"strconv"
	"strings"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// where gathers conditions and their arguments.
type where struct {
	parts []string
	args  []any
}

// and adds a condition; each ? in it stands for the next argument.
func (w *where) and(condition string, args ...any) {
	for _, a := range args {
		w.args = append(w.args, a)
		condition = strings.Replace(condition, "?", "$"+strconv.Itoa(len(w.args)), 1)
	}
	w.parts = append(w.parts, condition)
}

func (w *where) String() string {
	if len(w.parts) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.parts, " AND ")
}

func like(s string) string { return "%" + escaped(db.Text(strings.ToLower(s))) + "%" }

func matches(match string, texts ...string) bool {
	if match == "" {
		return true
	}
	for _, t := range texts {
		if strings.Contains(strings.ToLower(t), strings.ToLower(match)) {
			return true
		}
	}
	return false
}

func (s *Store) listContracts(r db.Reader, q wire.List) ([]wire.Contract, error) {
	if q.Contract == 0 {
		q.Contract = sekisho.ContractID(q.ID)
	}
	all, err := readContracts(r)
	var out []wire.Contract
	for _, c := range all {
		names := []string{c.Name}
		for _, d := range c.Domains {
			names = append(names, d.Name)
		}
		if (q.Contract == 0 || c.ID == q.Contract) && matches(q.Match, names...) && len(out) < q.Most {
			out = append(out, c)
		}
	}
	return out, err
}

func listAccounts(r db.Reader, q wire.List) ([]wire.AdminAccount, error) {
	var w where
	if q.Contract != 0 {
		w.and("contract = ?", int64(q.Contract))
	}
	if q.ID != 0 {
		w.and("id = ?", int64(q.ID))
	}
	if q.Match != "" {
		w.and("(LOWER(address) LIKE ? ESCAPE '!' OR LOWER(name) LIKE ? ESCAPE '!')", like(q.Match), like(q.Match))
	}
	return readAccounts(r, accountColumns+w.String()+" ORDER BY contract, address LIMIT "+strconv.Itoa(q.Most), w.args...)
}

func listAliases(r db.Reader, q wire.List) ([]wire.AdminAlias, error) {
	var w where
	if q.Contract != 0 {
		w.and("contract = ?", int64(q.Contract))
	}
	if q.Match != "" {
		w.and("(address LIKE ? ESCAPE '!' OR targets LIKE ? ESCAPE '!')", like(q.Match), like(q.Match))
	}
	return readAliases(r, aliasColumns+w.String()+" ORDER BY contract, address LIMIT "+strconv.Itoa(q.Most), w.args...)
}

func listGroups(r db.Reader, q wire.List) (out []wire.AdminGroup, err error) {
	query, args := teamsAll, []any(nil)
	if q.Contract != 0 {
		query, args = teamsOf, []any{int64(q.Contract)}
	}
	all, err := readTeams(r, query, args...)
	for _, g := range all {
		if matches(q.Match, append(g.Members, g.Name)...) && len(out) < q.Most {
			out = append(out, g)
		}
	}
	return out, err
}

func listKept(r db.Reader, q wire.List) (out []wire.Kept, err error) {
	var w where
	fate := wire.FateQuarantine
	if q.What == "hold" {
		fate = wire.FateHold
	}
	w.and("fate = ?", int64(fate))
	narrow(&w, q, "id", "arrived", "LOWER(recipient) LIKE ? ESCAPE '!' OR LOWER(sender) LIKE ? ESCAPE '!'")
	err = r.Each(func(scan func(...any) error) error {
		k, err := scanKept(scan)
		out = append(out, k.Kept)
		return err
	}, keptColumns+w.String()+" ORDER BY id DESC LIMIT "+strconv.Itoa(q.Most), w.args...)
	for i := range out {
		if out[i].Account == 0 || err != nil {
			continue
		}
		var a wire.AdminAccount
		a, err = readAccount(r, accountByID, int64(out[i].Contract), int64(out[i].Account))
		out[i].Public = a.Public
	}
	return out, err
}

// narrow adds the conditions that lists have in common. Match is part of an address, or a trace reference.
func narrow(w *where, q wire.List, id, at, people string) {
	if q.Contract != 0 {
		w.and("contract = ?", int64(q.Contract))
	}
	if q.ID != 0 {
		w.and(id+" = ?", int64(q.ID))
	}
	if !q.Since.IsZero() {
		w.and(at+" >= ?", db.Micros(q.Since))
	}
	if q.Match == "" {
		return
	}
	var args []any
	for range strings.Count(people, "?") {
		args = append(args, like(q.Match))
	}
	if n, err := strconv.ParseUint(q.Match, 36, 63); err == nil {
		people += " OR trace = ?"
		args = append(args, int64(n))
	}
	w.and("("+people+")", args...)
}

func listQueue(r db.Reader, q wire.List) (out []wire.QueueItem, err error) {
	var w where
	if !q.All && q.ID == 0 {
		w.and("state IN ('waiting', 'sending', 'suspended')")
	}
	narrow(&w, q, "id", "arrived", "LOWER(recipient) LIKE ? ESCAPE '!'")
	err = r.Each(func(scan func(...any) error) error {
		it, err := scanQueue(scan)
		out = append(out, it)
		return err
	}, queueColumns+w.String()+" ORDER BY id DESC LIMIT "+strconv.Itoa(q.Most), w.args...)
	return out, err
}

const eventRead = "SELECT at, recipient, what, who, note FROM event WHERE contract = $1 AND trace = $2 ORDER BY id"

func listTraces(r db.Reader, q wire.List) (out []wire.TraceRow, err error) {
	var w where
	narrow(&w, q, "trace", "at", "people LIKE ? ESCAPE '!'")
	rows, err := readTraces(r, "SELECT contract, trace, message, at, data FROM trace"+w.String()+" ORDER BY at DESC LIMIT "+strconv.Itoa(q.Most), w.args...)
	if err != nil {
		return nil, err
	}
	return expand(r, rows)
}

func readEvents(r db.Reader, contract, trace int64) (map[string][]wire.TraceEvent, error) {
	out := map[string][]wire.TraceEvent{}
	err := r.Each(func(scan func(...any) error) error {
		var at int64
		var recipient string
		var e wire.TraceEvent
		err := scan(&at, &recipient, &e.What, &e.By, &e.Text)
		e.At = db.Time(at)
		out[recipient] = append(out[recipient], e)
		return err
	}, eventRead, contract, trace)
	return out, err
}

// insertRefusal notes a refused mail. It has no message; a number below zero of its own keeps rows apart.
func (t *txn) insertRefusal(q wire.Refusal, who string, data []byte) error {
	n, err := t.take("refusal", 1)
	if err != nil {
		return err
	}
	at := q.Trace.Envelope.At
	if at.IsZero() {
		at = t.s.now()
	}
	_, err = t.Exec(traceInsert, int64(q.Contract), db.Micros(at), int64(q.Trace.ID), -n, who, data, nil)
	return err
}

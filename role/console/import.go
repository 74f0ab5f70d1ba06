package console

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"

	"sekisho"
	"sekisho/wire"
)

// Import is a file of accounts to make.
type Import struct {
	CSV    string `json:"csv" maxLength:"33000000" doc:"base64 of the file: UTF-8 with or without a mark, or Shift_JIS; first line: address, name, role, quota, supervisor, leaves"`
	Really bool   `json:"really,omitempty" doc:"make them; absent: only check"`
}

// Imported says what was found, or made. With an error nothing is made.
type Imported struct {
	Charset string      `json:"charset"`
	Rows    int         `json:"rows"`
	Made    int         `json:"made"`
	Errors  []CellError `json:"errors"`
	Preview []ImportRow `json:"preview" doc:"the first rows as they were read"`
}

// CellError is what is wrong with one cell, counted as spreadsheets count.
type CellError struct {
	Row    int    `json:"row"`
	Column string `json:"column"`
	Value  string `json:"value"`
	Detail string `json:"detail"`
}

// ImportRow is one account as it stands in the file.
type ImportRow struct {
	Address string `json:"address"`
	Name    string `json:"name"`
	Role    string `json:"role"`
	Quota   int64  `json:"quota"`

	Supervisor string `json:"supervisor"`
	Leaves     string `json:"leaves"`
}

// ImportKeys asks for the keys of accounts that have none yet: it is repeated until none is left.
type ImportKeys struct {
	Most int `json:"most,omitempty" minimum:"1" maximum:"200" default:"50"`
}

// ImportKeyed are accounts whose keys were made, with first passwords that are shown once.
type ImportKeyed struct {
	Items []AccountMade `json:"items"`
	Left  uint64        `json:"left"`
}

// Bounds of an import: rows, errors that are told, rows shown, and time for making keys.
const (
	mostImport  = 100_000
	mostErrors  = 200
	previewRows = 20
	keyTime     = 30 * time.Second
)

func importRoutes(a api) {
	route(a, act{method: http.MethodPost, path: "/contracts/{contract}/imports", id: "importAccounts", tag: "account",
		summary: "Check a file of accounts, or make them: all or none", right: sekisho.ChangeAccount, fresh: true, body: 32 << 20},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Body Import
		}) (*one[Imported], error) {
			return p.importAccounts(ctx, in.id(), in.Body)
		})
	route(a, act{method: http.MethodPost, path: "/contracts/{contract}/imports/keys", id: "importKeys", tag: "account",
		summary: "Make the keys of accounts that have none yet", right: sekisho.ChangeAccount, fresh: true},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Body ImportKeys
		}) (*one[ImportKeyed], error) {
			return p.importKeys(ctx, in.id(), in.Body.Most)
		})
}

func (p *person) importAccounts(ctx context.Context, c sekisho.ContractID, q Import) (*one[Imported], error) {
	raw, err := base64.StdEncoding.DecodeString(q.CSV)
	if err != nil {
		return nil, invalid("/csv", "the file is given in base64")
	}
	k, err := p.contract(ctx, c)
	if err != nil {
		return nil, err
	}
	f := readImport(raw, domainsOf(k))
	f.duty(p.me.Duty)
	out := Imported{Charset: f.charset, Rows: len(f.rows), Errors: some(f.errors), Preview: some(f.rows[:min(len(f.rows), previewRows)])}
	if len(f.errors) > 0 || !q.Really || len(f.rows) == 0 {
		return &one[Imported]{Body: out}, nil
	}
	a := wire.Amendment{Pass: p.ticket.Pass}
	for _, r := range f.rows {
		a.List = append(a.List, wire.Admin{Account: &wire.AdminAccount{Do: "add", Contract: c, Address: r.Address, Name: r.Name, Role: r.Role, Quota: r.Quota, Supervisor: r.Supervisor, Leaves: r.Leaves}})
	}
	if _, err := wire.StoreAmend.Ask(ctx, p.x.peers.Store, a); err != nil {
		if e, is := f.rowOf(err); is {
			out.Errors = append(out.Errors, e)
			return &one[Imported]{Body: out}, nil
		}
		return nil, err
	}
	out.Made = len(f.rows)
	return &one[Imported]{Body: out}, nil
}

func domainsOf(k wire.Contract) map[string]bool {
	out := map[string]bool{}
	for _, d := range k.Domains {
		out[d.Name] = true
	}
	return out
}

// importFile is a file as it was read.
type importFile struct {
	charset string
	rows    []ImportRow
	lines   []int // of each row
	errors  []CellError
}

func (f *importFile) wrong(row int, column, value, format string, args ...any) {
	if len(f.errors) < mostErrors {
		if r := []rune(value); len(r) > 100 {
			value = string(r[:100])
		}
		f.errors = append(f.errors, CellError{row, column, value, fmt.Sprintf(format, args...)})
	}
}

// decodeImport finds the character set: what is UTF-8 is taken for it, the rest is Shift_JIS as Windows writes it (CP932).
func decodeImport(raw []byte) (text []byte, charset string, err error) {
	if rest, marked := bytes.CutPrefix(raw, []byte("\xef\xbb\xbf")); marked {
		raw = rest
	}
	if utf8.Valid(raw) {
		return raw, "UTF-8", nil
	}
	text, err = japanese.ShiftJIS.NewDecoder().Bytes(raw)
	if err == nil && bytes.ContainsRune(text, utf8.RuneError) {
		err = errors.New("neither UTF-8 nor Shift_JIS")
	}
	return text, "Shift_JIS", err
}

// columns are the names that a column may have.
var columns = map[string]string{"address": "address", "mail": "address", "email": "address", "メールアドレス": "address", "アドレス": "address",
	"name": "name", "氏名": "name", "名前": "name", "表示名": "name", "role": "role", "役割": "role", "権限": "role", "quota": "quota", "容量": "quota",
	"supervisor": "supervisor", "上長": "supervisor", "上司": "supervisor", "leaves": "leaves", "退職日": "leaves", "退職予定日": "leaves"}

// readImport reads a file of accounts; what is wrong with it is in its errors.
func readImport(raw []byte, domains map[string]bool) *importFile {
	f := &importFile{}
	seen := map[string]int{}
	f.read(raw, columns, "address, name, role, quota, supervisor and leaves", mostImport, func(line int, get func(string) string) { f.row(line, get, domains, seen) })
	f.supervisorsFirst()
	return f
}

// read reads a file whose first line names columns; the one for the address must be there. row takes each line that has as many cells.
func (f *importFile) read(raw []byte, columns map[string]string, names string, most int, row func(line int, get func(string) string)) {
	text, charset, err := decodeImport(raw)
	if f.charset = charset; err != nil {
		f.wrong(1, "", "", "the file is neither UTF-8 nor Shift_JIS")
		return
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	head, err := r.Read()
	if err != nil {
		f.wrong(1, "", "", "the file is empty or no CSV")
		return
	}
	at := map[string]int{}
	for i, h := range head {
		name, known := columns[strings.ToLower(strings.TrimSpace(h))]
		if _, twice := at[name]; !known || twice {
			f.wrong(1, h, h, "columns are %s, each once", names)
			continue
		}
		at[name] = i
	}
	if _, has := at["address"]; !has {
		f.wrong(1, "address", "", "there is no column for the address")
	}
	if len(f.errors) > 0 {
		return
	}
	for n := 0; ; n++ {
		record, err := r.Read()
		if err == io.EOF {
			return
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			f.wrong(bad.StartLine, "", "", "%s", bad.Err)
			return
		}
		line, _ := r.FieldPos(0)
		if n >= most {
			f.wrong(line, "", "", "more than %d rows", most)
			return
		}
		if len(record) != len(head) {
			f.wrong(line, "", "", "%d cells where the first line has %d", len(record), len(head))
			continue
		}
		row(line, func(name string) string {
			if i, has := at[name]; has {
				return strings.TrimSpace(record[i])
			}
			return ""
		})
	}
}

// row checks one account.
func (f *importFile) row(line int, get func(string) string, domains map[string]bool, seen map[string]int) {
	x := ImportRow{Address: strings.ToLower(get("address")), Name: get("name"), Role: get("role"), Supervisor: strings.ToLower(get("supervisor")), Leaves: get("leaves")}
	local, domain, ok := strings.Cut(x.Address, "@")
	switch {
	case !ok || local == "" || strings.ContainsAny(x.Address, " \t,;<>"):
		f.wrong(line, "address", x.Address, "not an address")
	case !domains[domain]:
		f.wrong(line, "address", x.Address, "the contract has no domain %q", domain)
	case seen[x.Address] > 0:
		f.wrong(line, "address", x.Address, "row %d has it already", seen[x.Address])
	}
	seen[x.Address] = line
	if len(x.Name) > 200 || strings.ContainsFunc(x.Name, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
		f.wrong(line, "name", x.Name, "longer than 200 bytes, or with control characters")
	}
	if x.Role == "" {
		x.Role = "user"
	}
	if q := get("quota"); q != "" {
		n, err := strconv.ParseInt(q, 10, 64)
		if err != nil || n < 0 {
			f.wrong(line, "quota", q, "write bytes, as a number")
		}
		x.Quota = n
	}
	if _, err := time.Parse(time.DateOnly, x.Leaves); err != nil && x.Leaves != "" {
		f.wrong(line, "leaves", x.Leaves, "write a day as 2026-12-31")
	}
	if x.Supervisor != "" && (x.Supervisor == x.Address || !domains[x.Supervisor[strings.LastIndexByte(x.Supervisor, '@')+1:]]) {
		f.wrong(line, "supervisor", x.Supervisor, "somebody else of the contract")
	}
	f.rows, f.lines = append(f.rows, x), append(f.lines, line)
}

// supervisorsFirst orders the rows so that each supervisor who is in the file is made before those whom he is named by.
func (f *importFile) supervisorsFirst() {
	at := map[string]int{}
	for i := range f.rows {
		at[f.rows[i].Address] = i
	}
	depth := make([]int, len(f.rows)) // 0: not known yet
	for i := range f.rows {
		var way []int // from i upwards, to one whose depth is known
		for j, in := i, true; in && depth[j] == 0; j, in = f.above(at, j) {
			depth[j] = -1
			way = append(way, j)
		}
		for _, j := range slices.Backward(way) {
			up, in := f.above(at, j)
			if depth[j] = 1; in && depth[up] < 0 {
				f.wrong(f.lines[j], "supervisor", f.rows[j].Supervisor, "supervisors go in a circle")
			} else if in {
				depth[j] = depth[up] + 1
			}
		}
	}
	order := make([]int, len(f.rows))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return depth[a] - depth[b] })
	rows, lines := make([]ImportRow, len(order)), make([]int, len(order))
	for to, from := range order {
		rows[to], lines[to] = f.rows[from], f.lines[from]
	}
	f.rows, f.lines = rows, lines
}

// above is the row of a row's supervisor, when the file has him.
func (f *importFile) above(at map[string]int, i int) (int, bool) {
	up, in := at[f.rows[i].Supervisor]
	return up, in && f.rows[i].Supervisor != ""
}

// duty checks that whoever imports may give the roles.
func (f *importFile) duty(mine string) {
	if mine == "operator" {
		mine = "contract-admin" // as in a customer's contract
	}
	for i, r := range f.rows {
		if !sekisho.MayGive(mine, r.Role) {
			f.wrong(f.lines[i], "role", r.Role, "no role that you can give")
		}
	}
}

// rowOf finds the row that store refused: its errors begin with "row N:".
func (f *importFile) rowOf(err error) (CellError, bool) {
	_, rest, found := strings.Cut(err.Error(), "row ")
	n, detail, ok := strings.Cut(rest, ": ")
	i, bad := strconv.Atoi(n)
	if !found || !ok || bad != nil || i < 1 || i > len(f.rows) {
		return CellError{}, false
	}
	return CellError{f.lines[i-1], "address", f.rows[i-1].Address, lastLine(detail)}, true
}

// importKeys makes keys for accounts that wait for them, as many as there is time for.
func (p *person) importKeys(ctx context.Context, c sekisho.ContractID, most int) (*one[ImportKeyed], error) {
	page, err := p.page(ctx, wire.PageQuery{What: "account", Contract: c, Keyless: true, Most: max(most, 1)})
	if err != nil {
		return nil, err
	}
	out := ImportKeyed{Items: []AccountMade{}, Left: page.Total}
	end := time.Now().Add(keyTime)
	for _, x := range page.Accounts {
		if time.Now().After(end) {
			break
		}
		password := firstPassword()
		keys, err := p.Account(ctx, wire.NewAccount{Contract: c, Account: x.ID, Password: password})
		if sekisho.KindOf(err) == sekisho.Exists {
			err = p.again(ctx, x) // an earlier try ended between the two: its password is lost, and no mail hangs on it
			if err == nil {
				continue
			}
		}
		if err != nil {
			return nil, err
		}
		set := wire.AdminAccount{Do: "set", ID: x.ID, Contract: c, Public: keys.Public, Status: sekisho.Active}
		if _, err := p.Amend(ctx, wire.Admin{Account: &set}); err != nil {
			return nil, err
		}
		x.Public, x.Status = keys.Public, sekisho.Active
		out.Items, out.Left = append(out.Items, AccountMade{Account: accountOf(x), Password: password}), out.Left-1
	}
	return &one[ImportKeyed]{Body: out}, nil
}

// again makes an account's row anew, with another number, so that its keys can be made.
func (p *person) again(ctx context.Context, x wire.AdminAccount) error {
	if _, err := p.Amend(ctx, wire.Admin{Account: &wire.AdminAccount{Do: "remove", ID: x.ID, Contract: x.Contract}}); err != nil {
		return err
	}
	_, err := p.Amend(ctx, wire.Admin{Account: &wire.AdminAccount{Do: "add", Contract: x.Contract, Address: x.Address, Name: x.Name, Role: x.Role, Quota: x.Quota, Supervisor: x.Supervisor, Leaves: x.Leaves}})
	return err
}

package console

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"net/url"
	"path"
	"strings"

	"sekisho/wire"
)

// fileType is the type of a list as a file.
const fileType = "text/csv"

// mostRows bounds a file.
const mostRows = 100_000

// wantsFile says whether a list is asked for as a file.
func wantsFile(query string) bool {
	v, err := url.ParseQuery(query)
	return err == nil && v.Get("format") == "csv"
}

// file gives a whole list as CSV (RFC 4180, UTF-8 with a mark, so that spreadsheets see what it is). The list is read page by page
// as anybody would read it: what the asker may not see is not in the file.
func (x *Console) file(ctx context.Context, p *person, q *wire.WebRequest) wire.WebResponse {
	v, _ := url.ParseQuery(q.Query) // wantsFile saw to it
	v.Set("format", "json")
	v.Set("limit", "1000")
	f := filing{csv: &bytes.Buffer{}}
	f.csv.WriteString("\ufeff")
	f.w = csv.NewWriter(f.csv)
	f.w.UseCRLF = true
	for {
		page := *q
		page.Query, page.Match = v.Encode(), ""
		a := x.replay(ctx, p, &page)
		if a.Status != 200 {
			return a
		}
		next, err := f.add(a.Body)
		if err != nil {
			return answerProblem(invalid("/query/format", "this is no list"), q.Language)
		}
		if next == "" || f.rows >= mostRows {
			break
		}
		v.Set("after", next)
	}
	f.w.Flush()
	return wire.WebResponse{Status: 200, Type: fileType, Body: f.csv.Bytes(), Name: path.Base(q.Path) + ".csv"}
}

// filing is a file being written.
type filing struct {
	csv     *bytes.Buffer
	w       *csv.Writer
	columns []string
	rows    int
}

// add writes one page. The columns are those of the first row, in its order; a column that a row lacks is empty.
func (f *filing) add(page []byte) (next string, err error) {
	var l struct {
		Items []json.RawMessage `json:"items"`
		Next  string            `json:"next"`
	}
	d := json.NewDecoder(bytes.NewReader(page))
	if err := d.Decode(&l); err != nil {
		return "", err
	}
	if l.Items == nil {
		return "", errNoList
	}
	for _, item := range l.Items {
		if f.columns == nil {
			if f.columns, err = members(item); err != nil {
				return "", err
			}
			if err := f.w.Write(f.columns); err != nil {
				return "", err
			}
		}
		var row map[string]json.RawMessage
		if err := json.Unmarshal(item, &row); err != nil {
			return "", err
		}
		cells := make([]string, len(f.columns))
		for i, c := range f.columns {
			cells[i] = cell(row[c])
		}
		if err := f.w.Write(cells); err != nil {
			return "", err
		}
		f.rows++
	}
	return l.Next, nil
}

var errNoList = problem{Status: 400, slug: "invalid"}

// members lists the names in a JSON object in their order.
func members(object []byte) ([]string, error) {
	d := json.NewDecoder(bytes.NewReader(object))
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	var out []string
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, ok := t.(string)
		if !ok {
			return nil, errNoList
		}
		out = append(out, name)
		var skip json.RawMessage
		if err := d.Decode(&skip); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// cell writes a value for a spreadsheet. Text that a spreadsheet would compute gets an apostrophe before it: senders choose what stands
// in some of these.
func cell(v json.RawMessage) string {
	var s string
	if json.Unmarshal(v, &s) == nil {
		if s != "" && strings.ContainsAny(s[:1], "=+-@\t\r") {
			return "'" + s
		}
		return s
	}
	var list []string
	if json.Unmarshal(v, &list) == nil {
		return cell(quoted(strings.Join(list, " ")))
	}
	if string(v) == "null" {
		return ""
	}
	return string(v)
}

func quoted(s string) json.RawMessage {
	b, err := json.Marshal(s)
	if err != nil {
		return nil
	}
	return b
}

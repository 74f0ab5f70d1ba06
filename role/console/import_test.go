package console

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/japanese"
)

var moriOnly = map[string]bool{"mori.example": true}

func sjis(t testing.TB, s string) []byte {
	t.Helper()
	b, err := japanese.ShiftJIS.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(b)
}

// A file is read in the character sets that spreadsheets write, with the columns in any order and in either language.
func TestReadImport(t *testing.T) {
	text := "氏名,メールアドレス,役割\r\n\"伊藤, 花\",Ito@mori.example,\r\n髙橋①,taka@mori.example,auditor\r\n"
	plain := strings.ReplaceAll(strings.ReplaceAll(text, "髙", "高"), "①", "1")
	for name, c := range map[string]struct {
		raw     []byte
		charset string
		second  string
	}{
		"UTF-8": {[]byte(text), "UTF-8", "髙橋①"}, "with a mark": {[]byte("\ufeff" + text), "UTF-8", "髙橋①"},
		"Shift_JIS": {sjis(t, plain), "Shift_JIS", "高橋1"}, "CP932": {[]byte(strings.ReplaceAll(strings.ReplaceAll(string(sjis(t, strings.ReplaceAll(text, "髙橋①", "XY"))), "XY", "\xfb\xfc\x8b\xb4\x87\x40"), "\r", "\r")), "Shift_JIS", "髙橋①"},
	} {
		f := readImport(c.raw, moriOnly)
		if len(f.errors) > 0 || f.charset != c.charset || len(f.rows) != 2 {
			t.Errorf("%s: %s %+v %+v", name, f.charset, f.errors, f.rows)
			continue
		}
		if f.rows[0] != (ImportRow{Address: "ito@mori.example", Name: "伊藤, 花", Role: "user"}) || f.rows[1].Name != c.second || f.rows[1].Role != "auditor" {
			t.Errorf("%s: %+v", name, f.rows)
		}
	}
}

// What is wrong is said with row and column, as a spreadsheet counts them; all of it at once.
func TestImportErrors(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string // "row column"
	}{
		"nothing":          {"", []string{"1 "}},
		"no address":       {"name\nx\n", []string{"1 address"}},
		"unknown column":   {"address,colour\nx@mori.example,red\n", []string{"1 colour"}},
		"twice a column":   {"address,address\nx@mori.example,y\n", []string{"1 address"}},
		"several":          {"address,quota,role\nx,1,user\ny@else.example,1,user\nz@mori.example,much,king\n", []string{"2 address", "3 address", "4 quota", "4 role"}},
		"the same":         {"address\na@mori.example\nA@mori.example\n", []string{"3 address"}},
		"too few cells":    {"address,name\na@mori.example\n", []string{"2 "}},
		"a broken quote":   {"address,name\na@mori.example,\"x\n", []string{"2 "}},
		"over two lines":   {"address,name\na@mori.example,\"x\ny\"\nb,c\n", []string{"2 name", "4 address"}},
		"a circle":         {"address,supervisor\na@mori.example,b@mori.example\nb@mori.example,c@mori.example\nc@mori.example,b@mori.example\n", []string{"4 supervisor"}},
		"his own":          {"address,supervisor,leaves\na@mori.example,A@mori.example,soon\n", []string{"2 leaves", "2 supervisor"}},
		"no character set": {"address\n\xff\xfe\x00\x81\n", []string{"1 "}},
	} {
		f := readImport([]byte(c.text), moriOnly)
		f.duty("contract-admin")
		var got []string
		for _, e := range f.errors {
			got = append(got, fmt.Sprint(e.Row, " ", e.Column))
			if e.Detail == "" {
				t.Errorf("%s: no words", name)
			}
		}
		if strings.Join(got, ",") != strings.Join(c.want, ",") {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// The largest file is read, and one more row is too many.
func TestLargeImport(t *testing.T) {
	var b strings.Builder
	b.WriteString("address,name\n")
	for i := range mostImport {
		fmt.Fprintf(&b, "n%d@mori.example,N %d\n", i, i)
	}
	if f := readImport([]byte(b.String()), moriOnly); len(f.errors) > 0 || len(f.rows) != mostImport {
		t.Errorf("%d rows, %v", len(f.rows), f.errors)
	}
	b.WriteString("last@mori.example,x\n")
	if f := readImport([]byte(b.String()), moriOnly); len(f.errors) != 1 {
		t.Errorf("%v", f.errors)
	}
}

func FuzzReadImport(f *testing.F) {
	f.Add([]byte("address,name,role,quota\na@mori.example,A,user,1\n"))
	f.Add([]byte("\ufeffメールアドレス\r\na@mori.example\r\n"))
	f.Add([]byte("address\n\x83\x5c@mori.example\n\"\"\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		x := readImport(b, moriOnly)
		if len(x.rows) != len(x.lines) || len(x.errors) > mostErrors {
			t.Errorf("%d rows, %d lines, %d errors", len(x.rows), len(x.lines), len(x.errors))
		}
	})
}

func FuzzPointer(f *testing.F) {
	f.Add("body.items[3].name", []byte(`{"errors":[{"message":"x","location":"body.a"}]}`))
	f.Add("query.limit", []byte(`{`))
	f.Fuzz(func(t *testing.T, location string, body []byte) {
		if p := pointer(location); p != "" && p[0] != '/' {
			t.Errorf("%q", p)
		}
		if a := translated(422, body, "ja"); a.Status != 400 || a.Type != problemType {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	})
}

func FuzzReadPartners(f *testing.F) {
	f.Add([]byte("address,name,organization,groups,note\na@far.example;b@far.example,A,Far,x;y,\"two\nlines\"\n"))
	f.Add([]byte("\ufeffメールアドレス,グループ\r\na@far.example,仕入先；得意先\r\n"))
	f.Add([]byte("address\n;;\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		x := readPartners(b)
		if len(x.partners) != len(x.lines) || len(x.rows) != len(x.lines) || len(x.errors) > mostErrors {
			t.Errorf("%d entries, %d lines, %d errors", len(x.partners), len(x.lines), len(x.errors))
		}
		for _, p := range x.partners {
			if p.Name == "" || len(p.Addresses) == 0 {
				t.Errorf("%+v", p)
			}
		}
	})
}

// Supervisors come before those whom they are named by, so that each is there when he is named.
func TestImportSupervisors(t *testing.T) {
	f := readImport([]byte("アドレス,上長,退職予定日\nc@mori.example,b@mori.example,\nb@mori.example,a@mori.example,2027-03-31\na@mori.example,boss@mori.example,\nd@mori.example,,\n"), moriOnly)
	if len(f.errors) > 0 {
		t.Fatal(f.errors)
	}
	at := map[string]int{}
	for i, r := range f.rows {
		if up, in := at[r.Supervisor]; r.Supervisor != "" && r.Supervisor != "boss@mori.example" && (!in || up >= i) {
			t.Errorf("row %d, %s, comes before his supervisor", i, r.Address)
		}
		at[r.Address] = i
	}
	if b := f.rows[at["b@mori.example"]]; b.Leaves != "2027-03-31" || f.lines[at["b@mori.example"]] != 3 {
		t.Errorf("%+v on line %d", b, f.lines[at["b@mori.example"]])
	}
}

package leak

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sekisho/search"
	"sekisho/test/corpus"
)

func TestTable(t *testing.T) {
	for text, want := range map[string]Kind{
		"マイナンバーは 522208323802 です": MyNumber,
		"8730-9857-2930":                       MyNumber,
		"5222-0832-3803":                       "",
		"注文番号 522208323802":                    "",
		"000000000000":                         "",
		"card 4111 1111 1111 1111.":            Card,
		"4111111111111112":                     "",
		"a4111111111111111":                    "",
		"tel 03-5198-7061":                     Phone,
		"090-1234-5678":                        Phone,
		"+81-90-1234-5678":                     Phone,
		"2026-11-22":                           "",
		"asiatic-languages-department-of-2026": "",
		"〒100-0001 東京都千代田区千代田1-1":              Postal,
		"ＭｙＮｕｍｂｅｒ　５２２２０８３２３８０２": MyNumber,
	} {
		var got Kind
		for _, h := range Find(search.Fold(text)) {
			if got == "" {
				got = h.Kind
			}
		}
		if got != want && !(want == Postal && got == Address) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestValues(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(corpus.Path(t, "data/dlp/jp-pii-synthetic"), "values.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]Kind{"jp_my_number": MyNumber, "credit_card": Card, "jp_corporate_number": Corporate, "jp_phone": Phone, "jp_postal": Postal, "address": Address, "email": Mail}
	wrong, all, alarms, negatives := map[string]int{}, map[string]int{}, 0, 0
	for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n")[1:] {
		c := strings.Split(line, "\t")
		hits := Find(search.Fold(c[1]))
		if c[0] == "negative" {
			negatives++
			for _, h := range hits {
				if h.Kind == MyNumber || h.Kind == Card {
					alarms++
					t.Logf("false alarm: %s: %v", line, h.Kind)
					break
				}
			}
			continue
		}
		k, ok := names[c[0]]
		if !ok {
			continue
		}
		found := false
		for _, h := range hits {
			found = found || h.Kind == k
		}
		all[c[0]]++
		if found != (c[2] == "1") {
			wrong[c[0]]++
			if wrong[c[0]] < 5 {
				t.Logf("%s: found %v", line, hits)
			}
		}
	}
	t.Logf("wrong %v of %v; %d false alarms of %d", wrong, all, alarms, negatives)
	for name, n := range wrong {
		if n*50 > all[name] {
			t.Errorf("%s: %d of %d are wrong", name, n, all[name])
		}
	}
	if alarms*20 > negatives {
		t.Errorf("%d false alarms of %d", alarms, negatives)
	}
}

func TestDocuments(t *testing.T) {
	f, err := os.Open(filepath.Join(corpus.Path(t, "data/dlp/jp-pii-synthetic"), "docs.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	names := map[string]Kind{"jp_my_number": MyNumber, "credit_card": Card, "jp_phone": Phone, "email": Mail, "address": Address, "jp_postal": Postal, "jp_passport": Passport, "jp_driver_license": License}
	want, got := map[Kind]int{}, map[Kind]int{}
	extra := map[Kind]int{}
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		var d struct {
			ID, Text string
			Spans    []struct{ Type string }
		}
		if err := json.Unmarshal(in.Bytes(), &d); err != nil {
			t.Fatal(err)
		}
		expect, have := map[Kind]int{}, map[Kind]int{}
		for _, s := range d.Spans {
			expect[names[s.Type]]++
		}
		for _, h := range Find(search.Fold(d.Text)) {
			have[h.Kind]++
		}
		for _, k := range names {
			want[k] += expect[k]
			got[k] += min(expect[k], have[k])
			extra[k] += max(0, have[k]-expect[k])
		}
		if have[MyNumber] > expect[MyNumber] || have[Card] > expect[Card] {
			t.Logf("%s has too many: %.200s", d.ID, d.Text)
		}
	}
	for _, k := range names {
		t.Logf("%s: %d of %d, %d more", k, got[k], want[k], extra[k])
		if (k == MyNumber || k == Card || k == Phone || k == Mail) && (got[k]*100 < want[k]*98 || extra[k]*50 > want[k]) {
			t.Errorf("%s: %d of %d, %d more", k, got[k], want[k], extra[k])
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add("マイナンバー 8730 9857 2930 〒574-1998 宮崎県港稲田村8丁目5番2号 a@b.c 4111-1111-1111-1111")
	f.Fuzz(func(t *testing.T, s string) {
		for _, h := range Find(search.Fold(s)) {
			if h.Start < 0 || h.End <= h.Start || h.End > len(search.Fold(s)) {
				t.Fatalf("%+v", h)
			}
		}
	})
}

package scan

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"sekisho"
	"sekisho/test/corpus"
)

// ordinary are mails of 5 to 10 kilobytes, as people write them.
func ordinary(b testing.TB) (mails [][]byte, total int) {
	files, _ := filepath.Glob(filepath.Join(corpus.Path(b, "data/mail/spamassassin/ham"), "*.eml"))
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			b.Fatal(err)
		}
		if len(raw) > 5000 && len(raw) < 10000 {
			mails = append(mails, raw)
			total += len(raw)
		}
	}
	return mails, total
}

func BenchmarkScan(b *testing.B) {
	mails, total := ordinary(b)
	s := scanner(b)
	b.SetBytes(int64(total / len(mails)))
	b.ReportAllocs()
	c := Context{Domains: []string{"mori.example", "kawa.example"}, People: []Person{{"森 太郎", "taro@mori.example"}}, Direction: sekisho.Inbound}
	i := 0
	for b.Loop() {
		s.Scan(context.Background(), mails[i%len(mails)], c)
		i++
	}
}

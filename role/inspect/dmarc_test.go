package inspect

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"sekisho"
	"sekisho/wire"
)

// Every sample mail of other receivers is read, or nothing is made of it for a reason.
func TestReportSamples(t *testing.T) {
	shared := os.Getenv("SEKISHO_SHARED")
	if shared == "" {
		t.Skip("SEKISHO_SHARED is not set")
	}
	i, err := New(Config{Life: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	good := map[string]bool{}
	for _, pattern := range []string{"dmarc-report-samples-parsedmarc/samples/aggregate/*.eml", "dmarc-tlsrpt-samples-mox/testdata/dmarc-reports/*.eml",
		"dmarc-tlsrpt-samples-mox/testdata/tlsreports/*.eml"} {
		files, err := filepath.Glob(filepath.Join(shared, "data/protocol", pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, f := range files {
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			got, err := i.dmarc(context.Background(), sekisho.Caller{}, wire.DMARCQuery{Raw: raw})
			if err != nil || len(got.List)+len(got.TLS) == 0 && got.Fault == "" {
				t.Errorf("%s: nothing, and no reason: %v", filepath.Base(f), err)
			}
			good[filepath.Base(f)] = len(got.List)+len(got.TLS) > 0
			t.Logf("%s: %d reports, %d about TLS, %q", filepath.Base(f), len(got.List), len(got.TLS), got.Fault)
		}
	}
	for _, n := range []string{"google.eml", "yahoo.eml", "outlook.eml", "mailru.eml", "xs4all.eml", "example.eml", "microsoft.eml"} {
		if !good[n] {
			t.Errorf("%s was not read", n)
		}
	}
}

func FuzzDMARC(f *testing.F) {
	f.Add([]byte("Content-Type: text/xml\r\n\r\n<feedback></feedback>"))
	f.Add([]byte("Content-Type: application/json\r\n\r\n{\"policies\":[{}]}"))
	f.Add([]byte("Content-Type: application/gzip\r\nContent-Transfer-Encoding: base64\r\n\r\nH4sIAAAAAAAAA7MpKS7JL7YDAA=="))
	i, err := New(Config{Life: 1 << 30})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if got, err := i.dmarc(context.Background(), sekisho.Caller{}, wire.DMARCQuery{Raw: raw}); err != nil || len(got.List) > mostReports || len(got.TLS) > 500*mostReports {
			t.Errorf("%v, %d reports", err, len(got.List))
		}
	})
}

package test

import (
	"bytes"
	"fmt"
	"net/smtp"
	"sync"
	"sync/atomic"
	"testing"

	"sekisho/role/admin"
)

const plainZone = `
partner.example. TXT "v=spf1 ip4:127.0.0.1 -all"
`

// settle makes a contract with a domain and n accounts u1, u2, ...
func settle(t testing.TB, socket, name, domain string, n int) []admin.Account {
	t.Helper()
	Ask[admin.Contract](t, socket, "contract/add", admin.ContractAdd{Name: name, Language: "en"})
	Ask[admin.Domain](t, socket, "domain/add", admin.DomainAdd{Contract: name, Name: domain})
	var out []admin.Account
	for i := range n {
		out = append(out, Ask[admin.Account](t, socket, "account/add", admin.AccountAdd{Address: fmt.Sprintf("u%d@%s", i+1, domain), Password: "seven blue kites over Hakone"}))
	}
	return out
}

func message(from, to, subject string, size int) []byte {
	b := fmt.Appendf(nil, "From: <%s>\r\nTo: <%s>\r\nSubject: %s\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <%s@partner.example>\r\n\r\n", from, to, subject, subject)
	words := []string{"the", "meeting", "about", "delivery", "of", "spare", "parts", "on", "Tuesday", "morning", "costs", "more", "than", "we", "agreed"}
	for i := 0; len(b) < size; i++ {
		b = append(b, words[(i*7+i/5)%len(words)]...)
		if i%10 == 9 {
			b = append(b, "\r\n"...)
		} else {
			b = append(b, ' ')
		}
	}
	return append(bytes.TrimRight(b, " "), "\r\n"...)
}

// BenchmarkAccept takes mails of 5 KB on 10 connections through the whole inbound way, in one process: for profiles. The
// figures that count are those of the confined processes (bench/).
func BenchmarkAccept(b *testing.B) { benchmarkAccept(b, 5000) }

// BenchmarkAcceptLarge is the same for mails of 1 MB.
func BenchmarkAcceptLarge(b *testing.B) { benchmarkAccept(b, 1_000_000) }

func benchmarkAccept(b *testing.B, size int) {
	w := NewWorld(b, plainZone)
	settle(b, w.Admin, "Bench", "example.test", 10)
	raw := message("s@partner.example", "u1@example.test", "bench", size)
	var n atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range 10 {
		wg.Go(func() {
			c, err := smtp.Dial(w.Address["mx"])
			if err != nil {
				b.Error(err)
				return
			}
			defer c.Close()
			for {
				i := n.Add(1)
				if i > int64(b.N) {
					return
				}
				if err := sendOne(c, "s@partner.example", fmt.Sprintf("u%d@example.test", i%10+1), raw); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func sendOne(c *smtp.Client, from, to string, raw []byte) error {
	if err := c.Mail(from); err != nil {
		return err
	}
	if err := c.Rcpt(to); err != nil {
		return err
	}
	d, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := d.Write(raw); err != nil {
		return err
	}
	return d.Close()
}

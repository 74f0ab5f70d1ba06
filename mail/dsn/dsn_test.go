package dsn

import (
	"bufio"
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"net/textproto"
	"strings"
	"testing"
	"time"
)

func report() Report {
	return Report{Host: "mx.mori.example", To: "ann@mori.example", EnvID: "e1", ID: "abc", Language: "ja",
		Arrived: time.Date(2026, 11, 22, 1, 2, 3, 0, time.UTC), Now: time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC),
		Header: []byte("Subject: hello\r\nFrom: ann@mori.example\r\n"),
		Recipients: []Recipient{{Address: "bob@there.example", Original: "rfc822;bob@there.example", Action: Failed, Status: "5.1.1",
			Host: "mx.there.example", Text: "550 5.1.1 no such user\r\nX-Injected: 1"}}}
}

// An independent reader finds the three parts and the fields that RFC 3464 demands.
func TestWrite(t *testing.T) {
	for name, change := range map[string]func(*Report){
		"ascii":        func(*Report) {},
		"utf-8":        func(r *Report) { r.Recipients[0].Address = "太郎@there.example" },
		"8-bit header": func(r *Report) { r.Header = []byte("Subject: caf\xe9\r\n") },
	} {
		r := report()
		change(&r)
		m, err := mail.ReadMessage(bytes.NewReader(Write(r)))
		if err != nil {
			t.Fatal(name, err)
		}
		kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
		if err != nil || kind != "multipart/report" || params["report-type"] != "delivery-status" {
			t.Fatal(name, kind, params, err)
		}
		parts := multipart.NewReader(m.Body, params["boundary"])
		var bodies []string
		for {
			p, err := parts.NextRawPart()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(name, err)
			}
			b, _ := io.ReadAll(p)
			bodies = append(bodies, string(b))
		}
		if len(bodies) != 3 {
			t.Fatalf("%s: %d parts", name, len(bodies))
		}
		in := textproto.NewReader(bufio.NewReader(strings.NewReader(bodies[1])))
		whole, err1 := in.ReadMIMEHeader()
		one, err2 := in.ReadMIMEHeader()
		if err1 != nil || err2 != nil {
			t.Fatal(name, err1, err2)
		}
		if whole.Get("Reporting-MTA") != "dns; mx.mori.example" || one.Get("Action") != "failed" || one.Get("Status") != "5.1.1" {
			t.Errorf("%s: %v %v", name, whole, one)
		}
		if one.Get("X-Injected") != "" {
			t.Errorf("%s: the remote server's words made a field of their own", name)
		}
		if want := map[string]string{"utf-8": "utf-8; 太郎@there.example"}[name]; want != "" && one.Get("Final-Recipient") != want {
			t.Errorf("%s: %q", name, one.Get("Final-Recipient"))
		}
	}
}

func FuzzWrite(f *testing.F) {
	f.Add("bob@there.example", "550 no", "mx", []byte("Subject: x\r\n"))
	f.Fuzz(func(t *testing.T, address, text, host string, header []byte) {
		r := report()
		r.Recipients[0].Address, r.Recipients[0].Text, r.Recipients[0].Host, r.Header = address, text, host, header
		m, err := mail.ReadMessage(bytes.NewReader(Write(r)))
		if err != nil || m.Header.Get("Auto-Submitted") != "auto-replied" {
			t.Fatal(err)
		}
	})
}

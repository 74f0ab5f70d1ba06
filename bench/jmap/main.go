// Command jmap loads webmail as many people who read would: it signs in, asks for pages of a folder, searches, opens mails,
// and prints how long the answers took.
//
//	jmap -ready demo-data/ready.json -what page -clients 64 -time 10s
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"sekisho/seal/key"
)

// options are the command line.
type options struct {
	ready, host, what, word, user string
	clients, page                 int
	time                          time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.ready, "ready", "", "ready file of the demonstration: ports, CA, accounts")
	flag.StringVar(&o.host, "host", "mail.localhost", "host name of webmail")
	flag.StringVar(&o.what, "what", "page", "page (query and get), next (a page somewhere in the folder), search, open, echo")
	flag.StringVar(&o.word, "word", "estimate", "search: words, one of which is looked for each time")
	flag.StringVar(&o.user, "user", "", "address of the one account that all clients sign in as; empty: all accounts in turn")
	flag.IntVar(&o.clients, "clients", 64, "how many ask at a time")
	flag.IntVar(&o.page, "page", 50, "mails of a page")
	flag.DurationVar(&o.time, "time", 10*time.Second, "how long")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "jmap:", err)
		os.Exit(1)
	}
}

type house struct {
	Ports    map[string]int
	CA       string
	Accounts []struct{ Address, Password string }
}

// client is one browser that is signed in.
type client struct {
	options
	http          *http.Client
	base, account string
	inbox         string
	total         int
	ids           []string
}

func run(o options) error {
	var h house
	b, err := os.ReadFile(o.ready)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, &h); err != nil {
		return err
	}
	pool := x509.NewCertPool()
	ca, err := os.ReadFile(h.CA)
	if err != nil || !pool.AppendCertsFromPEM(ca) {
		return fmt.Errorf("CA: %w", err)
	}
	var clients []*client
	for i := range o.clients {
		a := h.Accounts[i%len(h.Accounts)]
		for _, x := range h.Accounts {
			if x.Address == o.user {
				a = x
			}
		}
		c, err := signIn(o, h, pool, a.Address, a.Password)
		if err != nil {
			return fmt.Errorf("%s: %w", a.Address, err)
		}
		clients = append(clients, c)
	}
	if err := clients[0].ask(); err != nil { // the first opening of each mail is another matter
		return err
	}
	took, failed := measure(o, clients)
	return report(o, took, failed)
}

// measure has all clients ask until the time is over.
func measure(o options, clients []*client) (took []time.Duration, failed error) {
	var mu sync.Mutex
	var running sync.WaitGroup
	until := time.Now().Add(o.time)
	for _, c := range clients {
		running.Go(func() {
			var own []time.Duration
			for time.Now().Before(until) {
				begun := time.Now()
				if err := c.ask(); err != nil {
					mu.Lock()
					failed = errors.Join(failed, err)
					mu.Unlock()
					break
				}
				own = append(own, time.Since(begun))
			}
			mu.Lock()
			took = append(took, own...)
			mu.Unlock()
		})
	}
	running.Wait()
	return took, failed
}

func report(o options, took []time.Duration, failed error) error {
	if len(took) == 0 {
		return errors.Join(errors.New("nothing was answered"), failed)
	}
	slices.Sort(took)
	at := func(p float64) float64 {
		return float64(took[min(len(took)-1, int(p*float64(len(took))))].Microseconds()) / 1000
	}
	b, err := json.Marshal(map[string]any{"what": o.what, "clients": o.clients, "answers": len(took), "per_second": float64(len(took)) / o.time.Seconds(),
		"p50_ms": at(.5), "p95_ms": at(.95), "p99_ms": at(.99)})
	if err != nil {
		return err
	}
	fmt.Println(string(b))
	return failed
}

func signIn(o options, h house, pool *x509.CertPool, address, password string) (*client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	to := fmt.Sprintf("127.0.0.1:%d", h.Ports["https"])
	c := &client{options: o, base: fmt.Sprintf("https://%s:%d", o.host, h.Ports["https"])}
	c.http = &http.Client{Jar: jar, Timeout: time.Minute, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, to)
		}}}
	var typing struct {
		Seal struct{ Key, Challenge string }
	}
	if err := c.call("GET", "/auth/session", nil, &typing); err != nil {
		return nil, err
	}
	decode := base64.RawURLEncoding.DecodeString
	public, err := decode(typing.Seal.Key)
	if err != nil {
		return nil, err
	}
	challenge, err := decode(typing.Seal.Challenge)
	if err != nil {
		return nil, err
	}
	sealed, err := key.SealTyped(public, challenge, []byte(password))
	if err != nil {
		return nil, err
	}
	typed := map[string]string{"challenge": typing.Seal.Challenge, "sealed": base64.RawURLEncoding.EncodeToString(sealed)}
	if err := c.call("POST", "/auth/password", map[string]any{"address": address, "password": typed}, nil); err != nil {
		return nil, err
	}
	return c, c.begin()
}

// begin finds the account, its inbox and how many mails there are.
func (c *client) begin() error {
	var session struct{ PrimaryAccounts map[string]string }
	if err := c.call("GET", "/jmap/session", nil, &session); err != nil {
		return err
	}
	c.account = session.PrimaryAccounts["urn:ietf:params:jmap:mail"]
	var boxes struct {
		List []struct {
			ID, Role    string
			TotalEmails int
		}
	}
	if err := c.method("Mailbox/get", map[string]any{"accountId": c.account}, &boxes); err != nil {
		return err
	}
	for _, b := range boxes.List {
		if b.Role == "inbox" {
			c.inbox, c.total = b.ID, b.TotalEmails
		}
	}
	var page struct{ IDs []string }
	err := c.method("Email/query", map[string]any{"accountId": c.account, "filter": map[string]any{"inMailbox": c.inbox}, "limit": c.page}, &page)
	if c.ids = page.IDs; err == nil && len(c.ids) == 0 && c.what == "open" {
		err = errors.New("its inbox is empty: nothing to open")
	}
	return err
}

func (c *client) call(method, path string, question, answer any) error {
	var body io.Reader
	if question != nil {
		b, err := json.Marshal(question)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	r, err := http.NewRequest(method, c.base+path, body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", c.base)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	got, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		return err
	}
	if got.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %d %.300s", method, path, got.StatusCode, text)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(text, answer)
}

// method calls one JMAP method.
func (c *client) method(name string, arguments, answer any) error {
	list, err := c.methods([]any{name, arguments, "0"})
	if err != nil {
		return err
	}
	return json.Unmarshal(list[0], answer)
}

// methods calls several together and gives their answers.
func (c *client) methods(calls ...[]any) ([]json.RawMessage, error) {
	var a struct{ MethodResponses [][]json.RawMessage }
	q := map[string]any{"using": []string{"urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail", "urn:sekisho:jmap"}, "methodCalls": calls}
	if err := c.call("POST", "/jmap/api", q, &a); err != nil {
		return nil, err
	}
	var out []json.RawMessage
	for _, m := range a.MethodResponses {
		if string(m[0]) == `"error"` {
			return nil, fmt.Errorf("%s", m[1])
		}
		out = append(out, m[1])
	}
	if len(out) != len(calls) {
		return nil, fmt.Errorf("%d answers to %d calls", len(out), len(calls))
	}
	return out, nil
}

// shown are the properties of a line in a list.
var shown = []string{"id", "threadId", "mailboxIds", "keywords", "from", "subject", "receivedAt", "size", "hasAttachment", "preview"}

// ask does what is measured once.
func (c *client) ask() error {
	filter := map[string]any{"inMailbox": c.inbox}
	position := 0
	switch c.what {
	case "echo":
		_, err := c.methods([]any{"Core/echo", map[string]any{"hello": true}, "0"})
		return err
	case "open":
		_, err := c.methods([]any{"Email/render", map[string]any{"accountId": c.account, "ids": []string{c.ids[rand.IntN(len(c.ids))]}, "language": "en"}, "0"})
		return err
	case "search":
		words := strings.Fields(c.word)
		filter["text"] = words[rand.IntN(len(words))]
	case "next":
		position = rand.IntN(max(1, c.total-c.page))
	}
	_, err := c.methods([]any{"Email/query", map[string]any{"accountId": c.account, "filter": filter, "position": position, "limit": c.page,
		"sort": []any{map[string]any{"property": "receivedAt", "isAscending": false}}}, "0"},
		[]any{"Email/get", map[string]any{"accountId": c.account, "#ids": map[string]any{"resultOf": "0", "name": "Email/query", "path": "/ids"}, "properties": shown}, "1"})
	return err
}

package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strconv"

	"sekisho"
	"sekisho/mail/mtasts"
	"sekisho/mail/zone"
	"sekisho/wire"
)

// mostPolicy bounds a policy (RFC 8461 section 3.3).
const mostPolicy = 64 << 10

// policy answers FetchPolicy.
func (f *Fetch) policy(ctx context.Context, _ sekisho.Caller, q wire.PolicyQuery) (wire.FetchedPolicy, error) {
	none := func(err error) (wire.FetchedPolicy, error) {
		return wire.FetchedPolicy{}, sekisho.E("fetch.policy", sekisho.NotFound, err)
	}
	host, ok := zone.Host(mtasts.Host(q.Domain))
	if !ok {
		return none(fmt.Errorf("%.100q is no domain", q.Domain))
	}
	select {
	case f.room <- struct{}{}:
		defer func() { <-f.room }()
	case <-ctx.Done():
		return wire.FetchedPolicy{}, sekisho.E("fetch.policy", sekisho.TooMany, ctx.Err())
	}
	if f.config.Policy != 443 {
		host = net.JoinHostPort(host, strconv.Itoa(int(f.config.Policy)))
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+host+mtasts.Path, nil)
	if err != nil {
		return none(err)
	}
	r.Header = http.Header{"Accept": {"text/plain"}, "User-Agent": {"Sekisho"}, "Accept-Encoding": {"identity"}}
	body, err := f.read(r)
	if err != nil {
		return none(err)
	}
	return wire.FetchedPolicy{Body: body}, nil
}

// read asks for a policy. Redirects are not followed.
func (f *Fetch) read(r *http.Request) ([]byte, error) {
	client := *f.http
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	got, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer got.Body.Close()
	if got.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", got.StatusCode)
	}
	if kind, _, err := mime.ParseMediaType(got.Header.Get("Content-Type")); err != nil || kind != "text/plain" {
		return nil, fmt.Errorf("type %.50q, not text/plain", got.Header.Get("Content-Type"))
	}
	body, err := io.ReadAll(io.LimitReader(got.Body, mostPolicy+1))
	if err == nil && len(body) > mostPolicy {
		err = errors.New("it is larger than 64 KB")
	}
	return body, err
}

package link

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"sekisho"
	"sekisho/wire"
)

// sizeType is the content type of an answer that says which size a witness signed last (c2sp.org/tlog-witness).
const sizeType = "text/x.tlog.size"

// witness carries a submission to a witness and brings its answer back. What the signatures are worth is for vault to say.
func (l *Link) witness(ctx context.Context, _ sekisho.Caller, q wire.Witness) (wire.Witnessed, error) {
	if q.Number < 0 || q.Number >= len(l.config.Witness) {
		return wire.Witnessed{}, sekisho.E("link.witness", sekisho.Invalid, errors.New("no such witness is configured"))
	}
	url := strings.TrimSuffix(l.config.Witness[q.Number], "/") + "/add-checkpoint"
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(q.Body))
	if err != nil {
		return wire.Witnessed{}, sekisho.E("link.witness", sekisho.Invalid, err)
	}
	r.Header.Set("Content-Type", "text/plain; charset=utf-8")
	got, err := l.http.Do(r)
	if err != nil {
		return wire.Witnessed{}, sekisho.E("link.witness", sekisho.Unavailable, fmt.Errorf("the witness does not answer: %w", err))
	}
	defer got.Body.Close()
	text, err := io.ReadAll(io.LimitReader(got.Body, mostAnswer))
	if err != nil {
		return wire.Witnessed{}, sekisho.E("link.witness", sekisho.Unavailable, err)
	}
	return witnessed(got.StatusCode, got.Header.Get("Content-Type"), text)
}

// witnessed reads a witness' answer. Conflict is a refusal: the witness has seen another ledger under this name.
func witnessed(code int, kind string, text []byte) (wire.Witnessed, error) {
	switch code {
	case http.StatusOK:
		return wire.Witnessed{Answer: text}, nil
	case http.StatusConflict:
		if size, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 63); err == nil && kind == sizeType {
			return wire.Witnessed{Other: true, Size: size}, nil
		}
		return wire.Witnessed{}, sekisho.E("link.witness", sekisho.Conflict, fmt.Errorf("the witness refuses: %.200q", text))
	case http.StatusUnprocessableEntity:
		return wire.Witnessed{}, sekisho.E("link.witness", sekisho.Conflict, errors.New("the witness says that the ledger does not continue what it signed before"))
	}
	return wire.Witnessed{}, sekisho.E("link.witness", sekisho.Unavailable, fmt.Errorf("the witness answers %d: %.200q", code, text))
}

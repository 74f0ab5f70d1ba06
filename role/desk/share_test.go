package desk_test

import (
	"slices"
	"testing"
	"time"

	"sekisho"
	"sekisho/seal"
	"sekisho/wire"
)

// shared takes files that wait for a recipient.
func (h *house) shared(to ...string) sekisho.MessageID {
	h.t.Helper()
	h.mails++
	id := sekisho.MessageID(h.mails)
	a := wire.Arrival{Sealed: wire.SealedMessage{ID: id, Contract: h.id, Summary: []byte("sealed"), Attachment: []byte("sealed"), Boxes: []wire.Box{{Key: wire.ShareKey, Sealed: []byte("x")}}},
		Share: &wire.Share{Trace: sekisho.TraceID(1<<40 + h.mails), Sender: "tanaka@mori.example", To: to, Until: h.clock().Add(24 * time.Hour), Code: true, Files: 2}}
	for range 2 { // a repetition changes nothing
		must[wire.Accepted](h.t)(wire.StoreAccept.Ask(h.t.Context(), h.gate, wire.Accept{Messages: []wire.Arrival{a}}))
	}
	return id
}

// codes are the codes that are to be mailed to somebody, the notices of which are then done.
func (h *house) codes(to string) (out []string) {
	h.t.Helper()
	for _, n := range must[wire.Notices](h.t)(wire.StoreNotices.Ask(h.t.Context(), h.post, wire.NoticeQuery{Most: 10, Wait: time.Millisecond})).List {
		if n.Kind == "share-code" && slices.Contains(n.To, to) {
			out = append(out, n.Code)
		}
		must[wire.Nothing](h.t)(wire.StoreNoticed.Ask(h.t.Context(), h.post, wire.Noticed{ID: n.ID}))
	}
	return out
}

// wrong is a code that another is not.
func wrong(code string) string {
	if code == "111111" {
		return "222222"
	}
	return "111111"
}

// A code is for one link and some minutes, allows a few tries, and is asked for at a pace; too many wrong ones lock the link, and no other.
func TestShareCodes(t *testing.T) {
	h := newHouse(t)
	m := h.shared("suzuki@kita.example", "sato@kita.example")
	suzuki, sato := h.link(seal.LinkShare, m, "Suzuki@kita.example"), h.link(seal.LinkShare, m, "sato@kita.example")
	stranger := h.link(seal.LinkShare, m, "else@kita.example")
	if status, body := h.do("/desk/share", map[string]string{"token": stranger}); status != 404 {
		t.Errorf("a link for nobody: %d %v", status, body)
	}
	if status, _ := h.do("/desk/share", map[string]string{"token": h.link(seal.LinkHold, m, "sato@kita.example")}); status != 404 {
		t.Errorf("a link for another purpose: %d", status)
	}
	want := func(status int, path, token, code string) {
		t.Helper()
		h.links++ // each from an address of its own
		body := map[string]string{"token": token}
		if path == "/desk/share/open" {
			body["code"] = code
		}
		if got, body := h.do(path, body); got != status {
			t.Fatalf("%s: %d, not %d: %v", path, got, status, body)
		}
	}
	want(200, "/desk/share/code", suzuki, "")
	code := h.codes("Suzuki@kita.example")
	if len(code) != 1 || len(code[0]) != 6 {
		t.Fatalf("codes %q", code)
	}
	want(422, "/desk/share/open", sato, code[0]) // it is another's
	want(429, "/desk/share/code", suzuki, "")
	h.ahead.Add(int64(11 * time.Minute))
	want(422, "/desk/share/open", suzuki, code[0]) // it is too old
	guesses := 0
	for guesses < 20 {
		h.ahead.Add(int64(15 * time.Minute))
		want(200, "/desk/share/code", suzuki, "")
		code = h.codes("Suzuki@kita.example")
		if len(code) != 1 {
			t.Fatalf("codes %q", code)
		}
		for range 5 {
			want(422, "/desk/share/open", suzuki, wrong(code[0]))
			guesses++
		}
		if guesses < 20 {
			want(422, "/desk/share/open", suzuki, code[0]) // after five tries the right one is worth nothing
		}
	}
	want(403, "/desk/share/open", suzuki, code[0])
	want(403, "/desk/share/code", suzuki, "")
	if status, body := h.do("/desk/share", map[string]string{"token": suzuki}); status != 200 || body["state"] != "locked" {
		t.Errorf("%d %v", status, body)
	}
	want(200, "/desk/share/code", sato, "") // the other's link is his own
	rows := must[wire.ShareRows](t)(wire.StoreShares.Ask(t.Context(), h.admin, wire.ShareQuery{}))
	if len(rows.List) != 1 || rows.List[0].State != "open" || !slices.ContainsFunc(rows.List[0].Events, func(e wire.ShareEvent) bool { return e.What == "locked" }) {
		t.Errorf("%+v", rows)
	}
}

// Five codes in an hour are enough.
func TestShareCodesInAnHour(t *testing.T) {
	h := newHouse(t)
	token := h.link(seal.LinkShare, h.shared("suzuki@kita.example"), "suzuki@kita.example")
	for n := range 7 {
		want := 200
		if n >= 5 {
			want = 429
		}
		if status, body := h.do("/desk/share/code", map[string]string{"token": token}); status != want {
			t.Errorf("code %d: %d %v", n+1, status, body)
		}
		h.ahead.Add(int64(time.Minute))
	}
	h.ahead.Add(int64(time.Hour))
	if status, body := h.do("/desk/share/code", map[string]string{"token": token}); status != 200 {
		t.Errorf("an hour later: %d %v", status, body)
	}
}

// Who stops a share ends it for everybody, once; a share that is over is so for its links too.
func TestShareEnds(t *testing.T) {
	h := newHouse(t)
	m := h.shared("suzuki@kita.example")
	token := h.link(seal.LinkShare, m, "suzuki@kita.example")
	stop := wire.ShareQuery{Contract: h.id, Message: m, By: "operator"}
	for range 2 {
		must[wire.Nothing](t)(wire.StoreShareStop.Ask(t.Context(), h.admin, stop))
	}
	if status, _ := h.do("/desk/share", map[string]string{"token": token}); status != 404 {
		t.Errorf("a stopped share: %d", status)
	}
	rows := must[wire.ShareRows](t)(wire.StoreShares.Ask(t.Context(), h.admin, wire.ShareQuery{Message: m}))
	if len(rows.List) != 1 || rows.List[0].State != "stopped" || len(rows.List[0].Events) != 1 {
		t.Errorf("%+v", rows)
	}
	stop.Contract++
	if _, err := wire.StoreShareStop.Ask(t.Context(), h.admin, stop); sekisho.KindOf(err) != sekisho.NotFound {
		t.Errorf("another contract's: %v", err)
	}
	late := h.link(seal.LinkShare, h.shared("sato@kita.example"), "sato@kita.example")
	h.ahead.Add(int64(25 * time.Hour))
	if status, _ := h.do("/desk/share", map[string]string{"token": late}); status != 404 {
		t.Errorf("a share that is over: %d", status)
	}
}

// Files of a mail that is not sent after all are gone when the last of its recipients is.
func TestShareOfCancelledMail(t *testing.T) {
	h := newHouse(t)
	h.held(false, "suzuki@kita.example", "sato@kita.example")
	trace := sekisho.TraceID(1<<40 + h.mails)
	m := h.shared("suzuki@kita.example", "Sato@kita.example")
	tokens := []string{h.link(seal.LinkShare, m, "suzuki@kita.example"), h.link(seal.LinkShare, m, "sato@kita.example")}
	h.mails++
	own := sekisho.MessageID(h.mails)
	must[wire.Accepted](t)(wire.StoreAccept.Ask(t.Context(), h.gate, wire.Accept{Messages: []wire.Arrival{{Sealed: wire.SealedMessage{ID: own, Contract: h.id, Attachment: []byte("sealed"),
		Boxes: []wire.Box{{Key: wire.ShareKey, Sealed: []byte("x")}}}, Share: &wire.Share{Trace: trace, Sender: "tanaka@mori.example", To: []string{"suzuki@kita.example", "sato@kita.example"},
		Until: h.clock().Add(time.Hour), Files: 1}}}}))
	links := []string{h.link(seal.LinkShare, own, "suzuki@kita.example"), h.link(seal.LinkShare, own, "sato@kita.example")}
	held := must[wire.Listed](t)(wire.StoreList.Ask(t.Context(), h.admin, wire.List{What: "hold"}))
	for i, k := range held.Kept {
		for n, link := range links {
			want := 200
			if i > 0 && held.Kept[0].Recipient == []string{"suzuki@kita.example", "sato@kita.example"}[n] {
				want = 404
			}
			if status, _ := h.do("/desk/share", map[string]string{"token": link}); status != want {
				t.Errorf("link %d after %d cancellations: %d", n, i, status)
			}
		}
		must[wire.Nothing](t)(wire.StoreDecide.Ask(t.Context(), h.admin, wire.Resolution{What: "cancel", Kind: "hold", ID: k.ID, By: "boss"}))
	}
	for _, link := range links {
		if status, _ := h.do("/desk/share", map[string]string{"token": link}); status != 404 {
			t.Errorf("after all are cancelled: %d", status)
		}
	}
	rows := must[wire.ShareRows](t)(wire.StoreShares.Ask(t.Context(), h.admin, wire.ShareQuery{Message: own}))
	if len(rows.List) != 1 || rows.List[0].State != "stopped" {
		t.Errorf("%+v", rows)
	}
	for _, token := range tokens {
		if status, _ := h.do("/desk/share", map[string]string{"token": token}); status != 200 {
			t.Errorf("another mail's files: %d", status)
		}
	}
}

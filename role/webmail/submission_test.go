package webmail

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"sekisho/wire"
)

// draft makes a draft of bob's and gives its id.
func (h *house) draft(more m) string {
	h.t.Helper()
	d := m{"mailboxIds": m{h.box("bob", "drafts"): true}, "keywords": m{"$draft": true, "$seen": true}, "from": []m{{"name": "Bob", "email": "bob@mori.example"}},
		"to": []m{{"name": "アン", "email": "ann@mori.example"}}, "subject": "見積書", "textBody": []m{{"partId": "t"}}, "bodyValues": m{"t": m{"value": "本文\nsecond line"}}}
	for k, v := range more {
		d[k] = v
	}
	got := h.call("bob", "Email/set", m{"create": m{"k": d}})
	if got["created"].(m)["k"] == nil {
		h.t.Fatalf("%v", got["notCreated"])
	}
	return text(got, "created", "k", "id")
}

func (h *house) identity() string {
	h.t.Helper()
	return text(h.call("bob", "Identity/get", m{}), "list", 0, "id")
}

func TestDraft(t *testing.T) {
	h := newHouse(t)
	up := h.send("bob", wire.WebRequest{Method: "POST", Path: "/jmap/upload/" + h.account("bob"), Type: "application/pdf", Body: []byte("%PDF-1.4 x")})
	var u struct{ BlobID string }
	unmarshal(t, up.Body, &u)
	id := h.draft(m{"htmlBody": []m{{"partId": "h", "type": "text/html"}}, "bodyValues": m{"t": m{"value": "本文"}, "h": m{"value": "<p>本文<img src=cid:p1></p>"}},
		"attachments":            []m{{"blobId": u.BlobID, "name": "見積.pdf", "type": "application/pdf", "disposition": "attachment"}, {"blobId": u.BlobID, "cid": "p1", "type": "image/png", "disposition": "inline"}},
		"header:X-Reason:asText": "because\r\nBcc: x@y", "inReplyTo": []string{"a@b"}, "references": []string{"a@b"}})
	got := h.call("bob", "Email/get", m{"ids": []string{id}, "properties": []string{"subject", "from", "to", "keywords", "bodyValues", "textBody", "htmlBody", "attachments", "bodyStructure", "header:X-Reason:asText", "bcc", "inReplyTo", "messageId", "hasAttachment"}, "fetchAllBodyValues": true})
	x := at(got, "list", 0)
	if text(x, "subject") != "見積書" || text(x, "to", 0, "name") != "アン" || text(x, "keywords") != "map[$draft:true $seen:true]" || text(x, "bcc") != "<nil>" || text(x, "header:X-Reason:asText") != "because Bcc: x@y" ||
		text(x, "inReplyTo") != "[a@b]" || text(x, "hasAttachment") != "true" || !strings.HasSuffix(text(x, "messageId", 0), "@mail.mori.example") {
		t.Fatalf("%v", x)
	}
	textPart, htmlPart := text(x, "textBody", 0, "partId"), text(x, "htmlBody", 0, "partId")
	if text(x, "bodyValues", textPart, "value") != "本文" || text(x, "bodyValues", htmlPart, "value") != "<p>本文<img src=cid:p1></p>" || text(x, "attachments", 1, "name") != "見積.pdf" {
		t.Fatalf("%v", x)
	}
	if r := h.send("bob", wire.WebRequest{Method: "GET", Path: "/jmap/download/" + h.account("bob") + "/" + text(x, "attachments", 1, "blobId") + "/x"}); string(r.Body) != "%PDF-1.4 x" {
		t.Fatalf("%d %q", r.Status, r.Body)
	}
	for name, bad := range map[string]m{
		"unknown property": {"colour": "red"}, "no such text": {"textBody": []m{{"partId": "z"}}}, "text and blob": {"textBody": []m{{"partId": "t", "blobId": "u1"}}}, "two bodies": {"bodyStructure": m{"partId": "t"}},
		"wrong type": {"textBody": []m{{"partId": "t", "type": "text/html"}}}, "given header": {"headers": []m{}}, "structured header": {"header:To:asAddresses": []m{}}, "own field": {"header:Content-Type:asText": "x"},
		"no blob": {"attachments": []m{{"blobId": "u12345"}}}, "no mailbox": {"mailboxIds": m{}}, "bad part type": {"bodyStructure": m{"type": "multipart/\"", "subParts": []m{{"partId": "t"}}}, "textBody": nil},
	} {
		d := m{"mailboxIds": m{h.box("bob", "drafts"): true}, "textBody": []m{{"partId": "t"}}, "bodyValues": m{"t": m{"value": "x"}}}
		for k, v := range bad {
			d[k] = v
		}
		if got := h.call("bob", "Email/set", m{"create": m{"k": d}}); len(got["notCreated"].(m)) != 1 || len(got["created"].(m)) != 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestSubmit sends to a colleague, to another contract and to the outside, moves the draft, and keeps Bcc blind.
func TestSubmit(t *testing.T) {
	h := newHouse(t)
	id := h.draft(m{"to": []m{{"email": "ann@mori.example"}, {"email": "out@elsewhere.example"}}, "cc": []m{{"email": "eve@kawa.example"}}, "bcc": []m{{"email": "bob@mori.example"}}})
	sentBox := h.box("bob", "sent")
	got := h.calls("bob", []any{"EmailSubmission/set", m{"accountId": h.account("bob"), "create": m{"s": m{"identityId": h.identity(), "emailId": id}},
		"onSuccessUpdateEmail": m{"#s": m{"mailboxIds": m{sentBox: true}, "keywords/$draft": nil}}}, "c"})
	if len(got) != 2 || got[1].name != "Email/set" || len(got[1].args["updated"].(m)) != 1 || text(got[0].args, "created", "s", "undoStatus") != "final" {
		t.Fatalf("%v", got)
	}
	for _, who := range []string{"ann", "eve"} {
		list := h.call(who, "Email/query", m{"filter": m{"inMailbox": h.box(who, "inbox")}})["ids"].([]any)
		if len(list) != 1 {
			t.Fatalf("%s got %d mails", who, len(list))
		}
		x := at(h.call(who, "Email/get", m{"ids": list, "properties": []string{"subject", "bcc", "bodyValues", "header:Received:asText"}, "fetchTextBodyValues": true}), "list", 0)
		if text(x, "subject") != "見積書" || text(x, "bcc") != "<nil>" || text(x, "bodyValues", "1", "value") != "本文\nsecond line" || !strings.Contains(text(x, "header:Received:asText"), "HTTPS") {
			t.Fatalf("%v", x)
		}
	}
	x := at(h.call("bob", "Email/get", m{"ids": []string{id}, "properties": []string{"mailboxIds", "keywords", "bcc"}}), "list", 0)
	if text(x, "mailboxIds") != fmt.Sprint(m{sentBox: true}) || text(x, "keywords") != "map[$seen:true]" || text(x, "bcc", 0, "email") != "bob@mori.example" {
		t.Fatalf("%v", x)
	}
	queue := must[wire.Listed](t)(wire.StoreList.Ask(context.Background(), h.operator, wire.List{What: "queue", Most: 10})).Queue
	if len(queue) != 1 || queue[0].Recipient != "out@elsewhere.example" || queue[0].Envelope.From != "bob@mori.example" {
		t.Fatalf("%+v", queue)
	}
	list := h.call("bob", "EmailSubmission/get", m{})
	if text(list, "list", 0, "emailId") != id || text(list, "list", 0, "deliveryStatus", "ann@mori.example", "delivered") != "yes" || text(list, "list", 0, "deliveryStatus", "out@elsewhere.example", "delivered") != "queued" {
		t.Fatalf("%v", list)
	}
	if got := h.try("ann", "EmailSubmission/get", m{}); len(got.args["list"].([]any)) != 0 {
		t.Fatalf("%v", got)
	}
}

func TestSubmitRefused(t *testing.T) {
	h := newHouse(t)
	id := h.draft(nil)
	try := func(s m) string {
		t.Helper()
		got := h.call("bob", "EmailSubmission/set", m{"create": m{"s": s}})
		return text(got, "notCreated", "s", "type")
	}
	identity := h.identity()
	foreign := h.deliver("ann", "", simple(1, "x", "y"))[0]
	for _, c := range []struct {
		s    m
		want string
	}{
		{m{"identityId": identity, "emailId": foreign}, "invalidProperties"},
		{m{"identityId": identity, "emailId": "x"}, "invalidProperties"},
		{m{"identityId": "n1", "emailId": id}, "invalidProperties"},
		{m{"identityId": identity, "emailId": id, "sendAt": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}, "invalidProperties"},
		{m{"identityId": identity, "emailId": id, "envelope": m{"mailFrom": m{"email": "ann@mori.example"}, "rcptTo": []m{{"email": "ann@mori.example"}}}}, "forbiddenMailFrom"},
		{m{"identityId": identity, "emailId": id, "envelope": m{"mailFrom": m{"email": "bob@mori.example"}, "rcptTo": []m{}}}, "noRecipients"},
		{m{"identityId": identity, "emailId": id, "envelope": m{"mailFrom": m{"email": "bob@mori.example"}, "rcptTo": []m{{"email": "ann@mori.example"}, {"email": "nobody@mori.example"}}}}, "invalidRecipients"},
		{m{"identityId": identity, "emailId": h.draft(m{"from": []m{{"email": "ceo@mori.example"}}})}, "forbiddenFrom"},
		{m{"identityId": identity, "emailId": h.draft(m{"to": []m{}})}, "noRecipients"},
		{m{"identityId": identity, "emailId": id, "colour": 1}, "invalidProperties"},
	} {
		if got := try(c.s); got != c.want {
			t.Errorf("%v: %s; want %s", c.s, got, c.want)
		}
	}
	if n := len(h.call("ann", "Email/query", m{"filter": m{"text": "見積書"}})["ids"].([]any)); n != 0 {
		t.Errorf("ann got %d mails of submissions that were refused", n)
	}
	many := []m{}
	for i := range 60 {
		many = append(many, m{"email": fmt.Sprintf("p%d@elsewhere.example", i)})
	}
	if got := try(m{"identityId": identity, "emailId": id, "envelope": m{"mailFrom": m{"email": "bob@mori.example"}, "rcptTo": many}}); got != "rateLimit" {
		t.Errorf("over the limit: %s", got)
	}
}

// TestUndo: what is held back goes out at its time, or is taken back; never both, never neither.
func TestUndo(t *testing.T) {
	h := newHouse(t)
	held := func() string {
		t.Helper()
		got := h.call("bob", "EmailSubmission/set", m{"create": m{"s": m{"identityId": h.identity(), "emailId": h.draft(m{"to": []m{{"email": "ann@mori.example"}, {"email": "out@elsewhere.example"}}, "cc": []m{{"email": "eve@kawa.example"}}}),
			"sendAt": h.clock().Add(60 * time.Second).UTC().Format(time.RFC3339)}}})
		if text(got, "created", "s", "undoStatus") != "pending" {
			t.Fatalf("%v", got)
		}
		return text(got, "created", "s", "id")
	}
	arrived := func(who string) int {
		return len(h.call(who, "Email/query", m{"filter": m{"inMailbox": h.box(who, "inbox")}})["ids"].([]any))
	}
	first := held()
	if arrived("ann")+arrived("eve") != 0 {
		t.Fatal("it did not wait")
	}
	if got := h.call("ann", "EmailSubmission/set", m{"update": m{first: m{"undoStatus": "canceled"}}}); text(got, "notUpdated", first, "type") != "notFound" {
		t.Fatalf("ann took back what bob sent: %v", got)
	}
	if got := h.call("bob", "EmailSubmission/set", m{"update": m{first: m{"undoStatus": "canceled"}}}); len(got["updated"].(m)) != 1 {
		t.Fatalf("%v", got)
	}
	if s := text(h.call("bob", "EmailSubmission/get", m{"ids": []string{first}}), "list", 0, "undoStatus"); s != "canceled" {
		t.Fatal(s)
	}
	second := held()
	h.ahead.Add(int64(61 * time.Second))
	deadline := time.Now().Add(20 * time.Second)
	for arrived("ann") == 0 || arrived("eve") == 0 {
		if time.Now().After(deadline) {
			t.Fatal("it did not go out")
		}
		held() // wakes store, whose timer runs on real time
		time.Sleep(50 * time.Millisecond)
	}
	if got := h.call("bob", "EmailSubmission/set", m{"update": m{second: m{"undoStatus": "canceled"}}}); text(got, "notUpdated", second, "type") != "cannotUnsend" {
		t.Fatalf("%v", got)
	}
	queue := must[wire.Listed](t)(wire.StoreList.Ask(context.Background(), h.operator, wire.List{What: "queue", Most: 10})).Queue
	if arrived("ann") != 1 || arrived("eve") != 1 || len(queue) != 1 {
		t.Fatalf("%d %d %d", arrived("ann"), arrived("eve"), len(queue))
	}
	if x := at(h.call("ann", "Email/get", m{"ids": h.call("ann", "Email/query", m{})["ids"], "properties": []string{"subject"}}), "list", 0); text(x, "subject") != "見積書" {
		t.Fatalf("ann cannot read it: %v", x)
	}
}

// TestUndoIsDraft: a mail that was taken back is a draft again, out of Sent, with everybody whom it was for, Bcc too.
func TestUndoIsDraft(t *testing.T) {
	h := newHouse(t)
	id := h.draft(m{"to": []m{{"email": "ann@mori.example"}}, "bcc": []m{{"email": "hidden@elsewhere.example"}}})
	drafts, sent := h.box("bob", "drafts"), h.box("bob", "sent")
	got := h.calls("bob", []any{"EmailSubmission/set", m{"accountId": h.account("bob"), "create": m{"s": m{"identityId": h.identity(), "emailId": id, "sendAt": h.clock().Add(60 * time.Second).UTC().Format(time.RFC3339)}},
		"onSuccessUpdateEmail": m{"#s": m{"keywords/$draft": nil, "mailboxIds": m{sent: true}}}}, "c"})
	submission := text(got[0].args, "created", "s", "id")
	place := func() m {
		return at(h.call("bob", "Email/get", m{"ids": []string{id}, "properties": []string{"mailboxIds", "keywords", "bcc", "to"}}), "list", 0).(m)
	}
	if x := place(); fmt.Sprint(x["mailboxIds"]) != fmt.Sprint(m{sent: true}) {
		t.Fatalf("%v", x)
	}
	if got := h.call("bob", "EmailSubmission/set", m{"update": m{submission: m{"undoStatus": "canceled"}}}); len(got["updated"].(m)) != 1 {
		t.Fatalf("%v", got)
	}
	x := place()
	if fmt.Sprint(x["mailboxIds"]) != fmt.Sprint(m{drafts: true}) || text(x, "keywords", "$draft") != "true" || text(x, "bcc", 0, "email") != "hidden@elsewhere.example" || text(x, "to", 0, "email") != "ann@mori.example" {
		t.Fatalf("%v", x)
	}
}

// TestTwoTabs: two who save the same draft at once; one wins, the other is told, and both texts are there.
func TestTwoTabs(t *testing.T) {
	h := newHouse(t)
	id := h.draft(nil)
	drafts := h.box("bob", "drafts")
	if got := h.call("bob", "Email/set", m{"destroy": []string{id}, "create": m{"k": m{"mailboxIds": m{drafts: true}, "attachments": []m{{"blobId": "u9"}}}}}); len(got["notDestroyed"].(m)) != 1 || len(got["notCreated"].(m)) != 1 {
		t.Fatalf("the old draft was destroyed though the new one failed: %v", got)
	}
	state := text(h.call("bob", "Email/get", m{"ids": []string{}}), "state")
	var wg sync.WaitGroup
	results := make([]response, 2)
	for i := range results {
		wg.Go(func() {
			results[i] = h.try("bob", "Email/set", m{"ifInState": state, "destroy": []string{id}, "create": m{"k": m{"mailboxIds": m{drafts: true}, "subject": fmt.Sprintf("version %d", i), "textBody": []m{{"partId": "t"}}, "bodyValues": m{"t": m{"value": "x"}}}}})
		})
	}
	wg.Wait()
	won, lost := 0, 0
	for _, r := range results {
		switch {
		case r.name == "Email/set" && len(r.args["created"].(m)) == 1:
			won++
		case r.args["type"] == "stateMismatch":
			lost++
		}
	}
	if won != 1 || lost != 1 {
		t.Fatalf("%v", results)
	}
	if n := len(h.call("bob", "Email/query", m{"filter": m{"inMailbox": drafts}})["ids"].([]any)); n != 1 {
		t.Fatalf("%d drafts", n)
	}
}

func TestIdentity(t *testing.T) {
	h := newHouse(t)
	h.admin(wire.Admin{Alias: &wire.AdminAlias{Do: "add", Contract: h.contract, Address: "sales@mori.example", Targets: []string{"bob@mori.example"}, Identity: true}})
	got := h.call("bob", "Identity/get", m{})
	if len(got["list"].([]any)) != 2 || text(got, "list", 1, "email") != "sales@mori.example" {
		t.Fatalf("%v", got)
	}
	id := text(got, "list", 1, "id")
	set := h.call("bob", "Identity/set", m{"update": m{id: m{"name": "営業", "htmlSignature": "<b>森</b>", "bcc": []m{{"email": "x@mori.example"}}}, "n5": m{"name": "x"}, text(got, "list", 0, "id"): m{"email": "z@y"}}, "create": m{"k": m{"email": "x@y"}}, "destroy": []string{id}})
	if len(set["updated"].(m)) != 1 || len(set["notUpdated"].(m)) != 2 || len(set["notCreated"].(m)) != 1 || len(set["notDestroyed"].(m)) != 1 {
		t.Fatalf("%v", set)
	}
	again := h.call("bob", "Identity/get", m{"ids": []string{id}})
	if text(again, "list", 0, "name") != "営業" || text(again, "list", 0, "htmlSignature") != "<b>森</b>" || text(again, "list", 0, "bcc", 0, "email") != "x@mori.example" || again["state"] == got["state"] {
		t.Fatalf("%v", again)
	}
	h.fails("stateMismatch", "bob", "Identity/set", m{"ifInState": got["state"], "update": m{}})
}

// TestWatch: a watcher hears of what arrives.
func TestWatch(t *testing.T) {
	h := newHouse(t)
	watch := func(states ...string) string {
		return string(must[wire.WebChange](t)(wire.WebmailWatch.Ask(context.Background(), h.edge, wire.WebWatch{Capability: wire.Capability{ID: 1, Secret: []byte("bob")}, States: states})).JSON)
	}
	var first struct {
		Changed map[string]map[string]string
	}
	unmarshal(t, []byte(watch()), &first)
	var states []string
	for k, v := range first.Changed[h.account("bob")] {
		states = append(states, k+"="+v)
	}
	if len(states) < 3 {
		t.Fatalf("%v", first)
	}
	heard := make(chan string)
	go func() { heard <- watch(states...) }()
	time.Sleep(50 * time.Millisecond)
	h.deliver("ann", "", simple(1, "not for bob", "x"))
	h.deliver("bob", "", simple(2, "for bob", "x"))
	if s := <-heard; !strings.Contains(s, `"Email"`) || !strings.Contains(s, h.account("bob")) || strings.Contains(s, h.account("ann")) {
		t.Fatal(s)
	}
}

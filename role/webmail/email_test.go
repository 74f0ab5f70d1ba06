package webmail

import (
	"fmt"
	"strings"
	"testing"

	"sekisho/wire"
)

func TestEmailGet(t *testing.T) {
	h := newHouse(t)
	ids := h.deliver("bob", "", simple(1, "=?utf-8?B?6KaL56mN5pu4?=", "first text"), mixed)
	got := h.call("bob", "Email/get", m{"ids": append(ids, "e99999", "x", ids[0]), "fetchTextBodyValues": true})
	if fmt.Sprint(got["notFound"]) != "[x e99999]" && fmt.Sprint(got["notFound"]) != "[e99999 x]" || len(got["list"].([]any)) != 2 {
		t.Fatalf("%v", got)
	}
	a, b := at(got, "list", 0), at(got, "list", 1)
	for path, want := range map[string]string{
		"id": ids[0], "blobId": ids[0], "subject": "見積書", "from": "[map[email:w1@out.example name:Writer 1]]", "to": "[map[email:bob@mori.example name:<nil>]]", "sentAt": "2026-03-01T03:00:01Z",
		"receivedAt": "2026-03-01T12:00:00Z", "messageId": "[1@out.example]", "inReplyTo": "<nil>", "cc": "<nil>", "sender": "<nil>", "replyTo": "<nil>", "hasAttachment": "false", "preview": "first text",
		"keywords": "map[]", "size": fmt.Sprint(len(simple(1, "=?utf-8?B?6KaL56mN5pu4?=", "first text"))), "mailboxIds": fmt.Sprint(m{h.box("bob", "inbox"): true}),
	} {
		if s := text(a, path); s != want {
			t.Errorf("%s: %s; want %s", path, s, want)
		}
	}
	if text(a, "bodyValues", "1", "value") != "first text\n" || text(b, "bodyValues", "1", "value") != "見積書" || text(b, "hasAttachment") != "true" {
		t.Errorf("%v %v", at(a, "bodyValues"), at(b, "bodyValues"))
	}
	if text(b, "attachments", 0, "name") != "a b.pdf" || text(b, "attachments", 0, "type") != "application/pdf" || text(b, "attachments", 0, "blobId") != ids[1]+".2" || text(b, "attachments", 1, "type") != "message/rfc822" {
		t.Errorf("%v", at(b, "attachments"))
	}
	got = h.call("bob", "Email/get", m{"ids": ids, "properties": []string{"header:X-Number:asText", "header:x-number:all", "header:From:asAddresses", "header:Message-Id:asMessageIds", "header:Nope", "headers", "bodyStructure", "bodyValues"},
		"bodyProperties": []string{"partId", "header:Content-Type:asText", "type"}, "fetchAllBodyValues": true, "maxBodyValueBytes": 5})
	a, b = at(got, "list", 0), at(got, "list", 1)
	if text(a, "header:X-Number:asText") != "no. 1" || text(a, "header:x-number:all") != "[ no. 1]" || text(a, "header:From:asAddresses", 0, "email") != "w1@out.example" ||
		text(a, "header:Message-Id:asMessageIds") != "[1@out.example]" || text(a, "header:Nope") != "<nil>" || text(a, "headers", 2, "name") != "Subject" {
		t.Errorf("%v", a)
	}
	if text(a, "bodyValues", "1", "value") != "first" || text(a, "bodyValues", "1", "isTruncated") != "true" || text(b, "bodyValues", "1", "value") != "見" {
		t.Errorf("%v %v", at(a, "bodyValues"), at(b, "bodyValues"))
	}
	if text(b, "bodyStructure", "subParts", 1, "header:Content-Type:asText") != "application/pdf; name=a.pdf" || text(b, "bodyStructure", "partId") != "<nil>" || text(b, "bodyStructure", "type") != "multipart/mixed" {
		t.Errorf("%v", at(b, "bodyStructure"))
	}
	h.fails("invalidArguments", "bob", "Email/get", m{"ids": ids, "properties": []string{"nope"}})
	h.fails("invalidArguments", "bob", "Email/get", m{"ids": ids, "bodyProperties": []string{"nope"}})
	h.fails("requestTooLarge", "bob", "Email/get", m{"ids": nil})
}

func emails(t *testing.T, h *house, args m) string {
	t.Helper()
	return fmt.Sprint(h.call("bob", "Email/query", args)["ids"])
}

func TestEmailQuery(t *testing.T) {
	h := newHouse(t)
	var raws []string
	for i := range 30 {
		raws = append(raws, simple(i, fmt.Sprintf("subject %d of many", i), fmt.Sprintf("the quick brown fox %d jumps", i)))
	}
	raws = append(raws, mixed, simple(40, "needle in subject", "nothing"), simple(41, "請求書", "明細をお送りします"))
	ids := h.deliver("bob", "", raws...)
	inbox, archive := h.box("bob", "inbox"), h.box("bob", "archive")
	list := func(n ...int) string {
		var out []string
		for _, i := range n {
			out = append(out, ids[i])
		}
		return fmt.Sprint(out)
	}
	h.call("bob", "Email/set", m{"update": m{ids[3]: m{"keywords/$seen": true, "keywords/work": true}, ids[4]: m{"mailboxIds": m{archive: true}, "keywords": m{"$flagged": true}}, ids[5]: m{"mailboxIds/" + archive: true}}})
	for _, c := range []struct {
		filter any
		want   string
	}{
		{m{"inMailbox": archive}, list(5, 4)},
		{m{"hasKeyword": "$Seen"}, list(3)},
		{m{"hasKeyword": "Work", "inMailbox": inbox}, list(3)},
		{m{"operator": "AND", "conditions": []m{{"inMailbox": archive}, {"inMailbox": inbox}}}, list(5)},
		{m{"operator": "AND", "conditions": []m{{"inMailbox": archive}, {"operator": "NOT", "conditions": []m{{"inMailbox": inbox}}}}}, list(4)},
		{m{"operator": "OR", "conditions": []m{{"hasKeyword": "$flagged"}, {"hasKeyword": "work"}}}, list(4, 3)},
		{m{"inMailboxOtherThan": []string{inbox}}, list(5, 4)},
		{m{"hasAttachment": true}, list(30)},
		{m{"after": "2026-04-02T00:00:00Z"}, list(32)},
		{m{"after": "2026-03-01T12:00:00Z", "before": "2026-03-02T12:00:00Z"}, list(0)},
		{m{"minSize": len(mixed)}, list(30)},
		{m{"subject": "needle"}, list(31)},
		{m{"text": "needle"}, list(31)},
		{m{"body": "needle"}, list()},
		{m{"body": `"fox 7 jumps"`}, list(7)},
		{m{"body": "fox 7 jumps"}, list(27, 17, 7)},
		{m{"text": `"fox 7 jumps" quick`}, list(7)},
		{m{"from": "writer 12"}, list(12)},
		{m{"from": "w12@"}, list(12)},
		{m{"to": "bob@mori", "subject": `"subject 9"`}, list(9)},
		{m{"text": "請求書"}, list(32)},
		{m{"text": "明細"}, list(32)},
		{m{"from": "森"}, list(30)},
		{m{"header": []string{"X-Number", "no. 13"}}, list(13)},
		{m{"inMailbox": archive, "text": "fox"}, list(5, 4)},
		{m{"operator": "NOT", "conditions": []m{{"text": "fox"}}}, list(32, 31, 30)},
		{m{"text": "   "}, ""},
		{m{"operator": "AND", "conditions": []m{}}, ""},
	} {
		got := emails(t, h, m{"filter": c.filter})
		if c.want == "" {
			if strings.Count(got, "e") != len(ids) {
				t.Errorf("%v: %s", c.filter, got)
			}
			continue
		}
		if got != c.want {
			t.Errorf("%v: %s; want %s", c.filter, got, c.want)
		}
	}
	for _, c := range []struct {
		args m
		want string
	}{
		{m{"position": 1, "limit": 2}, list(31, 30)},
		{m{"position": -2}, list(1, 0)},
		{m{"anchor": ids[10], "anchorOffset": -1, "limit": 3}, list(11, 10, 9)},
		{m{"sort": []m{{"property": "receivedAt", "isAscending": true}}, "limit": 2}, list(0, 1)},
		{m{"sort": []m{{"property": "size", "isAscending": false}}, "limit": 1}, list(30)},
		{m{"sort": []m{{"property": "hasKeyword", "keyword": "$flagged", "isAscending": false}, {"property": "receivedAt"}}, "limit": 2}, list(4, 0)},
		{m{"sort": []m{{"property": "subject"}}, "limit": 1}, list(31)},
		{m{"sort": []m{{"property": "from", "isAscending": false}}, "limit": 2, "position": 1}, list(9, 8)},
		{m{"filter": m{"inMailbox": inbox}, "limit": 0}, list()},
	} {
		if got := emails(t, h, c.args); got != c.want {
			t.Errorf("%v: %s; want %s", c.args, got, c.want)
		}
	}
	if got := h.call("bob", "Email/query", m{"filter": m{"inMailbox": inbox}, "limit": 3, "calculateTotal": true}); text(got, "total") != "32" || text(got, "position") != "0" {
		t.Errorf("%v", got)
	}
	h.fails("anchorNotFound", "bob", "Email/query", m{"anchor": "e999999"})
	h.fails("unsupportedSort", "bob", "Email/query", m{"sort": []m{{"property": "colour"}}})
	h.fails("invalidArguments", "bob", "Email/query", m{"filter": m{"colour": "red"}})
	h.fails("invalidArguments", "bob", "Email/query", m{"filter": m{"operator": "XOR", "conditions": []m{}}})
	deep := m{"text": "x"}
	for range 10 {
		deep = m{"operator": "NOT", "conditions": []m{deep}}
	}
	h.fails("unsupportedFilter", "bob", "Email/query", m{"filter": deep})
	snippets := h.call("bob", "SearchSnippet/get", m{"filter": m{"text": "needle <b>"}, "emailIds": []string{ids[31], ids[0]}})
	if text(snippets, "list", 0, "subject") != "<mark>needle</mark> in subject" || text(snippets, "list", 1, "subject") != "<nil>" {
		t.Errorf("%v", snippets)
	}
}

func TestThreads(t *testing.T) {
	h := newHouse(t)
	reply := func(n int) string {
		return strings.Replace(simple(n, "Re: plan", "answer"), "X-Number", fmt.Sprintf("References: <1@out.example> <%d@out.example>\r\nX-Number", n-1), 1)
	}
	ids := h.deliver("bob", "", simple(1, "plan", "x"), simple(50, "other", "y"), reply(2), reply(3))
	h.call("bob", "Email/set", m{"update": m{ids[2]: m{"mailboxIds": m{h.box("bob", "archive"): true}, "keywords/$flagged": true}}})
	thread := text(h.call("bob", "Email/get", m{"ids": ids[:1], "properties": []string{"threadId"}}), "list", 0, "threadId")
	got := h.call("bob", "Thread/get", m{"ids": []string{thread, "t5", "x"}})
	if text(got, "list", 0, "emailIds") != fmt.Sprint([]string{ids[0], ids[2], ids[3]}) || len(got["notFound"].([]any)) != 2 {
		t.Fatalf("%v", got)
	}
	inbox := h.box("bob", "inbox")
	for _, c := range []struct {
		args m
		want []string
	}{
		{m{"filter": m{"inMailbox": inbox}, "collapseThreads": true}, []string{ids[3], ids[1]}},
		{m{"collapseThreads": true, "sort": []m{{"property": "receivedAt", "isAscending": true}}}, []string{ids[0], ids[1]}},
		{m{"filter": m{"someInThreadHaveKeyword": "$flagged", "inMailbox": inbox}}, []string{ids[3], ids[0]}},
		{m{"filter": m{"allInThreadHaveKeyword": "$flagged"}}, []string{}},
		{m{"filter": m{"noneInThreadHaveKeyword": "$flagged"}}, []string{ids[1]}},
	} {
		if got := emails(t, h, c.args); got != fmt.Sprint(c.want) {
			t.Errorf("%v: %s; want %v", c.args, got, c.want)
		}
	}
	list := h.call("bob", "Mailbox/get", m{"ids": []string{inbox}})
	if text(list, "list", 0, "totalThreads") != "2" || text(list, "list", 0, "unreadThreads") != "2" || text(list, "list", 0, "totalEmails") != "3" {
		t.Errorf("%v", list)
	}
}

func TestEmailChanges(t *testing.T) {
	h := newHouse(t)
	ids := h.deliver("bob", "", simple(1, "a", "x"), simple(2, "b", "x"), simple(3, "c", "x"), simple(4, "d", "x"))
	state := text(h.call("bob", "Email/get", m{"ids": []string{}}), "state")
	boxes := text(h.call("bob", "Mailbox/get", m{}), "state")
	archive, trash := h.box("bob", "archive"), h.box("bob", "trash")
	more := h.deliver("bob", "", simple(5, "e", "x"), simple(6, "f", "x"))
	set := h.call("bob", "Email/set", m{"update": m{ids[0]: m{"keywords/$seen": true}, ids[1]: m{"mailboxIds": m{archive: true}}, more[1]: m{"mailboxIds": m{trash: true}}}, "destroy": []string{ids[2]}})
	if text(set, "newState") == state || fmt.Sprint(set["destroyed"]) != "["+ids[2]+"]" {
		t.Fatalf("%v", set)
	}
	gone := h.deliver("bob", "", simple(7, "g", "x"))
	h.call("bob", "Email/set", m{"destroy": gone})
	got := h.call("bob", "Email/changes", m{"sinceState": state})
	if fmt.Sprint(got["created"]) != fmt.Sprint(more) || fmt.Sprint(got["updated"]) != fmt.Sprint(ids[:2]) || fmt.Sprint(got["destroyed"]) != "["+ids[2]+"]" {
		t.Fatalf("%v; ids %v %v %v", got, ids, more, gone)
	}
	threads := h.call("bob", "Thread/changes", m{"sinceState": state})
	if len(threads["created"].([]any)) != 2 || len(threads["destroyed"].([]any)) != 1 || len(threads["updated"].([]any)) != 0 {
		t.Fatalf("%v", threads)
	}
	if again := h.call("bob", "Email/changes", m{"sinceState": got["newState"]}); fmt.Sprint(again["created"], again["updated"], again["destroyed"]) != "[] [] []" {
		t.Fatalf("%v", again)
	}
	changed := h.call("bob", "Mailbox/changes", m{"sinceState": boxes})
	if len(changed["updated"].([]any)) != 3 || len(changed["created"].([]any)) != 0 || len(changed["updatedProperties"].([]any)) != 4 {
		t.Fatalf("%v", changed)
	}
	for _, s := range []string{"", "x", "!!!", "AQID", "____", state + "AA"} {
		if r := h.try("bob", "Email/changes", m{"sinceState": s}); s != "" && r.args["type"] != "cannotCalculateChanges" {
			t.Errorf("%q: %v", s, r.args)
		}
	}
	h.fails("cannotCalculateChanges", "bob", "Email/changes", m{"sinceState": state, "maxChanges": 1})
	h.fails("cannotCalculateChanges", "bob", "Email/queryChanges", m{"sinceQueryState": state})
}

func TestEmailSet(t *testing.T) {
	h := newHouse(t)
	ids := h.deliver("bob", "", simple(1, "a", "x"), simple(2, "b", "x"))
	inbox := h.box("bob", "inbox")
	state := text(h.call("bob", "Email/get", m{"ids": []string{}}), "state")
	got := h.call("bob", "Email/set", m{"ifInState": state, "update": m{
		ids[0]: m{"keywords": m{"$seen": true, "Custom": true}}, ids[1]: m{"subject": "other"}, "e999": m{"keywords/$seen": true}}})
	if text(got, "notUpdated", ids[1], "type") != "invalidProperties" || text(got, "notUpdated", "e999", "type") != "notFound" || len(got["updated"].(m)) != 1 {
		t.Fatalf("%v", got)
	}
	h.fails("stateMismatch", "bob", "Email/set", m{"ifInState": state, "destroy": ids})
	for _, patch := range []m{{"mailboxIds": m{}}, {"mailboxIds": m{"b99999": true}}, {"mailboxIds/" + inbox: nil}, {"keywords": m{"a b": true}}, {"keywords": m{"x": false}}, {"keywords/x": "y"}, {"id": "e5"}, {"keywords": 7}} {
		if got := h.call("bob", "Email/set", m{"update": m{ids[0]: patch}}); text(got, "notUpdated", ids[0], "type") != "invalidProperties" {
			t.Errorf("%v: %v", patch, got)
		}
	}
	if k := text(h.call("bob", "Email/get", m{"ids": ids[:1], "properties": []string{"keywords"}}), "list", 0, "keywords"); k != "map[$seen:true custom:true]" {
		t.Error(k)
	}
}

func TestMailboxSet(t *testing.T) {
	h := newHouse(t)
	got := h.call("bob", "Mailbox/set", m{"create": m{"child": m{"name": "2026", "parentId": "#top"}, "top": m{"name": "仕事"}, "bad": m{"name": "a/b"}, "worse": m{"nome": "x"}, "loop": m{"name": "x", "parentId": "#loop2"}, "loop2": m{"name": "y", "parentId": "#loop"}}})
	if len(got["created"].(m)) != 2 || len(got["notCreated"].(m)) != 4 {
		t.Fatalf("%v", got)
	}
	top, child := text(got, "created", "top", "id"), text(got, "created", "child", "id")
	list := h.call("bob", "Mailbox/get", m{"ids": []string{child}})
	if text(list, "list", 0, "parentId") != top || text(list, "list", 0, "name") != "2026" {
		t.Fatalf("%v", list)
	}
	got = h.call("bob", "Mailbox/set", m{"update": m{child: m{"name": "2027", "parentId": nil, "isSubscribed": false}, h.box("bob", "inbox"): m{"name": "x"}}, "destroy": []string{top}})
	if text(got, "notUpdated", h.box("bob", "inbox"), "type") != "forbidden" || fmt.Sprint(got["destroyed"]) != "["+top+"]" {
		t.Fatalf("%v", got)
	}
	list = h.call("bob", "Mailbox/get", m{"ids": []string{child}})
	if text(list, "list", 0, "parentId") != "<nil>" || text(list, "list", 0, "name") != "2027" || text(list, "list", 0, "isSubscribed") != "false" {
		t.Fatalf("%v", list)
	}
	ids := h.deliver("bob", "2027", simple(1, "kept", "x"))
	if got := h.call("bob", "Mailbox/set", m{"destroy": []string{child}}); text(got, "notDestroyed", child, "type") != "mailboxHasEmail" {
		t.Fatalf("%v", got)
	}
	if got := h.call("bob", "Mailbox/set", m{"destroy": []string{child}, "onDestroyRemoveEmails": true}); fmt.Sprint(got["destroyed"]) != "["+child+"]" {
		t.Fatalf("%v", got)
	}
	if got := h.call("bob", "Email/get", m{"ids": ids, "properties": []string{"id"}}); len(got["list"].([]any)) != 0 {
		t.Fatalf("%v", got)
	}
	found := h.call("bob", "Mailbox/query", m{"filter": m{"hasAnyRole": true}, "sort": []m{{"property": "sortOrder"}}, "calculateTotal": true})
	if text(found, "ids", 0) != h.box("bob", "inbox") || text(found, "total") != "6" {
		t.Fatalf("%v", found)
	}
	if found := h.call("bob", "Mailbox/query", m{"filter": m{"role": "trash"}}); fmt.Sprint(found["ids"]) != "["+h.box("bob", "trash")+"]" {
		t.Fatalf("%v", found)
	}
}

func TestBlobs(t *testing.T) {
	h := newHouse(t)
	ids := h.deliver("bob", "", mixed)
	get := func(blob string) wire.WebResponse {
		return h.send("bob", wire.WebRequest{Method: "GET", Path: "/jmap/download/" + h.account("bob") + "/" + blob + "/a%20b.pdf"})
	}
	if r := get(ids[0]); string(r.Body) != mixed || r.Type != "application/octet-stream" || r.Name != "a b.pdf" {
		t.Errorf("%d %q %q", r.Status, r.Name, r.Body)
	}
	if r := get(ids[0] + ".2"); string(r.Body) != "hello pdf" {
		t.Errorf("%d %q", r.Status, r.Body)
	}
	for _, bad := range []string{ids[0] + ".9", ids[0] + ".0", ids[0] + ".01", ids[0] + ".", ids[0] + ".1.1.1", "e0", "u1", "x", "", "..", ids[0] + ".-1"} {
		if r := get(bad); r.Status != 404 {
			t.Errorf("%q: %d", bad, r.Status)
		}
	}
	up := h.send("bob", wire.WebRequest{Method: "POST", Path: "/jmap/upload/" + h.account("bob"), Type: "message/rfc822", Body: []byte(simple(7, "imported", "text"))})
	var u struct{ BlobID string }
	unmarshal(t, up.Body, &u)
	if up.Status != 201 {
		t.Fatalf("%d %s", up.Status, up.Body)
	}
	if r := get(u.BlobID); string(r.Body) != simple(7, "imported", "text") {
		t.Fatalf("%d %q", r.Status, r.Body)
	}
	if r := h.send("ann", wire.WebRequest{Method: "GET", Path: "/jmap/download/" + h.account("ann") + "/" + u.BlobID + "/x"}); r.Status != 404 {
		t.Fatalf("ann reads bob's upload: %d", r.Status)
	}
	got := h.call("bob", "Email/import", m{"emails": m{"k": m{"blobId": u.BlobID, "mailboxIds": m{h.box("bob", "archive"): true}, "keywords": m{"$seen": true}, "receivedAt": "2020-01-02T03:04:05Z"}, "n": m{"blobId": "u999", "mailboxIds": m{h.box("bob", "archive"): true}}}})
	id := text(got, "created", "k", "id")
	if text(got, "notCreated", "n", "type") != "invalidProperties" {
		t.Fatalf("%v", got)
	}
	mail := h.call("bob", "Email/get", m{"ids": []string{id}})
	if text(mail, "list", 0, "subject") != "imported" || text(mail, "list", 0, "receivedAt") != "2020-01-02T03:04:05Z" || text(mail, "list", 0, "keywords") != "map[$seen:true]" {
		t.Fatalf("%v", mail)
	}
	parsed := h.call("bob", "Email/parse", m{"blobIds": []string{ids[0] + ".3", u.BlobID, "u77"}, "properties": []string{"subject", "id", "bodyValues", "textBody"}, "fetchTextBodyValues": true})
	if text(parsed, "parsed", ids[0]+".3", "subject") != "inside" || text(parsed, "parsed", u.BlobID, "bodyValues", "1", "value") != "text\n" || text(parsed, "parsed", u.BlobID, "id") != "<nil>" || fmt.Sprint(parsed["notFound"]) != "[u77]" {
		t.Fatalf("%v", parsed)
	}
}

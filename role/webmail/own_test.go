package webmail

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image/png"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"sekisho"
	"sekisho/seal"
	"sekisho/wire"
)

const picture1 = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

const rich = "From: Shop <shop@out.example>\r\nTo: bob@mori.example\r\nSubject: rich\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n" +
	"--m\r\nContent-Type: multipart/related; boundary=r\r\n\r\n--r\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" +
	"<p onclick=x>見積 <a href=\"https://evil.example/\">https://bank.example/</a><img src=cid:p><img src=\"https://tracker.example/big.png\" width=100><img src=\"data:image/png;base64," + picture1 + "\"><script>alert(1)</script></p>\r\n" +
	"--r\r\nContent-Type: image/png\r\nContent-ID: <p>\r\nContent-Transfer-Encoding: base64\r\n\r\n" + picture1 + "\r\n--r--\r\n" +
	"--m\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"invoice.pdf.exe\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
	"TVqQAAMAAAAEAAAA//8AALgAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAgAAAAA==\r\n" +
	"--m\r\nContent-Type: image/svg+xml\r\nContent-Disposition: attachment; filename=a.svg\r\n\r\n<svg onload=\"alert(1)\"/>\r\n--m--\r\n"

func TestRender(t *testing.T) {
	h := newHouse(t)
	ids := h.deliver("bob", "", rich, simple(1, "plain", "see http://192.0.2.1/x"))
	got := h.call("bob", "Email/render", m{"ids": append(ids, "e9999"), "language": "ja"})
	x, plain := at(got, "list", 0), at(got, "list", 1)
	if tree := text(x, "tree"); !strings.Contains(tree, "見積") || strings.Contains(tree, "alert") || strings.Contains(tree, "onclick") || strings.Contains(tree, "evil.example") {
		t.Errorf("%s", tree)
	}
	if text(x, "links", 0, "href") != "https://evil.example/" || !strings.Contains(text(x, "links", 0, "warning"), "別の宛先") || text(x, "pictures", 1, "host") != "tracker.example" || text(x, "pictures", 1, "remote") != "true" || text(x, "pictures", 0, "remote") != "false" {
		t.Errorf("%v %v", at(x, "links"), at(x, "pictures"))
	}
	if text(x, "attachments", 0, "danger", "kind") != "executable" || text(x, "attachments", 0, "blobId") != ids[0]+".2" || text(x, "sender", "address") != "shop@out.example" || text(x, "sender", "authenticated") != "false" || text(x, "sender", "first") != "true" {
		t.Errorf("%v %v", at(x, "attachments"), at(x, "sender"))
	}
	if text(plain, "tree") != "<nil>" || !strings.Contains(text(plain, "plain"), "see http") || text(plain, "links", 0, "host") != "192.0.2.1" || fmt.Sprint(got["notFound"]) != "[e9999]" {
		t.Errorf("%v", plain)
	}
	get := func(path string) wire.WebResponse {
		return h.send("bob", wire.WebRequest{Method: "GET", Path: "/jmap/" + path, Query: ""})
	}
	for _, n := range []string{"0", "2"} {
		r := get("picture/" + h.account("bob") + "/" + ids[0] + "/" + n)
		if _, err := png.Decode(bytes.NewReader(r.Body)); r.Status != 200 || r.Type != "image/png" || err != nil {
			t.Errorf("picture %s: %d %s %v", n, r.Status, r.Type, err)
		}
	}
	for _, path := range []string{"picture/" + h.account("bob") + "/" + ids[0] + "/1", "picture/" + h.account("bob") + "/" + ids[0] + "/9", "picture/" + h.account("bob") + "/" + ids[0] + "/-1", "picture/" + h.account("bob") + "/" + ids[0] + "/x",
		"preview/" + h.account("bob") + "/" + ids[0] + ".1.2/7"} {
		if r := get(path); r.Status != 404 || r.Type != "application/problem+json" {
			t.Errorf("%s: %d %s", path, r.Status, r.Type)
		}
	}
	for _, part := range []string{".3/1", ".2/0", ".1.1/1"} {
		if r := get("preview/" + h.account("bob") + "/" + ids[0] + part); r.Status != 422 || !strings.Contains(string(r.Body), "problem:unreadable") {
			t.Errorf("preview %s: %d %s", part, r.Status, r.Body)
		}
	}
	if r := get("preview/" + h.account("bob") + "/" + ids[0] + ".1.2/0"); r.Status != 200 || r.Type != "image/png" {
		t.Errorf("preview: %d %s", r.Status, r.Body)
	}
}

// TestPreview: pages of a PDF attachment are drawn by inspect; what has none is refused for a stated reason.
func TestPreview(t *testing.T) {
	h := newHouse(t)
	part := func(name string) string {
		b, err := os.ReadFile("../../scan/pdf/testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return "--m\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=" + name + "\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString(b) + "\r\n"
	}
	ids := h.deliver("bob", "", "From: a@out.example\r\nTo: bob@mori.example\r\nSubject: pdf\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n"+part("plain.pdf")+part("locked.pdf")+"--m--\r\n")
	got := h.call("bob", "Email/render", m{"ids": ids})
	if text(got, "list", 0, "attachments", 0, "pages") != "2" || text(got, "list", 0, "attachments", 1, "pages") != "0" || text(got, "list", 0, "attachments", 1, "danger", "kind") != "encrypted" {
		t.Errorf("%v", at(got, "list", 0, "attachments"))
	}
	for path, want := range map[string]string{".1/0": "", ".1/1": "", ".1/2": "", ".1/3": "not-found", ".1/x": "not-found", ".1/-1": "not-found", ".2/1": "locked", ".9/1": "not-found", "/1": "unreadable"} {
		r := h.send("bob", wire.WebRequest{Method: "GET", Path: "/jmap/preview/" + h.account("bob") + "/" + ids[0] + path})
		if want == "" {
			if img, err := png.Decode(bytes.NewReader(r.Body)); r.Status != 200 || r.Type != "image/png" || err != nil || img.Bounds().Dx() != 1200 {
				t.Errorf("%s: %d %s %v", path, r.Status, r.Type, err)
			}
			continue
		}
		if r.Status < 400 || r.Type != "application/problem+json" || !strings.Contains(string(r.Body), "problem:"+want) {
			t.Errorf("%s: %d %s", path, r.Status, r.Body)
		}
	}
}

// TestRemotePicture: what comes from outside is made anew too, and only asked for with the person's word.
func TestRemotePicture(t *testing.T) {
	h := newHouse(t)
	ids := h.deliver("bob", "", rich)
	raw, err := base64.StdEncoding.DecodeString(picture1)
	if err != nil {
		t.Fatal(err)
	}
	asked := make(chan string, 10)
	s := wire.NewService(sekisho.Fetch, report(t))
	wire.Handle(s, wire.FetchPicture, func(_ context.Context, _ sekisho.Caller, q wire.PictureQuery) (wire.FetchedPicture, error) {
		asked <- q.URL
		return wire.FetchedPicture{Type: "image/png", Body: append(raw, "<script>"...)}, nil
	})
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	if err := wire.Local(ctx, sekisho.Caller{Role: sekisho.Webmail, Instance: webmailInstance}, s, h.webmail.peers.Fetch); err != nil {
		t.Fatal(err)
	}
	path := "/jmap/picture/" + h.account("bob") + "/" + ids[0] + "/1"
	if r := h.send("bob", wire.WebRequest{Method: "GET", Path: path}); r.Status != 404 || len(asked) != 0 {
		t.Fatalf("asked for without being told to: %d", r.Status)
	}
	r := h.send("bob", wire.WebRequest{Method: "GET", Path: path, Query: "remote=1"})
	if r.Status != 200 || r.Type != "image/png" || bytes.Contains(r.Body, []byte("script")) || <-asked != "https://tracker.example/big.png" {
		t.Fatalf("%d %s", r.Status, r.Type)
	}
}

func TestContacts(t *testing.T) {
	h := newHouse(t)
	got := h.call("bob", "Contact/set", m{"create": m{"a": m{"name": "森 花子", "emails": []m{{"address": "hanako@mori.example", "label": "work"}}, "groups": []string{"team"}}, "b": m{"name": "Adam"}, "c": m{"colour": 1}, "d": m{}, "e": m{"name": "x", "emails": []m{{"address": "no"}}}}})
	if len(got["created"].(m)) != 2 || len(got["notCreated"].(m)) != 3 {
		t.Fatalf("%v", got)
	}
	a, b := text(got, "created", "a", "id"), text(got, "created", "b", "id")
	state := got["newState"]
	h.call("bob", "Contact/set", m{"update": m{a: m{"note": "met in Kyoto"}}, "destroy": []string{b}})
	list := h.call("bob", "Contact/get", m{"ids": []string{a, b}})
	if text(list, "list", 0, "name") != "森 花子" || text(list, "list", 0, "note") != "met in Kyoto" || text(list, "list", 0, "emails", 0, "address") != "hanako@mori.example" || fmt.Sprint(list["notFound"]) != "["+b+"]" {
		t.Fatalf("%v", list)
	}
	changes := h.call("bob", "Contact/changes", m{"sinceState": state})
	if fmt.Sprint(changes["updated"]) != "["+a+"]" || fmt.Sprint(changes["destroyed"]) != "["+b+"]" {
		t.Fatalf("%v", changes)
	}
	for q, want := range map[string]int{"花子": 1, "kyoto": 1, "HANAKO@": 1, "nobody": 0} {
		if n := len(h.call("bob", "Contact/query", m{"filter": m{"text": q}})["ids"].([]any)); n != want {
			t.Errorf("%q: %d", q, n)
		}
	}
	h.fails("stateMismatch", "bob", "Contact/set", m{"ifInState": state, "create": m{"x": m{"name": "y"}}})
	if got := h.call("ann", "Contact/get", m{"ids": []string{a}}); len(got["list"].([]any)) != 0 {
		t.Fatalf("ann sees %v", got)
	}
	if got := h.call("ann", "Contact/set", m{"update": m{a: m{"note": "x"}}, "destroy": []string{a}}); len(got["notUpdated"].(m)) != 1 || len(got["notDestroyed"].(m)) != 1 {
		t.Fatalf("%v", got)
	}
	found := h.call("bob", "Directory/query", m{"filter": m{"text": "ann"}})
	if text(found, "list", 0, "address") != "ann@mori.example" || len(found["list"].([]any)) != 1 {
		t.Fatalf("%v", found)
	}
	if found := h.call("bob", "Directory/query", m{"filter": m{"text": "eve"}}); len(found["list"].([]any)) != 0 {
		t.Fatalf("somebody of another contract: %v", found)
	}
}

func TestSettings(t *testing.T) {
	h := newHouse(t)
	if p := h.call("bob", "Preference/get", m{}); text(p, "list", 0, "undoSeconds") != "10" || text(p, "list", 0, "id") != "singleton" || text(p, "list", 0, "confirmOutside") != "true" {
		t.Fatalf("%v", p)
	}
	got := h.call("bob", "Preference/set", m{"update": m{"singleton": m{"undoSeconds": 30, "language": "ja"}, "other": m{}}, "create": m{"x": m{}}, "destroy": []string{"singleton"}})
	if len(got["updated"].(m)) != 1 || text(got, "notCreated", "x", "type") != "singleton" || text(got, "notDestroyed", "singleton", "type") != "singleton" {
		t.Fatalf("%v", got)
	}
	if p := h.call("bob", "Preference/get", m{}); text(p, "list", 0, "undoSeconds") != "30" || text(p, "list", 0, "language") != "ja" || text(p, "list", 0, "theme") != "system" {
		t.Fatalf("%v", p)
	}
	for _, bad := range []m{{"undoSeconds": 500}, {"theme": "pink"}, {"colour": 1}, {"threads": "yes"}} {
		if got := h.call("bob", "Preference/set", m{"update": m{"singleton": bad}}); len(got["notUpdated"].(m)) != 1 {
			t.Errorf("%v: %v", bad, got)
		}
	}
	made := h.call("bob", "Template/set", m{"create": m{"a": m{"name": "offer", "subject": "s", "html": "<b>x</b>", "text": "x"}, "b": m{"subject": "no name"}}})
	if len(made["created"].(m)) != 1 || len(made["notCreated"].(m)) != 1 {
		t.Fatalf("%v", made)
	}
	if got := h.call("bob", "Template/get", m{}); text(got, "list", 0, "html") != "<b>x</b>" {
		t.Fatalf("%v", got)
	}
}

func TestSubmissionCheck(t *testing.T) {
	h := newHouse(t)
	id := h.draft(m{"to": []m{{"email": "ann@mori.example"}, {"email": "new@elsewhere.example"}}, "bodyValues": m{"t": m{"value": "見積書を添付します"}}})
	got := h.call("bob", "Submission/check", m{"emailId": id})
	if fmt.Sprint(got["outside"], got["first"], got["missingAttachment"]) != "[new@elsewhere.example] [new@elsewhere.example] true" {
		t.Fatalf("%v", got)
	}
	quoted := h.draft(m{"bodyValues": m{"t": m{"value": "thanks\n> see attached"}}})
	if got := h.call("bob", "Submission/check", m{"emailId": quoted}); text(got, "missingAttachment") != "false" || fmt.Sprint(got["outside"]) != "[]" {
		t.Fatalf("%v", got)
	}
	h.fails("notFound", "bob", "Submission/check", m{"emailId": h.deliver("ann", "", simple(1, "x", "y"))[0]})
}

// quarantine keeps a mail from somebody, as gate does.
func (h *house) quarantine(name, raw string, findings ...sekisho.Finding) {
	h.t.Helper()
	ctx := context.Background()
	p := h.people[name]
	id := must[wire.Leased](h.t)(wire.StoreLease.Ask(ctx, h.store, wire.Lease{Count: 1})).First
	r := must[wire.Report](h.t)(wire.InspectScan.Ask(ctx, h.inspect, wire.Scan{Raw: []byte(raw), Now: time.Now(), Summarise: true}))
	data := seal.NewKey()
	x := must[seal.Sealed](h.t)(seal.Seal(data, id, seal.Content{Raw: []byte(raw), Pieces: r.Summary.Pieces, Summary: wire.EncodeSummary(r.Summary), Text: []byte(r.Text), Index: r.Tokens, Subject: []byte(r.Summary.Subject)}))
	public := must[seal.Public](h.t)(seal.ParsePublic(h.keys[p.contract].Quarantine))
	var boxes []wire.Box
	for _, account := range []sekisho.AccountID{0, p.id} {
		b := must[[]byte](h.t)(public.Box(seal.For{Contract: p.contract, Account: account, Key: uint8(wire.QuarantineKey), Message: id}, data))
		boxes = append(boxes, wire.Box{Account: account, Key: wire.QuarantineKey, Sealed: b})
	}
	must[wire.Accepted](h.t)(wire.StoreAccept.Ask(ctx, h.store, wire.Accept{Messages: []wire.Arrival{{Sealed: wire.SealedMessage{ID: id, Contract: p.contract, Size: int64(len(raw)), Boxes: boxes,
		Summary: x.Summary, Header: x.Header, Body: x.Body, Attachment: x.Attachment, Text: x.Text, Index: x.Index},
		Trace:      wire.Trace{ID: sekisho.TraceID(id) + 1000, Envelope: sekisho.Envelope{From: "w@out.example", At: time.Now()}, Subject: x.Subject, Findings: findings},
		Deliveries: []wire.Delivery{{Recipient: p.address, Fate: wire.FateQuarantine, Action: "quarantine", Account: p.id, Rule: "phish", Reason: "it looks like phishing", NotBefore: h.clock().Add(time.Hour)}}}}}))
}

// TestKept: everybody sees and decides about his own only; what could harm others waits for an administrator; of two
// decisions one counts.
func TestKept(t *testing.T) {
	h := newHouse(t)
	h.quarantine("bob", simple(1, "=?utf-8?B?6KaL56mN5pu4?=", "text"), sekisho.Finding{Kind: sekisho.KindPhish, Name: "form", Evidence: "asks for a password"})
	h.quarantine("bob", simple(2, "program", "text"), sekisho.Finding{Kind: sekisho.KindExecutable, Name: "exe"})
	h.quarantine("ann", simple(3, "of ann", "text"))
	list := h.call("bob", "Kept/get", m{})["list"].([]any)
	if len(list) != 2 || text(list, 1, "subject") != "見積書" || text(list, 1, "findings", 0, "detail") != "asks for a password" || text(list, 1, "mayRelease") != "true" || text(list, 0, "mayRelease") != "false" {
		t.Fatalf("%v", list)
	}
	program, letter := text(list, 0, "id"), text(list, 1, "id")
	foreign := text(h.call("ann", "Kept/query", m{})["ids"], 0)
	for id, do := range map[string]string{foreign: "release", program: "release", letter: "send", "k0": "release", "x": "discard"} {
		if got := h.call("bob", "Kept/set", m{"update": m{id: m{"do": do}}}); len(got["notUpdated"].(m)) != 1 {
			t.Errorf("%s %s: %v", do, id, got)
		}
	}
	if got := h.call("bob", "Kept/get", m{"ids": []string{foreign}}); len(got["list"].([]any)) != 0 {
		t.Fatalf("%v", got)
	}
	var wg sync.WaitGroup
	results := make([]m, 2)
	for i, do := range []string{"release", "discard"} {
		wg.Go(func() { results[i] = h.call("bob", "Kept/set", m{"update": m{letter: m{"do": do}}}) })
	}
	wg.Wait()
	released, discarded := len(results[0]["updated"].(m)), len(results[1]["updated"].(m))
	if released+discarded != 1 {
		t.Fatalf("%v", results)
	}
	found := h.call("bob", "Email/query", m{"filter": m{"text": "見積書"}})["ids"].([]any)
	if len(found) != released {
		t.Fatalf("released %d, found %d", released, len(found))
	}
	if released == 1 {
		x := h.call("bob", "Email/get", m{"ids": found, "properties": []string{"subject", "bodyValues"}, "fetchTextBodyValues": true})
		if text(x, "list", 0, "subject") != "見積書" || text(x, "list", 0, "bodyValues", "1", "value") != "text\n" {
			t.Fatalf("%v", x)
		}
	}
}

func FuzzAsk(f *testing.F) {
	h := newHouse(f)
	h.deliver("bob", "", mixed)
	for name := range h.webmail.methods {
		f.Add(name, `{"ids":null,"filter":{"text":"x"},"create":{"k":{}},"update":{"e1":{}},"destroy":["e1"]}`)
		f.Add(name, `{"ids":["e1"],"properties":["header:X:asText:all"],"sort":[{"property":"subject"}],"sinceState":"AQID"}`)
	}
	f.Fuzz(func(t *testing.T, name, args string) {
		body := `{"using":["` + strings.Join(allUsing, `","`) + `"],"methodCalls":[["` + name + `",` + strings.Replace(args, "{", `{"accountId":"`+h.account("bob")+`",`, 1) + `,"c"]]}`
		r, err := wire.WebmailAsk.Ask(context.Background(), h.edge, wire.WebRequest{Method: "POST", Path: "/jmap/api", Body: []byte(body), Capability: wire.Capability{ID: 1, Secret: []byte("bob")}})
		if err != nil {
			t.Fatal(err)
		}
		if r.Status != 200 && r.Status != 400 {
			t.Fatalf("%d %s for %s", r.Status, r.Body, body)
		}
	})
}

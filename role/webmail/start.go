package webmail

import (
	"encoding/json"
	"slices"

	"sekisho/mail/jmap"
	"sekisho/wire"
)

// startRows is how many lines of the inbox come with the beginning: more than a screen shows.
const startRows = 24

// listed are the properties of a line in a list.
func listed() []string {
	return []string{"id", "threadId", "mailboxIds", "keywords", "from", "to", "subject", "receivedAt", "size", "hasAttachment", "preview"}
}

// start answers GET /jmap/start: all that the app asks when it begins, in one answer that the browser can ask for before the app's
// code has come. Everything in it is an answer of a method that the app could call.
func (t *turn) start() (wire.WebResponse, error) {
	session, err := t.session()
	if err != nil {
		return wire.WebResponse{}, err
	}
	var p preference
	p.begin()
	if _, _, err := t.setting(preferences(), &p); err != nil {
		return wire.WebResponse{}, err
	}
	boxes, err := t.folders()
	if err != nil {
		return wire.WebResponse{}, err
	}
	out := map[string]any{"signedIn": true, "session": json.RawMessage(session.Body), "preference": shownAs(singleton, p), "threads": p.Threads}
	calls := []jmap.Invocation{{Name: "Mailbox/get"}, {Name: "Identity/get"}}
	if i := slices.IndexFunc(boxes, func(b wire.Mailbox) bool { return b.Name == "INBOX" }); i >= 0 {
		out["inbox"] = boxID(boxes[i].ID)
		calls = append(calls, jmap.Invocation{Name: "Email/query", ID: "q", Args: t.given(map[string]any{"filter": map[string]any{"inMailbox": boxID(boxes[i].ID)}, "limit": startRows,
			"sort": []any{map[string]any{"property": "receivedAt", "isAscending": false}}, "calculateTotal": true, "collapseThreads": p.Threads})},
			jmap.Invocation{Name: "Email/get", ID: "e", Args: t.given(map[string]any{"#ids": from("q", "Email/query", "/ids"), "properties": listed()})},
			jmap.Invocation{Name: "Thread/get", ID: "t", Args: t.given(map[string]any{"#ids": from("e", "Email/get", "/list/*/threadId")})})
	}
	answers := map[string]json.RawMessage{}
	var before []jmap.Invocation
	for _, c := range calls {
		if c.Args == nil {
			c.Args = t.given(map[string]any{})
		}
		for _, a := range t.call(capabilities(), c, before) {
			a.ID = c.ID
			before = append(before, a)
			answers[a.Name] = a.Args
		}
	}
	out["answers"] = answers
	b, err := json.Marshal(out)
	return wire.WebResponse{Status: 200, Type: "application/json", Body: b}, err
}

// from refers to the result of a call before (RFC 8620 section 3.7).
func from(id, name, path string) map[string]any {
	return map[string]any{"resultOf": id, "name": name, "path": path}
}

// given are arguments for the turn's account.
func (t *turn) given(args map[string]any) json.RawMessage {
	args["accountId"] = t.account()
	b, _ := json.Marshal(args) // strings, numbers and lists of them
	return b
}

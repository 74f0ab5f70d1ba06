package test

import (
	"strings"
	"testing"

	"sekisho"
	"sekisho/wire"
)

// Every call of store moves what is sealed, or facts about mail that are no mail: who, when, how long, where it stands. store
// cannot open anything: the layout keeps everything that opens and seals out of its reach. That no plaintext comes to it
// either is tried with marked words in TestMarkers, in its memory and on its disk, by all ways that a mail goes.
// A call that is added to the rules must be added here, with what it moves.
func TestStoreMovesNoPlaintext(t *testing.T) {
	moves := map[string]string{
		"lease": "numbers", "resolve": "addresses", "identity": "addresses", "relay": "network addresses", "contract": "settings, policy, public keys",
		"accept": "sealed mails with envelope", "refuse": "envelope and reason", "contact": "addresses", "hosts": "host names",
		"mailboxes": "names of folders", "folder": "names of folders", "select": "flags and numbers", "fetch": "sealed pieces", "flag": "flags and numbers",
		"copy": "numbers", "expunge": "numbers", "rewrap": "sealed keys", "watch": "numbers", "index": "sealed search tokens", "merge": "sealed search tokens",
		"due": "envelope", "spool": "sealed mails", "outcome": "results of deliveries", "admin": "settings, names, public keys",
		"list": "envelope, names, traces with findings", "decide": "sealed keys and numbers", "usage": "sizes", "snapshot": "names of files",
		"me": "names and addresses", "page": "names, envelopes, settings, as list does", "amend": "settings, names, public keys", "grant": "reasons of operators", "look": "sealed mails with envelope",
		"settle": "sealed keys and numbers", "count": "numbers", "may": "rights", "senders": "addresses and what a person thinks of them", "sender-set": "the same", "stance": "the same", "digest": "numbers", "deputy": "addresses and times", "teach": "numbers of features of a mail of which a person says what it is, and one of two words", "habit": "addresses", "own": "addresses, times and minutes", "insider": "numbers of days, names and addresses", "ways": "domains and numbers", "prints": "keyed fingerprints of a contract's own data", "learned": "weights of numbered features", "steer": "numbers", "end": "names, numbers, a signed certificate", "case": "as incident", "link-look": "envelope", "url": "host names that a contract lists, and a domain that a link led to", "url-count": "domains that links led to, with counts", "feeds": "hashes of host names that lists have", "feed-set": "the same", "link-act": "numbers and addresses",
		"inquire": "what strangers ask, which is no mail", "inquiries": "the same", "notices": "envelope and reason", "noticed": "numbers",
		"email-query": "flags, numbers, times", "emails": "sealed pieces", "email-changes": "numbers", "email-set": "flags and numbers", "threads": "numbers",
		"email-counts": "numbers", "places": "numbers", "upload": "sealed bytes", "uploaded": "sealed bytes", "items": "sealed items of a person", "item-set": "sealed items of a person",
		"own-kept": "envelope", "own-decide": "sealed keys and numbers", "own-trace": "findings of a person's own mail", "correspondents": "addresses", "people": "names and addresses", "partners": "names and addresses of the shared address book", "warn": "a number, a kind and a network address", "person": "names and addresses", "self": "names and addresses",
		"host": "host names and contracts", "filter": "a sealed script and its box", "report": "what strangers count of mails", "reports": "the same", "sts": "a mode", "observe": "domains, hosts, results and counts", "observed": "the same", "reports-due": "domains", "report-sent": "as observe", "report-order": "a day", "tls-reports": "as reports", "transport": "policies of other domains, which are public", "incident": "numbers of an incident: indicators, sets, manifests",
	}
	for _, r := range wire.Rules() {
		if r.Callee != sekisho.Store {
			continue
		}
		name := strings.TrimPrefix(r.Name, "store.")
		if moves[name] == "" {
			t.Errorf("%s: nobody says what it moves", r.Name)
		}
		delete(moves, name)
	}
	for name := range moves {
		t.Errorf("there is no call store.%s", name)
	}
}

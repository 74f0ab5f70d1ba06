package store

// migrations make the tables, oldest step first; see db.Open for the dialect. The contract comes first in every key of
// a tenant's table, so that a distributed database can keep a contract together and a termination can delete by range.
// Directory tables are keyed by what is asked for, as an address or a domain belongs to one contract only.
func migrations() []string {
	return []string{step1, step2, step3, stepIncident, stepConsole, stepEmail, stepNotice, stepUndo, stepFilter, stepSlice, stepPeople, stepQueue, stepPartner, stepTransport, stepReport, stepLearn, stepObserved, stepPrint, stepURL, stepFeed, stepHabit, stepAsk, stepTLSReport, stepWay, stepInsider, stepWait}
}

const step1 = `
CREATE TABLE counter (
	name TEXT PRIMARY KEY,
	value BIGINT NOT NULL,
	extra BIGINT NOT NULL
) CLUSTERED
;
CREATE TABLE contract (
	id BIGINT PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	status BIGINT NOT NULL,
	version BIGINT NOT NULL,
	settings BYTES NOT NULL
)
;
CREATE TABLE domain (
	name TEXT PRIMARY KEY,
	contract BIGINT NOT NULL,
	settings BYTES NOT NULL
) CLUSTERED
;
CREATE INDEX domain_contract ON domain (contract, name)
;
CREATE TABLE account (
	contract BIGINT NOT NULL,
	id BIGINT NOT NULL,
	address TEXT NOT NULL UNIQUE,
	name TEXT NOT NULL,
	role TEXT NOT NULL,
	public BYTES,
	status BIGINT NOT NULL,
	quota BIGINT NOT NULL,
	PRIMARY KEY (contract, id)
) CLUSTERED
;
CREATE TABLE alias (
	address TEXT PRIMARY KEY,
	contract BIGINT NOT NULL,
	targets TEXT NOT NULL,
	identity BIGINT NOT NULL
) CLUSTERED
;
CREATE INDEX alias_contract ON alias (contract, address)
;
CREATE TABLE team (
	contract BIGINT NOT NULL,
	name TEXT NOT NULL,
	members TEXT NOT NULL,
	PRIMARY KEY (contract, name)
) CLUSTERED
;
CREATE TABLE mailbox (
	contract BIGINT NOT NULL,
	account BIGINT NOT NULL,
	id BIGINT NOT NULL,
	name TEXT NOT NULL,
	special TEXT NOT NULL,
	subscribed BIGINT NOT NULL,
	uidvalidity BIGINT NOT NULL,
	uidnext BIGINT NOT NULL,
	modseq BIGINT NOT NULL,
	messages BIGINT NOT NULL,
	unseen BIGINT NOT NULL,
	deleted BIGINT NOT NULL,
	size BIGINT NOT NULL,
	PRIMARY KEY (contract, account, id)
) CLUSTERED
;
CREATE TABLE message (
	contract BIGINT NOT NULL,
	id BIGINT NOT NULL,
	segment BIGINT NOT NULL,
	position BIGINT NOT NULL,
	shape BYTES NOT NULL,
	size BIGINT NOT NULL,
	refs BIGINT NOT NULL,
	placed BYTES,
	PRIMARY KEY (contract, id)
) CLUSTERED
;
CREATE TABLE placed (
	contract BIGINT NOT NULL,
	mailbox BIGINT NOT NULL,
	uid BIGINT NOT NULL,
	message BIGINT NOT NULL,
	flags BIGINT NOT NULL,
	keywords TEXT NOT NULL,
	internal BIGINT NOT NULL,
	modseq BIGINT NOT NULL,
	size BIGINT NOT NULL,
	PRIMARY KEY (contract, mailbox, uid)
) CLUSTERED
;
CREATE TABLE gone (
	contract BIGINT NOT NULL,
	mailbox BIGINT NOT NULL,
	modseq BIGINT NOT NULL,
	uid BIGINT NOT NULL,
	PRIMARY KEY (contract, mailbox, modseq, uid)
) CLUSTERED
;
CREATE TABLE wrap (
	contract BIGINT NOT NULL,
	account BIGINT NOT NULL,
	message BIGINT NOT NULL,
	kind BIGINT NOT NULL,
	sealed BYTES NOT NULL,
	PRIMARY KEY (contract, message, account)
) CLUSTERED
;
CREATE TABLE chunk (
	contract BIGINT NOT NULL,
	mailbox BIGINT NOT NULL,
	low BIGINT NOT NULL,
	high BIGINT NOT NULL,
	sealed BYTES NOT NULL,
	PRIMARY KEY (contract, mailbox, low)
)
;
CREATE TABLE trace (
	contract BIGINT NOT NULL,
	at BIGINT NOT NULL,
	trace BIGINT NOT NULL,
	message BIGINT NOT NULL,
	people TEXT NOT NULL,
	data BYTES NOT NULL,
	placed BYTES,
	PRIMARY KEY (contract, at, trace, message)
) CLUSTERED
;
CREATE INDEX trace_reference ON trace (trace)
;
CREATE TABLE event (
	contract BIGINT NOT NULL,
	trace BIGINT NOT NULL,
	id BIGINT NOT NULL,
	at BIGINT NOT NULL,
	recipient TEXT NOT NULL,
	what TEXT NOT NULL,
	who TEXT NOT NULL,
	note TEXT NOT NULL,
	PRIMARY KEY (contract, trace, id)
) CLUSTERED
;
CREATE TABLE kept (
	contract BIGINT NOT NULL,
	id BIGINT NOT NULL,
	message BIGINT NOT NULL,
	trace BIGINT NOT NULL,
	fate BIGINT NOT NULL,
	arrived BIGINT NOT NULL,
	until BIGINT NOT NULL,
	recipient TEXT NOT NULL,
	sender TEXT NOT NULL,
	data BYTES NOT NULL,
	PRIMARY KEY (contract, id)
) CLUSTERED
;
CREATE INDEX kept_until ON kept (until)
;
CREATE INDEX kept_id ON kept (id)
;
CREATE TABLE queue (
	contract BIGINT NOT NULL,
	id BIGINT NOT NULL,
	message BIGINT NOT NULL,
	trace BIGINT NOT NULL,
	state TEXT NOT NULL,
	due BIGINT NOT NULL,
	arrived BIGINT NOT NULL,
	attempts BIGINT NOT NULL,
	warned BIGINT NOT NULL,
	recipient TEXT NOT NULL,
	last TEXT NOT NULL,
	data BYTES NOT NULL,
	PRIMARY KEY (contract, id)
) CLUSTERED
;
CREATE INDEX queue_due ON queue (state, due)
;
CREATE INDEX queue_id ON queue (id)
;
CREATE TABLE contact (
	contract BIGINT NOT NULL,
	inside TEXT NOT NULL,
	outside TEXT NOT NULL,
	first BIGINT NOT NULL,
	last BIGINT NOT NULL,
	PRIMARY KEY (contract, inside, outside)
) CLUSTERED
`

// step2: records that nothing refers to any more, until their space is given back.
const step2 = `
CREATE TABLE dead (
	segment BIGINT NOT NULL,
	position BIGINT NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (segment, position)
) CLUSTERED
`

// step3: what the archive of a contract keeps.
const step3 = `
CREATE TABLE archived (
	contract BIGINT NOT NULL,
	message BIGINT NOT NULL,
	at BIGINT NOT NULL,
	size BIGINT NOT NULL,
	PRIMARY KEY (contract, message)
) CLUSTERED
`

// stepEmail: what JMAP needs. Of a message's place the thread (a hash, see wire.ThreadOf) and whether it has an attachment,
// which the lengths of its pieces tell anyway; what was in a place that is gone; uploads; and things of an account that are
// no mails. Mails from before have no thread: each is one of its own.
const stepEmail = `
ALTER TABLE placed ADD COLUMN thread BIGINT NOT NULL DEFAULT 0
;
ALTER TABLE placed ADD COLUMN attached BIGINT NOT NULL DEFAULT 0
;
ALTER TABLE gone ADD COLUMN message BIGINT NOT NULL DEFAULT 0
;
ALTER TABLE gone ADD COLUMN thread BIGINT NOT NULL DEFAULT 0
;
CREATE TABLE upload (
	contract BIGINT NOT NULL,
	account BIGINT NOT NULL,
	message BIGINT NOT NULL,
	at BIGINT NOT NULL,
	kind TEXT NOT NULL,
	PRIMARY KEY (contract, account, message)
) CLUSTERED
;
CREATE INDEX upload_at ON upload (at)
;
CREATE TABLE item (
	contract BIGINT NOT NULL,
	account BIGINT NOT NULL,
	kind TEXT NOT NULL,
	id BIGINT NOT NULL,
	modseq BIGINT NOT NULL,
	begun BIGINT NOT NULL,
	gone BIGINT NOT NULL,
	sealed BYTES,
	key BIGINT NOT NULL,
	box BYTES,
	PRIMARY KEY (contract, account, kind, id)
) CLUSTERED
`

// stepUndo: a mail that its sender takes back is found by its trace.
const stepUndo = `
CREATE INDEX kept_trace ON kept (trace)
`

// stepFilter: a second box of an item, for what delivery reads when its owner is not signed in; and whom automatic replies went to.
const stepFilter = `
ALTER TABLE item ADD COLUMN config BYTES
;
CREATE TABLE answered (
	contract BIGINT NOT NULL,
	account BIGINT NOT NULL,
	mark BYTES NOT NULL,
	until BIGINT NOT NULL,
	PRIMARY KEY (contract, account, mark)
) CLUSTERED
`

// stepSlice: the search index in slices. What there was is made anew by the next search.
const stepSlice = `
DROP TABLE chunk
;
CREATE TABLE chunk (
	contract BIGINT NOT NULL,
	mailbox BIGINT NOT NULL,
	slice BIGINT NOT NULL,
	low BIGINT NOT NULL,
	high BIGINT NOT NULL,
	sealed BYTES NOT NULL,
	PRIMARY KEY (contract, mailbox, slice, low)
)
`

// stepQueue: of a delivery to the outside its sender, to search by, and who gave it up. What waited before is found by its recipient.
const stepQueue = `
ALTER TABLE queue ADD COLUMN sender TEXT NOT NULL DEFAULT ''
;
ALTER TABLE queue ADD COLUMN ended TEXT NOT NULL DEFAULT ''
`

// stepPartner: the shared address book, and the addresses ("address") and groups ("group") that its entries are found by.
const stepPartner = `
CREATE TABLE partner (
	contract BIGINT NOT NULL,
	id BIGINT NOT NULL,
	name TEXT NOT NULL,
	search TEXT NOT NULL,
	data BYTES NOT NULL,
	PRIMARY KEY (contract, id)
) CLUSTERED
;
CREATE INDEX partner_name ON partner (contract, name, id)
;
CREATE TABLE partner_key (
	contract BIGINT NOT NULL,
	kind TEXT NOT NULL,
	word TEXT NOT NULL,
	partner BIGINT NOT NULL,
	PRIMARY KEY (contract, kind, word, partner)
) CLUSTERED
`

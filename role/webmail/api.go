package webmail

import (
	"encoding/json"
	"strings"

	"sekisho/mail/jmap"
	"sekisho/wire"
)

// The capabilities that the session object names.
const (
	capCore       = "urn:ietf:params:jmap:core"
	capMail       = "urn:ietf:params:jmap:mail"
	capSubmission = "urn:ietf:params:jmap:submission"
	capVacation   = "urn:ietf:params:jmap:vacationresponse"
	capQuota      = "urn:ietf:params:jmap:quota"
	capSekisho    = "urn:sekisho:jmap"
)

func capabilities() []string {
	return []string{capCore, capMail, capSubmission, capVacation, capQuota, capSekisho}
}

const (
	mostCalls   = 32
	mostGet     = 500
	mostSet     = 500
	sizeRequest = 10 << 20
	mostDepth   = 64
)

// method is one JMAP method.
type method struct {
	needs  string // capability that must be in using
	writes bool
	run    func(*turn, json.RawMessage) (any, error)
}

// methods is everything that can be called.
func methods() map[string]method {
	return map[string]method{
		"Core/echo": {capCore, false, func(_ *turn, args json.RawMessage) (any, error) { return args, nil }},

		"Mailbox/get":          {capMail, false, run((*turn).mailboxGet)},
		"Mailbox/changes":      {capMail, false, run((*turn).mailboxChanges)},
		"Mailbox/query":        {capMail, false, run((*turn).mailboxQuery)},
		"Mailbox/queryChanges": {capMail, false, cannotCalculate},
		"Mailbox/set":          {capMail, true, run((*turn).mailboxSet)},

		"Email/get":          {capMail, false, run((*turn).emailGet)},
		"Email/changes":      {capMail, false, run((*turn).emailChanges)},
		"Email/query":        {capMail, false, run((*turn).emailQuery)},
		"Email/queryChanges": {capMail, false, cannotCalculate},
		"Email/set":          {capMail, true, run((*turn).emailSet)},
		"Email/import":       {capMail, true, run((*turn).emailImport)},
		"Email/parse":        {capMail, false, run((*turn).emailParse)},
		"Email/copy": {capMail, true, func(*turn, json.RawMessage) (any, error) {
			return nil, jmap.Fail("fromAccountNotFound", "there is one account only")
		}},
		"SearchSnippet/get": {capMail, false, run((*turn).snippetGet)},

		"Thread/get":     {capMail, false, run((*turn).threadGet)},
		"Thread/changes": {capMail, false, run((*turn).threadChanges)},

		"Identity/get":     {capSubmission, false, run((*turn).identityGet)},
		"Identity/changes": {capSubmission, false, cannotCalculate},
		"Identity/set":     {capSubmission, true, run((*turn).identitySet)},

		"EmailSubmission/get":          {capSubmission, false, run((*turn).submissionGet)},
		"EmailSubmission/changes":      {capSubmission, false, run((*turn).submissionChanges)},
		"EmailSubmission/query":        {capSubmission, false, run((*turn).submissionQuery)},
		"EmailSubmission/queryChanges": {capSubmission, false, cannotCalculate},
		"EmailSubmission/set":          {capSubmission, true, run((*turn).submissionSet)},

		"Email/render":        {capSekisho, false, run((*turn).emailRender)},
		"Submission/check":    {capSekisho, false, run((*turn).submissionCheck)},
		"Directory/query":     {capSekisho, false, run((*turn).directoryQuery)},
		"SharedContact/get":   {capSekisho, false, run((*turn).sharedGet)},
		"SharedContact/query": {capSekisho, false, run((*turn).sharedQuery)},
		"Kept/query":          {capSekisho, false, run((*turn).keptQuery)},
		"Kept/get":            {capSekisho, false, run((*turn).keptGet)},
		"Kept/set":            {capSekisho, true, run((*turn).keptSet)},
		"Sender/get":          {capSekisho, false, run((*turn).senderGet)},
		"Sender/query":        {capSekisho, false, run((*turn).senderQuery)},
		"Sender/set":          {capSekisho, true, run((*turn).senderSet)},
		"Sender/changes":      {capSekisho, false, cannotCalculate},
		"Contact/get":         {capSekisho, false, run(objectGet[contact](contacts))},
		"Contact/set":         {capSekisho, true, run(objectSet[contact](contacts))},
		"Contact/query":       {capSekisho, false, run((*turn).contactQuery)},
		"Contact/changes":     {capSekisho, false, run((*turn).contactChanges)},
		"Template/get":        {capSekisho, false, run(objectGet[template](templates))},
		"Template/set":        {capSekisho, true, run(objectSet[template](templates))},
		"Template/changes":    {capSekisho, false, run((*turn).templateChanges)},
		"Preference/get":      {capSekisho, false, run(singleGet[preference](preferences))},
		"Preference/set":      {capSekisho, true, run(singleSet[preference](preferences))},

		"Delegate/get": {capSekisho, false, run((*turn).delegateGet)},
		"Delegate/set": {capSekisho, true, run((*turn).delegateSet)},
		"SendWait/get": {capSekisho, false, run((*turn).sendWaitGet)},
		"SendWait/set": {capSekisho, true, run((*turn).sendWaitSet)},

		"Filter/get": {capSekisho, false, run((*turn).filterGet)},
		"Filter/set": {capSekisho, true, run((*turn).filterSet)},

		"VacationResponse/get": {capVacation, false, run((*turn).vacationGet)},
		"VacationResponse/set": {capVacation, true, run((*turn).vacationSet)},

		"Quota/get":     {capQuota, false, run((*turn).quotaGet)},
		"Quota/query":   {capQuota, false, run((*turn).quotaQuery)},
		"Quota/changes": {capQuota, false, cannotCalculate},
	}
}

// cannotCalculate is the answer where differences are not kept; the client asks anew.
func cannotCalculate(*turn, json.RawMessage) (any, error) {
	return nil, jmap.Fail("cannotCalculateChanges", "ask for everything again")
}

// run makes a method of a function on decoded arguments.
func run[A any](f func(*turn, *A) (any, error)) func(*turn, json.RawMessage) (any, error) {
	return func(t *turn, raw json.RawMessage) (any, error) {
		var a A
		if err := jmap.Decode(raw, &a); err != nil {
			return nil, err
		}
		return f(t, &a)
	}
}

// api answers POST /jmap/api.
func (t *turn) api() (wire.WebResponse, error) {
	r, refusal := jmap.ParseRequest(t.q.Body, capabilities(), jmap.Limits{Size: sizeRequest, Calls: mostCalls, Depth: mostDepth})
	if refusal != nil {
		return refused(refusal), nil
	}
	for k, v := range r.Created {
		t.created[k] = v
	}
	responses := make([]jmap.Invocation, 0, len(r.Calls))
	for _, c := range r.Calls {
		for _, out := range t.call(r.Using, c, responses) {
			out.ID = c.ID
			responses = append(responses, out)
		}
	}
	return t.respond(r, responses)
}

// respond writes the response object. The arguments are JSON already.
func (t *turn) respond(r *jmap.Request, responses []jmap.Invocation) (wire.WebResponse, error) {
	b := []byte(`{"methodResponses":[`)
	for i, x := range responses {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(append(b, '['), x.Name)
		b = append(append(append(b, ','), x.Args...), ',')
		b = append(appendText(b, x.ID), ']')
	}
	b = appendText(append(b, `],"sessionState":`...), sessionState)
	if r.Asked {
		created, err := json.Marshal(t.created)
		if err != nil {
			return wire.WebResponse{}, err
		}
		b = append(append(b, `,"createdIds":`...), created...)
	}
	return wire.WebResponse{Status: 200, Type: "application/json", Body: append(b, '}')}, nil
}

// several is an answer that is followed by others of the same call.
type several struct {
	first any
	more  []jmap.Invocation
}

// call answers one method call.
func (t *turn) call(using []string, c jmap.Invocation, before []jmap.Invocation) []jmap.Invocation {
	got, err := t.answer(using, c, before)
	var more []jmap.Invocation
	if s, is := got.(several); is {
		got, more = s.first, s.more
	}
	if err == nil {
		b, is := got.(written)
		if !is {
			b, err = json.Marshal(got)
		}
		if err == nil {
			return append([]jmap.Invocation{{Name: c.Name, Args: json.RawMessage(b)}}, more...)
		}
	}
	b, _ := json.Marshal(t.w.fail(err))
	return []jmap.Invocation{{Name: "error", Args: b}}
}

func (t *turn) answer(using []string, c jmap.Invocation, before []jmap.Invocation) (any, error) {
	m, known := t.w.methods[c.Name]
	if !known || !contains(using, m.needs) {
		return nil, jmap.Fail("unknownMethod", "no method %.60q with the capabilities in using", c.Name)
	}
	if !t.may(m.writes) {
		return nil, jmap.Fail("forbidden", "the access token does not allow it")
	}
	args, bad := jmap.Resolve(c.Args, before)
	if bad != nil {
		return nil, bad
	}
	if c.Name != "Core/echo" {
		if err := t.checkAccount(args); err != nil {
			return nil, err
		}
	}
	if t.ctx.Err() != nil {
		return nil, jmap.Fail("serverUnavailable", "the request takes too long")
	}
	return m.run(t, args)
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// checkAccount refuses accounts that are not the ticket's: nobody has any other.
func (t *turn) checkAccount(args json.RawMessage) error {
	var a struct {
		AccountID *string `json:"accountId"`
	}
	if err := json.Unmarshal(args, &a); err != nil {
		return jmap.Invalid("accountId", "not a string")
	}
	if a.AccountID == nil {
		return jmap.Invalid("accountId", "missing")
	}
	if *a.AccountID != t.account() {
		return jmap.Fail("accountNotFound", "no such account")
	}
	return nil
}

// sessionState changes when the session object does: with the program, as capabilities are part of it.
const sessionState = "1"

// session answers GET /jmap/session (RFC 8620 section 2).
func (t *turn) session() (wire.WebResponse, error) {
	who, err := t.who()
	if err != nil {
		return wire.WebResponse{}, err
	}
	base := strings.TrimSuffix(t.q.Origin, "/")
	mail := map[string]any{"maxMailboxesPerEmail": nil, "maxMailboxDepth": 30, "maxSizeMailboxName": 250, "maxSizeAttachmentsPerEmail": t.w.config.Size * 3 / 4,
		"emailQuerySortOptions": []string{"receivedAt", "size", "from", "to", "subject", "sentAt", "hasKeyword"}, "mayCreateTopLevelMailbox": true}
	own := map[string]any{capMail: mail, capSubmission: map[string]any{"maxDelayedSend": mostDelay, "submissionExtensions": map[string]any{}},
		capQuota: struct{}{}, capVacation: struct{}{}, capSekisho: struct{}{}}
	primary := map[string]string{}
	for c := range own {
		primary[c] = t.account()
	}
	b, err := json.Marshal(map[string]any{
		"capabilities": map[string]any{
			capCore: map[string]any{"maxSizeUpload": t.w.config.Size, "maxConcurrentUpload": 4, "maxSizeRequest": sizeRequest, "maxConcurrentRequests": 8,
				"maxCallsInRequest": mostCalls, "maxObjectsInGet": mostGet, "maxObjectsInSet": mostSet, "collationAlgorithms": []string{"i;unicode-casemap"}},
			capMail: struct{}{}, capSubmission: struct{}{}, capVacation: struct{}{}, capQuota: struct{}{}, capSekisho: struct{}{}},
		"accounts":        map[string]any{t.account(): map[string]any{"name": who.Address, "isPersonal": true, "isReadOnly": !t.may(true), "accountCapabilities": own}},
		"primaryAccounts": primary, "username": who.Address, "state": sessionState,
		"apiUrl": base + "/jmap/api", "uploadUrl": base + "/jmap/upload/{accountId}",
		"downloadUrl":    base + "/jmap/download/{accountId}/{blobId}/{name}?accept={type}",
		"eventSourceUrl": base + "/jmap/events?types={types}&closeafter={closeafter}&ping={ping}"})
	return wire.WebResponse{Status: 200, Type: "application/json", Body: b}, err
}

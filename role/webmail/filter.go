package webmail

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"sekisho"
	"sekisho/mail/jmap"
	"sekisho/mail/rule"
	"sekisho/mail/sieve"
	"sekisho/seal"
	"sekisho/wire"
)

// Filters, forwarding and automatic replies are one Sieve script: the only thing that is kept, sealed to the account, and to the
// contract's key for settings, by which gate has it opened when mail comes. A rule's mailbox is kept by its number, so that it
// may be named anew.

func sieveKind() kind { return kind{"sieve", sekisho.ClassConfig} }

// scripted is the account's script and what the app's rules say of it.
type scripted struct {
	id     sekisho.MessageID
	modseq uint64
	script string
	set    rule.Set
	byHand bool // the rules cannot say what it does
}

func (t *turn) script() (scripted, error) {
	var x scripted
	var kept wire.FilterItem
	var err error
	if x.id, x.modseq, err = t.setting(sieveKind(), &kept); err != nil {
		return x, err
	}
	x.script, x.set = kept.Script, rule.Set{Rules: []rule.Rule{}, Forward: rule.Forward{Keep: true}}
	if kept.Script == "" {
		return x, nil
	}
	set, ok := rule.Read([]byte(kept.Script))
	if x.byHand = !ok; ok {
		if set.Forward.To == "" {
			set.Forward.Keep = true
		}
		x.set = set
	}
	return x, nil
}

// keepScript writes the script; Conflict when it has changed since it was read.
func (t *turn) keepScript(x *scripted, text string) error {
	who, err := t.who()
	if err != nil {
		return err
	}
	if len(who.Config) == 0 {
		return jmap.Fail("serverUnavailable", "%s", t.say("The keys for filters are not made yet: ask your administrator to save the organisation's settings once.",
			"フィルター用の鍵がまだありません。管理者に、組織の設定を一度保存するよう依頼してください。"))
	}
	k := sieveKind()
	item, data, err := t.sealed(k, x.id, 0, wire.FilterItem{Script: text})
	if err != nil {
		return err
	}
	item.Config, err = t.w.senders.Box(t.w.config.Clock(), who.Config, seal.For{Contract: t.ticket.Contract, Account: t.ticket.Account, Key: uint8(wire.ConfigKey),
		Message: item.ID}, data)
	if err != nil {
		return err
	}
	got, err := wire.StoreItemSet.Ask(t.ctx, t.w.peers.Store, wire.ItemSet{Pass: t.ticket.Pass, Kind: k.name, Unless: x.modseq, Put: []wire.Item{item}})
	if err != nil {
		return err
	}
	x.modseq = got.ModSeq
	return nil
}

// say is a text in the language of the request.
func (t *turn) say(en, ja string) string {
	if t.q.Language == "ja" {
		return ja
	}
	return en
}

// filterObject is the JMAP object of the rules.
type filterObject struct {
	Rules   []rule.Rule  `json:"rules"`
	Forward rule.Forward `json:"forward"`
	Script  *string      `json:"script"`  // null: the rules are all
	Allowed []string     `json:"allowed"` // domains that mail may be sent on to; "*" is any
}

func filterOf(x scripted, who *wire.Identified) filterObject {
	out := filterObject{Rules: moved(x.set.Rules, fromMark), Forward: x.set.Forward, Allowed: allowed(who)}
	if x.byHand {
		out.Script = &x.script
	}
	return out
}

// moved gives the rules with the mailboxes of their moves written in another way.
func moved(list []rule.Rule, to func(string) string) []rule.Rule {
	out := slices.Clone(list)
	for i := range out {
		out[i].Actions = slices.Clone(out[i].Actions)
		for j, a := range out[i].Actions {
			if a.Do == "move" {
				out[i].Actions[j].Value = to(a.Value)
			}
		}
	}
	return out
}

func fromMark(name string) string {
	n, is := strings.CutPrefix(name, wire.MailboxMark)
	if id, err := strconv.ParseUint(n, 10, 63); is && err == nil {
		return boxID(sekisho.MailboxID(id))
	}
	return name
}

func toMark(id string) string {
	if b, ok := parseBox(id); ok {
		return wire.MailboxMark + strconv.FormatUint(uint64(b), 10)
	}
	return id
}

// filterGet answers Filter/get.
func (t *turn) filterGet(a *getArgs) (any, error) {
	return t.scriptGet(a, func(x scripted) (any, error) {
		who, err := t.who()
		if err != nil {
			return nil, err
		}
		return filterOf(x, who), nil
	})
}

func allowed(who *wire.Identified) []string {
	list := slices.Clone(who.Domains)
	if who.Automatic != nil {
		list = append(list, who.Automatic.Forward...)
	}
	return list
}

func (t *turn) scriptGet(a *getArgs, shown func(scripted) (any, error)) (any, error) {
	x, err := t.script()
	if err != nil {
		return nil, err
	}
	return t.getOne(a, x.modseq, func() (any, error) { return shown(x) })
}

// scriptSet answers the set methods of the two objects that the script stands for: change gives the new script.
func (t *turn) scriptSet(a *setArgs, change func(x scripted, patch json.RawMessage) (string, *setError)) (any, error) {
	x, err := t.script()
	if err != nil {
		return nil, err
	}
	return t.setOne(a, x.modseq, func(patch json.RawMessage) (uint64, *setError, error) {
		text, e := change(x, patch)
		if e != nil {
			return 0, e, nil
		}
		err := t.keepScript(&x, text)
		return x.modseq, nil, err
	})
}

// filterSet answers Filter/set.
func (t *turn) filterSet(a *setArgs) (any, error) {
	who, err := t.who()
	if err != nil {
		return nil, err
	}
	return t.scriptSet(a, func(x scripted, patch json.RawMessage) (string, *setError) {
		var o struct {
			Rules   *[]rule.Rule  `json:"rules"`
			Forward *rule.Forward `json:"forward"`
			Script  *string       `json:"script"`
		}
		if err := jmap.Decode(patch, &o); err != nil {
			return "", badProperty(err.Description, err.Arguments...)
		}
		if o.Script != nil {
			return t.byHand(*o.Script, x.script)
		}
		set := x.set
		if o.Rules != nil {
			set.Rules = moved(*o.Rules, toMark)
		}
		if o.Forward != nil {
			set.Forward = *o.Forward
		}
		if e := t.goesTo(set, who); e != nil {
			return "", e
		}
		before := sentTo(x.set)
		if slices.ContainsFunc(sentTo(set), func(a string) bool { return !slices.Contains(before, a) }) && !t.fresh() {
			return "", t.stepUp()
		}
		return t.writeSet(set)
	})
}

// freshTime is how long a proof of more than the cookie lasts.
const freshTime = 10 * time.Minute

// fresh says whether the person proved lately who he is. That mail goes elsewhere from now on outlives a stolen session.
func (t *turn) fresh() bool { return t.w.config.Clock().Sub(t.ticket.Fresh) < freshTime }

func (t *turn) stepUp() *setError {
	return &setError{Type: "urn:sekisho:problem:step-up", Description: t.say("To have mail sent on, prove who you are once more in the browser.",
		"転送を設定するには、ブラウザーでもう一度本人確認をしてください。")}
}

// sentTo are the addresses that a set sends mail on to.
func sentTo(set rule.Set) (out []string) {
	if set.Forward.Enabled {
		out = append(out, set.Forward.To)
	}
	for _, r := range set.Rules {
		for _, a := range r.Actions {
			if a.Do == "forward" && r.Enabled {
				out = append(out, a.Value)
			}
		}
	}
	return out
}

// byHand checks a script that a person wrote.
func (t *turn) byHand(text, before string) (string, *setError) {
	if strings.TrimSpace(text) == "" {
		return "", nil
	}
	if strings.Contains(strings.ToLower(text), "redirect") && text != before && !t.fresh() {
		return "", t.stepUp()
	}
	if _, faults := sieve.Parse([]byte(text), rule.Delivery()); len(faults) > 0 {
		return "", badProperty(faults[0].Error(), "script")
	}
	return text, nil
}

// goesTo checks mailboxes and the addresses that mail is sent on to.
func (t *turn) goesTo(set rule.Set, who *wire.Identified) *setError {
	boxes, err := t.folders()
	if err != nil {
		return &setError{Type: "serverFail"}
	}
	for _, r := range set.Rules {
		for _, a := range r.Actions {
			if a.Do == "move" && !slices.ContainsFunc(boxes, func(b wire.Mailbox) bool { return toMark(boxID(b.ID)) == a.Value }) {
				return badProperty(t.say("A rule moves mail into a mailbox that is not there.", "存在しないメールボックスに移動するルールがあります。"), "rules")
			}
		}
	}
	for _, a := range sentTo(set) {
		_, domain, _ := strings.Cut(a, "@")
		if !who.Automatic.Allows(domain, who.Domains) {
			return badProperty(t.say("Your organisation does not allow mail to be sent on to ", "組織の設定により、次の宛先への転送は許可されていません: ")+a, "forward")
		}
	}
	return nil
}

// writeSet makes the script of a set.
func (t *turn) writeSet(set rule.Set) (string, *setError) {
	text, faults := rule.Write(set)
	if len(faults) > 0 {
		property, _, _ := strings.Cut(strings.TrimPrefix(faults[0].Pointer, "/"), "/")
		said := faults[0].Text
		if ja := faultWords[faults[0].Slug]; ja != "" {
			said = t.say(said, ja+" ("+faults[0].Pointer+")")
		}
		return "", badProperty(said, property)
	}
	return string(text), nil
}

// faultWords are rule's faults in Japanese.
var faultWords = map[string]string{"name": "名前が正しくありません。", "length": "長すぎるか、多すぎます。", "match": "一致の条件が正しくありません。", "field": "対象が正しくありません。",
	"op": "条件が正しくありません。", "value": "値が空か、使えない文字があります。", "action": "動作がないか、正しくありません。", "mailbox": "メールボックスが正しくありません。",
	"flag": "フラグが正しくありません。", "label": "ラベルに使えない文字があります。", "address": "メールアドレスではありません。", "number": "数値が正しくありません。"}

// vacationObject is the JMAP object of the automatic reply (RFC 8621 section 8).
type vacationObject struct {
	IsEnabled bool       `json:"isEnabled"`
	FromDate  *time.Time `json:"fromDate"`
	ToDate    *time.Time `json:"toDate"`
	Subject   *string    `json:"subject"`
	TextBody  *string    `json:"textBody"`
	HTMLBody  *string    `json:"htmlBody"`
}

func vacationOf(v rule.Vacation) vacationObject {
	o := vacationObject{IsEnabled: v.Enabled}
	if v.Text != "" {
		text := strings.ReplaceAll(v.Text, "\r\n", "\n")
		o.TextBody = &text
	}
	if v.Subject != "" {
		o.Subject = &v.Subject
	}
	if !v.From.IsZero() {
		o.FromDate = &v.From
	}
	if !v.Until.IsZero() {
		o.ToDate = &v.Until
	}
	return o
}

func (o *vacationObject) rule(before rule.Vacation) rule.Vacation {
	v := rule.Vacation{Enabled: o.IsEnabled, Days: before.Days, Addresses: before.Addresses}
	if o.TextBody != nil {
		v.Text = *o.TextBody
	}
	if o.Subject != nil {
		v.Subject = *o.Subject
	}
	if o.FromDate != nil {
		v.From = *o.FromDate
	}
	if o.ToDate != nil {
		v.Until = *o.ToDate
	}
	return v
}

// vacationGet answers VacationResponse/get.
func (t *turn) vacationGet(a *getArgs) (any, error) {
	return t.scriptGet(a, func(x scripted) (any, error) { return vacationOf(x.set.Vacation), nil })
}

// vacationSet answers VacationResponse/set.
func (t *turn) vacationSet(a *setArgs) (any, error) {
	return t.scriptSet(a, func(x scripted, patch json.RawMessage) (string, *setError) {
		if x.byHand {
			return "", &setError{Type: "forbidden", Description: t.say("A script written by hand is in force: it says what is answered.", "手書きのスクリプトが有効なため、ここでは変更できません。")}
		}
		o := vacationOf(x.set.Vacation)
		if err := jmap.Decode(patch, &o); err != nil {
			return "", badProperty(err.Description, err.Arguments...)
		}
		if o.HTMLBody != nil {
			return "", badProperty("automatic replies are plain text: textBody", "htmlBody")
		}
		if o.FromDate != nil && o.ToDate != nil && o.ToDate.Before(*o.FromDate) {
			return "", badProperty(t.say("The end is before the beginning.", "終了日時が開始日時より前です。"), "toDate")
		}
		set := x.set
		set.Vacation = o.rule(set.Vacation)
		return t.writeSet(set)
	})
}

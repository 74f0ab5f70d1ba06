package wire

import "sekisho"

// StoreHabit says what is unusual about whom one sender writes to: from whom has corresponded with whom, and a sketch of which
// organisations were written to together. Gate asks for a contract's rules, webmail for the person who is about to send.
var StoreHabit = define[HabitQuery, Habit](sekisho.Store, 157, "habit", small, sekisho.Gate, sekisho.Webmail)

// HabitQuery asks about one mail. Webmail gives a pass, and the account's own address and contract count.
type HabitQuery struct {
	Pass     Pass
	Contract sekisho.ContractID
	From     string
	Outside  []string // recipients outside; more than 200 are not looked at
	Named    bool     // gate's: the organisations of the shared address book too
}

// Habit answers. Rare are recipients whom neither the sender nor more than one other person of the contract has corresponded with, when
// the sender has written to many; Apart are pairs of organisations that were never written to together.
type Habit struct {
	Rare  []string
	Apart []Apart
	Named []Organisation
}

// Organisation is one of the shared address book: its name, and the registered domains of its addresses.
type Organisation struct {
	Name    string
	Domains []string
}

// MostNamed is how many organisations are told.
const MostNamed = 2000

// Apart is two organisations.
type Apart struct{ One, Other string }

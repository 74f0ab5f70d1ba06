package wire

import "sekisho"

// StoreOwn says, and changes, what a person decides about his own mail: who stands in for him while he is away, and how long his mail waits
// before it leaves.
var StoreOwn = define[Own, OwnSetting](sekisho.Store, 192, "own", small, sekisho.Webmail)

// Own asks, after it has changed what is not nil. Deputy.Address does not count: it is the account's own.
type Own struct {
	Pass   Pass
	Deputy *Deputy
	Wait   *Wait
}

// OwnSetting is what holds.
type OwnSetting struct {
	Deputy Deputy   // who stands in for him; an empty Deputy: nobody
	For    []Deputy // for whom he stands in
	Wait   Wait
	Most   int // minutes that the contract allows; 0: none
}

// Wait is how long mail that somebody sends waits here before it leaves, so that he can take it back: minutes, and for which mail:
// "all" (also ""), "outside" with a recipient outside, "inside" without one.
type Wait struct {
	Minutes int
	For     string
}

// MostWait is how many minutes a contract can allow.
const MostWait = 24 * 60

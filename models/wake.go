package models

import "time"

// The kinds of task: what is to be done about the row that the id names.
const (
	KindConverse = "converse" // an inbox event has come in
	KindSettle   = "settle"   // a draft has waited long enough
	KindDeliver  = "deliver"  // an address has messages to get
	KindFire     = "fire"     // a timer is due
	KindFetch    = "fetch"    // a photo is to be fetched and cleaned
	KindReturn   = "return"   // a conversation goes back from a person to the bot
	KindErase    = "erase"    // what is known of a reporter is to be erased
	KindLocate   = "locate"   // the point of a ticket's address is to be looked up
)

// Wake asks for a task: the row that has work, and the epoch that names this asking.
type Wake struct {
	Kind  string
	ID    string
	Epoch int64
	At    time.Time // zero: now
}

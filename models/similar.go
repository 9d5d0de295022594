package models

import (
	"math"
	"time"
)

// Relation says how a ticket stands to another one, which its RelatedID names.
type Relation string

// The relations of tickets.
const (
	RelationMerged   Relation = "merged"   // its reports are the other's now
	RelationMaybe    Relation = "maybe"    // perhaps the same: nobody has said
	RelationRecurs   Relation = "recurs"   // its reporter says that what the other was about is not done
	RelationDistinct Relation = "distinct" // somebody was asked, and says that it is another thing
)

// Clue is what is known of a report when tickets of the same thing are looked for. Empty fields say nothing.
type Clue struct {
	Except    string // the id of its own ticket
	Category  string
	Priority  Priority
	Area      string
	Lat, Lon  *float64
	Address   string
	Reporters []string  // ids of those who reported it
	Hashes    []int64   // of its pictures, as attachments keep them
	At        time.Time // when it was reported
}

// Similar is a ticket that may be about the same thing.
type Similar struct {
	Ticket
	Metres       float64 // from the place of the clue; negative when one of the two has no point
	SameReporter bool
	SamePicture  bool
	PhotoID      string // of a picture that residents sent, empty without one
}

// Answered tells whether nobody owes anything on the ticket any more.
func (s Similar) Answered() bool { return !s.State.Open() }

// MetresPerDegree is the length of a degree of a great circle of the earth, in metres.
const MetresPerDegree = 111_195

// Metres is the distance of two points of a city; over hundreds of kilometres it is wrong.
func Metres(lat, lon, otherLat, otherLon float64) float64 {
	return MetresPerDegree * math.Hypot(otherLat-lat, (otherLon-lon)*math.Cos(lat*math.Pi/180))
}

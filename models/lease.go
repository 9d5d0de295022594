package models

import "time"

// Lease is a job that one process at a time may do, whichever it is. Position is how far the job has come.
type Lease struct {
	Name     string `gorm:"primaryKey"`
	Token    string
	Until    time.Time
	Position int64
}

package models

import (
	"fmt"
	"time"
)

// Zone is where days begin and end: Asia/Ho_Chi_Minh, UTC+7 without summer time since 1975. It is fixed here, so
// that a due time does not depend on the time zone files of a machine.
var Zone = time.FixedZone("Asia/Ho_Chi_Minh", zoneSeconds)

const (
	zoneSeconds = 7 * 60 * 60
	daySeconds  = 24 * 60 * 60
)

// Date is a day in Zone, counted from 1 January 1970.
type Date int64

// DateOf is the day of an instant in Zone.
func DateOf(t time.Time) Date {
	date, _ := split(t)
	return date
}

// ParseDate reads a day written as 2026-02-17.
func ParseDate(s string) (Date, error) {
	t, err := time.ParseInLocation(time.DateOnly, s, Zone)
	if err != nil {
		return 0, fmt.Errorf("date %q is not a day written as 2026-02-17", s)
	}
	return DateOf(t), nil
}

// String writes the day as 2026-02-17.
func (d Date) String() string { return d.At(0).Format(time.DateOnly) }

// At is the instant that lies so long after the midnight with which the day begins.
func (d Date) At(offset time.Duration) time.Time {
	return time.Unix(int64(d)*daySeconds-zoneSeconds, int64(offset)).In(Zone)
}

// Weekday is the day of the week: 1 January 1970 was a Thursday.
func (d Date) Weekday() time.Weekday {
	return time.Weekday(((d+Date(time.Thursday))%7 + 7) % 7)
}

// split gives the day of an instant and how long that day has lasted.
func split(t time.Time) (Date, time.Duration) {
	local := t.Unix() + zoneSeconds
	date := local / daySeconds
	if local < date*daySeconds {
		date--
	}
	return Date(date), time.Duration(local-date*daySeconds)*time.Second + time.Duration(t.Nanosecond())
}

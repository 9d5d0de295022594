package web

import (
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
)

const (
	// PhotosAnHour is how many come from one address of the network. Behind that of a mobile network, or of a school,
	// there are hundreds of people.
	PhotosAnHour = 300
	// TalksAnHour is how many forms and newly opened chats come from one address together. In a storm a mobile network
	// sends so many; a script that makes tickets for nothing sends more.
	TalksAnHour = 300
	// DiskFloor is what stays free of the photos of residents, in bytes: the rest is for colleagues and the database.
	DiskFloor = 1 << 30

	intakeKept = 10_000 // addresses; forgetting all of them at once keeps memory bounded
)

// Intake bounds what comes from those who did not sign in, in the memory of this program.
type Intake struct {
	now  func() time.Time
	free func() (uint64, error)

	mu   sync.Mutex
	came map[source]hour
}

// source is what is counted, and of which line.
type source struct {
	line netip.Prefix
	what string
}

// hour is how much came since some time, for an hour at most.
type hour struct {
	since time.Time
	count int
}

// NewIntake returns an intake that has taken nothing. Free is what is free of the disk of the photos, in bytes; when it
// fails that is not known, and does not matter.
func NewIntake(now func() time.Time, free func() (uint64, error)) *Intake {
	return &Intake{now: now, free: free, came: map[source]hour{}}
}

// Take counts one photo of an address before it is kept. It refuses with a problem in the language: 429 photos_many or
// 503 photos_full.
func (i *Intake) Take(address, lang string) error {
	if free, err := i.free(); err == nil && free <= DiskFloor {
		p := NewProblem(http.StatusServiceUnavailable, "photos_full", lang)
		p.Detail = locales.Message(lang, "photos_full_hint", nil)
		return p
	}
	return i.count("photos", PhotosAnHour, address, lang)
}

// Meet counts one form, or one chat that is opened. It refuses with a problem in the language: 429 talks_many.
func (i *Intake) Meet(address, lang string) error {
	return i.count("talks", TalksAnHour, address, lang)
}

// count adds one of what, or says until when there may be no more.
func (i *Intake) count(what string, most int, address, lang string) error {
	line, ok := lineOf(address)
	if !ok {
		return nil
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	key := source{line, what}
	now, came := i.now(), i.came[key]
	if !now.Before(came.since.Add(time.Hour)) {
		came = hour{since: now}
	}
	if came.count >= most {
		p := NewProblem(http.StatusTooManyRequests, what+"_many", lang)
		until := came.since.Add(time.Hour)
		at := map[string]any{"time": until.In(models.Zone).Format("15:04")}
		p.Detail, p.Wait = locales.Message(lang, what+"_many_until", at), until.Sub(now)
		return p
	}
	if len(i.came) >= intakeKept {
		clear(i.came)
	}
	came.count++
	i.came[key] = came
	return nil
}

// lineOf is the network that one customer has: an address of IPv4, a /64 of IPv6. An address of our own network is a
// proxy that nobody declared: it is not counted, it would make one sender of the whole city.
func lineOf(address string) (line netip.Prefix, ok bool) {
	ip, err := netip.ParseAddr(address)
	ip = ip.Unmap().WithZone("")
	if err != nil || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return line, false
	}
	bits := 64
	if ip.Is4() {
		bits = 32
	}
	line, err = ip.Prefix(bits)
	return line, err == nil
}

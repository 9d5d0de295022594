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
	// DiskFloor is what stays free of the photos of residents, in bytes: the rest is for colleagues and the database.
	DiskFloor = 1 << 30

	intakeKept = 10_000 // addresses; forgetting all of them at once keeps memory bounded
)

// Intake bounds the photos of those who did not sign in, in the memory of this program: chats and forms are free.
type Intake struct {
	now  func() time.Time
	free func() (uint64, error)

	mu   sync.Mutex
	came map[netip.Prefix]hour
}

// hour is how many photos came since some time, for an hour at most.
type hour struct {
	since time.Time
	count int
}

// NewIntake returns an intake that has taken nothing. Free is what is free of the disk of the photos, in bytes; when it
// fails that is not known, and does not matter.
func NewIntake(now func() time.Time, free func() (uint64, error)) *Intake {
	return &Intake{now: now, free: free, came: map[netip.Prefix]hour{}}
}

// Take counts one photo of an address before it is kept. It refuses with a problem in the language: 429 photos_many or
// 503 photos_full.
func (i *Intake) Take(address, lang string) error {
	if free, err := i.free(); err == nil && free <= DiskFloor {
		p := NewProblem(http.StatusServiceUnavailable, "photos_full", lang)
		p.Detail = locales.Message(lang, "photos_full_hint", nil)
		return p
	}
	if until := i.count(address); !until.IsZero() {
		p := NewProblem(http.StatusTooManyRequests, "photos_many", lang)
		at := until.In(models.Zone).Format("15:04")
		p.Detail = locales.Message(lang, "photos_many_until", map[string]any{"time": at})
		return p
	}
	return nil
}

// count adds a photo, or says until when there may be no more.
func (i *Intake) count(address string) (until time.Time) {
	network, ok := lineOf(address)
	if !ok {
		return until
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	now, came := i.now(), i.came[network]
	if !now.Before(came.since.Add(time.Hour)) {
		came = hour{since: now}
	}
	if came.count >= PhotosAnHour {
		return came.since.Add(time.Hour)
	}
	if len(i.came) >= intakeKept {
		clear(i.came)
	}
	came.count++
	i.came[network] = came
	return until
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

package main

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/telegram"
	"github.com/vticket/vticket/bots/webchat"
	"github.com/vticket/vticket/models"
)

// demoFate is what becomes of a report, and when it must have come for that.
type demoFate struct {
	Key      fateKey
	Share    int           // of 300
	From, To time.Duration // how long ago it was reported: From at most, To at least
	By       time.Duration // how long ago it is settled at the latest
	Talks    bool          // the resident has to answer in a chat
}

type fateKey string

// What can become of a report.
const (
	fateClosed     fateKey = "closed"     // the resident says that it is done
	fateSilent     fateKey = "silent"     // the resident says nothing for ten days
	fateUnhappy    fateKey = "unhappy"    // few stars
	fateUnanswered fateKey = "unanswered" // a question expired, the answer came all the same
	fateReturned   fateKey = "returned"   // it was the wrong department's
	fateReopened   fateKey = "reopened"   // settled only the second time
	fateDisputed   fateKey = "disputed"   // settled, and open again
	fateResolved   fateKey = "resolved"   // the resident has not said anything yet
	fateWorking    fateKey = "working"    // a department works on it
	fateOverdue    fateKey = "overdue"    // a department works on it, too long
	fateAssigned   fateKey = "assigned"   // a department has it
	fateForgotten  fateKey = "forgotten"  // a department has it, and has not begun in time
	fateWaiting    fateKey = "waiting"    // a question to the resident stands
	fateWithdrawn  fateKey = "withdrawn"  // the resident took it back
	fateNew        fateKey = "new"        // the hotline decides, now
	fateNewLate    fateKey = "new_late"   // the hotline should have decided
	fateCritical   fateKey = "critical"   // a danger, today
	fateMerged     fateKey = "merged"     // somebody else has reported it, and the hotline joins the two
)

const demoDay = 24 * time.Hour

func demoFates() []demoFate {
	return []demoFate{
		{fateClosed, 84, 60 * demoDay, 30 * time.Hour, 3 * time.Hour, true},
		{fateSilent, 62, 60 * demoDay, 14 * demoDay, 10*demoDay + 6*time.Hour, false},
		{fateUnhappy, 9, 55 * demoDay, 3 * demoDay, 6 * time.Hour, true},
		{fateUnanswered, 4, 55 * demoDay, 38 * demoDay, 12 * demoDay, true},
		{fateReturned, 7, 55 * demoDay, 16 * demoDay, 11 * demoDay, false},
		{fateReopened, 8, 50 * demoDay, 18 * demoDay, 2 * demoDay, true},
		{fateDisputed, 8, 12 * demoDay, 4 * demoDay, 30 * time.Hour, true},
		{fateResolved, 30, 9 * demoDay, 20 * time.Hour, 40 * time.Minute, false},
		{fateWorking, 22, 0, 0, 0, false},
		{fateOverdue, 8, 16 * demoDay, 8 * demoDay, 0, false},
		{fateAssigned, 16, 0, 0, 0, false},
		{fateForgotten, 6, 14 * demoDay, 8 * demoDay, 0, false},
		{fateWaiting, 10, 4 * demoDay, 30 * time.Hour, 0, true},
		{fateWithdrawn, 9, 58 * demoDay, 2 * time.Hour, 0, true},
		{fateNew, 7, 230 * time.Second, 70 * time.Second, 0, false},
		{fateNewLate, 3, 3 * time.Hour, 80 * time.Minute, 0, false},
		{fateCritical, 3, 80 * time.Minute, 20 * time.Minute, 0, true},
		{fateMerged, 4, 0, 0, 0, false}, // after those that are worked on: it joins one of them
	}
}

// life is one ticket from its first word to its end.
type life struct {
	demoFate

	story     demoStory
	category  models.Category
	ward      demoWard
	lat, lon  float64
	address   string
	words     string
	who       *reporter
	born      time.Time
	accept    time.Time
	settle    time.Time
	outcome   models.Outcome
	evidence  []*sketch
	after     []*sketch
	ticket    string // its id, once it is there
	tries     int
	rounds    int          // how often it was settled
	noPlace   bool         // the words say where, no pin does
	asksWhere bool         // the place comes when the bot asks for it
	proofs    []bots.Media // of the finished work, uploaded
	twin      *life        // what was reported of the same thing before
}

// reporter is somebody who reports.
type reporter struct {
	channel, account, external string
	name                       string
	english                    bool
	reports                    int
	said                       int // messages
}

const callAccount = "hotline"

func (d *demo) newResident(talks bool, f fateKey) *reporter {
	over := f == fateClosed || f == fateSilent || f == fateUnhappy
	switch dice := d.random.IntN(100); {
	case !talks && dice < 22:
		return &reporter{channel: "phone", account: callAccount, external: d.phone(), name: d.name()}
	case over && dice < 40: // nothing is ever sent to these again: they are nobody's ids
		return &reporter{channel: telegram.Name, account: "demo", external: "demo-" + models.NewID()}
	default:
		return &reporter{
			channel: webchat.Name, account: webchat.Account, external: models.TokenKey(models.NewToken()),
			english: dice > 95,
		}
	}
}

// phone makes a number with a prefix that no operator sells.
func (d *demo) phone() string {
	digits := []byte("0999")
	for range 6 {
		digits = append(digits, byte('0'+d.random.IntN(10)))
	}
	return string(digits)
}

func (d *demo) name() string {
	return pick(d, demoNames.Family) + " " + pick(d, demoNames.Middle) + " " + pick(d, demoNames.Given)
}

func pick[T any](d *demo, all []T) T { return all[d.random.IntN(len(all))] }

func (d *demo) between(a, b float64) float64 { return a + (b-a)*d.random.Float64() }

func (d *demo) chance(percent int) bool { return d.random.IntN(100) < percent }

// span is a duration between two.
func (d *demo) span(a, b time.Duration) time.Duration {
	return a + time.Duration(d.random.Float64()*float64(b-a))
}

// plan thinks up all lives, oldest first.
func (d *demo) plan(tickets int) ([]*life, error) {
	fates := demoFates()
	counts := make([]int, len(fates))
	left := tickets
	for i, f := range fates {
		counts[i] = max(1, f.Share*tickets/300)
		left -= counts[i]
	}
	counts[0] = max(1, counts[0]+left)
	deck, err := d.deck()
	if err != nil {
		return nil, err
	}
	var regulars []*reporter
	all := make([]*life, 0, tickets)
	for i, f := range fates {
		for n := range counts[i] {
			l := &life{demoFate: f}
			if f.Key == fateMerged {
				l.twin = nth(all, fateWorking, n)
				l.story = l.twin.story
			} else {
				l.story, deck = d.deal(deck, f)
			}
			l.category = d.desk.Catalogue.Category(l.story.Category)
			l.who, regulars = d.someone(f, regulars)
			d.outcome(l, n)
			d.where(l)
			d.when(l)
			if l.twin != nil {
				l.beside(l.twin)
				l.born = l.twin.born.Add(time.Duration(float64(d.end.Sub(l.twin.born)) * d.between(0.2, 0.5)))
			}
			d.sketches(l)
			d.proof(l)
			all = append(all, l)
		}
	}
	d.crowd(all)
	slices.SortStableFunc(all, func(a, b *life) int { return a.born.Compare(b.born) })
	return all, nil
}

// nth is the nth life of a fate, from 0 on; after the last one comes the first again.
func nth(all []*life, fate fateKey, n int) *life {
	all = slices.DeleteFunc(slices.Clone(all), func(l *life) bool { return l.Key != fate })
	return all[n%len(all)]
}

// outcome decides how a life is settled: mostly done; sometimes it cannot be, or it is only explained. The first lives
// of a fate have one of each, so that the smallest demo does too.
func (d *demo) outcome(l *life, n int) {
	words := l.category.Proof == models.ProofText || l.category.Proof == models.ProofLetter
	switch {
	case n == 0 && l.Key == fateClosed, l.story.No != "" && d.chance(35):
		l.outcome = models.OutcomeCannotFix
	case n == 1 && l.Key == fateClosed, words && d.chance(45):
		l.outcome = models.OutcomeAnswered
	default:
		l.outcome = models.OutcomeFixed
	}
}

// mostReports is how often the same person reports something at most.
const mostReports = 3

// someone is who reports: now and then one who has reported something else.
func (d *demo) someone(f demoFate, regulars []*reporter) (*reporter, []*reporter) {
	settled := f.Key == fateClosed || f.Key == fateSilent || f.Key == fateResolved
	if settled && len(regulars) > 8 && d.chance(20) {
		who := pick(d, regulars)
		who.reports++
		if who.reports == mostReports {
			regulars = slices.DeleteFunc(regulars, func(r *reporter) bool { return r == who })
		}
		return who, regulars
	}
	who := d.newResident(f.Talks, f.Key)
	who.reports = 1
	if f.Key == fateClosed && who.channel == webchat.Name {
		regulars = append(regulars, who)
	}
	return who, regulars
}

// deck is every story once, the common ones more often, shuffled.
func (d *demo) deck() ([]demoStory, error) {
	all, err := demoStories()
	for _, s := range slices.Clone(all) {
		switch s.Category {
		case "road.pothole", "utility.streetlight_out", "env.illegal_dump":
			all = append(all, s, s, s)
		case "drainage.flooding", "drainage.manhole_cover", "order.sidewalk_encroachment", "drainage.blockage",
			"noise.karaoke":
			all = append(all, s)
		}
	}
	d.random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all, err
}

// deal takes the first story that suits a fate and puts it under the deck.
func (d *demo) deal(deck []demoStory, f demoFate) (demoStory, []demoStory) {
	for i, s := range deck {
		if d.suits(s, f) {
			return s, append(slices.Delete(slices.Clone(deck), i, i+1), s)
		}
	}
	return deck[0], deck
}

func (d *demo) suits(s demoStory, f demoFate) bool {
	c := d.desk.Catalogue.Category(s.Category)
	urgent := c.Priority == models.PriorityCritical
	switch f.Key {
	case fateCritical:
		return urgent && c.Dispatch == models.DispatchAuto
	case fateWorking, fateAssigned, fateWaiting, fateDisputed:
		return c.ResolveHours >= 24 && c.Clock == models.ClockBusiness && !c.Conflict
	case fateOverdue, fateForgotten:
		return c.ResolveHours <= 40 && !urgent && !c.Conflict
	case fateNew, fateNewLate:
		return c.Dispatch == models.DispatchHotline && !urgent
	case fateReturned:
		return c.ResolveHours >= 24 && c.Dispatch == models.DispatchAuto
	case fateUnanswered:
		return !urgent
	default:
		return true
	}
}

// where chooses the place and the words.
func (d *demo) where(l *life) {
	wards := demoWards()
	at := min(d.random.IntN(len(wards)), d.random.IntN(len(wards)+4)) // the first wards get more
	l.ward = wards[at]
	near := func(middle float64) float64 { return math.Round(1e6*(middle+d.between(-0.0028, 0.0028))) / 1e6 }
	l.lat, l.lon = near(l.ward.Lat), near(l.ward.Lon)
	number := 2 + d.random.IntN(480)
	l.address = itoa(number) + " " + pick(d, l.ward.Streets)
	if d.chance(22) {
		l.address = "hẻm " + itoa(number) + " " + pick(d, l.ward.Streets)
	}
	l.noPlace = d.chance(9) || l.Key == fateNew && d.chance(50) // nobody is late with those for an hour
	l.asksWhere = !l.noPlace && !l.who.english && l.who.channel != "phone" && d.chance(11)
	l.words = pick(d, l.story.Words)
	if l.story.English != "" && l.who.english {
		l.words = l.story.English
	}
	place := l.address
	if l.asksWhere {
		place = "chỗ tôi"
	}
	if !strings.ContainsFunc(strings.ReplaceAll(l.words, "{a}", ""), func(r rune) bool { return r > 127 }) &&
		!l.who.english {
		place = models.Fold(place)
	}
	l.words = strings.ReplaceAll(l.words, "{a}", place)
}

// when chooses the instants of a life. Work is done in working time unless it is urgent; what must be over by now is
// hurried.
func (d *demo) when(l *life) {
	hours := func(n, share float64) time.Duration { return time.Duration(n * share * float64(time.Hour)) }
	switch l.Key {
	case fateWorking, fateAssigned: // within their hours, whatever the calendar
		l.born = d.end.Add(-hours(l.category.ResolveHours, d.between(0.06, 0.5)))
	default:
		l.born = d.waking(d.end.Add(-d.span(l.To, l.From)), l)
	}
	cal := d.desk.Calendars[models.CalendarHCMC]
	if l.category.Clock == models.ClockCalendar {
		cal = d.desk.Calendars[models.CalendarAlways]
	}
	took := d.between(0.12, 0.85)
	if d.chance(11) {
		took = d.between(1.05, 1.4)
	}
	l.accept = cal.Add(l.born, hours(l.category.AckHours, d.between(0.15, 0.95)))
	l.settle = cal.Add(l.born, hours(l.category.ResolveHours, took))
	if latest := d.end.Add(-l.By); l.By > 0 && l.settle.After(latest) {
		l.settle = l.born.Add(time.Duration(float64(latest.Sub(l.born)) * d.between(0.6, 0.98)))
	}
	if half := l.born.Add(l.settle.Sub(l.born) / 2); l.accept.After(half) {
		l.accept = half
	}
	if half := l.born.Add(d.end.Sub(l.born) / 2); l.accept.After(half) { // a weekend lies between
		l.accept = half
	}
}

// waking moves an instant to an hour at which people report, where there is room for it.
func (d *demo) waking(at time.Time, l *life) time.Time {
	if l.From-l.To < 2*demoDay {
		return at
	}
	local := at.In(models.Zone)
	hour := pick(d, []int{6, 7, 7, 8, 8, 9, 10, 11, 13, 14, 15, 16, 17, 17, 18, 18, 19, 19, 20, 20, 21, 22, 23})
	minute, second := d.random.IntN(60), d.random.IntN(60)
	moved := time.Date(local.Year(), local.Month(), local.Day(), hour, minute, second, 0, models.Zone)
	if moved.After(d.end.Add(-l.To)) || moved.Before(d.end.Add(-l.From)) {
		return at
	}
	return moved
}

// beside moves a life to the place of another one.
func (l *life) beside(other *life) {
	l.lat, l.lon, l.ward = other.lat+0.00008, other.lon-0.00006, other.ward
	l.words = strings.ReplaceAll(l.words, l.address, other.address)
	l.address = other.address
}

// crowd lets some things be reported by several neighbours.
func (d *demo) crowd(all []*life) {
	first := map[string]*life{}
	for _, l := range all {
		if l.Key != fateClosed && l.Key != fateSilent {
			continue
		}
		known, ok := first[l.story.Category]
		gap := time.Duration(0)
		if ok {
			gap = known.born.Sub(l.born).Abs()
		}
		if !ok || gap > 3*demoDay {
			first[l.story.Category] = l
			continue
		}
		l.beside(known)
	}
}

package dialogue

import (
	"time"

	"github.com/vticket/vticket/models"
)

// An unfinished draft is remembered to its sender once, by day, while there is still time to finish it.
const (
	remindAfter = 3 * time.Hour // of the question
	remindRoom  = time.Hour     // before the draft goes to the hotline as it is
	dayFrom     = 6*time.Hour + 30*time.Minute
	dayTo       = 21 * time.Hour
	windowRoom  = 2 * time.Hour // of a platform's window, that the receipt goes out in
)

// reminded is noted among the questions of a draft: it comes once, like each of them.
const reminded = "remind"

// expires is how long a draft waits for what is missing: a day, and less where the platform lets us answer for no
// longer.
func (d Draft) expires() time.Duration {
	if d.Window > windowRoom && d.Window-windowRoom < expireAfter {
		return d.Window - windowRoom
	}
	return expireAfter
}

// remind asks once more for what is missing, when its time has come; else it sets the time. end is when the hotline has
// the draft.
func (d Draft) remind(missing string, end, now time.Time) (Draft, []Effect) {
	at := byDay(d.AskedAt.Add(remindAfter))
	if d.LookAt = end; d.asked(reminded) || end.Sub(at) < remindRoom {
		return d, nil
	}
	if now.Add(earlyBy).Before(at) {
		d.LookAt = at
		return d, nil
	}
	asked := d.AskedAt
	d = d.ask(reminded, now)
	d.AskedAt = asked
	return d, []Effect{{Kind: EffectSay, Key: "remind_" + missing, AskLocation: missing == askPlace}}
}

// byDay is an instant, or the morning after it when it would wake somebody.
func byDay(at time.Time) time.Time {
	local := at.In(models.Zone)
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, models.Zone)
	switch hour := local.Sub(midnight); {
	case hour < dayFrom:
		return midnight.Add(dayFrom).UTC()
	case hour >= dayTo:
		return midnight.AddDate(0, 0, 1).Add(dayFrom).UTC()
	default:
		return at
	}
}

package console

import (
	"strconv"
	"time"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
)

// dueCard says by when, what was promised, and how long the clock stood still.
type dueCard struct {
	Lines  []dueLine
	Paused bool // it stands still now
}

type dueLine struct {
	Label string
	Words string
	Late  bool
}

func (t ticketPage) newDueCard(d dossier) dueCard {
	card := dueCard{}
	add := func(key string, due *time.Time, done bool) {
		switch {
		case done:
			card.Lines = append(card.Lines, dueLine{Label: t.T(key), Words: t.T("ticket_due_done")})
		case due != nil:
			card.Lines = append(card.Lines, dueLine{
				Label: t.T(key), Words: t.Moment(*due), Late: t.Open() && d.now.After(*due),
			})
		}
	}
	stood := t.Ticket.PausedS
	for _, kind := range []models.ClockKind{models.ClockTriage, models.ClockAccept, models.ClockResolve} {
		c, ok := d.clocks[kind]
		switch {
		case !ok || !t.Open() || kind == models.ClockTriage && c.State == models.ClockDone:
			continue
		case c.State == models.ClockPaused:
			card.Paused = true
			stood += c.StoodStill(d.now)
			card.Lines = append(card.Lines, dueLine{
				Label: t.T("ticket_due_resolve"), Words: t.T("left_paused"),
			})
		case t.Ticket.DepartmentID != nil || kind == models.ClockTriage:
			add("ticket_due_"+string(kind), c.DueAt, c.State == models.ClockDone)
		}
	}
	if promise := t.Ticket.PromiseDue; promise != nil {
		card.Lines = append(card.Lines, dueLine{
			Label: t.T("ticket_due_promise"), Words: t.Day(*promise),
			Late: t.Open() && d.now.After(locales.EndOfDay(*promise)),
		})
	}
	card.Lines = append(card.Lines, dueLine{Label: t.T("ticket_due_stood"), Words: t.duration(stood)})
	return card
}

// whyCard says in words why the ticket came to whom it came to.
type whyCard struct {
	Words      string
	Confidence string
	Suggested  string
	Road       string
	Times      []string // what makes this ticket another one than most
}

func (t ticketPage) newWhyCard() whyCard {
	card := whyCard{}
	if t.Ticket.Why != "" {
		card.Words = t.T("why_" + string(t.Ticket.Why))
	}
	switch percent := int(t.Ticket.Confidence*100 + 0.5); {
	case t.Ticket.Confidence >= 1:
		card.Confidence = t.T("ticket_sure_person")
	case t.Ticket.Confidence >= t.Category.MinConfidence:
		card.Confidence = t.T("ticket_sure", "percent", percent)
	default:
		card.Confidence = t.T("ticket_unsure", "percent", percent)
	}
	if id := t.Ticket.SuggestedID; id != nil && t.Ticket.DepartmentID == nil {
		card.Suggested = t.Names[*id]
	}
	if t.Ticket.Road != "" {
		card.Road = t.T("ticket_road_" + string(t.Ticket.Road))
	}
	for _, n := range []struct {
		key   string
		count int
	}{{"ticket_hops", t.Ticket.Hops}, {"ticket_reopens", t.Ticket.Reopens}} {
		if n.count > 0 {
			card.Times = append(card.Times, t.T(n.key, "count", n.count))
		}
	}
	return card
}

// photoCard is what came as pictures, sounds, films and files.
type photoCard struct {
	Before, After []picture
	Files         []attachedFile
	Unsaid        []picture // of the finished work, not yet part of an answer
	SamePicture   bool      // an answer's photo resembles one from before
}

// picture is one photo, or the place of one that cannot be shown.
type picture struct {
	ID            string
	Alt           string
	Width, Height int
	Large, Small  string // addresses, empty while there is nothing to show
	Instead       string // words in the place of the picture
	Doubts        []string
}

type attachedFile struct{ Label, Address, Instead string }

func (t ticketPage) newPhotoCard() photoCard {
	card := photoCard{}
	hidden, answered := map[string]bool{}, map[string]bool{}
	for _, m := range t.Messages {
		hidden[m.ID] = m.HiddenAt != nil
	}
	for _, e := range t.Events {
		d := dataOf(e)
		list, _ := d.Note["photos"].([]any)
		for _, id := range list {
			name, _ := id.(string)
			answered[name] = true
		}
		card.SamePicture = card.SamePicture || d.Note["same_picture"] == true
	}
	for _, a := range t.Attachments {
		switch {
		case a.MessageID != nil && hidden[*a.MessageID]: // taken back with its message
		case a.Media != models.MediaImage:
			card.Files = append(card.Files, t.newFile(a))
		case a.Kind == models.AttachmentAfter:
			one := t.newPicture(a, len(card.After)+1)
			one.Doubts = t.doubts(a)
			card.After = append(card.After, one)
			if a.Proves() && !answered[a.ID] {
				card.Unsaid = append(card.Unsaid, one)
			}
		default:
			card.Before = append(card.Before, t.newPicture(a, len(card.Before)+1))
		}
	}
	return card
}

func (w teller) newPicture(a models.Attachment, n int) picture {
	one := picture{
		ID: a.ID, Width: a.SmallWidth, Height: a.SmallHeight,
		Alt: w.say("ticket_photo_"+string(a.Kind), "n", strconv.Itoa(n),
			"sent_at", a.CreatedAt.UTC().Format(time.RFC3339)),
	}
	switch {
	case a.Picture():
		one.Small, one.Large = web.PhotoURL(a.ID, "320"), web.PhotoURL(a.ID, "1600")
	default:
		one.Instead = w.instead(a)
	}
	return one
}

// instead says why there is nothing to show.
func (w teller) instead(a models.Attachment) string {
	switch {
	case a.Status == models.AttachmentWaiting:
		return w.say("ticket_photo_waiting")
	case a.Fault != "":
		return w.say(a.Fault)
	default:
		return w.say("fault_media_unavailable")
	}
}

func (w teller) newFile(a models.Attachment) attachedFile {
	f := attachedFile{Label: w.say("ticket_file_"+string(a.Media), "size", fileSize(w.lang, a.Bytes))}
	if a.Status == models.AttachmentReady {
		f.Address = web.PhotoURL(a.ID, "original")
	} else {
		f.Instead = w.instead(a)
	}
	return f
}

// fileSize writes bytes as people read them; Vietnamese has a comma.
func fileSize(lang string, bytes int64) string {
	const kilo, mega = 1 << 10, 1 << 20
	if bytes < mega {
		return strconv.FormatInt(max(1, bytes/kilo), 10) + " KB"
	}
	tenths := bytes * 10 / mega
	mark := ","
	if lang == locales.English {
		mark = "."
	}
	return strconv.FormatInt(tenths/10, 10) + mark + strconv.FormatInt(tenths%10, 10) + " MB"
}

// farFrom is how far from the reported place a photo of the finished work may have been taken, in metres.
const farFrom = 200

// doubts says what makes a photo of the finished work no proof of it: it was taken elsewhere, or before.
func (t ticketPage) doubts(a models.Attachment) []string {
	var all []string
	if a.TakenAt != nil && a.TakenAt.Before(t.Ticket.CreatedAt) {
		all = append(all, t.T("ticket_photo_before", "taken_at", a.TakenAt.UTC().Format(time.RFC3339)))
	}
	if a.Lat != nil && a.Lon != nil && t.Ticket.Lat != nil {
		metres := models.Metres(*t.Ticket.Lat, *t.Ticket.Lon, *a.Lat, *a.Lon)
		if metres > farFrom {
			all = append(all, t.T("ticket_photo_far", "metres", int(metres/10)*10))
		}
	}
	return all
}

// reporterLine is one who reported, as staff see them, and when.
type reporterLine struct {
	Name   string
	Phone  string // the whole number, for those who call back
	Called string // how they want to be called; goes with the number
	At     time.Time
	Says   string // of the answers
}

// newReporter is one who reported; reveal: to somebody who calls back.
func (w teller) newReporter(r models.Report, reveal bool) reporterLine {
	one := reporterLine{Name: w.reporterName(r), At: r.CreatedAt, Says: w.verdict(r)}
	if reveal {
		one.Phone, one.Called = w.Phones[r.ReporterID], w.Callers[r.ReporterID]
	}
	return one
}

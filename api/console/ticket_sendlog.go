package console

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// sendLogPage says what became of one message: by which ways it went, and what the platforms answered.
type sendLogPage struct {
	frame

	Ticket string // its code
	Words  string // as they were sent, empty while they were not
	Ways   []way
}

// way is one delivery: a part of the message on one step of the ladder.
type way struct {
	Title  string
	Status string
	Tone   models.Tone
	Why    string // it is not there
	Tries  []try
	Held   bool // until the resident writes: nobody has been asked
}

// try is one request to a platform, or what a whole try to send came to.
type try struct {
	models.Interaction

	Verdict string // in plain words; empty for a request
	Open    bool   // the last one is what whoever asks wants to see
	Refused bool   // whatever the status: Zalo says no with 200 (channels.md §0.7)
}

// sendLog shows what became of one message, to who may look at it.
func (p *Pages) sendLog(c *gin.Context) {
	f, err := p.newFrame(c, "sendlog_title", "")
	if err == nil && !f.Views(string(models.ViewSendLog)) {
		err = fmt.Errorf("send log: %w", models.ErrForbidden)
	}
	page := sendLogPage{frame: f}
	var log store.SendLog
	if err == nil {
		err = p.Store.Read(c.Request.Context(), func(tx *store.Tx) error {
			t, err := tx.TicketByCode(f.Staff.Actor(), c.Param("code"))
			if err != nil {
				return err
			}
			page.Ticket = t.Code
			log, err = tx.SendLog(f.Staff.Actor(), t.Code, c.Param("message"))
			return err
		})
	}
	if err != nil {
		p.Web.Fail(c, err, homePath)
		return
	}
	var words []string // of the last step that had some
	step := -1
	for _, d := range log.Deliveries {
		if d.Text != "" {
			if d.Step != step {
				words, step = nil, d.Step
			}
			words = append(words, d.Text)
		}
		page.Ways = append(page.Ways, page.newWay(d, log))
	}
	page.Words = strings.Join(words, "\n")
	p.Web.Render(c, http.StatusOK, "console_sendlog", page)
}

func (s sendLogPage) newWay(d store.LoggedDelivery, log store.SendLog) way {
	w := way{Tone: models.ToneWarn, Held: d.Status == models.DeliveryHeld}
	parts := 0
	for _, other := range log.Deliveries {
		if other.Step == d.Step {
			parts++
		}
	}
	w.Title = s.channel(d.Channel) + " · " + s.T(fmt.Sprintf("sendlog_step_%d", d.Step))
	if parts > 1 {
		w.Title += " · " + s.T("sendlog_part", "part", d.Part+1, "parts", parts)
	}
	at := d.NotBefore
	if d.SentAt != nil {
		at = *d.SentAt
	}
	w.Status = s.T("sendlog_"+string(d.Status), "due_at", at.UTC().Format(time.RFC3339), "tries", d.Attempts)
	switch d.Status {
	case models.DeliverySent:
		w.Tone = models.ToneOK
	case models.DeliveryDead, models.DeliveryHeld:
		w.Tone = models.ToneBad
	default:
	}
	w.Why = s.why(d.ErrorClass, d.Status == models.DeliveryDead)
	for _, i := range log.Interactions {
		if i.DeliveryID != nil && *i.DeliveryID == d.ID {
			w.Tries = append(w.Tries, try{
				Interaction: i, Verdict: s.why(i.Class, false),
				Refused: i.Status == 0 || i.Status >= http.StatusBadRequest,
			})
			if n := len(w.Tries); i.Method == "" && n > 1 { // the verdict is of the last request before it
				w.Tries[n-2].Refused = true
			}
		}
	}
	for i := len(w.Tries) - 1; i >= 0; i-- {
		if w.Tries[i].Method != "" {
			w.Tries[i].Open = true
			break
		}
	}
	return w
}

// why is what an error class means, in plain words, for a try or for good.
func (s sendLogPage) why(class string, final bool) string {
	switch {
	case class == "":
		return ""
	case class == "retry" && !final:
		return s.T("sendlog_retry")
	}
	key := "ticket_send_" + class
	if said := s.T(key); said != key {
		return said
	}
	return class
}

func (s sendLogPage) channel(name string) string {
	key := "channel_" + name
	if said := s.T(key); said != key {
		return said
	}
	return name
}

// Second is an instant to the second, which tries are told apart by.
func (s sendLogPage) Second(at time.Time) string {
	return at.In(models.Zone).Format("15:04:05") + ", " + locales.Day(s.Lang, at)
}

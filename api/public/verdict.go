package public

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// notices are what the page says after a verb, by their names in its address.
func notices() map[string]string {
	return map[string]string{
		"done": "track_said_done", "not-done": "track_said_not_done", "rate": "track_said_rated",
		"rate-low": "track_said_rated_low", "withdraw": "track_said_withdrawn", "late": "track_said_late",
	}
}

// answer is what a report's own reporter says to it: done, not done, how good, or that they take it back. Said twice
// it is harmless, and too late it changes nothing.
func (p *Pages) answer(c *gin.Context) {
	f, err := p.uploads().Read(c, web.FormWants{Fields: []string{"stars"}, Lang: web.Language(c)})
	said, stars := c.Param("verb"), 0
	if err == nil && said == "rate" {
		if stars, err = strconv.Atoi(f.Fields["stars"]); err != nil {
			err = models.Invalid{Field: "stars", Key: "error_stars"}
		}
	}
	if err == nil {
		err = p.Store.Tx(c.Request.Context(), func(tx *store.Tx) error {
			found, err := find(tx, c.Param("token"), chatToken(c))
			if err == nil && !found.own {
				err = models.ErrForbidden
			}
			if err != nil {
				return err
			}
			return p.act(tx, found, c.Param("verb"), stars)
		})
	}
	here := "/t/" + c.Param("token")
	switch {
	case errors.Is(err, models.ErrConflict):
		said = "late"
	case errors.Is(err, models.ErrNotFound):
		p.missing(c)
		return
	case err != nil:
		p.Web.Fail(c, err, here)
		return
	case said == "rate" && stars < 4:
		said = "rate-low"
	}
	c.Redirect(http.StatusSeeOther, here+"?said="+said)
}

func (p *Pages) act(tx *store.Tx, found tracked, verb string, stars int) (err error) {
	who := models.Actor{Kind: models.ActorResident, ID: found.report.ReporterID}
	act := workflow.Act{Actor: who, Ticket: found.ticket.ID}
	switch verb {
	case "done":
		_, err = p.Desk.Close(tx, workflow.CloseInput{Act: act})
	case "not-done":
		_, err = p.Desk.Reopen(tx, workflow.ReopenInput{Act: act})
	case "rate":
		_, err = p.Desk.Rate(tx, workflow.RateInput{Act: act, Stars: stars})
	case "withdraw":
		_, err = p.Desk.Withdraw(tx, workflow.WithdrawInput{Act: act})
	default:
		err = models.ErrNotFound
	}
	return err
}

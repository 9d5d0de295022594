package public

import (
	"errors"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

const (
	placeLimit = 200        // characters of an address, as many as the chat takes for a place
	worstM     = 50_000_000 // metres by which a browser may say that it is wrong: it then knows nothing at all
)

// wherePage asks for the place of a report that was begun in a chat without a button for it.
type wherePage struct {
	frame
	Token    string
	Channel  string // as people call it
	BegunAt  time.Time
	In       typedPlace
	Map      bool
	Lat, Lon float64
}

// typedPlace is the form as its sender left it.
type typedPlace struct{ Lat, Lon, Accuracy, Address string }

// Located tells whether the form carries a point.
func (t typedPlace) Located() bool { return t.Lat != "" && t.Lon != "" }

// whereEnd is what follows: thanks, or that the link is no longer good.
type whereEnd struct {
	frame
	Taken bool
	Back  string // the address of the chat, where one is known
}

// where shows the form.
func (p *Pages) where(c *gin.Context) {
	asked, err := p.placeAsked(c)
	if err != nil {
		p.whereFailed(c, err)
		return
	}
	p.Web.Render(c, http.StatusOK, "public_where", p.newWherePage(c, asked, typedPlace{}))
}

func (p *Pages) placeAsked(c *gin.Context) (asked store.PlaceAsked, err error) {
	token := c.Param("token")
	if !tokenForm.MatchString(token) {
		return asked, models.ErrNotFound
	}
	err = p.Store.Read(c.Request.Context(), func(tx *store.Tx) error {
		asked, err = tx.PlaceLink(token)
		return err
	})
	return asked, err
}

func (p *Pages) newWherePage(c *gin.Context, asked store.PlaceAsked, in typedPlace) wherePage {
	page := wherePage{
		frame: p.newFrame(c, "where_title"), Token: c.Param("token"), BegunAt: asked.BegunAt, In: in,
		Lat: cityLat, Lon: cityLon,
	}
	page.Channel = page.T("channel_" + strings.TrimSuffix(asked.Channel, "_bot")) // residents know one Zalo
	page.Map = page.Tiles.URL != "" || !page.Approximate && len(p.Desk.Areas.All()) > 0
	return page
}

// place takes the form. The link and the event that brings the place to the conversation are one transaction: the place
// arrives once, or the link is as good as before.
func (p *Pages) place(c *gin.Context) {
	asked, err := p.placeAsked(c)
	if err != nil {
		p.whereFailed(c, err)
		return
	}
	f, err := p.uploads().Read(c, web.FormWants{
		Fields: []string{"lat", "lon", "accuracy_m", "address"}, Lang: web.Language(c), Keep: true,
	})
	var given bots.Incoming
	if err == nil {
		given, err = p.placeOf(f)
	}
	if err != nil {
		p.askAgain(c, asked, f, err)
		return
	}
	err = p.Store.Tx(c.Request.Context(), func(tx *store.Tx) error {
		asked, err := tx.UsePlaceLink(c.Param("token"))
		if err != nil {
			return err
		}
		return bring(tx, asked, given, c.Param("token"))
	})
	if err != nil {
		p.whereFailed(c, err)
		return
	}
	p.Web.Render(c, http.StatusOK, "public_where_end", whereEnd{
		frame: p.newFrame(c, "where_thanks"), Taken: true, Back: chatAddress(asked),
	})
}

// placeOf reads a place out of a form: a point in or near the city, an address, or both.
func (p *Pages) placeOf(f web.Form) (in bots.Incoming, err error) {
	in.Kind, in.Actionable, in.Beside = bots.KindLocation, true, true
	if in.Lat, in.Lon, err = pointOf(f); err != nil {
		return in, err
	}
	accuracy, err := f.Number("accuracy_m", 0, worstM)
	if err != nil {
		return in, err
	}
	if accuracy != nil {
		in.AccuracyM = *accuracy
	}
	address, err := f.Text("address", placeLimit)
	if err != nil {
		return in, err
	}
	if address = strings.Join(strings.Fields(models.Clean(address, placeLimit)), " "); address != "" {
		in.Text = &address
	}
	switch {
	case in.Lat != nil && !p.Desk.Areas.Near(*in.Lat, *in.Lon):
		return in, models.Invalid{Field: "lat", Key: "where_outside"}
	case in.Lat == nil && in.Text == nil:
		return in, models.Invalid{Field: "address", Key: "where_nothing"}
	}
	return in, nil
}

// bring puts a place where everything goes that a resident says in their chat.
func bring(tx *store.Tx, asked store.PlaceAsked, given bots.Incoming, token string) error {
	given.Channel, given.Account, given.User = asked.Channel, &asked.Account, asked.ExternalID
	given.At, given.Ref, given.Dedupe = &tx.Now, asked.Code, "where:"+models.TokenKey(token)
	event, err := given.Inbox(asked.Account)
	if err != nil {
		return err
	}
	return tx.Receive(event)
}

// askAgain shows the form with what was typed. A point that cannot be meant is left out of it.
func (p *Pages) askAgain(c *gin.Context, asked store.PlaceAsked, f web.Form, err error) {
	problem := web.ProblemOf(err, web.Language(c))
	if problem.Status >= http.StatusInternalServerError {
		p.Log.ErrorContext(c, "place not taken", "error", err)
	}
	field := func(name string) string { return models.Clean(f.Fields[name], placeLimit) }
	in := typedPlace{Lat: field("lat"), Lon: field("lon"), Accuracy: field("accuracy_m"), Address: field("address")}
	if problem.Field != "address" {
		in.Lat, in.Lon, in.Accuracy = "", "", ""
	}
	page := p.newWherePage(c, asked, in)
	page.Fault = problem
	p.Web.Render(c, problem.Status, "public_where", page)
}

// whereFailed answers for a link that is no longer good, or never was: what to do is the same.
func (p *Pages) whereFailed(c *gin.Context, err error) {
	status := http.StatusNotFound
	switch {
	case errors.Is(err, models.ErrConflict):
		status = http.StatusGone
	case !errors.Is(err, models.ErrNotFound):
		p.Web.Fail(c, err, c.Request.URL.Path)
		return
	}
	p.Web.Render(c, status, "public_where_end", whereEnd{frame: p.newFrame(c, "where_ended")})
}

// accountForm is how an account is called that a platform has an address for.
var accountForm = regexp.MustCompile(`^[0-9]{1,30}$`)

// chatAddress leads back to a chat, where the platform has an address for our account.
func chatAddress(asked store.PlaceAsked) string {
	chats := map[string]string{"facebook": "https://m.me/", "zalo": "https://zalo.me/"}
	if begin := chats[asked.Channel]; begin != "" && accountForm.MatchString(asked.Account) {
		return begin + asked.Account
	}
	return ""
}

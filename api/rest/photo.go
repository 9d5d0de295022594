package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

func (a *API) photoRoutes(v1 *gin.RouterGroup) {
	v1.GET("/photos/:id/:size", a.photo)
	v1.POST("/tickets/:code/photos", a.addPhoto)
}

// photo serves one attachment to who may see it: the resident it was sent by or said to, and the ticket's staff. To
// anybody else it is not there.
func (a *API) photo(c *gin.Context) {
	ctx, staff := c.Request.Context(), models.Actor{}
	resident, err := a.findResident(ctx, asker(c))
	if err == nil {
		staff, err = a.colleague(c, resident.ID == "")
	}
	var found models.Attachment
	asStaff := false
	if err == nil {
		err = a.Store.Read(ctx, func(tx *store.Tx) (err error) {
			if found, err = tx.Attachment(validID(c.Param("id"))); err != nil {
				return err
			}
			if err = models.ErrNotFound; resident.ID != "" {
				err = residentSees(tx, resident, found)
			}
			if asStaff = errors.Is(err, models.ErrNotFound) && staff.ID != ""; asStaff {
				err = staffSees(tx, staff, found)
			}
			return err
		})
	}
	if err != nil {
		a.fail(c, err)
		return
	}
	a.servePhoto(c, found, asStaff)
}

// colleague is the member of staff who asks, by token or by the cookie of our pages. Without one it is nobody, or a
// 401 when there must be one.
func (a *API) colleague(c *gin.Context, must bool) (models.Actor, error) {
	q := asker(c)
	if cookie := web.Token(c, web.StaffCookie); q.token() == "" && cookie != "" {
		q.Authorization = "Bearer " + cookie
	}
	who, err := a.staff(c.Request.Context(), q)
	if err != nil && !must {
		return models.Actor{}, nil
	}
	return who, err
}

// validID is the id, or one that nothing has: PostgreSQL takes no other form.
func validID(id string) string {
	if !models.ValidID(id) {
		return models.NewID()
	}
	return id
}

// findResident returns the address behind a chat token, an empty one when it is not a chat's.
func (a *API) findResident(ctx context.Context, q Asker) (address models.Address, err error) {
	err = a.Store.Read(ctx, func(tx *store.Tx) (err error) {
		address, _, err = tx.FindAddress(chatChannel, chatAccount, models.TokenKey(q.resident()))
		return err
	})
	return address, err
}

func residentSees(tx *store.Tx, who models.Address, a models.Attachment) error {
	c, err := tx.ConversationWith(who.ID)
	if err != nil {
		return err
	}
	if a.ConversationID != nil && *a.ConversationID == c.ID {
		return nil
	}
	said, err := tx.SaysPhoto(c.ID, a.ID)
	if err == nil && !said {
		err = models.ErrNotFound
	}
	return err
}

// staffSees tells whether one of the tickets that show an attachment is theirs.
func staffSees(tx *store.Tx, who models.Actor, a models.Attachment) error {
	ticketIDs, err := tx.SharedWith(a.ID)
	if err != nil {
		return err
	}
	if a.TicketID != nil {
		ticketIDs = append(ticketIDs, *a.TicketID)
	} else if a.MessageID != nil {
		m, err := tx.Message(*a.MessageID)
		if err != nil {
			return err
		}
		if m.TicketID != nil { // else it is nobody's work yet
			ticketIDs = append(ticketIDs, *m.TicketID)
		}
	}
	for _, id := range ticketIDs {
		t, err := tx.Ticket(id)
		if err != nil {
			return err
		}
		if who.Sees(t.DepartmentID) {
			return nil
		}
	}
	return models.ErrNotFound
}

// servePhoto sends the bytes so that no browser takes them for anything but what we say they are.
func (a *API) servePhoto(c *gin.Context, found models.Attachment, staff bool) {
	var key string
	kind, shown := "image/jpeg", "inline"
	switch size := c.Param("size"); {
	case found.Picture() && size == "1600":
		key = found.LargeKey()
	case found.Picture() && size == "320":
		key = found.SmallKey()
	case found.Status == models.AttachmentReady && found.Media != models.MediaImage && size == "original" && staff:
		key, kind, shown = found.OriginalKey(), "application/octet-stream", "attachment"
	default:
		a.fail(c, models.ErrNotFound)
		return
	}
	body, err := a.Photos.Open(c.Request.Context(), key)
	if err != nil {
		a.fail(c, err)
		return
	}
	defer func() { _ = body.Close() }()
	name := strings.ReplaceAll(key, "/", "-")
	c.DataFromReader(http.StatusOK, -1, kind, body, map[string]string{
		"X-Content-Type-Options":  "nosniff",
		"Content-Disposition":     fmt.Sprintf(`%s; filename="%s"`, shown, name),
		"Content-Security-Policy": "default-src 'none'; sandbox",
		"Cache-Control":           "private, max-age=3600",
	})
}

// addPhoto keeps a picture of the finished work for a ticket; resolve names it.
func (a *API) addPhoto(c *gin.Context) {
	q := asker(c)
	who, err := a.staff(c.Request.Context(), q)
	var t models.Ticket
	if err == nil {
		err = a.Store.Read(c.Request.Context(), func(tx *store.Tx) (err error) {
			t, err = findTicket(tx, who, c.Param("code"))
			return err
		})
	}
	switch {
	case err != nil:
	case !who.May(models.VerbAttach):
		err = models.ErrForbidden
	case !web.IsForm(c):
		err = web.NewProblem(http.StatusUnsupportedMediaType, "media_type", q.lang())
	}
	if err != nil { // before a byte of the body is read
		a.fail(c, err)
		return
	}
	f, err := a.uploads().Read(c, web.FormWants{Photos: 1, Lang: q.lang()})
	if err == nil && len(f.Photos) == 0 {
		err = models.Invalid{Field: "photo", Key: "error_photo_missing"}
	}
	if err != nil {
		a.fail(c, err)
		return
	}
	var ids []string
	err = a.Store.Tx(c.Request.Context(), func(tx *store.Tx) (err error) {
		ids, err = web.KeepAfter(tx, t.ID, f.Photos)
		return err
	})
	if err != nil {
		a.uploads().Drop(c.Request.Context(), f.Photos)
		a.fail(c, err)
		return
	}
	c.JSON(http.StatusCreated, map[string]string{"id": ids[0]})
}

// photosOf returns the addresses of the pictures of messages, by message: those that came with one, and those that an
// answer carries.
func photosOf(tx *store.Tx, said []store.Said) (map[string][]string, error) {
	var messages, ids []string
	carried := map[string][]string{} // messages by attachment
	for _, m := range said {
		messages = append(messages, m.ID)
		if m.Direction != models.DirectionOut {
			continue
		}
		for _, id := range m.Args.Photos() {
			ids = append(ids, id)
			carried[id] = append(carried[id], m.ID)
		}
	}
	came, err := tx.MessageAttachments(messages)
	if err != nil {
		return nil, err
	}
	answered, err := tx.Attachments(ids)
	if err != nil {
		return nil, err
	}
	all := map[string][]string{}
	for _, a := range came {
		if a.Picture() {
			all[*a.MessageID] = append(all[*a.MessageID], photoURL(a))
		}
	}
	for _, a := range answered {
		for _, message := range carried[a.ID] {
			if a.Picture() {
				all[message] = append(all[message], photoURL(a))
			}
		}
	}
	return all, nil
}

func photoURL(a models.Attachment) string { return "/api/v1/photos/" + a.ID + "/320" }

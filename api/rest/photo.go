package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

func (a *API) photoRoutes(v1 *gin.RouterGroup) {
	v1.GET("/photos/:id/:size", a.photo)
	v1.POST("/tickets/:code/photos", a.addPhoto)
	v1.POST("/tickets/:code/"+string(models.VerbAttach), a.attachForm)
}

// photo serves one attachment to who may see it: the resident it was sent by or said to, the ticket's staff, and
// whoever answers the conversation in the bot's place. To anybody else it is not there.
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
		address, _, err = tx.FindAddress(models.ChannelWebchat, models.AccountWebchat, models.TokenKey(q.resident()))
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

// staffSees tells whether one of the tickets that show an attachment is theirs, or the conversation it came in is one
// that they answer.
func staffSees(tx *store.Tx, who models.Actor, a models.Attachment) error {
	if a.ConversationID != nil && who.Views(models.ViewTalks) {
		if _, err := tx.Talk(*a.ConversationID); !errors.Is(err, models.ErrNotFound) {
			return err
		}
	}
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

// attached is what became of photos of finished work that were added to a ticket.
type attached struct {
	Ticket ticketOutput
	Photos []string // their ids
}

// AttachedView is a ticket as the verb attach answers it.
type AttachedView struct {
	TicketView

	Photos []string `json:"photos" doc:"The ids of the pictures, for resolve."`
}

// addPhoto attaches one picture of the finished work; resolve names it by the id that is answered. If-Match may be left
// out: who only brings a picture need not have read the ticket.
func (a *API) addPhoto(c *gin.Context) {
	if out, ok := a.attach(c, 1, false); ok {
		c.JSON(http.StatusCreated, map[string]string{"id": out.Photos[0]})
	}
}

// attachForm is the verb: a form with pictures of the finished work. It answers as every verb, with their ids beside.
func (a *API) attachForm(c *gin.Context) {
	if out, ok := a.attach(c, maxPhotos, true); ok {
		c.JSON(http.StatusOK, AttachedView{out.Ticket.Body, out.Photos})
	}
}

// attach does the verb with up to so many pictures of a form; ok is false when it was refused and the answer is given.
func (a *API) attach(c *gin.Context, most int, mustMatch bool) (out attached, ok bool) {
	ctx, q := c.Request.Context(), asker(c)
	in := &verbInput{
		Asker: q, Code: c.Param("code"), Verb: string(models.VerbAttach),
		IfMatch: c.GetHeader("If-Match"), IdempotencyKey: c.GetHeader("Idempotency-Key"),
	}
	act, err := a.mayAttach(c, in, mustMatch)
	var f web.Form
	if err == nil { // before that no byte of the body is read
		f, err = a.uploads().Read(c, web.FormWants{Photos: most, Lang: q.lang()})
	}
	if err == nil && len(f.Photos) == 0 {
		err = models.Invalid{Field: "photo", Key: "error_photo_missing"}
	}
	if err != nil {
		a.fail(c, err)
		return out, false
	}
	for _, m := range f.Photos { // what the body is, for its repeats
		in.RawBody = append(in.RawBody, m.SHA256...)
	}
	kept := false
	err = a.Store.Tx(ctx, func(tx *store.Tx) error {
		kept = false
		return once(tx, in, act.Actor.ID, &out, func() error {
			t, err := a.Desk.Attach(tx, workflow.AttachInput{Act: act})
			if err != nil {
				return err
			}
			kept, out.Ticket = true, ticketOutput{ETag: etag(t.Version), Body: view(t)}
			out.Photos, err = web.KeepAfter(tx, t.ID, f.Photos)
			return err
		})
	})
	if err != nil || !kept { // refused, or a repeat: the first has its own
		a.uploads().Drop(ctx, f.Photos)
	}
	if err != nil {
		a.fail(c, err)
		return out, false
	}
	c.Header("ETag", out.Ticket.ETag)
	return out, true
}

// mayAttach tells who asks to attach a form to which version of which ticket, or why they may not.
func (a *API) mayAttach(c *gin.Context, in *verbInput, mustMatch bool) (act workflow.Act, err error) {
	if act.Actor, err = a.staff(c.Request.Context(), in.Asker); err != nil {
		return act, err
	}
	err = a.Store.Read(c.Request.Context(), func(tx *store.Tx) error {
		t, err := tx.TicketByCode(act.Actor, in.Code)
		act.Ticket = t.ID
		return err
	})
	switch {
	case err != nil:
		return act, err
	case !act.Actor.May(models.VerbAttach):
		return act, models.ErrForbidden
	case !web.IsForm(c):
		return act, web.NewProblem(http.StatusUnsupportedMediaType, "media_type", in.lang())
	}
	act.Version, err = in.conditions(mustMatch)
	return act, err
}

// inPath describes a part of a path; without values it may be anything.
func inPath(name string, values ...any) *huma.Param {
	return &huma.Param{
		Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString, Enum: values},
	}
}

// answersOf describes one good answer; any other is a problem.
func answersOf(doc *huma.OpenAPI, status, about, kind string, body *huma.Schema) map[string]*huma.Response {
	answer := func(about, kind string, body *huma.Schema) *huma.Response {
		return &huma.Response{Description: about, Content: map[string]*huma.MediaType{kind: {Schema: body}}}
	}
	return map[string]*huma.Response{
		status:    answer(about, kind, body),
		"default": answer("Refused", "application/problem+json", problemSchema(doc)),
	}
}

func describePhoto(doc *huma.OpenAPI) {
	binary := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	answers := answersOf(doc, "200", "The picture", "image/jpeg", binary)
	answers["200"].Content["application/octet-stream"] = &huma.MediaType{Schema: binary}
	doc.AddOperation(&huma.Operation{
		OperationID: "get-photo", Method: http.MethodGet, Path: "/photos/{id}/{size}", Tags: []string{"chat", "staff"},
		Security:   []map[string][]string{{"bearer": {}}},
		Summary:    "A picture of a chat or a ticket; what staff may have as original is sound, film and files",
		Parameters: []*huma.Param{inPath("id"), inPath("size", "1600", "320", "original")},
		Responses:  answers,
	})
}

// describeAttach describes the two addresses that take pictures of finished work.
func describeAttach(doc *huma.OpenAPI) {
	text := &huma.Schema{Type: huma.TypeString}
	add := func(id, path, summary string, most int, must bool, answers map[string]*huma.Response) {
		op := &huma.Operation{
			OperationID: id, Method: http.MethodPost, Path: path, Tags: []string{"staff"}, Summary: summary,
			Security: []map[string][]string{{"bearer": {}}},
			Parameters: []*huma.Param{
				inPath("code"),
				{
					Name: "If-Match", In: "header", Required: must, Schema: text,
					Description: "The ETag of the ticket as the asker saw it; * is any.",
				},
				{
					Name: "Idempotency-Key", In: "header",
					Schema:      &huma.Schema{Type: huma.TypeString, MaxLength: new(200)},
					Description: "A repeat with the same pictures gets the same answer.",
				},
			},
			RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
				"multipart/form-data": {Schema: &huma.Schema{
					Type: huma.TypeObject, Required: []string{"photo"},
					Properties: map[string]*huma.Schema{"photo": picturesOf(most)},
				}},
			}},
			Responses: answers,
		}
		for status, answer := range answers {
			if status != "default" {
				answer.Headers = map[string]*huma.Param{"ETag": {Schema: text}}
			}
		}
		if must {
			mustMatch(op)
		}
		doc.AddOperation(op)
	}
	add("attach-photos", "/tickets/{code}/attach", "Add pictures of the finished work", maxPhotos, true,
		answersOf(doc, "200", "The ticket, and the ids of the pictures beside", "application/json",
			doc.Components.Schemas.Schema(reflect.TypeFor[AttachedView](), true, "")))
	add("add-ticket-photo", "/tickets/{code}/photos", "Add one picture of the finished work, for resolve", 1, false,
		answersOf(doc, "201", "Kept", "application/json", &huma.Schema{
			Type: huma.TypeObject, Properties: map[string]*huma.Schema{"id": text}, Required: []string{"id"},
		}))
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
			all[*a.MessageID] = append(all[*a.MessageID], web.PhotoURL(a.ID, "320"))
		}
	}
	for _, a := range answered {
		for _, message := range carried[a.ID] {
			if a.Picture() {
				all[message] = append(all[message], web.PhotoURL(a.ID, "320"))
			}
		}
	}
	return all, nil
}

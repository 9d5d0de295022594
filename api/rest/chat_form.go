package rest

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

const chatMessagesPath = "/chat/messages"

// forms takes a chat message that came as a form: huma would hold all of it in memory.
func (a *API) forms(c *gin.Context) {
	if c.Request.Method == http.MethodPost && strings.HasSuffix(c.FullPath(), chatMessagesPath) && web.IsForm(c) {
		a.sendChatForm(c)
		c.Abort()
	}
}

// sendChatForm keeps the pictures first, then the message: a message in the inbox has all its pictures.
func (a *API) sendChatForm(c *gin.Context) {
	q := asker(c)
	if err := a.knowResident(c.Request.Context(), q); err != nil { // before a byte of the body is read
		a.fail(c, err)
		return
	}
	f, err := a.uploads().Read(c, web.FormWants{
		Fields: []string{"client_id", "text", "lat", "lon", "accuracy_m", "payload"}, Photos: maxPhotos, Lang: q.lang(),
	})
	if err != nil {
		a.fail(c, err)
		return
	}
	var event models.InboxEvent
	body, err := chatMessageOf(f)
	if err == nil {
		event, err = incoming(q, body, f.Photos)
	}
	if err != nil {
		a.uploads().Drop(c.Request.Context(), f.Photos)
		a.fail(c, err)
		return
	}
	// A message that was not taken may be in the inbox all the same: its pictures stay.
	if err := a.take(c.Request.Context(), q, event); err != nil {
		a.fail(c, err)
		return
	}
	a.dropRepeated(c.Request.Context(), event.ID, f.Photos)
	out := &chatAccepted{}
	out.Body.ID = event.ID
	c.JSON(http.StatusAccepted, out.Body)
}

// chatMessageOf reads the fields under the limits that the JSON body has.
func chatMessageOf(f web.Form) (b chatBody, err error) {
	var accuracy *float64
	errs := make([]error, 6)
	b.ClientID, errs[0] = f.Text("client_id", 100)
	b.Text, errs[1] = f.Text("text", 10_000)
	b.Payload, errs[2] = f.Text("payload", 200)
	b.Lat, errs[3] = f.Number("lat", -90, 90)
	b.Lon, errs[4] = f.Number("lon", -180, 180)
	accuracy, errs[5] = f.Number("accuracy_m", 0, math.MaxFloat64)
	for _, err := range errs {
		if err != nil {
			return b, err
		}
	}
	if accuracy != nil {
		b.AccuracyM = *accuracy
	}
	if b.ClientID == "" || models.Clean(b.ClientID, 100) != b.ClientID ||
		strings.ContainsFunc(b.ClientID, unicode.IsControl) {
		return b, models.Invalid{Field: "client_id", Key: "error_client_id"}
	}
	return b, nil
}

// dropRepeated removes the pictures of a message that was in the inbox before: it has its own.
func (a *API) dropRepeated(ctx context.Context, inboxID string, all []bots.Media) {
	if len(all) == 0 {
		return
	}
	var kept models.InboxEvent
	err := a.Store.Read(ctx, func(tx *store.Tx) (err error) {
		kept, err = tx.InboxEvent(inboxID)
		return err
	})
	if err == nil && !strings.Contains(kept.Payload, all[0].FileID) || errors.Is(err, models.ErrNotFound) {
		a.uploads().Drop(ctx, all)
	}
}

// describeForms tells the OpenAPI document of what huma does not serve itself.
func describeForms(doc *huma.OpenAPI) {
	text, number := &huma.Schema{Type: huma.TypeString}, &huma.Schema{Type: huma.TypeNumber}
	file := &huma.Schema{Type: huma.TypeString, Format: "binary", Description: "JPEG, PNG or WebP, 20 MB at most."}
	few := maxPhotos
	doc.Paths[chatMessagesPath].Post.RequestBody.Content["multipart/form-data"] = &huma.MediaType{Schema: &huma.Schema{
		Type: huma.TypeObject, Required: []string{"client_id"}, Properties: map[string]*huma.Schema{
			"client_id": text, "text": text, "payload": text, "lat": number, "lon": number, "accuracy_m": number,
			"photo": {Type: huma.TypeArray, Items: file, MaxItems: &few},
		},
	}}
	security := []map[string][]string{{"bearer": {}}}
	path := func(name string, values ...any) *huma.Param {
		value := &huma.Schema{Type: huma.TypeString, Enum: values}
		return &huma.Param{Name: name, In: "path", Required: true, Schema: value}
	}
	binary := func(about string) *huma.Response {
		return &huma.Response{Description: about, Content: map[string]*huma.MediaType{
			"image/jpeg": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		}}
	}
	problem := &huma.Response{Description: "Refused", Content: map[string]*huma.MediaType{
		"application/problem+json": {Schema: &huma.Schema{Type: huma.TypeObject}},
	}}
	doc.AddOperation(&huma.Operation{
		OperationID: "get-photo", Method: http.MethodGet, Path: "/photos/{id}/{size}", Security: security,
		Tags:       []string{"chat", "staff"},
		Summary:    "A picture of a chat or a ticket; sound and film for staff, as original",
		Parameters: []*huma.Param{path("id"), path("size", "1600", "320", "original")},
		Responses:  map[string]*huma.Response{"200": binary("The picture"), "default": problem},
	})
	doc.AddOperation(&huma.Operation{
		OperationID: "add-ticket-photo", Method: http.MethodPost, Path: "/tickets/{code}/photos", Security: security,
		Tags: []string{"staff"}, Summary: "Keep a picture of the finished work, for resolve",
		Parameters: []*huma.Param{path("code")},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"multipart/form-data": {Schema: &huma.Schema{
				Type: huma.TypeObject, Required: []string{"photo"}, Properties: map[string]*huma.Schema{"photo": file},
			}},
		}},
		Responses: map[string]*huma.Response{
			"201": {Description: "Kept", Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{
				Type: huma.TypeObject, Properties: map[string]*huma.Schema{"id": text},
			}}}},
			"default": problem,
		},
	})
}

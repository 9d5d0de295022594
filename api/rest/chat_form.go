package rest

import (
	"math"
	"net/http"
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
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
		Intake: a.Intake,
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
	kept, err := a.take(c.Request.Context(), q, event)
	if kept.ID != "" && len(f.Photos) > 0 && !strings.Contains(kept.Payload, f.Photos[0].FileID) {
		a.uploads().Drop(c.Request.Context(), f.Photos) // the message that is there has its own
	}
	if err != nil {
		a.fail(c, err)
		return
	}
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

// describeForms tells the OpenAPI document of what huma does not serve itself.
func describeForms(doc *huma.OpenAPI) {
	text, number := &huma.Schema{Type: huma.TypeString}, &huma.Schema{Type: huma.TypeNumber}
	doc.Paths[chatMessagesPath].Post.RequestBody.Content["multipart/form-data"] = &huma.MediaType{Schema: &huma.Schema{
		Type: huma.TypeObject, Required: []string{"client_id"}, Properties: map[string]*huma.Schema{
			"client_id": text, "text": text, "payload": text, "lat": number, "lon": number, "accuracy_m": number,
			"photo": picturesOf(maxPhotos),
		},
	}}
	describePhoto(doc)
	describeAttach(doc)
}

// picturesOf describes a field of a form with up to so many pictures.
func picturesOf(most int) *huma.Schema {
	file := &huma.Schema{Type: huma.TypeString, Format: "binary", Description: "JPEG, PNG or WebP, 20 MB at most."}
	if most == 1 {
		return file
	}
	return &huma.Schema{Type: huma.TypeArray, Items: file, MaxItems: &most}
}

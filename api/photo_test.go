package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/dialogue"
	"github.com/vticket/vticket/bots/webchat"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// picture is a drawn JPEG; another seed is another picture.
func picture(t *testing.T, seed int) string {
	t.Helper()
	drawn := image.NewRGBA(image.Rect(0, 0, 400, 300))
	for x := range 400 {
		for y := range 300 {
			drawn.Set(x, y, color.RGBA{uint8(x * seed / 7), uint8((x / 40 * y * seed) % 256), uint8(y), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, drawn, nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// part is one field of a form; one with a kind is a file.
type part struct{ name, value, kind string }

func photo(value string) part { return part{"photo", value, "image/jpeg"} }

func formOf(t *testing.T, parts ...part) (kind, body string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		h := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + p.name + `"`}}
		if p.kind != "" {
			h.Set("Content-Disposition", h.Get("Content-Disposition")+`; filename="../a.jpg"`)
			h.Set("Content-Type", p.kind)
		}
		to, err := w.CreatePart(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(to, p.value); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.String()
}

// files lists what the photo store holds, below its top folder.
func (d *door) files(t *testing.T) (names []string) {
	t.Helper()
	err := filepath.WalkDir(d.photos, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, strings.TrimPrefix(path, d.photos))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// drop removes files, as if they had been kept for too long.
func (d *door) drop(t *testing.T, files []string) {
	t.Helper()
	for _, name := range files {
		if err := os.Remove(d.photos + name); err != nil {
			t.Fatal(err)
		}
	}
}

// fetchAll brings every waiting attachment home, as the worker does.
func (d *door) fetchAll(t *testing.T, ids ...string) {
	t.Helper()
	f := &dialogue.Fetcher{
		Store: d.store, Desk: d.desk, Photos: d.disk, Log: slog.New(slog.DiscardHandler),
		Adapters: map[string]bots.Adapter{webchat.Name: webchat.Adapter{Open: d.disk.Open, Delete: d.disk.Delete}},
	}
	for _, id := range ids {
		if err := f.FetchPhoto(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
}

func TestChatFormRefusesBadInput(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		token, id := d.resident(), part{"client_id", "1", ""}
		big := "\xff\xd8\xff\xe0" + strings.Repeat("a", 20<<20)
		form := func(parts ...part) ask {
			kind, body := formOf(t, parts...)
			return ask{kind: kind, body: body}
		}
		shot := photo(picture(t, 1))
		cut := form(id, shot)
		cut.body = cut.body[:1500]
		for name, tt := range map[string]struct {
			ask
			want refusal
		}{
			"five photos":          {form(id, shot, shot, shot, shot, shot), refusal{422, "invalid", "photo"}},
			"over 20 MB":           {form(id, shot, photo(big)), refusal{413, "too_large", "photo"}},
			"not a picture":        {form(id, photo("hello")), refusal{422, "invalid", "photo"}},
			"a page called a jpeg": {form(id, photo("<html><script>alert(1)</script>")), refusal{422, "invalid", "photo"}},
			"an svg":               {form(id, part{"photo", "<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"}), refusal{422, "invalid", "photo"}},
			"a gif":                {form(id, part{"photo", "GIF89a1234567890", "image/gif"}), refusal{422, "invalid", "photo"}},
			"a jpeg of magic only": {form(id, photo("\xff\xd8\xff\xe0")), refusal{422, "invalid", "photo"}},
			"a png of 20000 by 20000": {form(id, photo("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"+
				strings.Repeat("\x00\x00N ", 2)+"\b\x02\x00\x00\x00l\x12\xd1n")), refusal{422, "invalid", "photo"}},
			"an empty file":          {form(id, photo("")), refusal{422, "invalid", "photo"}},
			"a good one then a bad":  {form(id, shot, photo("hello")), refusal{422, "invalid", "photo"}},
			"nothing said":           {form(id), refusal{422, "invalid", "text"}},
			"no client id":           {form(shot), refusal{422, "invalid", "client_id"}},
			"NUL in client id":       {form(part{"client_id", "a\x00", ""}, shot), refusal{422, "invalid", "client_id"}},
			"broken UTF-8 id":        {form(part{"client_id", "a\xff", ""}, shot), refusal{422, "invalid", "client_id"}},
			"two client ids":         {form(id, id, shot), refusal{422, "invalid", "client_id"}},
			"unknown field":          {form(id, shot, part{"admin", "1", ""}), refusal{422, "invalid", "admin"}},
			"NaN":                    {form(id, shot, part{"lat", "NaN", ""}, part{"lon", "106", ""}), refusal{422, "invalid", "lat"}},
			"out of range":           {form(id, shot, part{"lat", "10", ""}, part{"lon", "180.1", ""}), refusal{422, "invalid", "lon"}},
			"half a place":           {form(id, shot, part{"lat", "10", ""}), refusal{422, "invalid", "lon"}},
			"negative accuracy":      {form(id, shot, part{"accuracy_m", "-1", ""}), refusal{422, "invalid", "accuracy_m"}},
			"10,001 characters":      {form(id, shot, part{"text", strings.Repeat("ở", 10_001), ""}), refusal{422, "invalid", "text"}},
			"a field of a megabyte":  {form(id, shot, part{"text", strings.Repeat("a", 1<<20), ""}), refusal{422, "invalid", "text"}},
			"no boundary":            {ask{kind: "multipart/form-data", body: shot.value}, refusal{400, "malformed", ""}},
			"another boundary":       {ask{kind: "multipart/form-data; boundary=x", body: form(id, shot).body}, refusal{400, "malformed", ""}},
			"cut off in a photo":     {cut, refusal{400, "malformed", ""}},
			"no body":                {ask{kind: "multipart/form-data; boundary=x"}, refusal{400, "malformed", ""}},
			"a form that is a mixed": {ask{kind: "multipart/mixed; boundary=x", body: "--x--"}, refusal{415, "media_type", ""}},
		} {
			t.Run(name, func(t *testing.T) {
				tt.method, tt.path, tt.token = http.MethodPost, chatPath, token
				d.refused(t, tt.ask, tt.want)
				if kept, files := d.kept(token), d.files(t); len(kept) > 0 || len(files) > 0 {
					t.Errorf("a refused form left %d events and %v", len(kept), files)
				}
			})
		}
	})
}

// endless is a body that never ends: whoever reads it before asking who sends it waits for ever.
type endless struct{ ctx context.Context } //nolint:containedctx // a reader has no other way to end

func (e endless) Read([]byte) (int, error) {
	<-e.ctx.Done()
	return 0, io.EOF
}

func TestFormsNeedTheirToken(t *testing.T) {
	d := openDoorSQLite(t)
	made := d.ticket()
	foreign, viewer := d.staff(models.RoleLead, d.department("waste_operator")), d.staff(models.RoleViewer, made.DepartmentID)
	for name, tt := range map[string]struct {
		path, token string
		want        int
	}{
		"a chat of nobody":     {chatPath, "", 401},
		"a chat by staff":      {chatPath, viewer, 401},
		"a ticket of nobody":   {"/api/v1/tickets/" + made.Code + "/photos", "", 401},
		"a ticket by resident": {"/api/v1/tickets/" + made.Code + "/photos", d.resident(), 401},
		"a foreign department": {"/api/v1/tickets/" + made.Code + "/photos", foreign, 404},
		"a viewer":             {"/api/v1/tickets/" + made.Code + "/photos", viewer, 403},
		"a viewer's verb":      {"/api/v1/tickets/" + made.Code + "/attach", viewer, 403},
		"an unknown ticket":    {"/api/v1/tickets/" + models.NewCode() + "/photos", viewer, 404},
	} {
		t.Run(name, func(t *testing.T) {
			q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.url+tt.path, endless{t.Context()})
			if err != nil {
				t.Fatal(err)
			}
			q.Header.Set("Content-Type", "multipart/form-data; boundary=x")
			q.Header.Set("Authorization", "Bearer "+tt.token)
			res, err := http.DefaultTransport.RoundTrip(q)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if res.StatusCode != tt.want {
				t.Errorf("%d, not %d", res.StatusCode, tt.want)
			}
		})
	}
	if files := d.files(t); len(files) > 0 {
		t.Errorf("kept %v", files)
	}
}

// A message has all its pictures when it is in the inbox; its repeats leave nothing behind.
func TestChatFormKeepsPhotosFirst(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		token := d.resident()
		kind, body := formOf(t, part{"client_id", "1", ""}, part{"text", "gà\r\nqué", ""}, part{"lat", "10.5", ""},
			part{"lon", "106.5", ""}, part{"accuracy_m", "", ""}, photo(picture(t, 1)), photo(picture(t, 2)), part{"photo", "", ""})
		for range 3 {
			status, _, answer := d.do(ask{method: http.MethodPost, path: chatPath, token: token, kind: kind, body: body})
			if status != http.StatusAccepted || !strings.Contains(answer, `"id"`) {
				t.Fatalf("%d %s", status, answer)
			}
		}
		events := d.kept(token)
		if len(events) != 1 {
			t.Fatalf("%d events, not 1", len(events))
		}
		var in bots.Incoming
		if err := json.Unmarshal([]byte(events[0].Payload), &in); err != nil {
			t.Fatal(err)
		}
		if in.Kind != bots.KindImage || *in.Text != "gà\nqué" || *in.Lat != 10.5 || *in.Lon != 106.5 || len(in.Media) != 2 {
			t.Errorf("kept %s", events[0].Payload)
		}
		if files := d.files(t); len(files) != 2 {
			t.Errorf("two pictures are kept, not %v", files)
		}
		for _, m := range in.Media {
			kept, err := d.disk.Open(t.Context(), m.FileID)
			if err != nil {
				t.Fatal(err)
			}
			raw, _ := io.ReadAll(kept)
			_ = kept.Close()
			if int64(len(raw)) != m.Size || m.MIME != "image/jpeg" {
				t.Errorf("%+v has %d bytes", m, len(raw))
			}
		}
	})
}

// evidence is a picture that a resident sent about a ticket, fetched already.
func (d *door) evidence(t *testing.T, token, ticketID, raw string) (a models.Attachment) {
	t.Helper()
	key := webchat.Uploads + models.NewID()
	if err := d.disk.Put(t.Context(), key, strings.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
	source, _ := json.Marshal(bots.Source{Channel: webchat.Name, Media: bots.Media{Type: bots.KindImage, FileID: key}})
	d.tx(func(tx *store.Tx) error {
		c, _, err := tx.LockConversation("webchat", "web", models.TokenKey(token))
		if err != nil {
			return err
		}
		m, err := tx.Heard(models.Message{ConversationID: c.ID, Author: "resident"})
		if err != nil {
			return err
		}
		if err := tx.LinkMessages([]string{m.ID}, ticketID); err != nil {
			return err
		}
		a = models.Attachment{
			ConversationID: &c.ID, MessageID: &m.ID, Kind: models.AttachmentEvidence, Media: models.MediaImage,
			Source: string(source),
		}
		if err := tx.InsertAttachment(&a); err != nil {
			return err
		}
		return tx.InsertReport(models.Report{
			ID: models.NewID(), TicketID: ticketID, ReporterID: c.ReporterID, ConversationID: &c.ID, Channel: "webchat",
			CreatedAt: tx.Now,
		})
	})
	d.fetchAll(t, a.ID)
	return a
}

func (d *door) addPhoto(t *testing.T, token, code, raw string) string {
	t.Helper()
	kind, body := formOf(t, photo(raw))
	status, _, answer := d.do(ask{
		method: http.MethodPost, path: "/api/v1/tickets/" + code + "/photos", token: token, kind: kind, body: body,
	})
	var out struct{ ID string }
	if err := json.Unmarshal([]byte(answer), &out); err != nil || status != http.StatusCreated {
		t.Fatalf("%d %s", status, answer)
	}
	return out.ID
}

func TestPhotosAreServedToTheirOwn(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made, resident, neighbour := d.ticket(), d.resident(), d.resident()
		lead, hotline := d.staff(models.RoleLead, made.DepartmentID), d.staff(models.RoleHotline, nil)
		foreign := d.staff(models.RoleLead, d.department("waste_operator"))
		shot := d.evidence(t, resident, made.ID, picture(t, 1))
		d.evidence(t, neighbour, d.ticket().ID, picture(t, 3))
		after := d.addPhoto(t, lead, made.Code, picture(t, 2))
		secret := d.addPhoto(t, lead, made.Code, picture(t, 3))
		d.fetchAll(t, after, secret)
		d.done(t, d.verb(lead, made, 3, "resolve", `{"outcome":"fixed","text":"Đã vá.","photos":["`+after+`"]}`))
		path := func(id, size string) string { return "/api/v1/photos/" + id + "/" + size }
		for name, tt := range map[string]struct {
			token, path string
			want        int
		}{
			"own picture":                  {resident, path(shot.ID, "320"), 200},
			"own picture, large":           {resident, path(shot.ID, "1600"), 200},
			"picture of an answer":         {resident, path(after, "320"), 200},
			"picture that nobody said":     {resident, path(secret, "320"), 404},
			"of a neighbour":               {neighbour, path(shot.ID, "320"), 404},
			"the answer to another":        {neighbour, path(after, "320"), 404},
			"of the department":            {lead, path(shot.ID, "320"), 200},
			"of the hotline":               {hotline, path(after, "1600"), 200},
			"of another department":        {foreign, path(shot.ID, "320"), 404},
			"after of another department":  {foreign, path(after, "320"), 404},
			"nobody":                       {"", path(shot.ID, "320"), 401},
			"unknown id":                   {resident, path(models.NewID(), "320"), 404},
			"no id at all":                 {hotline, path("..%2f..%2fetc%2fpasswd", "320"), 404},
			"NUL in the id":                {hotline, path("%00", "320"), 404},
			"another size":                 {hotline, path(shot.ID, "9000"), 404},
			"the original of a picture":    {hotline, path(shot.ID, "original"), 404},
			"the original for a resident":  {resident, path(shot.ID, "original"), 404},
			"odd bytes for a token":        {"\xff'--", path(shot.ID, "320"), 401},
			"a broken escape in the size ": {hotline, path(shot.ID, "320%2f..%2f1600"), 404},
		} {
			t.Run(name, func(t *testing.T) {
				status, header, body := d.do(ask{method: http.MethodGet, path: tt.path, token: tt.token})
				if status != tt.want {
					t.Fatalf("%d, not %d: %.200s", status, tt.want, body)
				}
				if status != http.StatusOK {
					return
				}
				if _, err := jpeg.Decode(strings.NewReader(body)); err != nil {
					t.Errorf("no picture: %v", err)
				}
				for name, want := range map[string]string{
					"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff",
					"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "private, max-age=3600",
				} {
					if header.Get(name) != want {
						t.Errorf("%s: %q", name, header.Get(name))
					}
				}
				if got := header.Get("Content-Disposition"); !strings.HasPrefix(got, `inline; filename="`) {
					t.Errorf("disposition %q", got)
				}
			})
		}
	})
}

// seenPhotos lists the pictures of each message of a chat.
func (d *door) seenPhotos(t *testing.T, token string) (photos [][]string) {
	t.Helper()
	d.tx(func(tx *store.Tx) error { // everything that waits is sent
		a, _, err := tx.FindAddress("webchat", "web", models.TokenKey(token))
		if err != nil {
			return err
		}
		for {
			delivery, found, err := tx.NextDelivery(a.ID)
			if err != nil || !found {
				return err
			}
			delivery.Status, delivery.SentAt = models.DeliverySent, &tx.Now
			if err := tx.SaveDelivery(delivery); err != nil {
				return err
			}
		}
	})
	_, _, body := d.do(ask{method: http.MethodGet, path: chatPath, token: token})
	var got struct{ Messages []struct{ Photos []string } }
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	for _, m := range got.Messages {
		photos = append(photos, m.Photos)
	}
	return photos
}

func TestResolveByPhoto(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made, resident := d.ticket(), d.resident()
		lead := d.staff(models.RoleLead, made.DepartmentID)
		same := picture(t, 1)
		shot := d.evidence(t, resident, made.ID, same)
		after, other := d.addPhoto(t, lead, made.Code, same), d.addPhoto(t, lead, made.Code, picture(t, 2))
		stranger := d.addPhoto(t, d.staff(models.RoleHotline, nil), d.ticket().Code, picture(t, 2))
		d.fetchAll(t, after) // the other is still on its way
		resolve := func(ids ...string) ask {
			raw, _ := json.Marshal(map[string]any{"outcome": "fixed", "text": "Đã vá.", "photos": ids})
			return d.verb(lead, made, 3, "resolve", string(raw)) // each photo was a change
		}
		for name, ids := range map[string][]string{
			"another ticket's": {stranger}, "the resident's": {shot.ID}, "no id": {"x\x00"}, "twice": {after, after},
			"one of many": {after, models.NewID()},
		} {
			t.Run(name, func(t *testing.T) { d.refused(t, resolve(ids...), refusal{422, "invalid", "photos"}) })
		}
		d.refused(t, resolve(), refusal{422, "invalid", "photos"})
		d.done(t, resolve(after, other))
		d.tx(func(tx *store.Tx) error {
			events, err := tx.Timeline(made.ID)
			last := events[len(events)-1].Data
			if !strings.Contains(last, `"photos":["`+after+`","`+other+`"]`) || !strings.Contains(last, `"same_picture":true`) {
				t.Errorf("the event: %s", last)
			}
			return err
		})
		url := func(id string) string { return "/api/v1/photos/" + id + "/320" }
		want := [][]string{{url(shot.ID)}, {url(after)}}
		if diff := cmp.Diff(want, d.seenPhotos(t, resident)); diff != "" {
			t.Errorf("pictures in the chat (-want +got):\n%s", diff)
		}
	})
}

func TestOpenAPIHasTheForms(t *testing.T) {
	d := openDoorSQLite(t)
	_, _, body := d.do(ask{method: http.MethodGet, path: "/api/v1/openapi.json"})
	var doc struct {
		Paths map[string]map[string]struct {
			RequestBody struct{ Content map[string]any }
			Parameters  []struct {
				Name     string
				Required bool
				Schema   struct{ Enum []string }
			}
			Responses map[string]any
		}
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	if err := json.Unmarshal([]byte(body), &doc); err != nil {
		t.Fatal(err)
	}
	var bodies []string
	for kind := range doc.Paths["/chat/messages"]["post"].RequestBody.Content {
		bodies = append(bodies, kind)
	}
	slices.Sort(bodies)
	if diff := cmp.Diff([]string{"application/json", "multipart/form-data"}, bodies); diff != "" {
		t.Errorf("bodies of a chat message (-want +got):\n%s", diff)
	}
	for path, method := range map[string]string{"/photos/{id}/{size}": "get", "/tickets/{code}/photos": "post", "/tickets/{code}/attach": "post"} {
		if _, ok := doc.Paths[path][method]; !ok {
			t.Errorf("%s %s is not described", method, path)
		}
	}
	verb := doc.Paths["/tickets/{code}/{verb}"]["post"]
	fields := fmt.Sprint(verb.RequestBody.Content)
	if len(verb.RequestBody.Content) != 1 || !strings.Contains(fields, "no_photo_reason") || strings.Contains(fields, "required") {
		t.Errorf("the body of a verb is JSON with its fields, of which none must be there: %s", fields)
	}
	for _, p := range verb.Parameters {
		if p.Name == "If-Match" && !p.Required || p.Name == "verb" && (len(p.Schema.Enum) != 13 || !slices.Contains(p.Schema.Enum, "resolve")) {
			t.Errorf("%s is to be told with what is asked of it: %+v", p.Name, p)
		}
	}
	told := fmt.Sprint(doc.Paths["/tickets/{code}"]["get"].Responses["200"])
	for _, field := range []string{"code", "state", "promise_due", "messages"} {
		if !strings.Contains(told, "ToldView") || doc.Components.Schemas["ToldView"].Properties[field] == nil {
			t.Errorf("%s of a ticket is to be described: %s", field, told)
		}
	}
	attach := doc.Paths["/tickets/{code}/attach"]["post"]
	if verb.Responses["428"] == nil || attach.Responses["428"] == nil {
		t.Errorf("the refusal without If-Match is to be told: %v, %v", verb.Responses, attach.Responses)
	}
	answer, schema := fmt.Sprint(attach.Responses["200"]), doc.Components.Schemas["AttachedView"].Properties
	if !strings.Contains(answer, "ETag") || !strings.Contains(answer, "AttachedView") || schema["code"] == nil || schema["photos"] == nil {
		t.Errorf("attach answers the ticket, its tag and the ids: %s, %v", answer, schema)
	}
}

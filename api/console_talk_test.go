package api_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/webchat"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

// handedOver is the conversation of a ticket's reporter, who has asked for a person.
func (d *door) handedOver(made models.Ticket) (c models.Conversation) {
	d.t.Helper()
	d.tx(func(tx *store.Tx) error {
		reports, err := tx.Reports(made.ID)
		if err != nil {
			return err
		}
		if c, err = tx.Conversation(*reports[0].ConversationID); err != nil {
			return err
		}
		until := tx.Now.Add(12 * time.Hour)
		c.PersonSince, c.TakenOverUntil = &tx.Now, &until
		return tx.SaveConversation(c)
	})
	return c
}

// TestTheHotlineAnswersInTheBotsPlace: who may answer sees who waits and what was said, answers, and gives it back.
func TestTheHotlineAnswersInTheBotsPlace(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made := d.saidTicket()
		hotline := d.cookie(models.RoleHotline, nil)
		d.open("/console/talks", hotline).holds(t, "Không có ai đang chờ")
		talk := d.handedOver(made)
		path := "/console/talks/" + talk.ID
		d.open("/console/talks", hotline).holds(t, path, "Đang chờ", "Trang web")
		page := d.open(path, hotline)
		page.holds(t, coverIsGone, ticketAt(made), `name="text"`)
		page.lacks(t, "<no value>", "talk_")
		empty := d.post(path+"/answer", hotline, url.Values{"text": {"  "}})
		empty.is(t, 422)
		empty.holds(t, "Cần ghi nội dung")
		d.post(path+"/answer", hotline, url.Values{"text": {"Dạ, mai có đội tới ạ."}}).led(t, path+"?done=talk_answer")
		d.open(path+"?done=talk_answer", hotline).holds(t, "Dạ, mai có đội tới ạ.", "Đã gửi cho người dân")
		d.open("/console/talks", hotline).holds(t, "Đã trả lời")
		d.post(path+"/return", hotline, nil).led(t, "/console/talks?done=talk_return")
		d.tx(func(tx *store.Tx) error {
			after, err := tx.Conversation(talk.ID)
			if err == nil && (after.WakeAt == nil || after.WakeAt.After(tx.Now) || after.TakenOverUntil.After(tx.Now)) {
				t.Errorf("the bot comes back now: %+v", after)
			}
			m, _, last := tx.LastQuestion(talk.ID)
			if last == nil && (!models.ValidID(m.Author) || m.Key != "person_answer") {
				t.Errorf("the answer is a person's: %+v", m)
			}
			return err
		})
	})
}

func TestTalksAreTheHotlines(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made := d.saidTicket()
		path := "/console/talks/" + d.handedOver(made).ID
		for name, cookie := range map[string]string{
			"a department's lead": d.cookie(models.RoleLead, made.DepartmentID),
			"a viewer":            d.cookie(models.RoleViewer, made.DepartmentID),
		} {
			for _, got := range []deskPage{
				d.open("/console/talks", cookie), d.open(path, cookie),
				d.post(path+"/answer", cookie, url.Values{"text": {"x"}}), d.post(path+"/return", cookie, nil),
			} {
				if got.Status != 403 || strings.Contains(got.Body, coverIsGone) {
					t.Errorf("%s sees nothing of it: %d", name, got.Status)
				}
			}
			d.open("/console", cookie).lacks(t, "/console/talks")
		}
		hotline := d.cookie(models.RoleHotline, nil)
		for _, none := range []string{"/console/talks/x", "/console/talks/" + models.NewID()} {
			d.open(none, hotline).is(t, 404)
			d.post(none+"/return", hotline, nil).is(t, 404)
		}
	})
}

// shows lets a resident who talks to a person send words, a picture and a pin; they are no ticket's.
func (d *door) shows(t *testing.T, talk models.Conversation) (shot models.Attachment) {
	t.Helper()
	key := webchat.Uploads + models.NewID()
	if err := d.disk.Put(t.Context(), key, strings.NewReader(picture(t, 1))); err != nil {
		t.Fatal(err)
	}
	source, _ := json.Marshal(bots.Source{Channel: webchat.Name, Media: bots.Media{Type: bots.KindImage, FileID: key}})
	lat, lon := 10.7779, centreLon
	d.tx(func(tx *store.Tx) error {
		m, err := tx.Heard(models.Message{
			ConversationID: talk.ID, Author: "resident", Text: "Cây này sắp đổ trước số 12 Nguyễn Trãi", Lat: &lat, Lon: &lon,
		})
		shot = models.Attachment{
			ConversationID: &talk.ID, MessageID: &m.ID, Kind: models.AttachmentEvidence, Media: models.MediaImage,
			Source: string(source),
		}
		if err != nil {
			return err
		}
		return tx.InsertAttachment(&shot)
	})
	d.fetchAll(t, shot.ID)
	return shot
}

// TestTheHotlineSeesWhatComesToAPerson: pictures and places that came to a person are to be looked at by those who
// answer, for as long as they do.
func TestTheHotlineSeesWhatComesToAPerson(t *testing.T) {
	eachDoorAndClock(t, func(t *testing.T, d *door, clock *modelstest.Clock) {
		t.Helper()
		made := d.saidTicket()
		talk := d.handedOver(made)
		clock.Move(time.Minute)
		shot := d.shows(t, talk)
		small := "/api/v1/photos/" + shot.ID + "/320"
		hotline := d.cookie(models.RoleHotline, nil)
		d.open("/console/talks/"+talk.ID, hotline).holds(t, `src="`+small, "10.77790, 106.70090", "mlat=10.7779")
		d.open(small, hotline).is(t, 200)
		d.open(small, d.cookie(models.RoleLead, made.DepartmentID)).is(t, 404)
		d.tx(func(tx *store.Tx) error {
			talk.PersonSince = nil
			return tx.SaveConversation(talk)
		})
		d.open(small, hotline).is(t, 404)
	})
}

// TestTheHotlineWritesDownWhatComesToAPerson: the report is the resident's, holds what they sent since they asked for a
// person, and is answered where they wrote.
func TestTheHotlineWritesDownWhatComesToAPerson(t *testing.T) {
	eachDoorAndClock(t, func(t *testing.T, d *door, clock *modelstest.Clock) {
		t.Helper()
		talk := d.handedOver(d.saidTicket())
		clock.Move(time.Minute)
		shot := d.shows(t, talk)
		hotline, path := d.cookie(models.RoleHotline, nil), "/console/call?talk="+talk.ID
		d.open("/console/talks/"+talk.ID, hotline).holds(t, path)
		d.open(path, hotline).holds(t, "Cây này sắp đổ", `value="trước số 12 Nguyễn Trãi"`, "10.77790, 106.70090", `name="talk" value="`+talk.ID)
		fields := url.Values{"form": {models.NewID()}, "talk": {talk.ID}, "words": {"Cây sắp đổ trước trường Lê Lợi"}}
		d.post("/console/call", hotline, fields).led(t, "/console/talks/"+talk.ID+"?done=call_talk")
		page := d.open("/console/talks/"+talk.ID+"?done=call_talk", hotline)
		page.holds(t, "Đã ghi phản ánh")
		var made models.Ticket
		d.tx(func(tx *store.Tx) error {
			all, err := tx.ReporterTickets(talk.ReporterID, 5)
			if err != nil || len(all) != 2 {
				t.Fatalf("the resident has the report from before and the new one: %+v %v", all, err)
			}
			made = all[0]
			m, err := tx.Message(*shot.MessageID)
			if err == nil && (m.TicketID == nil || *m.TicketID != made.ID) {
				t.Errorf("what they sent belongs to the new report: %+v", m)
			}
			return err
		})
		d.open(ticketAt(made), hotline).holds(t, "Cây sắp đổ trước trường Lê Lợi", shot.ID, "Trang web")
		d.post("/console/talks/"+talk.ID+"/return", hotline, nil).is(t, 303)
		d.tx(func(tx *store.Tx) error {
			talk.PersonSince = nil
			return tx.SaveConversation(talk)
		})
		fields["form"] = []string{models.NewID()}
		late := d.post("/console/call", hotline, fields)
		late.is(t, 422)
		late.holds(t, "Cây sắp đổ trước trường Lê Lợi", "trả lại cho máy")
	})
}

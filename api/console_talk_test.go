package api_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vticket/vticket/models"
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

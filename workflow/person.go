package workflow

import (
	"strings"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// CallPerson hands a conversation, which its caller saves, to the hotline. It returns what the resident is to hear: who
// answers and when.
func (d *Desk) CallPerson(tx *store.Tx, talk *models.Conversation) (models.Message, error) {
	if talk.PersonSince == nil {
		talk.PersonSince = &tx.Now
	}
	talk.Attend(tx.Now)
	hotline, err := tx.DepartmentByCode(models.HotlineCode)
	return models.Message{
		ConversationID: talk.ID, Author: "bot", Key: "person_called",
		Args:    models.Args{"department": hotline.Name, "hours": d.hours(hotline)},
		Buttons: []models.Button{{Key: "button_bot", Payload: models.PayloadBot}},
	}, err
}

// hours are the working hours of a department as people read them; empty for day and night, as the hotline works unless
// it has a calendar of its own.
func (d *Desk) hours(of models.Department) string {
	calendar, known := d.Calendars[of.Calendar]
	if !known || calendar.Key == models.CalendarAlways {
		return ""
	}
	spans := make([]string, 0, 2)
	for _, span := range calendar.Spans[time.Monday] {
		spans = append(spans, span.String())
	}
	return strings.Join(spans, ", ")
}

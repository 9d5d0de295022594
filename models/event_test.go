package models_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
)

var noon = time.Date(2026, 3, 6, 5, 0, 0, 0, time.UTC)

// TestSealCoversEveryField changes one field after the other, also one that is added to Event in future.
func TestSealCoversEveryField(t *testing.T) {
	event := models.Event{ID: "id", TicketID: "ticket", Seq: 7, Verb: models.VerbClose, At: noon, Data: "{}"}
	sealed := event.Seal()
	fields := reflect.TypeFor[models.Event]()
	for i := range fields.NumField() {
		changed := event
		field := reflect.ValueOf(&changed).Elem().Field(i)
		switch value := field.Interface().(type) {
		case int64:
			field.SetInt(value + 1)
		case time.Time:
			field.Set(reflect.ValueOf(value.Add(time.Microsecond)))
		default:
			field.SetString(field.String() + "x")
		}
		name := fields.Field(i).Name
		if isHash := name == "Hash"; (changed.Seal() == sealed) != isHash {
			t.Errorf("changing %s: the seal is to change with every field but Hash", name)
		}
	}
	moved := event
	moved.ID, moved.TicketID = "idt", "icket"
	if moved.Seal() == sealed {
		t.Error("two fields that read the same when run together must not seal the same")
	}
}

func TestFoldTimeline(t *testing.T) {
	department, due := "d1", noon.Add(240*time.Hour)
	first := models.Ticket{
		State: models.StateAssigned, Priority: models.PriorityNormal, DepartmentID: &department, PromiseDue: &due, Reports: 1,
	}
	resolved := first
	resolved.State, resolved.Outcome, resolved.ResolvedAt = models.StateResolved, models.OutcomeFixed, &noon
	reopened := first
	reopened.Reopens = 1
	rows := []models.Ticket{{}, first, resolved, reopened}

	want := models.Args{"state": "resolved", "outcome": "fixed", "resolved_at": noon.UnixMicro()}
	if diff := cmp.Diff(want, models.Changed(first, resolved)); diff != "" {
		t.Errorf("Changed names the fields that differ, with their new values (-want +got):\n%s", diff)
	}

	events := make([]models.Event, 0, len(rows))
	for i, row := range rows[1:] {
		data, err := models.EventData{Set: models.Changed(rows[i], row)}.Encode()
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, models.Event{Seq: int64(i + 1), Data: data})
		differ, err := models.FoldTimeline(events, row)
		if err != nil || len(differ) > 0 {
			t.Errorf("after event %d the timeline is to fold to the row; it differs in %v, %v", i+1, differ, err)
		}
	}
	touched := reopened
	touched.Reopens = 0
	differ, err := models.FoldTimeline(events, touched)
	if diff := cmp.Diff([]string{"reopens"}, differ); diff != "" || err != nil {
		t.Errorf("a row changed behind the timeline's back is found (-want +got):\n%s%v", diff, err)
	}
}

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

func TestNext(t *testing.T) {
	for name, tt := range map[string]struct {
		verb models.Verb
		from models.State
		want models.State // empty: illegal
	}{
		"an assigned ticket is resolved":         {models.VerbResolve, models.StateAssigned, models.StateResolved},
		"a resolved ticket is closed":            {models.VerbClose, models.StateResolved, models.StateClosed},
		"a closed ticket is reopened":            {models.VerbReopen, models.StateClosed, models.StateAssigned},
		"an assigned ticket cannot be closed":    {models.VerbClose, models.StateAssigned, ""},
		"a closed ticket cannot be resolved":     {models.VerbResolve, models.StateClosed, ""},
		"a ticket is not submitted twice":        {models.VerbSubmit, models.StateAssigned, ""},
		"a verb that does not exist is no move":  {"burn", models.StateAssigned, ""},
		"a withdrawn ticket cannot be reopened":  {models.VerbReopen, models.StateWithdrawn, ""},
		"a waiting ticket can still be resolved": {models.VerbResolve, models.StateWaiting, models.StateResolved},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := models.Next(tt.verb, tt.from)
			if got != tt.want || (err != nil) != (tt.want == "") {
				t.Errorf("%s from %s leads to %q, %v; want %q", tt.verb, tt.from, got, err, tt.want)
			}
		})
	}
}

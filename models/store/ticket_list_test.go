package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

func TestTicketCursorsComeBackAsTheyWere(t *testing.T) {
	id, due := models.NewID(), time.Date(2026, 3, 6, 9, 0, 0, 1000, time.UTC)
	for name, tt := range map[string]struct {
		text string
		want store.TicketCursor
		ok   bool
	}{
		"an id":                   {id, store.TicketCursor{ID: id}, true},
		"a due time and an id":    {store.TicketCursor{ID: id, Due: &due}.String(), store.TicketCursor{ID: id, Due: &due}, true},
		"nothing":                 {"", store.TicketCursor{}, false},
		"no id":                   {"1_x", store.TicketCursor{}, false},
		"no time":                 {"x_" + id, store.TicketCursor{}, false},
		"a time before 1970":      {"-1_" + id, store.TicketCursor{}, false},
		"a time of far away":      {"9223372036854775807_" + id, store.TicketCursor{}, false},
		"a time beyond all times": {"9223372036854775808_" + id, store.TicketCursor{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := store.ParseTicketCursor(tt.text)
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != tt.ok {
				t.Errorf("%q, %t (-want +got):\n%s", tt.text, ok, diff)
			}
		})
	}
}

const listedArea = "26740"

// listed keeps a ticket of a department that is due after so many hours; 0: never.
func listed(tx *store.Tx, department string, hours int) (models.Ticket, error) {
	ticket := models.Ticket{
		ID: models.NewID(), State: models.StateAssigned, Priority: models.PriorityNormal, DepartmentID: &department,
		AreaCode: listedArea, Version: 1, CreatedAt: tx.Now, UpdatedAt: tx.Now,
	}
	if hours > 0 {
		due := tx.Now.Add(time.Duration(hours) * time.Hour)
		ticket.TargetDue = &due
	}
	return ticket, tx.InsertTicket(&ticket, "")
}

func TestTicketCardsAreInScopeAndInOrder(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, _ *modelstest.Clock) {
		t.Helper()
		var departments []models.Department
		names := map[string]string{}
		within(t, s, func(tx *store.Tx) error {
			err := tx.SaveDepartments([]models.Department{{Code: "roads", Name: "Roads"}, {Code: "trees", Name: "Trees"}})
			if err != nil {
				return err
			}
			if departments, err = tx.Departments(); err != nil {
				return err
			}
			names = map[string]string{}
			for _, one := range []struct {
				name  string
				of    int
				hours int
			}{{"never", 0, 0}, {"late in the day", 0, 5}, {"soon", 0, 1}, {"another's", 1, 2}} {
				made, err := listed(tx, departments[one.of].ID, one.hours)
				if err != nil {
					return err
				}
				names[made.ID] = one.name
			}
			return nil
		})
		lead := models.Actor{Kind: models.ActorStaff, Role: models.RoleLead, Scope: departments[0].ID}
		admin := models.Actor{Kind: models.ActorStaff, Role: models.RoleAdmin}
		bound := models.Actor{Kind: models.ActorStaff, Role: models.RoleHotline, Scope: departments[0].ID} // it sees all
		nobody := models.Actor{Kind: models.ActorStaff, Role: models.RoleStaff}
		for name, tt := range map[string]struct {
			who    models.Actor
			filter store.TicketFilter
			want   []string
		}{
			"by due time":     {lead, store.TicketFilter{Open: true, ByDue: true, Limit: 9}, []string{"soon", "late in the day", "never"}},
			"the newest":      {lead, store.TicketFilter{Limit: 2}, []string{"soon", "late in the day"}},
			"the whole city":  {admin, store.TicketFilter{ByDue: true, Limit: 2}, []string{"soon", "another's"}},
			"another's":       {lead, store.TicketFilter{Department: departments[1].ID, Limit: 9}, nil},
			"without a scope": {nobody, store.TicketFilter{Limit: 9}, nil},
			"an area's":       {lead, store.TicketFilter{Area: listedArea, Limit: 9}, []string{"soon", "late in the day", "never"}},
			"an area's, all":  {bound, store.TicketFilter{Area: listedArea, Limit: 2}, []string{"another's", "soon"}},
			"an area's, open": {lead, store.TicketFilter{Area: listedArea, Open: true, States: []models.State{models.StateNew}}, nil},
			"an area's, another's": {
				lead, store.TicketFilter{Area: listedArea, Department: departments[1].ID, Limit: 9}, nil,
			},
			"an area's, without a scope": {nobody, store.TicketFilter{Area: listedArea, Limit: 9}, nil},
			"another area's":             {admin, store.TicketFilter{Area: "26734", Limit: 9}, nil},
		} {
			t.Run(name, func(t *testing.T) {
				var got []string
				err := s.Read(t.Context(), func(tx *store.Tx) error {
					cards, err := tx.TicketCards(tt.who, tt.filter)
					for _, card := range cards {
						got = append(got, names[card.ID])
						if card.DepartmentName == "" {
							t.Errorf("%s without the name of its department", names[card.ID])
						}
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	})
}

// TestTicketCardShowsTheFirstPicture: one that residents sent, by itself or with a message that was not unsent.
func TestTicketCardShowsTheFirstPicture(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, _ *modelstest.Clock) {
		t.Helper()
		ticket := submit(t, s)
		_, c := meet(t, s, "lan")
		picture := func(kind models.AttachmentKind, message, ticketID *string) string {
			a := models.Attachment{Kind: kind, Media: models.MediaImage, MessageID: message, TicketID: ticketID, Source: "{}"}
			within(t, s, func(tx *store.Tx) error { return tx.InsertAttachment(&a) })
			exec(t, s, "UPDATE attachments SET status = 'ready' WHERE id = ?", a.ID)
			return a.ID
		}
		shows := func(want string) {
			t.Helper()
			err := s.Read(t.Context(), func(tx *store.Tx) error {
				cards, err := tx.TicketCards(models.System(), store.TicketFilter{Limit: 1})
				if err == nil && (len(cards) != 1 || cards[0].PhotoID != want) {
					t.Errorf("%+v does not show %q", cards, want)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		shows("")
		picture(models.AttachmentAfter, nil, &ticket.ID)
		shows("")
		own := picture(models.AttachmentEvidence, nil, &ticket.ID)
		shows(own)
		var m models.Message
		within(t, s, func(tx *store.Tx) (err error) {
			m, err = tx.Heard(models.Message{ConversationID: c.ID, TicketID: &ticket.ID, Author: "resident", ExternalID: "m1"})
			return err
		})
		said := picture(models.AttachmentEvidence, &m.ID, nil)
		shows(said)
		within(t, s, func(tx *store.Tx) error {
			_, _, err := tx.HideMessage(c.ID, "m1")
			return err
		})
		shows(own)
	})
}

package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
	"github.com/vticket/vticket/models/store"
)

// told is what a client reads of one ticket.
type told struct {
	Assignee, Related string
	AssigneeID        string `json:"assignee_id"`
	Resolved          string `json:"resolved_at"`
	Reported          []struct{ Channel, Words string }
	Messages          []struct {
		From, Who, Key, Text string
		TakenBack            bool `json:"taken_back"`
	}
	Photos []struct{ ID, Kind, Photo string }
	Notes  []struct{ Who, Text string }
	Events []struct {
		Verb, Actor, Who string
		Set              map[string]string
	}
}

func (d *door) told(t *testing.T, token string, made models.Ticket) (got told) {
	t.Helper()
	status, _, body := d.do(ask{path: "/api/v1/tickets/" + made.Code, token: token})
	if err := json.Unmarshal([]byte(body), &got); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s %v", status, body, err)
	}
	return got
}

// TestTicketOfTheAPITellsWhatItIsAbout: a program reads what was reported, said, shown, noted and done, and not what was
// taken back.
func TestTicketOfTheAPITellsWhatItIsAbout(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made := d.saidTicket()
		shot := d.evidence(t, d.resident(), made.ID, picture(t, 1))
		staff := d.staff(models.RoleStaff, made.DepartmentID)
		d.done(t, d.verb(staff, made, 1, "accept", ""))
		d.done(t, d.verb(staff, made, 2, "note", `{"text":"Đội 3 đi."}`))
		d.done(t, d.verb(staff, made, 3, "resolve", `{"outcome":"answered","text":"Đã đậy nắp."}`))
		got := d.told(t, staff, made)
		if got.Assignee != "Minh" || got.AssigneeID == "" || got.Resolved == "" {
			t.Errorf("who has it and when it was answered: %+v", got)
		}
		if len(got.Reported) != 2 || got.Reported[0].Words != coverIsGone || got.Reported[0].Channel != "webchat" {
			t.Errorf("what was reported: %+v", got.Reported)
		}
		if len(got.Photos) != 1 || got.Photos[0].ID != shot.ID || got.Photos[0].Photo != "/api/v1/photos/"+shot.ID+"/320" {
			t.Errorf("the picture that was sent: %+v", got.Photos)
		}
		if diff := cmp.Diff([]struct{ Who, Text string }{{"Minh", "Đội 3 đi."}}, got.Notes); diff != "" {
			t.Errorf("notes (-want +got):\n%s", diff)
		}
		said := []string{}
		for _, m := range got.Messages {
			said = append(said, m.From+": "+m.Text)
		}
		all := strings.Join(said, "\n")
		for _, want := range []string{"resident: " + coverIsGone, ": Đã đậy nắp."} {
			if !strings.Contains(all, want) {
				t.Errorf("messages do not hold %q: %s", want, all)
			}
		}
		done := []string{}
		for _, e := range got.Events {
			done = append(done, e.Actor+" "+e.Who+" "+e.Verb+" "+e.Set["state"])
		}
		want := []string{"system  submit assigned", "staff Minh accept in_progress", "staff Minh note ", "staff Minh resolve resolved"}
		if diff := cmp.Diff(want, done); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
	})
}

func TestTicketOfTheAPIHidesWhatWasTakenBack(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made := d.saidTicket()
		d.tx(func(tx *store.Tx) error {
			messages, err := tx.TicketMessages(made.ID)
			if err != nil {
				return err
			}
			reports, err := tx.Reports(made.ID)
			if err != nil {
				return err
			}
			_, found, err := tx.HideMessage(*reports[0].ConversationID, messages[0].ExternalID)
			if !found {
				t.Error("nothing was taken back")
			}
			return err
		})
		got := d.told(t, d.staff(models.RoleHotline, nil), made)
		if !got.Messages[0].TakenBack || strings.Contains(fmt.Sprintf("%+v", got), coverIsGone) {
			t.Errorf("what was taken back is not told: %+v", got)
		}
	})
}

// TestForeignTicketsAreNotNamed: a department that lost a ticket to another one by a merge learns no code of it.
func TestForeignTicketsAreNotNamed(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		first, second := d.saidTicket(), d.saidTicket()
		hotline, owner := d.staff(models.RoleHotline, nil), second.DepartmentID
		d.done(t, d.verb(hotline, second, 1, "merge", `{"into":"`+first.Code+`"}`))
		d.done(t, d.verb(hotline, first, 2, "assign", `{"department":"`+*d.department("waste_operator")+`"}`))
		lead := d.staff(models.RoleLead, owner)
		if got := d.told(t, lead, second); got.Related != "" {
			t.Errorf("the API names a foreign ticket: %+v", got)
		}
		page := d.open(ticketAt(second), d.cookie(models.RoleLead, owner))
		page.lacks(t, first.Code, models.SpokenCode(first.Code))
		page.holds(t, "gộp phản ánh này vào (của đơn vị khác)")
		if got := d.told(t, hotline, second); got.Related != first.Code {
			t.Errorf("the hotline sees which: %+v", got)
		}
	})
}

func TestIfMatchTakesWhatProxiesMake(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made := d.saidTicket()
		hotline := d.staff(models.RoleHotline, nil)
		for _, tag := range []string{`W/"1"`, ` "2" `, `3`, `*`} {
			a := d.verb(hotline, made, 1, "note", `{"text":"a"}`)
			a.ifMatch = tag
			d.done(t, a)
		}
	})
}

// TestRefusalsSpeakTheAskersLanguage: an illegal move and what the framework refuses.
func TestRefusalsSpeakTheAskersLanguage(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		made := d.saidTicket()
		hotline := d.staff(models.RoleHotline, nil)
		illegal := d.verb(hotline, made, 1, "unmerge", "")
		malformed := ask{path: "/api/v1/tickets?limit=all", token: hotline}
		for name, tt := range map[string]struct {
			ask
			lang, says string
		}{
			"an illegal move":             {illegal, "", "Phản ánh đang ở trạng thái “Đã giao”."},
			"an illegal move, in English": {illegal, "en", "The report is in the state “Assigned”."},
			"malformed":                   {malformed, "", "Có chỗ cần sửa lại"},
			"malformed, in English":       {malformed, "en", "Something needs correcting"},
		} {
			t.Run(name, func(t *testing.T) {
				tt.language = tt.lang
				_, _, body := d.do(tt.ask)
				if !strings.Contains(body, tt.says) {
					t.Errorf("it does not say %q: %s", tt.says, body)
				}
			})
		}
	})
}

func TestAWithdrawnTicketIsReopenedForADay(t *testing.T) {
	eachDoorAndClock(t, func(t *testing.T, d *door, clock *modelstest.Clock) {
		t.Helper()
		made := d.saidTicket()
		hotline := d.cookie(models.RoleHotline, nil)
		d.submits(hotline, made, "withdraw", nil).led(t, ticketAt(made)+"?done=withdraw")
		reopen := `id="verb-reopen"`
		d.open(ticketAt(made), hotline).holds(t, reopen)
		clock.Move(24*time.Hour + time.Second)
		hotline = d.cookie(models.RoleHotline, nil)
		d.open(ticketAt(made), hotline).lacks(t, reopen)
		late := d.submits(hotline, made, "reopen", url.Values{})
		late.is(t, http.StatusConflict)
		late.holds(t, "trong 24 giờ")
	})
}

package api_test

import (
	"net/http"
	"testing"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// followed lets the resident of a browser report a ticket too, and returns the address of their page.
func (d *door) followed(chat string, made models.Ticket, address string) (page string) {
	d.t.Helper()
	d.tx(func(tx *store.Tx) error {
		c, _, err := tx.LockConversation("webchat", "web", models.TokenKey(chat))
		if err != nil {
			return err
		}
		_, err = d.desk.Follow(tx, workflow.FollowInput{
			Act: workflow.Act{Actor: models.Actor{Kind: models.ActorResident, ID: c.ReporterID}, Ticket: made.ID},
			Report: workflow.SubmitInput{
				ReporterID: c.ReporterID, ConversationID: &c.ID, Channel: "webchat", Words: "Nắp cống mất rồi",
				Address: address,
			},
		})
		if err != nil {
			return err
		}
		reports, err := tx.Reports(made.ID)
		for _, r := range reports {
			if r.ReporterID == c.ReporterID {
				page = "/t/" + r.TrackToken
			}
		}
		return err
	})
	return page
}

// TestOneOfSeveralReportersSeesTheirOwnPlaceAndLeavesAlone: the house number of one reporter is not shown to the other,
// and taking one's part back is not said to end the report.
func TestOneOfSeveralReportersSeesTheirOwnPlaceAndLeavesAlone(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		lan, minh, hoa := models.NewToken(), d.resident(), d.resident()
		first := d.sent(t, filled(t, lan))
		made := d.own(lan)[0]
		alone := []string{"140 Tô Ký", "Phản ánh sẽ không được xử lý nữa"}
		d.browse(t, visit{path: first, chat: lan}).wants(t, 200, alone, []string{"Cùng báo với bạn", "Rút phần tôi báo"})

		second, third := d.followed(minh, made, "142 Tô Ký"), d.followed(hoa, made, "")
		shared := []string{"Cùng báo với bạn", "2 người", "Rút phần tôi báo"}
		d.browse(t, visit{path: first, chat: lan}).wants(t, 200, append(shared, alone[0]), alone[1:])
		d.browse(t, visit{path: second, chat: minh}).wants(t, 200, append(shared, "142 Tô Ký"), alone)
		d.browse(t, visit{path: third, chat: hoa}).wants(t, 200, append(shared, "Tô Ký"), alone)

		leave := visit{
			method: http.MethodPost, path: third + "/withdraw", chat: hoa, kind: "application/x-www-form-urlencoded",
		}
		for _, when := range []string{"once", "twice"} {
			got := d.browse(t, leave)
			if to := got.header.Get("Location"); got.status != http.StatusSeeOther || to != third+"?said=unfollowed" {
				t.Fatalf("taken back %s: %d to %q", when, got.status, to)
			}
		}
		gone := "Đã rút phần bạn báo"
		d.browse(t, visit{path: third + "?said=unfollowed", chat: hoa}).wants(t, 200, []string{gone}, []string{"/withdraw"})
		d.browse(t, visit{path: second + "?said=unfollowed", chat: minh}).wants(t, 200, []string{"1 người"}, nil)
		if state := d.own(lan)[0].State; !state.Open() {
			t.Errorf("the report goes on for the others, it is %s", state)
		}
	})
}

// TestAWithdrawnReportIsHadAgain: what is brought back is said to be brought back, and only what was withdrawn is.
func TestAWithdrawnReportIsHadAgain(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		chat := models.NewToken()
		to := d.sent(t, filled(t, chat))
		for _, step := range []struct {
			verb, said string
			says       []string
			open       bool
		}{
			{"restore", "late", []string{"không còn làm được nữa"}, true},
			{"withdraw", "withdraw", []string{"Đã rút lại phản ánh", to + "/restore"}, false},
			{"restore", "restore", []string{"Đã lấy lại phản ánh."}, true},
			{"restore", "late", nil, true},
		} {
			got := d.browse(t, visit{
				method: http.MethodPost, path: to + "/" + step.verb, chat: chat, kind: "application/x-www-form-urlencoded",
			})
			if at := got.header.Get("Location"); got.status != http.StatusSeeOther || at != to+"?said="+step.said {
				t.Fatalf("%s: %d to %q, not to %q", step.verb, got.status, at, step.said)
			}
			d.browse(t, visit{path: to + "?said=" + step.said, chat: chat}).wants(t, 200, step.says, nil)
			if state := d.own(chat)[0].State; state.Open() != step.open {
				t.Errorf("after %s the report is %s", step.verb, state)
			}
		}
	})
}

package api_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

func TestReportFormWarnsOfDangerFirst(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		chat := models.NewToken()
		to := d.sent(t, filled(t, chat, part{name: "text", value: "Dây điện đứt rơi xuống đường, đang chập điện, nguy hiểm quá"}))
		d.browse(t, visit{path: to, chat: chat}).wants(t, 200, []string{`href="tel:`}, nil)
		d.browse(t, visit{path: to}).wants(t, 200, nil, []string{`href="tel:`})
	})
}

func TestReportFormCallsWhoHelps(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		for name, tt := range map[string]struct {
			words string
			calls []string
			not   []string
			said  string // the last thing in the chat before the receipt
		}{
			"a life in danger has its own number":       {"trụ đèn rò điện, có người bị điện giật", []string{"tel:115"}, []string{"tel:1022"}, "danger"},
			"in a report of no dangerous type, all are": {"ổ gà to, có người té xe bất tỉnh", []string{"tel:115", "tel:114", "tel:113"}, nil, "danger"},
			"a life that somebody may end":              {"em muốn chết, em muốn tự tử", []string{"tel:115"}, []string{"tel:113"}, "person_called"},
		} {
			t.Run(name, func(t *testing.T) {
				chat := models.NewToken()
				to := d.sent(t, filled(t, chat, part{name: "text", value: tt.words}))
				d.browse(t, visit{path: to, chat: chat}).wants(t, 200, tt.calls, tt.not)
				d.tx(func(tx *store.Tx) error {
					a, _, err := tx.FindAddress("webchat", "web", models.TokenKey(chat))
					if err != nil {
						return err
					}
					talk, err := tx.ConversationWith(a.ID)
					if err != nil {
						return err
					}
					all, _, err := tx.ConversationMessages(talk.ID, 10)
					var said []string
					for _, m := range all {
						said = append(said, m.Key)
					}
					if at := slices.Index(said, "receipt"); at < 1 || said[at-1] != tt.said {
						t.Errorf("before the receipt the chat is to say %s: %q", tt.said, said)
					}
					if waits := talk.PersonSince != nil; waits != (tt.said == "person_called") {
						t.Errorf("a person has the conversation: %t", waits)
					}
					return err
				})
			})
		}
	})
}

// TestWordsToldOnAReportsPageAreWarnedOf on that page and in the chat, the same once.
func TestWordsToldOnAReportsPageAreWarnedOf(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		for name, tt := range map[string]struct {
			words string
			call  string
			said  []string // in the chat, after the receipt
		}{
			"a danger":  {"có người té xe ở ổ gà này bất tỉnh rồi", "tel:115", []string{"danger"}},
			"despair":   {"tôi muốn chết", "tel:115", []string{"self_harm", "person_called"}},
			"no danger": {"ổ gà này sâu lắm", "", nil},
		} {
			t.Run(name, func(t *testing.T) {
				chat := models.NewToken()
				to := d.sent(t, filled(t, chat, part{name: "text", value: "ổ gà to"}))
				d.browse(t, visit{path: to, chat: chat}).wants(t, 200, nil, []string{"tel:115"})
				for range 2 {
					d.browse(t, visit{
						method: http.MethodPost, path: to + "/tell", kind: "application/x-www-form-urlencoded",
						body: "text=" + url.QueryEscape(tt.words), chat: chat,
					}).wants(t, 303, nil, nil)
				}
				if page := d.browse(t, visit{path: to, chat: chat}); tt.call != "" {
					page.wants(t, 200, []string{tt.call}, nil)
				} else {
					page.wants(t, 200, nil, []string{"tel:"})
				}
				if diff := cmp.Diff(tt.said, d.saidAfterReceipt(t, chat)); diff != "" {
					t.Errorf("the chat says (-want +got):\n%s", diff)
				}
			})
		}
	})
}

// TestWordsToAClosedReportAreKept in their chat, and a danger is warned of there; the page says what to do.
func TestWordsToAClosedReportAreKept(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		chat := models.NewToken()
		to := d.sent(t, filled(t, chat, part{name: "text", value: "ổ gà to"}))
		d.browse(t, visit{method: http.MethodPost, path: to + "/withdraw", chat: chat}).wants(t, 303, nil, nil)
		words := "có người té xe ở ổ gà này bất tỉnh rồi"
		late := d.browse(t, visit{
			method: http.MethodPost, path: to + "/tell", kind: "application/x-www-form-urlencoded",
			body: "text=" + url.QueryEscape(words), chat: chat,
		})
		late.wants(t, 303, nil, nil)
		d.browse(t, visit{path: late.header.Get("Location"), chat: chat}).
			wants(t, 200, []string{"mời bạn gửi phản ánh mới", "115"}, nil)
		if said := d.saidAfterReceipt(t, chat); !slices.Contains(said, "danger") {
			t.Errorf("the chat is to warn of the danger: %q", said)
		}
		if made := d.own(chat); len(made) != 1 || slices.Contains(d.timeline(made[0].ID), "resident attach") {
			t.Errorf("nothing is added to a closed report: %v", made)
		}
	})
}

// saidAfterReceipt lists the keys of what a chat of the pages was told since its receipt.
func (d *door) saidAfterReceipt(t *testing.T, chat string) (said []string) {
	t.Helper()
	d.tx(func(tx *store.Tx) error {
		a, _, err := tx.FindAddress("webchat", "web", models.TokenKey(chat))
		if err != nil {
			return err
		}
		talk, err := tx.ConversationWith(a.ID)
		if err != nil {
			return err
		}
		all, _, err := tx.ConversationMessages(talk.ID, 10)
		for _, m := range all {
			if m.Key == "receipt" {
				said = nil
			} else if m.Direction == models.DirectionOut {
				said = append(said, m.Key)
			}
		}
		return err
	})
	return said
}

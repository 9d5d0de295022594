//go:build e2e

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// TestE2EPlaceLink: whom the bot asks for the place on a platform without a button for it opens the link and presses
// one button, or drags a map; whose browser runs no scripts writes the address.
func TestE2EPlaceLink(t *testing.T) {
	env := embeddedStack(t)
	p := start(t, binary, env)
	db, err := store.Open("sqlite:"+filepath.Join(strings.TrimPrefix(env[0], "DATA_DIR="), "vticket.db"), store.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })

	lan := open(t, phoneWidth)
	lan.standAt(p.base, 10.7769, 106.7009)
	lan.visit(p.base + "/where/" + placeLink(t, db, "lan"))
	lan.await("Chỗ đó ở đâu vậy bạn?")
	lan.look("where")
	lan.click("#here")
	lan.await("sai số khoảng 12 m")
	lan.look("where-located")
	lan.click("#send")
	lan.await("chúng tôi đã nhận vị trí")
	lan.look("where-thanks")
	lan.do("go back", chromedp.NavigateBack())
	lan.do("load it again", chromedp.Reload())
	lan.await("không còn dùng được")
	lan.look("where-ended")

	hoa := open(t, deskWidth)
	hoa.standAt(p.base, 10.7769, 106.7009)
	standRoughly(hoa, 10.7769, 106.7009, 240)
	hoa.visit(p.base + "/where/" + placeLink(t, db, "hoa"))
	hoa.look("where")
	hoa.click("#here")
	hoa.await("lệch tới 240 m")
	hoa.look("where-rough")
	hoa.click("#unlocate")
	hoa.click("#send")
	hoa.await("Bạn chưa chỉ chỗ")
	hoa.look("where-refused")
	if ask[bool](hoa, `!!document.querySelector("#on-map")`) { // there are no borders to draw until some are imported
		t.Error("a map of nothing is offered")
	}
	hoa.write("#address", "140 Tô Ký")
	hoa.click("#send")
	hoa.await("chúng tôi đã nhận vị trí")
	hoa.look("where-thanks")

	nam := open(t, phoneWidth)
	nam.withoutScripts()
	nam.visit(p.base + "/where/" + placeLink(t, db, "nam"))
	nam.look("where-plain")
	nam.write("#address", "140 Tô Ký")
	nam.click("#send")
	nam.await("chúng tôi đã nhận vị trí") // the page before has a heading too
	nam.look("where-plain-thanks")
}

// TestE2EPlaceLinkMap: the map is loaded when it is asked for, and its middle is the place.
func TestE2EPlaceLinkMap(t *testing.T) {
	env := append(embeddedStack(t), "MAP_TILE_URL=https://127.0.0.1:1/{z}/{x}/{y}.png", "MAP_TILE_CREDIT=không có")
	p := start(t, binary, env)
	db, err := store.Open("sqlite:"+filepath.Join(strings.TrimPrefix(env[0], "DATA_DIR="), "vticket.db"), store.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for _, width := range []int64{phoneWidth, deskWidth} {
		w := open(t, width)
		w.visit(p.base + "/where/" + placeLink(t, db, "lan"+models.NewID()))
		if ask[bool](w, `!document.querySelector("#on-map")`) {
			if os.Getenv("CI") == "true" {
				t.Fatal("CI is to have the map: .ci/run makes the assets")
			}
			t.Skip("LEFT OUT: the map; make assets brings it")
		}
		if ask[bool](w, `Boolean(window.L)`) {
			t.Error("the map is loaded before anybody asks for it")
		}
		w.click("#on-map")
		w.await("Kéo bản đồ cho ghim nằm đúng chỗ")
		w.until("nothing is given before the map was moved", `document.querySelector("#lat").value === ""`)
		w.do("move the map", chromedp.KeyEvent(kb.ArrowDown))
		w.await("Ghim đang ở giữa bản đồ")
		w.look("where-map")
		w.click("#send")
		w.await("chúng tôi đã nhận vị trí")
		w.visit(p.base + "/#form")
		w.click("#on-map")
		w.await("Kéo bản đồ cho ghim nằm đúng chỗ")
		w.until("the form has no place before the map was moved", `document.querySelector("#lat").value === ""`)
		w.do("move the map", chromedp.KeyEvent(kb.ArrowDown))
		w.until("then it has", `document.querySelector("#lat").value !== ""`)
		w.look("form-map")
	}
}

// placeLink makes a draft of somebody on Zalo that waits for its place, and returns the token of its link.
func placeLink(t *testing.T, db *store.Store, who string) (token string) {
	t.Helper()
	token = models.NewToken()
	err := db.Tx(t.Context(), func(tx *store.Tx) error {
		talk, _, err := tx.LockConversation("zalo", "4019348215307", who)
		if err != nil {
			return err
		}
		draft := models.Draft{ConversationID: talk.ID, Status: models.DraftOpen, Slots: `{"asked":["ask_place"]}`}
		if err := tx.SaveDraft(&draft); err != nil {
			return err
		}
		return tx.InsertPlaceLink(models.PlaceLink{
			TokenHash: models.TokenKey(token), DraftID: draft.ID, ExpiresAt: tx.Now.Add(time.Hour), CreatedAt: tx.Now,
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// standRoughly is standAt of a phone that hardly knows where it is.
func standRoughly(w *tab, lat, lon, accuracy float64) {
	w.t.Helper()
	order(w, emulation.SetGeolocationOverride, emulation.SetGeolocationOverrideParams{
		Latitude: &lat, Longitude: &lon, Accuracy: &accuracy,
	})
}

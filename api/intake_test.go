package api_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/modelstest"
)

// A sender with very many photos is asked to go on without them, and nothing of them is kept; the others, and
// colleagues, send theirs.
func TestPhotosOfOneAddressAreLimited(t *testing.T) {
	eachDoorAndClock(t, func(t *testing.T, d *door, clock *modelstest.Clock) {
		t.Helper()
		const many, other = "203.0.113.7", "203.0.113.8"
		for range web.PhotosAnHour - 1 {
			if err := d.intake.Take(many, locales.Vietnamese); err != nil {
				t.Fatal(err)
			}
		}
		kind, body := formOf(t, part{"client_id", "1", ""}, photo(picture(t, 1)), photo(picture(t, 2)))
		say := ask{
			method: http.MethodPost, path: "/api/v1/chat/messages", token: d.resident(), kind: kind, body: body, from: many,
		}
		d.refused(t, say, refusal{http.StatusTooManyRequests, "photos_many", ""})
		form := filled(t, models.NewToken(), photo(picture(t, 1)))
		form.from = many
		d.browse(t, form).wants(t, http.StatusTooManyRequests, []string{"không kèm ảnh", "09:00", coverIsGone}, []string{"Hình đã chọn"})
		if left := d.files(t); len(left) > 0 {
			t.Errorf("of what is refused nothing is kept: %v", left)
		}
		form = filled(t, models.NewToken())
		form.from = many
		d.browse(t, form).wants(t, http.StatusSeeOther, nil, nil) // the words alone are taken
		say.from = other
		if status, _, body := d.do(say); status != http.StatusAccepted {
			t.Errorf("another address sends its photos: %d %s", status, body)
		}
		kind, body = formOf(t, photo(picture(t, 3)))
		staff := ask{
			method: http.MethodPost, path: "/api/v1/tickets/" + d.ticket().Code + "/photos", kind: kind, body: body,
			token: d.staff(models.RoleAdmin, nil), from: many,
		}
		if status, _, body := d.do(staff); status != http.StatusCreated {
			t.Errorf("a colleague behind the same address sends photos: %d %s", status, body)
		}
		clock.Move(time.Hour)
		say.from, say.token = many, d.resident()
		if status, _, body := d.do(say); status != http.StatusAccepted {
			t.Errorf("an hour later they are taken again: %d %s", status, body)
		}
	})
}

// A script that opens chat after chat, or sends form after form, is stopped for a while; what was typed stays, and who
// has a chat already goes on.
func TestNewcomersOfOneAddressAreLimited(t *testing.T) {
	eachDoorAndClock(t, func(t *testing.T, d *door, clock *modelstest.Clock) {
		t.Helper()
		const many = "203.0.113.7"
		known := d.resident()
		for range web.TalksAnHour {
			if err := d.intake.Meet(many, locales.Vietnamese); err != nil {
				t.Fatal(err)
			}
		}
		form := filled(t, models.NewToken(), photo(picture(t, 1)))
		form.from = many
		d.browse(t, form).wants(t, http.StatusTooManyRequests, []string{"gửi lại từ 09:00", coverIsGone, "Đã giữ lại 1 hình"}, nil)
		open := ask{method: http.MethodPost, path: "/api/v1/chat/sessions", from: many}
		d.refused(t, open, refusal{http.StatusTooManyRequests, "talks_many", ""})
		d.browse(t, visit{method: http.MethodPost, path: "/chat", from: many}).wants(t, http.StatusTooManyRequests, nil, nil)
		say := ask{method: http.MethodPost, path: "/api/v1/chat/messages", token: known, body: `{"client_id":"1","text":"ổ gà"}`, from: many}
		if status, _, body := d.do(say); status != http.StatusAccepted {
			t.Errorf("who has a chat already goes on: %d %s", status, body)
		}
		clock.Move(time.Hour)
		if status, _, body := d.do(open); status != http.StatusOK {
			t.Errorf("an hour later chats are opened again: %d %s", status, body)
		}
	})
}

func TestPhotosOfResidentsWantRoomOnTheDisk(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		kind, body := formOf(t, part{"client_id", "1", ""}, photo(picture(t, 1)))
		say := ask{method: http.MethodPost, path: "/api/v1/chat/messages", token: d.resident(), kind: kind, body: body}
		d.free = func() (uint64, error) { return web.DiskFloor, nil }
		d.refused(t, say, refusal{http.StatusServiceUnavailable, "photos_full", ""})
		d.browse(t, filled(t, models.NewToken(), photo(picture(t, 1)))).
			wants(t, http.StatusServiceUnavailable, []string{"không kèm ảnh", coverIsGone}, []string{"Hình đã chọn"})
		if left := d.files(t); len(left) > 0 {
			t.Errorf("of what is refused nothing is kept: %v", left)
		}
		d.free = func() (uint64, error) { return 0, errors.ErrUnsupported } // a system that does not say
		if status, _, body := d.do(say); status != http.StatusAccepted {
			t.Errorf("a photo is taken where nobody knows what is free: %d %s", status, body)
		}
	})
}

// Behind a proxy that was not declared everybody has its address: the city must not count as one sender.
func TestWhoseAddressPhotosCountFor(t *testing.T) {
	t.Parallel()
	clock := modelstest.NewClock(t, doorOpens)
	for name, tt := range map[string]struct {
		first, then string
		taken       bool
	}{
		"one address":                {"203.0.113.7", "203.0.113.7", false},
		"two addresses":              {"203.0.113.7", "203.0.113.8", true},
		"it, as IPv6 writes it":      {"203.0.113.7", "::ffff:203.0.113.7", false},
		"one line's network in IPv6": {"2001:db8:1:2::1", "2001:db8:1:2:3:4:5:6", false},
		"two lines of IPv6":          {"2001:db8:1:2::1", "2001:db8:1:3::1", true},
		"a network of our own":       {"172.18.0.1", "172.18.0.1", true},
		"this machine":               {"127.0.0.1", "127.0.0.1", true},
		"no address":                 {"", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			intake := web.NewIntake(clock.Now, func() (uint64, error) { return 1 << 40, nil })
			for range web.PhotosAnHour {
				if err := intake.Take(tt.first, locales.Vietnamese); err != nil {
					t.Fatal(err)
				}
			}
			if err := intake.Take(tt.then, locales.Vietnamese); (err == nil) != tt.taken {
				t.Errorf("one photo more is taken: %v", err)
			}
		})
	}
}

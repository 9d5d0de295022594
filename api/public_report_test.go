package api_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// filled is a form of the first page; later parts replace earlier ones of the same name.
func filled(t *testing.T, chat string, parts ...part) visit {
	t.Helper()
	all := []part{
		{name: "house", value: "140"},
		{name: "street", value: "Tô Ký"},
		{name: "ward", value: "phường Đông Hưng Thuận"},
		{name: "text", value: coverIsGone},
		{name: "phone", value: ""},
		{name: "lat", value: ""},
		{name: "lon", value: ""},
	}
	for _, p := range parts {
		i := slices.IndexFunc(all, func(other part) bool { return other.name == p.name })
		if i < 0 || p.name == "photo" || p.name == "kept" {
			all = append([]part{p}, all...) // pictures come first on the page
		} else {
			all[i] = p
		}
	}
	kind, body := formOf(t, all...)
	return visit{method: http.MethodPost, path: "/", chat: chat, kind: kind, body: body}
}

// TestReportFormSaysAllThatIsWrong at once, each beside its field.
func TestReportFormSaysAllThatIsWrong(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		place, words, phone, kind := "Hãy ghi tên đường hoặc phường", "Hãy ghi vài chữ", "Số điện thoại này chưa đúng", "không phải ảnh JPEG"
		none := []part{
			{name: "house", value: ""},
			{name: "street", value: ""},
			{name: "ward", value: ""},
			{name: "text", value: ""},
			{name: "phone", value: "0903"},
		}
		chat := models.NewToken()
		d.browse(t, filled(t, chat, none...)).wants(t, 422, []string{place, words, phone}, nil)
		d.browse(t, filled(t, chat, append(slices.Clip(none), photo("no picture"))...)).wants(t, 422, []string{place, phone, kind}, []string{words})
		d.browse(t, filled(t, chat, part{name: "text", value: strings.Repeat("a", 4001)}, none[4])).
			wants(t, 422, []string{phone, "Nội dung này quá dài"}, []string{place, words})
		if made := d.own(chat); len(made) > 0 {
			t.Errorf("nothing was to be made: %v", made)
		}
	})
}

func TestReportFormMakesATicketThatTheChatKnows(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		chat := models.NewToken()
		d.sent(t, filled(t, chat, part{name: "phone", value: "+84 903 123 456"},
			photo(picture(t, 1)), photo(picture(t, 2))))
		tickets := d.own(chat)
		if len(tickets) != 1 || tickets[0].Address != "140 Tô Ký, phường Đông Hưng Thuận" {
			t.Fatalf("tickets of the form: %+v", tickets)
		}
		d.tx(func(tx *store.Tx) error {
			pictures, err := tx.TicketAttachments(tickets[0].ID)
			if err != nil || len(pictures) != 2 {
				t.Errorf("%d pictures belong to the ticket, not 2: %v", len(pictures), err)
			}
			reports, err := tx.Reports(tickets[0].ID)
			if err != nil {
				return err
			}
			if caller, err := tx.PhoneReporter("0903123456"); err != nil || caller == reports[0].ReporterID {
				t.Errorf("a number that was typed makes nobody its owner: %q %v", caller, err)
			}
			asked := store.TicketFilter{Phone: "0903123456", Limit: 10}
			if found, err := tx.Tickets(models.System(), asked); err != nil || len(found) != 1 {
				t.Errorf("whoever calls back finds the report by the number: %d %v", len(found), err)
			}
			said, err := tx.TicketMessages(tickets[0].ID)
			var keys []string
			for _, m := range said {
				keys = append(keys, m.Key)
			}
			if diff := cmp.Diff([]string{models.KeyVerbatim, "receipt"}, keys); diff != "" {
				t.Errorf("messages about the ticket (-want +got):\n%s", diff)
			}
			return err
		})
	})
}

func TestReportFormSentTwiceIsOneTicket(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		chat, form := models.NewToken(), part{name: "form", value: models.NewID()}
		shot := photo(picture(t, 1))
		first := d.sent(t, filled(t, chat, form, shot))
		again := d.sent(t, filled(t, chat, form, shot))
		if first != again || len(d.own(chat)) != 1 || len(d.files(t)) != 1 {
			t.Errorf("%s then %s, %d tickets, %d files", first, again, len(d.own(chat)), len(d.files(t)))
		}
		d.sent(t, filled(t, chat, form, part{name: "text", value: "Đèn đường tắt cả tuần nay"}))
		if n := len(d.own(chat)); n != 2 {
			t.Errorf("another report on the same form: %d tickets, not 2", n)
		}
	})
}

// TestReportFormKeepsItsPictures when something else is wrong: they need not be chosen again.
func TestReportFormKeepsItsPictures(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		chat, form := models.NewToken(), part{name: "form", value: models.NewID()}
		refused := d.browse(t, filled(t, chat, form, part{name: "phone", value: "0903"}, photo(picture(t, 1)), photo(picture(t, 2))))
		refused.wants(t, 422, []string{"Đã giữ lại 2 hình", "Giữ hình 2 đã gửi"}, nil)
		kept := keptIn(refused)
		again := d.browse(t, filled(t, chat, append(kept, form, part{name: "phone", value: "1"})...))
		again.wants(t, 422, []string{"Đã giữ lại 2 hình"}, nil)
		sent := filled(t, chat, append(kept[:1:1], form, photo(picture(t, 3)))...)
		first, second := d.sent(t, sent), d.sent(t, sent)
		tickets := d.own(chat)
		if first != second || len(tickets) != 1 {
			t.Fatalf("the same form twice is one ticket: %s, %s, %d tickets", first, second, len(tickets))
		}
		d.tx(func(tx *store.Tx) error {
			pictures, err := tx.TicketAttachments(tickets[0].ID)
			if err != nil || len(pictures) != 2 {
				t.Errorf("the kept picture and the new one belong to the ticket: %d %v", len(pictures), err)
			}
			return err
		})
		if files := d.files(t); len(files) != 3 { // both of the ticket, and the one that was left out
			t.Errorf("a repeated form takes no picture away: %v", files)
		}
		d.drop(t, d.files(t))
		text := part{name: "text", value: "Đèn đường tắt cả tuần nay"}
		d.browse(t, filled(t, chat, kept[0], text)).wants(t, 422, []string{"Hình gửi lúc trước không còn"}, []string{"Đã giữ lại"})
		for _, id := range []string{"../x", "", models.NewID() + "/.."} {
			d.browse(t, filled(t, chat, part{name: "kept", value: id})).wants(t, 422, []string{"không có trong biểu mẫu"}, nil)
		}
	})
}

// keptIn are the fields of a refused form that bring its pictures again.
func keptIn(p page) (kept []part) {
	for _, found := range regexp.MustCompile(`name="kept" value="([^"]+)" checked`).FindAllStringSubmatch(p.body, -1) {
		kept = append(kept, part{name: "kept", value: found[1]})
	}
	return kept
}

func TestReportFormSaysWhatIsWrongAndKeepsWhatWasTyped(t *testing.T) {
	eachDoor(t, func(t *testing.T, d *door) {
		t.Helper()
		chat := models.NewToken()
		again := "bạn chọn lại hình giúp"
		for name, tt := range map[string]struct {
			parts  []part
			status int
			says   string
			kept   []string
			files  int // pictures that wait for the form to be sent again
		}{
			"no place": {
				[]part{{name: "house"}, {name: "street"}, {name: "ward"}},
				422, "để chúng tôi biết chỗ đó ở đâu",
				[]string{coverIsGone},
				0,
			},
			"neither words nor photo": {[]part{{name: "text", value: " \r\n "}}, 422, "hoặc chọn một tấm hình", []string{"Tô Ký"}, 0},
			"half a telephone number": {
				[]part{{name: "phone", value: "0903"}, photo(picture(t, 1))},
				422, "ghi đủ 10 số",
				[]string{coverIsGone, "Tô Ký", `value="0903"`, "Đã giữ lại 1 hình"},
				1,
			},
			"half a point":         {[]part{{name: "lat", value: "10.7"}}, 422, "cả vĩ độ và kinh độ", []string{coverIsGone}, 0},
			"a point that is none": {[]part{{name: "lat", value: "NaN"}, {name: "lon", value: "1"}}, 422, "Hãy ghi một số có dấu chấm", []string{coverIsGone}, 0},
			"a text as a photo":    {[]part{photo("hello")}, 422, "không phải ảnh", []string{coverIsGone, "Tô Ký", again}, 0},
			"five photos": {
				[]part{photo(picture(t, 1)), photo(picture(t, 2)), photo(picture(t, 3)), photo(picture(t, 4)), photo(picture(t, 5))},
				422, "tối đa 4 ảnh",
				[]string{coverIsGone, "Đã giữ lại 4 hình"},
				4,
			},
			"a photo of 21 MB":  {[]part{photo("\xff\xd8\xff\xe0" + strings.Repeat("a", 21<<20))}, 413, "không quá 20 MB", []string{coverIsGone, again}, 0},
			"words without end": {[]part{{name: "text", value: strings.Repeat("ở", 4001)}}, 422, "quá dài", []string{"Tô Ký"}, 0},
			"a field of its own": {
				[]part{{name: "admin", value: "1"}}, 422, "không có trong biểu mẫu", []string{coverIsGone}, 0,
			},
		} {
			t.Run(name, func(t *testing.T) {
				got := d.browse(t, filled(t, chat, tt.parts...))
				got.wants(t, tt.status, append([]string{tt.says, `role="alert"`}, tt.kept...), []string{"error_", "problem_"})
				files := d.files(t)
				if len(files) != tt.files {
					t.Errorf("of a refused form %d pictures are kept, not %d: %v", len(files), tt.files, files)
				}
				d.drop(t, files)
			})
		}
		if tickets := d.own(chat); len(tickets) > 0 {
			t.Errorf("a refused form became %+v", tickets)
		}
	})
}

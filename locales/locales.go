// Package locales holds every text that people read, in Vietnamese and English, and is the only renderer of them.
// It knows no noun of Vticket: a sentence is a key and its arguments.
package locales

import (
	"embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed vi.toml en.toml
var files embed.FS

// The languages. Vietnamese comes first and stands in for whatever is not known.
const (
	Vietnamese = "vi"
	English    = "en"
)

// zone is Asia/Ho_Chi_Minh, UTC+7 without summer time since 1975 (tz database).
var zone = time.FixedZone("ICT", 7*60*60)

var localizers = sync.OnceValue(func() map[string]*i18n.Localizer {
	bundle := i18n.NewBundle(language.Vietnamese)
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	for _, name := range []string{"vi.toml", "en.toml"} {
		_, _ = bundle.LoadMessageFileFS(files, name) // the files are embedded; a test reads both
	}
	return map[string]*i18n.Localizer{
		Vietnamese: i18n.NewLocalizer(bundle, Vietnamese), English: i18n.NewLocalizer(bundle, English, Vietnamese),
	}
})

// Message renders a key. Arguments whose names end in _at or _due are instants (RFC 3339) and come out as people say
// dates; _due gives the day, _at the day and the hour. A key that is nowhere comes out as itself, which a test finds.
func Message(lang, key string, args map[string]any) string {
	l, ok := localizers()[lang]
	if !ok {
		lang = Vietnamese
		l = localizers()[lang]
	}
	data := make(map[string]any, len(args))
	for name, value := range args {
		data[name] = shown(lang, name, value)
	}
	text, err := l.Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: data})
	if err != nil {
		return key
	}
	return text
}

func shown(lang, name string, value any) any {
	text, isText := value.(string)
	if !isText || !strings.HasSuffix(name, "_at") && !strings.HasSuffix(name, "_due") {
		return value
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return value
	}
	if strings.HasSuffix(name, "_due") {
		return Day(lang, at)
	}
	return Moment(lang, at)
}

var weekdays = [7]string{"Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy"}

// Day writes a day as people say it: "thứ Tư 2/12", "Wednesday 2 December".
func Day(lang string, at time.Time) string {
	at = at.In(zone)
	if lang == English {
		return at.Format("Monday 2 January")
	}
	return fmt.Sprintf("%s %d/%d", weekdays[at.Weekday()], at.Day(), at.Month())
}

// Moment writes an instant as people say it: "17:00 thứ Tư 2/12".
func Moment(lang string, at time.Time) string {
	return at.In(zone).Format("15:04") + " " + Day(lang, at)
}

// EndOfDay is the last instant of the day that an instant lies in, where people live.
func EndOfDay(at time.Time) time.Time {
	at = at.In(zone)
	return time.Date(at.Year(), at.Month(), at.Day(), 23, 59, 59, 0, zone)
}

// Count writes how many there are: nobody reads more than 999.
func Count(n int) string {
	if n > 999 {
		return "999+"
	}
	return strconv.Itoa(n)
}

package console

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/workflow"
)

// callForm is what whoever takes a call has typed.
type callForm struct {
	ID        string // of this form: it is sent once
	Talk      string // the conversation in which it was said, empty for a call
	Look      bool   // only show what the number has reported
	Phone     string
	Name      string
	Words     string
	Place     string
	Point     string
	Category  string
	Priority  string
	Reference string

	normal string // Phone as NormalPhone gives it
}

var callFields = []string{
	"form", "talk", "look", "phone", "name", "words", "place", "point", "category", "priority", "reference",
}

// Limits in characters, those of the other doors.
const (
	phoneLength     = 40
	nameLength      = 100
	wordsLength     = 10_000
	placeLength     = 400
	referenceLength = 100
)

func readCall(sent web.Form) callForm {
	value := func(name string) string {
		return strings.TrimSpace(strings.ReplaceAll(sent.Fields[name], "\r\n", "\n"))
	}
	return callForm{
		ID: value("form"), Talk: value("talk"), Look: value("look") != "", Phone: value("phone"), Name: value("name"),
		Words: value("words"), Place: value("place"), Point: value("point"), Category: value("category"),
		Priority: value("priority"), Reference: strings.Join(strings.Fields(value("reference")), " "),
	}
}

// check turns the form into a submission, and lists everything that is to be corrected.
func (f *callForm) check(catalogue models.Catalogue) (in workflow.SubmitInput, faults []models.Invalid) {
	wrong := func(field, key string) { faults = append(faults, models.Invalid{Field: field, Key: key}) }
	text := func(field, value string, limit int) string {
		if len([]rune(value)) > limit {
			wrong(field, "error_form_long")
		}
		return models.Clean(value, limit)
	}
	in = workflow.SubmitInput{
		Channel: models.ChannelPhone, Category: f.Category, Priority: models.Priority(f.Priority),
		Words: text("words", f.Words, wordsLength), Address: text("place", f.Place, placeLength),
		ExternalRefs: text("reference", f.Reference, referenceLength),
	}
	f.Name = text("name", f.Name, nameLength)
	var ok bool
	if f.normal, ok = models.NormalPhone(f.Phone); !ok && f.Talk == "" {
		wrong("phone", "error_phone")
	}
	if in.Words == "" {
		wrong("words", "error_call_words")
	}
	if f.Category != "" && !catalogue.Has(f.Category) {
		wrong("category", "error_category")
	}
	if f.Priority != "" && !in.Priority.Valid() {
		wrong("priority", "error_priority")
	}
	if f.Point != "" {
		if in.Lat, in.Lon, ok = readPoint(f.Point); !ok {
			wrong("point", "error_call_point")
		}
	}
	return in, faults
}

// pointForm is a point as maps copy it: "10.7769, 106.7009", latitude first; brackets and a degree sign do not matter.
var pointForm = regexp.MustCompile(`^[\s(]*(-?[0-9]{1,3}(?:\.[0-9]+)?)°?[\s,;]+(-?[0-9]{1,3}(?:\.[0-9]+)?)°?[\s)]*$`)

func readPoint(text string) (lat, lon *float64, ok bool) {
	found := pointForm.FindStringSubmatch(text)
	if found == nil {
		return nil, nil, false
	}
	north, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		return nil, nil, false
	}
	east, err := strconv.ParseFloat(found[2], 64)
	if err != nil || north < -90 || north > 90 || east < -180 || east > 180 {
		return nil, nil, false
	}
	return &north, &east, true
}

// writePoint writes a point to the metre, as readPoint reads it; empty where there is none.
func writePoint(lat, lon *float64) string {
	if lat == nil || lon == nil {
		return ""
	}
	return toTheMetre(*lat) + ", " + toTheMetre(*lon)
}

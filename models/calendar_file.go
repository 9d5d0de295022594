package models

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

//go:embed calendars/*.yaml
var calendarFiles embed.FS

// DefaultCalendars are the calendars that the program carries, by key. Each call reads them anew: keep the answer.
func DefaultCalendars() (map[string]Calendar, error) {
	entries, err := calendarFiles.ReadDir("calendars")
	if err != nil {
		return nil, fmt.Errorf("list calendars: %w", err)
	}
	calendars := map[string]Calendar{CalendarAlways: {Key: CalendarAlways, Name: "Ngày và đêm"}}
	for _, entry := range entries {
		text, err := calendarFiles.ReadFile("calendars/" + entry.Name())
		if err != nil {
			return nil, fmt.Errorf("read calendar: %w", err)
		}
		c, err := ParseCalendar(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", entry.Name(), err)
		}
		calendars[c.Key] = c
	}
	return calendars, nil
}

// calendarFile is a calendar as people write it; calendars/hcmc.yaml shows every field.
type calendarFile struct {
	Key      string              `yaml:"key"`
	Name     string              `yaml:"name"`
	Week     map[string][]string `yaml:"week"`
	Days     []dayEntry          `yaml:"days"`
	Proposed []dayEntry          `yaml:"proposed"`
}

// dayEntry is one date, or every date from the first to the last.
type dayEntry struct {
	Date     string   `yaml:"date"`
	From     string   `yaml:"from"`
	To       string   `yaml:"to"`
	Type     DayType  `yaml:"type"`
	As       string   `yaml:"as"`
	Name     string   `yaml:"name"`
	Evidence Evidence `yaml:"evidence"`
}

// longestDays bounds one entry: a longer one is a wrong year.
const longestDays = 31

// ParseCalendar reads a calendar from YAML and reports every fault it has.
func ParseCalendar(text []byte) (Calendar, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	var f calendarFile
	if err := decoder.Decode(&f); errors.Is(err, io.EOF) {
		return Calendar{}, errors.New("calendar: the file is empty")
	} else if err != nil {
		return Calendar{}, fmt.Errorf("calendar: %w", err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return Calendar{}, errors.New("calendar: one document a file")
	}
	c := Calendar{Key: f.Key, Name: f.Name}
	var faults []error
	switch f.Key {
	case "":
		faults = append(faults, errors.New("key: missing"))
	case CalendarAlways:
		faults = append(faults, fmt.Errorf("key: %q counts day and night and cannot be written anew", f.Key))
	}
	var fault error
	c.Spans, fault = parseWeek(f.Week)
	faults = append(faults, fault)
	c.Days, fault = parseDays("days", f.Days)
	faults = append(faults, fault)
	c.Proposed, fault = parseDays("proposed", f.Proposed)
	faults = append(faults, fault)
	if err := errors.Join(faults...); err != nil {
		return Calendar{}, fmt.Errorf("calendar %q: %w", f.Key, err)
	}
	return c, nil
}

func parseWeek(week map[string][]string) (spans [7][]Span, err error) {
	var faults []error
	for name, texts := range week {
		weekday, ok := parseWeekday(name)
		if !ok {
			faults = append(faults, fmt.Errorf("week: %q is not a weekday (monday to sunday)", name))
			continue
		}
		if spans[weekday], err = parseSpans(texts); err != nil {
			faults = append(faults, fmt.Errorf("week: %s: %w", name, err))
		}
	}
	if len(faults) == 0 && !slices.ContainsFunc(spans[:], func(day []Span) bool { return len(day) > 0 }) {
		faults = append(faults, errors.New("week: no working time on any weekday"))
	}
	slices.SortFunc(faults, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) }) // a map has no order
	return spans, errors.Join(faults...)
}

func parseWeekday(name string) (time.Weekday, bool) {
	for weekday := time.Sunday; weekday <= time.Saturday; weekday++ {
		if name == strings.ToLower(weekday.String()) {
			return weekday, true
		}
	}
	return 0, false
}

func parseSpans(texts []string) ([]Span, error) {
	spans := make([]Span, 0, len(texts))
	for _, text := range texts {
		span, err := parseSpan(text)
		if err != nil {
			return nil, err
		}
		spans = append(spans, span)
	}
	slices.SortFunc(spans, func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	for i := 1; i < len(spans); i++ {
		if spans[i].From < spans[i-1].To {
			return nil, fmt.Errorf("%s overlaps %s", spans[i], spans[i-1])
		}
	}
	return spans, nil
}

func parseSpan(text string) (Span, error) {
	from, to, _ := strings.Cut(text, "-")
	begin, okFrom := parseMinute(from)
	end, okTo := parseMinute(to)
	if !okFrom || !okTo {
		return Span{}, fmt.Errorf("%q is not a span written as 07:30-11:30", text)
	}
	if end <= begin {
		return Span{}, fmt.Errorf("%s does not end after it starts", text)
	}
	return Span{From: begin, To: end}, nil
}

// parseMinute reads 00:00 to 24:00, the end of the day.
func parseMinute(text string) (int, bool) {
	if text == "24:00" {
		return 24 * 60, true
	}
	t, err := time.Parse("15:04", text)
	return t.Hour()*60 + t.Minute(), err == nil && len(text) == len("15:04")
}

func parseDays(list string, entries []dayEntry) (map[Date]Day, error) {
	days := make(map[Date]Day, len(entries))
	var faults []error
	for i, entry := range entries {
		fault := func(err error) {
			faults = append(faults, fmt.Errorf("%s: entry %d (%s): %w", list, i+1, entry.label(), err))
		}
		from, to, err := entry.dates()
		if err != nil {
			fault(err)
			continue
		}
		day, err := entry.day()
		if err != nil {
			fault(err)
			continue
		}
		for date := from; date <= to; date++ {
			weekday := date.Weekday()
			if _, twice := days[date]; twice {
				fault(fmt.Errorf("%s is listed twice", date))
			} else if day.Type == DayMakeUp && weekday != time.Saturday && weekday != time.Sunday {
				fault(fmt.Errorf("%s is a %s: only a Saturday or Sunday can make up", date, weekday))
			}
			days[date] = day
		}
	}
	return days, errors.Join(faults...)
}

func (e dayEntry) label() string { return cmp.Or(e.Name, e.Date, e.From, "no name") }

func (e dayEntry) dates() (from, to Date, err error) {
	if (e.Date == "") == (e.From == "" && e.To == "") {
		return 0, 0, errors.New("give either date, or from and to")
	}
	if from, err = ParseDate(cmp.Or(e.Date, e.From)); err != nil {
		return 0, 0, err
	}
	if to, err = ParseDate(cmp.Or(e.Date, e.To)); err != nil {
		return 0, 0, err
	}
	if to < from {
		return 0, 0, fmt.Errorf("%s does not end after %s", to, from)
	}
	if to-from >= longestDays {
		return 0, 0, fmt.Errorf("%s to %s is more than %d days", from, to, longestDays)
	}
	return from, to, nil
}

func (e dayEntry) day() (Day, error) {
	day := Day{Type: e.Type, Name: e.Name, Evidence: e.Evidence}
	switch e.Type {
	case DayWorking, DayHoliday:
		if e.As != "" {
			return Day{}, fmt.Errorf("as: only for the type %s", DayMakeUp)
		}
	case DayMakeUp:
		weekday, ok := parseWeekday(cmp.Or(e.As, "monday"))
		if !ok || weekday == time.Sunday {
			return Day{}, fmt.Errorf("as: %q is not a weekday from monday to saturday", e.As)
		}
		day.As = weekday
	default:
		return Day{}, fmt.Errorf("type: %q is not %s, %s or %s", e.Type, DayWorking, DayHoliday, DayMakeUp)
	}
	switch e.Evidence {
	case "", EvidenceRead, EvidenceDerived, EvidenceComputed, EvidenceUnannounced:
		return day, nil
	default:
		return Day{}, fmt.Errorf("evidence: %q is not v, d, c or u", e.Evidence)
	}
}

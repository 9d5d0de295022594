package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
)

// ordered runs a command on an input and returns what it printed, and its error.
func ordered(t *testing.T, input string, args ...string) (out, faults string, err error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	root := rootCommand()
	root.SetArgs(args)
	root.SetIn(strings.NewReader(input))
	root.SetOut(&stdout)
	root.SetErr(&stderr)
	err = root.ExecuteContext(t.Context())
	return stdout.String(), stderr.String(), err
}

// lines decodes one JSON object a line.
func lines[T any](t *testing.T, text string) (all []T) {
	t.Helper()
	scan := bufio.NewScanner(strings.NewReader(text))
	scan.Buffer(nil, 4<<20)
	for scan.Scan() {
		var one T
		if err := json.Unmarshal(scan.Bytes(), &one); err != nil {
			t.Fatalf("every line is to be a JSON object: %v in %s", err, scan.Text())
		}
		all = append(all, one)
	}
	return all
}

// expected is what a script is to come to: see ../../../shared/data/dialogues-README.md; said_contains and never_said
// are our own.
type expected struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Expect struct {
		Tickets      *int            `json:"tickets"` // made by the script and not withdrawn
		Total        *int            `json:"tickets_total"`
		Category     string          `json:"category_key"`
		Categories   []string        `json:"category_keys"`
		Accept       []string        `json:"accept_keys"`
		Priority     models.Priority `json:"priority"`
		Located      *bool           `json:"location_known"`
		Photos       *int            `json:"photos_count"`
		Asked        []string        `json:"followup_asked"`
		MaxPrompts   *int            `json:"max_prompts"`
		Confirmed    bool            `json:"confirmation_with_code"`
		StatusSaid   bool            `json:"status_answered"`
		State        models.State    `json:"ticket_state"`
		Rating       *int            `json:"rating"`
		Public       *bool           `json:"public"`
		Address      string          `json:"address_contains"`
		SaidContains []string        `json:"said_contains"`
		NeverSaid    []string        `json:"never_said"`
	} `json:"expect"`
	Initial []scriptTicket `json:"initial_tickets"`
}

// meanings are the texts, by their locale keys, that say what followup_asked names.
func meanings() map[string]*regexp.Regexp {
	return map[string]*regexp.Regexp{
		"location":         regexp.MustCompile(`^ask_(place|nearer|street|outside|far)$`),
		"emergency_number": regexp.MustCompile(`^danger`),
		"description":      regexp.MustCompile(`^ask_what$`),
		"split_or_one":     regexp.MustCompile(`split`),
		"reopen":           regexp.MustCompile(`^rated_low$`),
		"same":             regexp.MustCompile(`^ask_(same|still)$`),
	}
}

// own are the tickets that a script made, in their order.
func (e expected) own(o outcome) (made []outcomeTicket) {
	for _, t := range o.Tickets {
		named := slices.ContainsFunc(e.Initial, func(i scriptTicket) bool { return i.Code == t.Code })
		if !named {
			made = append(made, t)
		}
	}
	return made
}

// faults says in words what is not as expected.
func (e expected) faults(o outcome) (faults []string) {
	check := func(name string, want, got any) {
		if diff := cmp.Diff(want, got); diff != "" {
			faults = append(faults, fmt.Sprintf("%s is to be %v, got %v", name, want, got))
		}
	}
	made := e.own(o)
	kept := slices.DeleteFunc(slices.Clone(made), func(t outcomeTicket) bool { return t.Withdrawn })
	x := e.Expect
	if x.Tickets != nil {
		check("tickets", *x.Tickets, len(kept))
	}
	if x.Total != nil {
		check("tickets_total", *x.Total, len(o.Tickets))
	}
	faults = append(faults, e.categoryFaults(made)...)
	var first outcomeTicket // what the script is about
	switch {
	case len(e.Initial) > 0:
		first = o.Tickets[0]
	case len(made) > 0:
		first = made[0]
	}
	if x.Priority != "" {
		check("priority", x.Priority, first.Priority)
	}
	if x.Located != nil {
		check("location_known", *x.Located, first.LocationKnown)
	}
	if x.Photos != nil {
		photos := 0
		for _, t := range kept {
			photos += t.Photos
		}
		check("photos_count", *x.Photos, photos)
	}
	if x.State != "" {
		check("ticket_state", x.State, first.State)
	}
	if x.Rating != nil {
		check("rating", *x.Rating, first.Rating)
	}
	if x.Public != nil {
		check("public", *x.Public, first.Public)
	}
	if !strings.Contains(models.Fold(first.Address), models.Fold(x.Address)) {
		faults = append(faults, fmt.Sprintf("the address is to contain %q, got %q", x.Address, first.Address))
	}
	if x.MaxPrompts != nil && o.Prompts > *x.MaxPrompts {
		faults = append(faults, fmt.Sprintf("%d questions were asked, at most %d are wanted", o.Prompts, *x.MaxPrompts))
	}
	return append(faults, e.saidFaults(o, made)...)
}

func (e expected) categoryFaults(made []outcomeTicket) (faults []string) {
	if want := e.Expect.Category; want != "" {
		right := append([]string{want}, e.Expect.Accept...)
		if len(made) == 0 || !slices.Contains(right, made[0].Category) {
			faults = append(faults, fmt.Sprintf("the type is to be one of %v, got %+v", right, made))
		}
	}
	for _, want := range e.Expect.Categories {
		right := append([]string{want}, e.Expect.Accept...)
		if !slices.ContainsFunc(made, func(t outcomeTicket) bool { return slices.Contains(right, t.Category) }) {
			faults = append(faults, fmt.Sprintf("one ticket is to be of %v, got %+v", right, made))
		}
	}
	return faults
}

func (e expected) saidFaults(o outcome, made []outcomeTicket) (faults []string) {
	said := func(key *regexp.Regexp, words string) bool {
		return slices.ContainsFunc(o.Said, func(s outcomeSaid) bool {
			return key.MatchString(s.Key) && strings.Contains(s.Text, words)
		})
	}
	anything := regexp.MustCompile(``)
	for _, name := range e.Expect.Asked {
		key, known := meanings()[name]
		if !known || !said(key, "") {
			faults = append(faults, "the bot is to ask or say: "+name)
		}
	}
	if e.Expect.Confirmed {
		for _, t := range made {
			if !said(regexp.MustCompile(`^receipt`), t.Code) {
				faults = append(faults, "a receipt is to say the code "+t.Code)
			}
		}
		if len(made) == 0 {
			faults = append(faults, "there is no ticket to confirm")
		}
	}
	if e.Expect.StatusSaid && !said(regexp.MustCompile(`^status_(own|public)`), e.Initial[0].Code) {
		faults = append(faults, "the question about "+e.Initial[0].Code+" is to be answered")
	}
	for _, words := range e.Expect.SaidContains {
		if !said(anything, words) {
			faults = append(faults, fmt.Sprintf("somebody is to read %q", words))
		}
	}
	for _, words := range e.Expect.NeverSaid {
		if said(anything, words) {
			faults = append(faults, fmt.Sprintf("nobody is to read %q", words))
		}
	}
	return faults
}

// TestDialogueScripts plays the scripts that came with the task and our own through the command, and looks at
// everything that they expect.
func TestDialogueScripts(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("LEFT OUT by make test-fast: whole conversations; make test runs them")
	}
	var turns []int
	for _, file := range []string{"dialogues-dev.jsonl", "dialogues-own.jsonl"} {
		scripts, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		out, faults, err := ordered(t, string(scripts), "simulate")
		if err != nil {
			t.Fatalf("every script of %s is to be played: %v\n%s", file, err, faults)
		}
		played, wanted := lines[outcome](t, out), lines[expected](t, string(scripts))
		if len(played) != len(wanted) {
			t.Fatalf("%d scripts of %s were played, %d are there", len(played), file, len(wanted))
		}
		for i, want := range wanted {
			t.Run(want.ID, func(t *testing.T) {
				t.Parallel()
				unknownExpectations(t, string(scripts), i)
				if faults := want.faults(played[i]); len(faults) > 0 {
					t.Errorf("%s:\n  %s\n%s", want.Title, strings.Join(faults, "\n  "), course(played[i]))
				}
			})
			if played[i].Turns > 0 {
				turns = append(turns, played[i].Turns)
			}
		}
	}
	slices.Sort(turns)
	p50, p90 := turns[len(turns)/2], turns[len(turns)*9/10]
	t.Logf("%d scripts end with a ticket: turns p50 %d, p90 %d", len(turns), p50, p90)
	if p50 > 2 || p90 > 3 {
		t.Errorf("a ticket is to take 2 turns (p50) and 3 (p90), got %d and %d: %v", p50, p90, turns)
	}
}

// unknownExpectations fails when a script expects what this test does not look at.
func unknownExpectations(t *testing.T, scripts string, line int) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(strings.Split(scripts, "\n")[line]))
	decoder.DisallowUnknownFields()
	var all struct {
		expected
		Channel  string            `json:"channel"`
		Messages []json.RawMessage `json:"messages"`
	}
	if err := decoder.Decode(&all); err != nil {
		t.Errorf("this test is to look at everything that a script expects: %v", err)
	}
}

// course is a conversation for whoever reads a failure.
func course(o outcome) string {
	var text strings.Builder
	for _, s := range o.Said {
		fmt.Fprintf(&text, "  %8.1f s  %s: %s %q\n", s.AtS, s.Key, strings.ReplaceAll(s.Text, "\n", " / "), s.Buttons)
	}
	fmt.Fprintf(&text, "  %+v", o.Tickets)
	return text.String()
}

func TestSimulateNamesFaultyScripts(t *testing.T) {
	t.Parallel()
	good := `{"id":"A","channel":"zalo","messages":[{"at_s":0,"type":"text","text":"xin chào"}]}`
	message := func(fields string) string {
		return `{"id":"B","channel":"zalo","messages":[{"at_s":0,"type":"text","text":"a"},{` + fields + `}]}`
	}
	ticket := func(fields string) string { return `{"id":"C","channel":"zalo","initial_tickets":[{` + fields + `}]}` }
	faulty := []struct{ name, line string }{
		{"no JSON", `{"id":"B"`},
		{"no id", `{"channel":"zalo"}`},
		{"a channel nobody knows", `{"id":"B","channel":"fax"}`},
		{"a type nobody knows", message(`"at_s":1,"type":"hologram"`)},
		{"no type", message(`"at_s":1`)},
		{"before the start", message(`"at_s":-1,"type":"text"`)},
		{"a year later", message(`"at_s":31536000,"type":"text"`)},
		{"a location without place", message(`"at_s":1,"type":"location","lat":10.8`)},
		{"a location off the globe", message(`"at_s":1,"type":"location","lat":999,"lon":106`)},
		{"beyond all time", message(`"at_s":1e18,"type":"text"`)},
		{"messages misspelt", `{"id":"B","channel":"zalo","mesages":[{"at_s":0,"type":"text","text":"a"}]}`},
		{"an album without files", message(`"at_s":1,"type":"album"`)},
		{"an edit of nothing", message(`"at_s":1,"type":"edit","text":"b"`)},
		{"an edit of what is to come", message(`"at_s":1,"type":"edit","edits":1`)},
		{"a ticket of no type", ticket(`"code":"T1","category_key":"road.moon"`)},
		{"a ticket without a code", ticket(`"category_key":"road.pothole"`)},
		{"a ticket in no state", ticket(`"code":"T1","category_key":"road.pothole","state":"lost"`)},
		{"staff answer no ticket", message(`"at_s":1,"type":"system_resolved","ticket":"T9"`)},
	}
	input := good + "\n\n"
	for _, tt := range faulty {
		input += tt.line + "\n" + good + "\n"
	}
	out, said, err := ordered(t, input, "simulate")
	if err == nil {
		t.Error("faulty scripts are to fail the whole")
	}
	complaints := strings.Split(strings.TrimSuffix(said, "\n"), "\n")
	if len(complaints) != len(faulty) {
		t.Fatalf("each faulty line is to be named once, and no other: %s", said)
	}
	for i, tt := range faulty {
		if !strings.HasPrefix(complaints[i], fmt.Sprintf("line %d: ", 3+2*i)) {
			t.Errorf("%s: line %d is to be named, said is %q", tt.name, 3+2*i, complaints[i])
		}
	}
	if played := lines[outcome](t, out); len(played) != 1+len(faulty) {
		t.Errorf("the other scripts are to be played: %s", out)
	}
}

// TestSimulateShowsWhatAChannelShows: what is asked, and which choices can be pressed, is as on the real platform.
func TestSimulateShowsWhatAChannelShows(t *testing.T) {
	t.Parallel()
	for channel, want := range map[string]struct {
		link    bool
		buttons [2][]string // under the question for the place, under the answer
	}{
		"telegram":  {false, [2][]string{{"📍 Gửi vị trí hiện tại"}, {"xong", "chưa xong"}}},
		"webchat":   {false, [2][]string{{"📍 Gửi vị trí hiện tại"}, {"xong", "chưa xong"}}},
		"zalo":      {true, [2][]string{{}, {"xong", "chưa xong"}}},
		"messenger": {true, [2][]string{{}, {"xong", "chưa xong"}}},
		"zalo_bot":  {true, [2][]string{{}, {}}},
	} {
		t.Run(channel, func(t *testing.T) {
			t.Parallel()
			script := `{"id":"A","channel":"` + channel + `","initial_tickets":[{"code":"T1","category_key":"road.pothole",` +
				`"same_reporter":true}],"messages":[{"at_s":0,"type":"text","text":"đèn đường tắt tối thui"},` +
				`{"at_s":60,"type":"system_resolved","ticket":"T1"}]}`
			out, _, err := ordered(t, script, "simulate")
			if err != nil {
				t.Fatal(err)
			}
			said := lines[outcome](t, out)[0].Said
			if len(said) < 2 || said[0].Key != "ask_place" || said[1].Key != "answer_fixed" {
				t.Fatalf("the place is to be asked, then the ticket answered: %+v", said)
			}
			if link := strings.Contains(said[0].Text, "/where/"); link != want.link {
				t.Errorf("a link for the place is to be there: %v, got %q", want.link, said[0].Text)
			}
			if diff := cmp.Diff(want.buttons, [2][]string{said[0].Buttons, said[1].Buttons}); diff != "" {
				t.Errorf("other buttons (-want +got):\n%s", diff)
			}
		})
	}
}

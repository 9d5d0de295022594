// Package dialogue knows when the bot speaks: a draft fills from whatever a resident sends, in any order, and is
// submitted when it is ready. Reduce decides and is pure; the tasks around it read the inbox and write what was
// decided. It never calls a platform and never changes a ticket but through the Desk.
package dialogue

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/understand"
)

// The pace of a conversation (design §5).
const (
	settleAfter = 2500 * time.Millisecond // after the last piece: albums come as separate events
	settleBy    = 10 * time.Second        // after it was ready, even while pieces still come
	earlyBy     = 50 * time.Millisecond   // that a bell may ring too soon, when the database's clock was set back since
	askAfter    = 6 * time.Second         // of silence, before a question
	dangerWaits = 3 * time.Minute         // for the place of a danger, before the hotline has it without
	expireAfter = 24 * time.Hour          // for what is missing, before the hotline has the draft without
	streetWaits = 15 * time.Minute        // for the rest of a place that is half known, before that half has to do
	sameTicket  = 15 * time.Minute        // a later piece belongs to the ticket that was just spoken of
	ownDanger   = 24 * time.Hour          // between two warnings of the danger that a ticket is about
)

// addressRunes is how much of an answer is taken for the place: the receipt repeats it.
const addressRunes = 200

// roughM is how far off a point may be, in metres, and still be a place that somebody finds.
const roughM = 300

// Words say what is the matter when they are as many as toldRunes, or a report whose type is as likely as toldShare.
const (
	toldRunes = 10
	toldShare = 0.2
)

// Mind is what the bot knows of the city's words.
type Mind struct {
	Model     *understand.Model
	Catalogue models.Catalogue
	Areas     *places.Index // nil: no place is doubted
}

// Piece is one message of a draft: its id, its words if it has any, and how much evidence it carries.
type Piece struct {
	Message string `json:"message"`
	Text    string `json:"text,omitempty"`
	Photos  int    `json:"photos,omitempty"`
	Voices  int    `json:"voices,omitempty"`
	Point   bool   `json:"point,omitempty"`
}

// Slots are what a draft has gathered.
type Slots struct {
	Pieces    []Piece       `json:"pieces,omitempty"` // in the order of the platform
	Lat       *float64      `json:"lat,omitempty"`
	Lon       *float64      `json:"lon,omitempty"`
	Address   string        `json:"address,omitempty"`
	Vague     bool          `json:"vague,omitempty"` // the address is one that nobody would find: a street, a district
	Rough     bool          `json:"rough,omitempty"` // the point is further off than roughM
	Photos    int           `json:"photos,omitempty"`
	Told      bool          `json:"told,omitempty"`   // the words say what is the matter
	Early     []string      `json:"early,omitempty"`  // platform ids of messages whose edits came before them
	Voices    int           `json:"voices,omitempty"` // sounds and films: evidence that somebody has to listen to
	Danger    string        `json:"danger,omitempty"` // the type that was read with a danger, and warned of
	Asked     []string      `json:"asked,omitempty"`  // which questions were put: none is put twice
	Doubt     string        `json:"doubt,omitempty"`  // the one that waits for its answer although nothing is missing
	Meant     bool          `json:"meant,omitempty"`  // the point counts, wherever it lies
	Split     bool          `json:"split,omitempty"`  // each of its problems is to be a ticket
	AskedAt   time.Time     `json:"asked_at,omitzero"`
	Category  string        `json:"category,omitempty"`  // that was chosen; empty: as the words are read
	Placeless bool          `json:"placeless,omitempty"` // what it is about needs no place
	FirstAt   time.Time     `json:"first_at"`
	LastAt    time.Time     `json:"last_at"`
	Window    time.Duration `json:"window,omitempty"` // of the platform, as Input has it
	LookAt    time.Time     `json:"look_at,omitzero"` // when it is to be looked at again
	ReadyAt   time.Time     `json:"ready_at,omitzero"`
	EndedAt   time.Time     `json:"ended_at,omitzero"` // when it was submitted or dropped
	Twin      *Twin         `json:"twin,omitempty"`    // a ticket that looks like it
}

// Draft is an open draft as Reduce sees it.
type Draft struct {
	Slots
	Open bool
}

// Current is the ticket that a later piece belongs to: the one that a message answers, or the last one spoken of.
type Current struct {
	Code     string
	Category string
	Address  string
	Untold   bool      // nobody has said what it is about
	At       time.Time // when it was last spoken of
	Answers  bool      // the piece answers a message about it
	Over     bool      // nothing can be added to it any more
	Resolved bool      // they were told its answer, and may disagree
	Closed   bool      // likewise, but it was closed since, within a day
	Waiting  bool      // its department, or our last message, waits for their answer
}

// Input is one thing that happened: an event with the id of its kept message, or, without an event, the passing of
// time. Choices are those under what we said last, Unseen those under what waits to be said: held for the night, for
// the platform's window or for another try; Tickets are the reporter's own open ones, newest first, and with words that
// may answer a question, the own one whose code they say.
type Input struct {
	Event   *bots.Incoming
	Message string
	Hidden  bool // it was unsent before it came
	Choices []Choice
	Unseen  []Choice
	Current Current
	Tickets []string

	Question string        // the key of what we said last, and lately
	Flood    bool          // the sender sends too much: no further tickets are made of it
	Muted    bool          // the sender insults: nothing is answered
	Window   time.Duration // for which the platform lets us answer; 0: for ever
}

// Choice is one button of ours, with its words in the resident's language.
type Choice struct {
	Title   string
	Payload string
}

// Reduce folds one input into a draft.
func (m Mind) Reduce(d Draft, in Input, now time.Time) (Draft, []Effect) {
	if in.Event == nil {
		return m.settle(d, in, now)
	}
	switch in.Event.Kind {
	case bots.KindBlock, bots.KindUnfollow:
		return d, []Effect{{Kind: EffectBlock, Yes: true}}
	case bots.KindUnblock:
		return d, []Effect{{Kind: EffectBlock}}
	case bots.KindEdit, bots.KindDelete:
		return d, revise(in)
	default:
	}
	if in.Event.Beside && in.Event.Ref != "" { // the place of a ticket that was made without
		return d, []Effect{{Kind: EffectAttach, Code: in.Event.Ref, Messages: []string{in.Message}}}
	}
	read := m.read(in)
	after, effects, done := m.beside(d, in, read, now)
	switch {
	case !done:
		after, effects = m.gather(d, in, now)
	case in.Event.Actionable: // a danger is answered whatever else its words do
		effects = append(m.warnAgain(read, in.Current), effects...)
	}
	return after, append(callYourself(in, effects), effects...)
}

// beside does what an event asks for that is no piece of a report in the making; false when it is one.
func (m Mind) beside(d Draft, in Input, read understand.Result, now time.Time) (Draft, []Effect, bool) {
	if payload := cmp.Or(chosen(in), d.reply(in, read)); payload != "" {
		if d, effects, done := m.decide(d, payload, now); done {
			return d, effects, true
		}
		d, effects := d.choose(payload, now)
		return d, append(effects, reason(in, payload)...), true
	}
	if payload := d.meant(in, now); payload != "" {
		d, effects := d.choose(payload, now)
		return d, effects, true
	}
	if effects, done := m.command(&d, in, read, now); done {
		return d, effects, true
	}
	if effects, done := m.corrects(in, read); done {
		return d, effects, true
	}
	if !in.Event.Actionable || in.Event.Kind == bots.KindContact {
		return d, nil, true
	}
	if effects, done := m.verdict(d, in, read, now); done {
		return d, effects, true
	}
	if effects, done := m.rates(d, in, read); done {
		return d, effects, true
	}
	belongs := m.later(d, in, read, now)
	if effects, done := m.talk(&d, in, read, belongs); done {
		return d, effects, true
	}
	if belongs {
		return d, []Effect{{Kind: EffectAttach, Code: in.Current.Code, Messages: []string{in.Message}}}, true
	}
	return d, nil, false
}

// later tells whether a piece belongs to the ticket just spoken of rather than to a report of its own. An answer that a
// department waits for belongs to it whenever it comes.
func (m Mind) later(d Draft, in Input, read understand.Result, now time.Time) bool {
	if in.Current.Code == "" || in.Current.Over {
		return false
	}
	if in.Current.Answers {
		return true
	}
	if d.Open || now.Sub(in.Current.At) > sameTicket && !in.Current.Waiting && !m.persists(in) {
		return false
	}
	if in.Flood && in.Event.Text != nil {
		return !m.dangerous(in.Event.Text)
	}
	// A report of another kind, or of another house, told in the same breath, is a ticket of its own.
	another := read.Sure
	if read.Category == in.Current.Category {
		another = in.Event.Text != nil && m.elsewhere(in.Current.Address, *in.Event.Text)
	}
	return in.Current.Waiting || !read.IsReport || in.Current.Untold || !another
}

func (m Mind) gather(d Draft, in Input, now time.Time) (Draft, []Effect) {
	if m.stalls(d, in) {
		return d, m.whyPlace(*in.Event.Text)
	}
	if !d.Open {
		d = Draft{Open: true, Slots: Slots{FirstAt: now, Window: in.Window}}
	}
	e := in.Event
	piece := Piece{Message: in.Message}
	if e.Text != nil {
		piece.Text = strings.TrimSpace(*e.Text)
	}
	if m.onlyWhat(d, piece.Text) {
		d.AskedAt = now // where it is stays asked
	}
	switch e.Kind {
	case bots.KindImage:
		piece.Photos = max(1, len(e.Media))
	case bots.KindAudio, bots.KindVideo:
		piece.Voices = 1
	default:
	}
	piece.Point = e.Lat != nil
	d.Pieces = append(slices.Clip(d.Pieces), piece)
	d.Photos, d.Voices = d.Photos+piece.Photos, d.Voices+piece.Voices
	d = m.heard(d, piece.Text, e)
	m.place(&d, piece.Text, e)
	effects := m.weigh(&d, now)
	if len(effects) == 0 && d.Danger != "" && d.Danger != selfHarm {
		effects = m.warnOther(d, piece.Text)
	}
	return d, effects
}

// reread follows an edit or an unsend (a hidden message, empty text) of one of a draft's messages. The address that it
// gave goes with its words, its photos with it, and so does the draft when nothing is left of it.
func (m Mind) reread(d Draft, message models.Message, text string, now time.Time) (Draft, []Effect) {
	at := slices.IndexFunc(d.Pieces, func(p Piece) bool { return p.Message == message.ID })
	if !d.Open || at < 0 {
		return d, m.warnAgain(m.Model.Classify(text), Current{})
	}
	d.Pieces = slices.Clone(d.Pieces)
	before := d.Pieces[at].Text
	d.Pieces[at].Text = strings.TrimSpace(text)
	if read := m.Areas.Read(before); d.Address != "" &&
		(d.Address == read.Address || d.Address == models.Clean(before, addressRunes)) {
		d.Address, d.Vague = "", false
		for _, p := range d.Pieces {
			m.place(&d, p.Text, &bots.Incoming{Kind: bots.KindText})
		}
	} else {
		m.place(&d, d.Pieces[at].Text, &bots.Incoming{Kind: bots.KindText})
	}
	if message.HiddenAt != nil {
		piece := &d.Pieces[at]
		d.Photos, d.Voices = max(0, d.Photos-piece.Photos), max(0, d.Voices-piece.Voices)
		piece.Photos, piece.Voices, piece.Point = 0, 0, false
		if message.Lat != nil && d.Lat != nil && *message.Lat == *d.Lat {
			d.Lat, d.Lon, d.Rough = nil, nil, false
		}
	}
	if d.words() == "" && !d.evident() {
		return Draft{}, nil
	}
	return d, m.weigh(&d, now)
}

// weigh works out what the pieces of a draft say together, and when it is to be looked at.
func (m Mind) weigh(d *Draft, now time.Time) []Effect {
	result := m.about(*d)
	d.Told = result.IsReport && result.Confidence >= toldShare || d.Category != "" ||
		len([]rune(d.words())) >= toldRunes && !m.Areas.Read(d.words()).Only(d.words())
	if d.Category == "" {
		d.Placeless = m.placeless(result)
	}
	d.LastAt, d.LookAt = now, now.Add(settleAfter)
	if d.ReadyAt.IsZero() && d.missing() == "" {
		d.ReadyAt = now
	}
	if by := d.ReadyAt.Add(settleBy); !d.ReadyAt.IsZero() && by.Before(d.LookAt) {
		d.LookAt = by
	}
	return m.warn(d, result)
}

// placeless tells whether what the words are about needs no place, by all that they may be about.
func (m Mind) placeless(read understand.Result) bool {
	var none, all float64
	for _, s := range read.Alternatives {
		if all += s.Score; m.Catalogue.Category(s.Category).Placeless() {
			none += s.Score
		}
	}
	return none > all/2
}

// place takes what a piece says of the place: a pin, an address, or the answer to our question. A street alone is a
// place that is asked about.
func (m Mind) place(d *Draft, text string, e *bots.Incoming) {
	line := models.Clean(text, addressRunes)
	if e.Lat != nil && e.Lon != nil {
		d.Lat, d.Lon, d.Rough = e.Lat, e.Lon, e.AccuracyM > roughM
		if text != "" && e.Kind == bots.KindLocation {
			d.Address, d.Vague = line, false // a venue's own name
			return
		}
	}
	if text == "" {
		return
	}
	read := m.Areas.Read(text)
	answered := (d.asked(askPlace) || d.asked(askStreet)) &&
		(e.Kind == bots.KindLocation || m.answersPlace(text) && !m.onlyWhat(*d, text))
	corrected := m.corrected(d.Address, text)
	switch {
	case corrected != "":
		d.Address = corrected
	case read.Sure:
		d.Address, d.Vague = m.readdressed(d.Address, text), false
	case answered && d.Vague:
		d.Address, d.Vague = models.Clean(line+", "+d.Address, addressRunes), false
	case answered && d.Address == "":
		district := m.wide(text)
		d.Address, d.Vague = cmp.Or(district, line), district != ""
	case read.Address != "" && d.Address == "":
		d.Address, d.Vague = read.Address, true
	}
}

func (d Draft) words() string {
	var all []string
	for _, p := range d.Pieces {
		if p.Text != "" {
			all = append(all, p.Text)
		}
	}
	return strings.Join(all, "\n")
}

func (d Draft) messages() []string {
	ids := make([]string, 0, len(d.Pieces))
	for _, p := range d.Pieces {
		ids = append(ids, p.Message)
	}
	return ids
}

// The questions of a draft, by their locale keys.
const (
	askPlace  = "ask_place"
	askNearer = "ask_nearer" // where in that district
	askStreet = "ask_street"
	askWhat   = "ask_what"
	askWhich  = "ask_which"
)

// missing names the question for the slot that keeps a draft from being ready, empty when it is.
func (d Draft) missing() string {
	switch {
	case d.Lat == nil && (d.Address == "" || d.Vague) && !d.Placeless:
		return askPlace
	case d.Rough && d.Address == "":
		return askStreet
	case d.Photos == 0 && d.Voices == 0 && !d.Told:
		return askWhat
	default:
		return ""
	}
}

// settle is what the passing of time does: submit what is ready or has waited too long, else ask once for what is
// missing, after a silence. What was asked and answered goes to the hotline as it is: nothing is asked twice.
func (m Mind) settle(d Draft, in Input, now time.Time) (Draft, []Effect) {
	if !d.Open || d.LookAt.IsZero() || now.Add(earlyBy).Before(d.LookAt) {
		return d, nil
	}
	missing := d.missing()
	if missing == "" {
		return m.finish(d, now)
	}
	end := d.waitsUntil(missing)
	asked := d.asked(missing)
	nearer := asked && !d.asked(askNearer) && d.Danger == "" && m.wide(d.Address) != ""
	if asked && !nearer && d.LastAt.After(d.AskedAt) || !now.Before(end) {
		d.Open = false
		return d, []Effect{{Kind: EffectSubmit}}
	}
	if silence := d.LastAt.Add(askAfter); now.Before(silence) {
		d.LookAt = silence
		return d, nil
	}
	d.LookAt = end
	if nearer {
		return d.ask(askNearer, now), []Effect{{Kind: EffectSay, Key: askNearer, AskLocation: true}}
	}
	if d.Danger == selfHarm { // which has asked where they are; a colleague has the conversation
		return d, nil
	}
	if asked {
		return d.remind(missing, end, now)
	}
	if d.asked(askWhich) && d.LastAt.Before(d.AskedAt) {
		return d, nil
	}
	if in.Current.At.After(d.FirstAt) { // what was sent before an answer is nothing to say of it
		in.Current = Current{}
	}
	if d.words() == "" && (len(in.Tickets) > 0 || in.Current.Resolved) && !d.asked(askWhich) {
		return d.ask(askWhich, now), []Effect{whichOf(in)}
	}
	d, _ = d.ask(missing, now).remind(missing, end, now) // which sets its time
	return d, []Effect{{Kind: EffectSay, Key: missing, AskLocation: missing == askPlace}}
}

// waitsUntil is when a draft goes to the hotline without what is missing.
func (d Draft) waitsUntil(missing string) time.Time {
	switch {
	case d.Danger != "":
		return d.FirstAt.Add(dangerWaits)
	case missing == askStreet, missing == askPlace && d.Vague:
		return d.LastAt.Add(streetWaits)
	default:
		return d.FirstAt.Add(d.expires())
	}
}

func (d Draft) asked(question string) bool { return slices.Contains(d.Asked, question) }

func (d Draft) ask(question string, now time.Time) Draft {
	d.Asked, d.AskedAt = append(slices.Clip(d.Asked), question), now
	return d
}

// whichOf asks to which of the open tickets wordless pieces belong, or whether they show that the one just answered is
// not done, if to any.
func whichOf(in Input) Effect {
	e := Effect{Kind: EffectSay, Key: askWhich}
	if in.Current.Resolved {
		e.Args = models.Args{"code": models.SpokenCode(in.Current.Code)}
		e.Buttons = append(e.Buttons, models.Button{Key: "button_not_done", Payload: "not_done:" + in.Current.Code})
	}
	for _, code := range in.Tickets[:min(3, len(in.Tickets))] {
		e.Buttons = append(e.Buttons, models.Button{
			Key: "button_add_to", Args: models.Args{"code": models.SpokenCode(code)}, Payload: "add:" + code,
		})
	}
	e.Buttons = append(e.Buttons, models.Button{Key: "button_new_report", Payload: "new"})
	return e
}

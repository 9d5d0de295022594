package dialogue_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/dialogue"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/models/understand"
)

const (
	two          = "Vỉa hè 100 Lê Lợi bị lấn chiếm bán hàng, rác vứt bừa bãi"
	question     = "cho tôi hỏi thủ tục đăng ký tạm trú làm ở đâu"
	denunciation = "tôi muốn tố cáo ông A chiếm đất của tôi"
)

// abroad is a point outside of the city.
func abroad() *bots.Incoming {
	in, lat, lon := pin(), 12.2, 109.1
	in.Lat, in.Lon = &lat, &lon
	return in
}

// unclear is a text that may be several things of several owners, whatever the model has learned.
func unclear(t *testing.T) (text string, e dialogue.Effect) {
	t.Helper()
	m := mind()
	for _, a := range m.Catalogue.Order {
		for _, b := range m.Catalogue.Order {
			text := strings.ToLower(m.Catalogue.Category(a).NameVi + " " + m.Catalogue.Category(b).NameVi)
			read := m.Model.Classify(text)
			e, ok := m.Unclear(dialogue.Draft{Slots: dialogue.Slots{Pieces: []dialogue.Piece{{Text: text}}}}, read)
			if ok && len(m.Model.Parts(text)) < 2 && !read.Danger && m.Catalogue.Category(read.Category).Guide == "" {
				return text, e
			}
		}
	}
	t.Fatal("no two types are mistaken for each other")
	return "", e
}

func TestMindAsksForAnUnclearType(t *testing.T) {
	t.Parallel()
	told := dialogue.Draft{Slots: dialogue.Slots{Pieces: []dialogue.Piece{{Text: "hư rồi"}}}}
	spoken, chosen, heard := told, told, told
	spoken.Asked, chosen.Category, heard.Voices = []string{"ask_split"}, "road.pothole", 1
	type scored struct {
		category string
		score    float64
	}
	for name, tt := range map[string]struct {
		draft dialogue.Draft
		read  []scored
		want  []string
	}{
		"none is likely": {told, []scored{{"road.pothole", 0.40}, {"env.odor", 0.20}}, []string{"type:road.pothole", "type:env.odor", "type:other"}},
		"two are about as likely": {
			told, []scored{{"road.pothole", 0.50}, {"env.odor", 0.45}}, []string{"type:road.pothole", "type:env.odor", "type:other"},
		},
		"at most three are offered": {
			told,
			[]scored{{"road.pothole", 0.3}, {"env.odor", 0.2}, {"bus.staff", 0.2}, {"green.park", 0.2}},
			[]string{"type:road.pothole", "type:env.odor", "type:bus.staff", "type:other"},
		},
		"one is likely":                    {told, []scored{{"road.pothole", 0.50}, {"env.odor", 0.30}}, nil},
		"the others are far-fetched":       {told, []scored{{"road.pothole", 0.40}, {"env.odor", 0.05}}, nil},
		"all have one owner and one field": {told, []scored{{"bus.service", 0.40}, {"bus.staff", 0.40}}, nil},
		"a type was chosen":                {chosen, []scored{{"road.pothole", 0.40}, {"env.odor", 0.30}}, nil},
		"somebody has to listen to it":     {heard, []scored{{"road.pothole", 0.40}, {"env.odor", 0.30}}, nil},
		"several problems were spoken of":  {spoken, []scored{{"road.pothole", 0.40}, {"env.odor", 0.30}}, nil},
		"there are no words":               {dialogue.Draft{}, []scored{{"road.pothole", 0.40}, {"env.odor", 0.30}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			read := understand.Result{IsReport: true}
			for _, s := range tt.read {
				read.Alternatives = append(read.Alternatives, understand.Scored{Category: s.category, Score: s.score})
			}
			e, ok := mind().Unclear(tt.draft, read)
			var got []string
			for _, b := range e.Buttons {
				got = append(got, b.Payload)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || ok != (tt.want != nil) {
				t.Errorf("asks: %t; the types offered (-want +got):\n%s", ok, diff)
			}
		})
	}
}

func TestReduceAsksForTheType(t *testing.T) {
	text, e := unclear(t)
	ask, first := shown([]dialogue.Effect{e})[0], e.Buttons[0].Payload
	asked := []step{{event: said(text)}, {event: pin()}, {after: 6 * second}}
	then := func(more ...step) []step { return append(slices.Clone(asked), more...) }
	runAll(t, map[string]scenario{
		"once, after a silence":             {steps: then(step{after: 179 * second}), want: []string{ask}, open: true},
		"unanswered, it goes as it is read": {steps: then(step{after: 3 * time.Minute}), want: []string{ask, "submit"}},
		"chosen, it is submitted":           {steps: then(step{event: press(first)}, step{after: second}), want: []string{ask, "submit"}},
		"none of these":                     {steps: then(step{event: press("type:other")}, step{after: second}), want: []string{ask, "submit"}},
		"a photo is no answer":              {steps: then(step{event: photo()}, step{after: 20 * second}), want: []string{ask}, open: true},
		"more words are one":                {steps: then(step{event: said(text)}, step{after: 3 * second}), want: []string{ask, "submit"}},
		"the place comes first": {
			steps: []step{{event: said(text)}, {after: 20 * second}, {event: pin()}, {after: 6 * second}},
			want:  []string{"say ask_place +location", ask}, open: true,
		},
		"a photo alone is not asked": {steps: []step{{event: photo()}, {event: pin()}, {after: 3 * second}}, want: []string{"submit"}},
	})
}

func TestReduceDoubtsThePlace(t *testing.T) {
	ask := "say ask_outside [place:meant]"
	asked := []step{{event: photo()}, {event: abroad()}, {after: 6 * second}}
	far := "say ask_far [place:meant] [place:words]"
	apart := []step{{event: said("ổ gà to lắm ở xã Củ Chi")}, {event: pin()}, {after: 6 * second}}
	then := func(steps []step, more ...step) []step { return append(slices.Clone(steps), more...) }
	runAll(t, map[string]scenario{
		"outside of the city: once":        {steps: then(asked, step{after: 179 * second}), want: []string{ask}, open: true},
		"unanswered, it goes to the desk":  {steps: then(asked, step{after: 180 * second}), want: []string{ask, "submit"}},
		"it is meant":                      {steps: then(asked, step{event: press("place:meant")}, step{after: second}), want: []string{ask, "submit"}},
		"it is meant, in their own words":  {steps: then(asked, step{event: said("ừ đúng rồi")}, step{after: second}), want: []string{ask, "submit"}},
		"the right point":                  {steps: then(asked, step{event: pin()}, step{after: 3 * second}), want: []string{ask, "submit"}},
		"another one outside":              {steps: then(asked, step{event: abroad()}, step{after: 3 * second}), want: []string{ask, "submit"}},
		"far from the ward of the words":   {steps: apart, want: []string{far}, open: true},
		"the words count":                  {steps: then(apart, step{event: press("place:words")}, step{after: second}), want: []string{far, "submit"}},
		"the point counts":                 {steps: then(apart, step{event: press("place:meant")}, step{after: second}), want: []string{far, "submit"}},
		"the words count, in other words":  {steps: then(apart, step{event: said("theo địa chỉ")}, step{after: second}), want: []string{far, "submit"}},
		"in the ward of the words":         {steps: []step{{event: said("ổ gà to lắm ở phường Bến Thành")}, {event: pin()}, {after: 3 * second}}, want: []string{"submit"}},
		"a danger is not doubted":          {steps: []step{{event: said(danger)}, {event: abroad()}, {after: 3 * second}}, want: []string{"say danger", "submit"}},
		"an old button changes nothing":    {steps: []step{{event: press("place:meant")}, {event: press("split:yes")}, {after: time.Hour}}, want: []string{"gone", "gone"}},
		"a button of a question never put": {steps: []step{{event: photo()}, {event: press("place:words")}}, want: []string{"gone"}, open: true},
	})
	d, _ := play(then(asked, step{event: said("trước cổng chợ Bến Thành")}))
	if d.Lat != nil || d.Address != "trước cổng chợ Bến Thành" {
		t.Errorf("words after a doubtful point are the place: %v %q", d.Lat, d.Address)
	}
	for name, tt := range map[string]struct {
		steps []step
		words string
		open  string // the question that still waits
	}{
		"the point counts, in other words": {apart, "theo vị trí", ""},
		"the point is wrong":               {apart, "vị trí sai rồi", "ask_far"},
		"a mistake":                        {asked, "không, gửi nhầm, để gửi lại", "ask_outside"},
	} {
		d, _ := play(then(tt.steps, step{event: said(tt.words)}))
		if d.Lat == nil || d.Address != "" || d.Doubt != tt.open {
			t.Errorf("%s: the point stays, and %q waits: %v %q %q", name, tt.open, d.Lat, d.Address, d.Doubt)
		}
	}
	d, _ = play(then(apart, step{event: said("địa chỉ 12 Lê Lợi")}))
	if d.Lat != nil || d.Address != "12 Lê Lợi" {
		t.Errorf("an address is taken for the place: %v %q", d.Lat, d.Address)
	}
	d, _ = play(then(apart, step{event: press("place:words")}))
	if d.Lat != nil || d.Address != "Xã Củ Chi" {
		t.Errorf("when the words count, their ward is the place: %v %q", d.Lat, d.Address)
	}
}

func TestReduceOffersToSplit(t *testing.T) {
	ask := "say ask_split [split:yes] [split:no]"
	asked := []step{{event: said(two)}, {after: 6 * second}}
	then := func(more ...step) []step { return append(slices.Clone(asked), more...) }
	runAll(t, map[string]scenario{
		"two problems":             {steps: asked, want: []string{ask}, open: true},
		"unanswered, it stays one": {steps: then(step{after: 3 * time.Minute}), want: []string{ask, "submit"}},
		"to one":                   {steps: then(step{event: said("một phiếu thôi")}, step{after: second}), want: []string{ask, "submit"}},
		"to two":                   {steps: then(step{event: said("tách riêng giúp")}, step{after: second}), want: []string{ask, "submit"}},
		"a danger waits for no answer": {
			steps: []step{{event: said(danger + " trước số 140 Tô Ký, rác vứt bừa bãi khắp vỉa hè")}, {after: 3 * second}},
			want:  []string{"say danger", "submit"},
		},
	})
	for _, words := range []string{"ở trong chung cư 4S, lô B", "nhà riêng số 4", "chung cư 4S"} {
		d, _ := play(then(step{event: said(words)}))
		if d.Split || len(d.Pieces) != 2 || d.Pieces[1].Text != words {
			t.Errorf("%q is no answer, and is kept: split %t, %v", words, d.Split, d.Pieces)
		}
	}
	for answer, want := range map[string]bool{"split:yes": true, "split:no": false} {
		if d, _ := play(then(step{event: press(answer)})); d.Split != want {
			t.Errorf("after %s the draft is to be split: %t", answer, d.Split)
		}
	}
}

func TestReduceGuides(t *testing.T) {
	send, guide := "say ask_send [send:yes] [send:no]", "say ask_guide [person] [send:no]"
	asked := []step{{event: said(question)}, {after: 6 * second}}
	told := []step{{event: said(denunciation)}, {after: 6 * second}}
	then := func(steps []step, more ...step) []step { return append(slices.Clone(steps), more...) }
	runAll(t, map[string]scenario{
		"a question hears where the answer is":   {steps: asked, want: []string{send}, open: true},
		"it is sent on without a place":          {steps: then(asked, step{event: press("send:yes")}, step{after: second}), want: []string{send, "submit"}},
		"it is sent on by a word":                {steps: then(asked, step{event: said("ok")}, step{after: second}), want: []string{send, "submit"}},
		"it is not":                              {steps: then(asked, step{event: press("send:no")}, step{after: time.Hour}), want: []string{send, "say not_sent"}},
		"thanks mean that it is not":             {steps: then(asked, step{event: said("cảm ơn")}, step{after: time.Hour}), want: []string{send, "say not_sent"}},
		"unanswered, it goes nowhere":            {steps: then(asked, step{after: 3 * time.Minute}), want: []string{send}},
		"taken up later":                         {steps: then(asked, step{after: time.Hour, event: press("send:yes")}), want: []string{send, "restore yes"}},
		"with a photo it is more than one":       {steps: []step{{event: said(question)}, {event: photo()}, {after: 3 * second}}, want: []string{"submit"}},
		"a photo after it too":                   {steps: then(asked, step{event: photo()}, step{after: 3 * second}), want: []string{send, "submit"}},
		"a denunciation hears who decides":       {steps: told, want: []string{guide}, open: true},
		"it gets a person":                       {steps: then(told, step{event: press("person")}, step{after: time.Hour}), want: []string{guide, "person"}},
		"unanswered, the guidance has to do":     {steps: then(told, step{after: 3 * time.Minute}), want: []string{guide}},
		"with evidence it hears that beforehand": {steps: []step{{event: said(denunciation)}, {event: photo()}, {after: 3 * second}}, want: []string{"say guide", "submit"}},
	})
}

// TestTalkSplits: each problem is a ticket with its own words, place and receipt, and all show the picture.
func TestTalkSplits(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, photo(), said(two))
		c.settle(t, 6*time.Second)
		c.settle(t, 4*time.Second)
		c.expectSaid(t, "two problems", "ask_split")
		c.says(t, said("1"))
		c.expectSaid(t, "1 makes two", "ask_split", "receipt", "receipt")
		o := c.outcome(t)
		if len(o.Tickets) != 2 {
			t.Fatalf("two problems make two tickets: %q", o.Tickets)
		}
		words := strings.Join(o.Tickets, "\n")
		if !strings.Contains(words, "lấn chiếm") || !strings.Contains(words, "rác vứt bừa bãi") || strings.Contains(words, two) {
			t.Errorf("each ticket has its own words: %q", o.Tickets)
		}
		for i, ticket := range c.own(t) {
			if !strings.Contains(ticket.Address, "100 Lê Lợi") {
				t.Errorf("ticket %d has the place: %q", i, ticket.Address)
			}
			if n := c.pictures(t, ticket); n != 1 {
				t.Errorf("ticket %d shows %d pictures, not 1", i, n)
			}
		}
	})
}

// TestTalkAsksForTheType: the types have their names in the resident's language, and what was not clear is the
// hotline's.
func TestTalkAsksForTheType(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		text, e := unclear(t)
		name := desk.Catalogue.Category(strings.TrimPrefix(e.Buttons[1].Payload, "type:")).NameVi
		c.says(t, said(text), pin())
		c.settle(t, 6*time.Second)
		c.settle(t, 4*time.Second)
		all := c.messages(t)
		if last := all[len(all)-1].Shown; !strings.Contains(last, "2 – "+name) {
			t.Fatalf("the second choice is %q: %s", name, last)
		}
		c.says(t, said(name))
		if ticket := c.own(t)[0]; "type:"+ticket.Category != e.Buttons[1].Payload {
			t.Errorf("the ticket is a %s, want what was chosen", ticket.Category)
		}
		c.clock.Move(time.Hour)
		c.says(t, said(text), pin())
		c.settle(t, 6*time.Second)
		c.settle(t, 4*time.Second)
		c.says(t, said("khác / không rõ"))
		if ticket := c.own(t)[0]; ticket.State != models.StateNew || ticket.Why != models.WhyUnsureType {
			t.Errorf("what nobody could tell is the hotline's, not %s because of %s", ticket.State, ticket.Why)
		}
	})
}

// TestTalkSendsAQuestionOn: one that was let go is taken up by the same choice.
func TestTalkSendsAQuestionOn(t *testing.T) {
	eachChat(t, func(t *testing.T, c *chat) {
		t.Helper()
		c.says(t, said(question))
		c.settle(t, 6*time.Second)
		c.settle(t, 4*time.Second)
		c.expectSaid(t, "first where the answer is", "ask_send")
		c.settle(t, 3*time.Minute)
		c.expect(t, "silence sends nothing", outcome{Heard: 1, Said: []string{"ask_send"}})
		c.clock.Move(time.Hour)
		c.says(t, said("1"))
		c.expect(t, "1 sends it, later too", outcome{
			Tickets: []string{"new " + question}, Heard: 2, Said: []string{"ask_send", "receipt"},
		})
	})
}

// read looks something up.
func (c *chat) read(t *testing.T, look func(tx *store.Tx) error) {
	t.Helper()
	if err := c.Store.Read(t.Context(), look); err != nil {
		t.Fatal(err)
	}
}

// own are the resident's tickets, newest first.
func (c *chat) own(t *testing.T) (tickets []models.Ticket) {
	t.Helper()
	c.read(t, func(tx *store.Tx) (err error) {
		a, _, err := tx.FindAddress("webchat", "web", c.who)
		if err == nil {
			tickets, err = tx.ReporterTickets(a.ReporterID, 10)
		}
		return err
	})
	return tickets
}

// pictures is how many pictures a ticket shows.
func (c *chat) pictures(t *testing.T, ticket models.Ticket) (n int) {
	t.Helper()
	c.read(t, func(tx *store.Tx) error {
		all, err := tx.TicketAttachments(ticket.ID)
		n = len(all)
		return err
	})
	return n
}

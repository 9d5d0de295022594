package page

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/vticket/vticket/bots/sandbox"
)

// maxBubbles is how many of a chat are shown, the newest.
const maxBubbles = 200

// describe tells what there is: it changes only when somebody is added.
func (p *Page) describe(w http.ResponseWriter, _ *http.Request) {
	type described struct {
		Key    string              `json:"key"`
		Acts   []string            `json:"acts"`
		Faults []sandbox.FaultKind `json:"faults"`
		People []Person            `json:"people"`
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	stages := make([]described, 0, len(p.stages))
	for _, s := range p.stages {
		stages = append(stages, described{s.key, s.hands.acts(), s.hands.fake().FaultKinds(), s.people})
	}
	answer(w, map[string]any{"product": p.options.Product, "stages": stages}, nil)
}

// view tells how one chat stands, and what went over the wire since it was asked last.
func (p *Page) view(w http.ResponseWriter, r *http.Request) {
	type window struct {
		Kind    string `json:"kind"`
		Seconds int64  `json:"seconds"` // left; none if it is over
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s, who, err := p.find(r.FormValue("platform"), r.FormValue("person"))
	if err != nil {
		answer(w, nil, err)
		return
	}
	after, _ := strconv.ParseInt(r.FormValue("after"), 10, 64)
	traffic, next := p.options.Traffic.since(after)
	stands, c := s.hands.standing(who), s.chats[who.ID]
	windows := []window{}
	for _, one := range stands.Windows {
		windows = append(windows, window{one.Kind, max(0, int64(one.Until.Sub(p.options.Now())/time.Second))})
	}
	faults, hooks := map[string]int{}, map[string]string{}
	for _, each := range p.stages {
		faults[each.key], hooks[each.key] = each.hands.fake().FaultsLeft(), each.hands.fake().Webhook()
	}
	answer(w, map[string]any{
		"chat": p.chatOf(s, who, stands), "typing": stands.Typing, "blocked": c.blocked, "follows": c.follows,
		"windows": windows, "faults": faults, "webhooks": hooks, "hours": int64(p.aged / time.Hour),
		"traffic": traffic, "next": next,
	}, nil)
}

// chatOf is what both sides said, oldest first. The lock is held.
func (p *Page) chatOf(s *stage, who Person, stands standing) []bubble {
	all := []bubble{}
	for _, b := range s.chats[who.ID].own {
		if stands.Marks != nil {
			b.Mark = stands.Marks(b.ID)
		}
		if stands.Replies != nil && b.Kind == actComment {
			b.Replies = stands.Replies(b.ID)
		}
		all = append(all, b)
	}
	for _, b := range s.hands.said(who) {
		b.Photos, b.pictures = p.keep(b.pictures), nil
		all = append(all, b)
	}
	slices.SortStableFunc(all, func(one, other bubble) int { return one.At.Compare(other.At) })
	return all[max(0, len(all)-maxBubbles):]
}

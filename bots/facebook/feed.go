package facebook

import (
	"encoding/json"

	"github.com/vticket/vticket/bots"
)

// comment is what somebody wrote, in public, under a post of the page.
type comment struct {
	Item    scalar `json:"item"`
	Verb    scalar `json:"verb"`
	From    party  `json:"from"`
	Post    scalar `json:"post_id"`
	ID      scalar `json:"comment_id"`
	Parent  scalar `json:"parent_id"`
	Created scalar `json:"created_time"` // seconds
	Message scalar `json:"message"`
	Photo   scalar `json:"photo"`
	Video   scalar `json:"video"`
}

// unnamed begins the user of a comment whose author Facebook does not tell us: each is somebody of their own, whom only
// one private answer to the comment reaches.
const unnamed = "comment:"

// fromChange reads a change of the page's feed: comments of others count (channels.md §4.3).
func (a *Adapter) fromChange(e entry, raw json.RawMessage) (bots.Incoming, bool, error) {
	change, err := decode[struct {
		Field scalar          `json:"field"`
		Value json.RawMessage `json:"value"`
	}](raw)
	if err != nil || change.Field != "feed" || !there(change.Value) {
		return bots.Incoming{}, false, err
	}
	c, err := decode[comment](change.Value)
	if err != nil || c.Item != "comment" || c.ID.id() == "" || c.From.ID != "" && c.From.ID == e.ID {
		return bots.Incoming{}, false, err
	}
	in := bots.Incoming{
		Account: present(e.ID), User: c.From.ID.id(), Message: present(c.ID), Post: c.Post.id(),
		At: a.instant(e.Time), Public: true,
	}
	if in.User == "" {
		in.User, in.Anonymous = unnamed+c.ID.id(), true
	}
	if written := a.instant(c.Created); in.At == nil || c.Verb == "add" && written != nil {
		in.At = written
	}
	switch c.Verb {
	case "add":
		in.Kind = bots.KindComment
		c.fill(&in)
	case "edited", "edit":
		in.Kind = bots.KindEdit
		c.fill(&in)
		in.Dedupe = once("comment_edit", &in, e.Time, change.Value)
	case "remove":
		in.Kind = bots.KindDelete
	default:
		return in, false, nil
	}
	return in, true, nil
}

// fill puts in what a comment says.
func (c comment) fill(in *bots.Incoming) {
	in.Text = c.Message.words()
	if c.Parent != c.Post {
		in.ReplyTo = c.Parent.id()
	}
	if c.Photo != "" {
		in.Media = append(in.Media, bots.Media{Type: bots.KindImage, URL: string(c.Photo)})
	}
	if c.Video != "" {
		in.Media = append(in.Media, bots.Media{Type: bots.KindVideo, URL: string(c.Video)})
	}
}

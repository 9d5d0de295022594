package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"regexp"
	"time"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/facebook"
	"github.com/vticket/vticket/bots/telegram"
	"github.com/vticket/vticket/bots/webchat"
	"github.com/vticket/vticket/bots/zalo"
	"github.com/vticket/vticket/models"
)

// play is one script on a stage of its own.
type play struct {
	*stage

	script script
	admin  models.Staff
	made   map[string]models.Ticket // by what the script calls them, as they were made
	heard  [][]string               // the platform's ids of what each message of the script was
	course []moment
}

// moment is what happened between the resident and us: they did something, or were shown something.
type moment struct {
	at    time.Time
	shown *bots.Outgoing // nil: the resident did something
}

// Who plays: the resident, and somebody else who has reported something before; and our account on the platform.
const (
	lan        = "lan"
	another    = "another"
	ourAccount = "1022"
)

// handset is a platform that takes everything, within its real limits: what people are shown stays with us.
type handset struct {
	postbox

	limits bots.Limits
	show   func(bots.Outgoing) error
}

// Limits are those of the platform; nobody has to be waited for.
func (h handset) Limits() bots.Limits { return h.limits }

// Send shows a message.
func (h handset) Send(_ context.Context, out bots.Outgoing) (bots.Sent, error) {
	return bots.Sent{ID: out.Delivery}, h.show(out)
}

// cast puts the program together with a handset on every platform.
func (p *play) cast() {
	p.made = map[string]models.Ticket{}
	uploads := p.uploads()
	adapters := map[string]bots.Adapter{}
	for _, platform := range []bots.Adapter{
		telegram.New(telegram.Config{}), zalo.NewOA(zalo.OAConfig{}), zalo.NewBot(zalo.BotConfig{}),
		facebook.New(facebook.Config{}),
		webchat.Adapter{},
	} {
		limits := platform.Limits()
		limits.Rate, limits.ChatEvery = 0, 0
		adapters[platform.Name()] = handset{
			postbox: postbox{Adapter: platform, uploads: uploads}, limits: limits, show: p.show,
		}
	}
	p.wire(pagesURL, adapters)
}

func (p *play) show(out bots.Outgoing) error {
	if out.To == lan {
		p.course = append(p.course, moment{p.clock.now(), &out})
	}
	return nil
}

// plan puts everything that the script says into the agenda.
func (p *play) plan() {
	start := curtain()
	p.heard = make([][]string, len(p.script.Messages))
	p.end = start
	for i, t := range p.script.Initial {
		p.at(start.Add(-before).Add(time.Duration(i)*time.Minute), p.report(t))
	}
	for i, e := range p.script.Messages {
		at := start.Add(time.Duration(e.AtS * float64(time.Second)).Truncate(time.Microsecond))
		p.end = later(p.end, at)
		p.at(at, func(ctx context.Context) error {
			if err := p.happen(ctx, i, e); err != nil {
				return fmt.Errorf("message %d: %w", i, err)
			}
			return nil
		})
	}
	p.end = p.end.Add(lingers)
}

// happen does what one line of a script says.
func (p *play) happen(ctx context.Context, i int, e scriptEvent) error {
	if e.Type == eventResolved {
		return p.resolve(ctx, e)
	}
	pieces, err := p.pieces(ctx, e)
	if err != nil {
		return err
	}
	if e.Type != eventEdit && e.Type != eventUnsend {
		p.course = append(p.course, moment{at: p.clock.now()})
	}
	p.heard[i] = nil
	for n, in := range pieces {
		if in.Message == nil {
			in.Message = new(fmt.Sprintf("%d.%d", i, n))
			p.heard[i] = append(p.heard[i], *in.Message)
		} else {
			in.Dedupe = fmt.Sprintf("%d.%d", i, n) // each edit of a message is an event
		}
		in.Sequence = int64(i)<<16 + int64(n)
		if err := p.hear(ctx, in); err != nil {
			return err
		}
	}
	return nil
}

// hear brings the program one event, as the platform would, and lets it be read at once.
func (p *play) hear(ctx context.Context, in bots.Incoming) error {
	at := p.clock.now()
	in.Channel, in.User, in.At = p.script.Channel, lan, &at
	row, err := in.Inbox(ourAccount)
	if err != nil {
		return err
	}
	if err := p.inbox.Put(ctx, row); err != nil {
		return err
	}
	return p.talk.Converse(ctx, row.ID)
}

// pieces are the events that a platform makes of what a resident does.
func (p *play) pieces(ctx context.Context, e scriptEvent) ([]bots.Incoming, error) {
	in := bots.Incoming{Actionable: true}
	if text := p.real(cmp.Or(e.Text, e.Caption)); text != "" {
		in.Text = &text
	}
	var err error
	switch e.Type {
	case eventText:
		in.Kind = bots.KindText
	case eventPhoto:
		in.Kind = bots.KindImage
		in.Media, err = p.send(ctx, bots.KindImage, picture(e.File))
	case eventAlbum:
		return p.album(ctx, in, e)
	case eventLocation:
		in.Kind, in.Lat, in.Lon, in.AccuracyM = bots.KindLocation, e.Lat, e.Lon, e.Accuracy
	case eventSticker:
		in.Kind, in.Actionable = bots.KindSticker, false
	case eventVoice:
		in.Kind = bots.KindAudio
		in.Media, err = p.send(ctx, bots.KindAudio, []byte("sound"))
	case eventVideo:
		in.Kind = bots.KindVideo
		in.Media, err = p.send(ctx, bots.KindVideo, []byte("film"))
	case eventEdit, eventUnsend:
		return p.revisions(in, e), nil
	default:
		return []bots.Incoming{p.press(e.Payload)}, nil
	}
	return []bots.Incoming{in}, err
}

// album is one event for each picture; the words are under the first.
func (p *play) album(ctx context.Context, first bots.Incoming, e scriptEvent) ([]bots.Incoming, error) {
	first.Kind, first.GroupID = bots.KindImage, e.Group
	all := make([]bots.Incoming, 0, len(e.Files))
	for _, file := range e.Files {
		one := first
		var err error
		if one.Media, err = p.send(ctx, bots.KindImage, picture(file)); err != nil {
			return nil, err
		}
		first.Text = nil
		all = append(all, one)
	}
	return all, nil
}

// revisions are what a platform says of an edit, which is of the first piece, or of an unsend, which is of all.
func (p *play) revisions(in bots.Incoming, e scriptEvent) []bots.Incoming {
	ids := p.heard[*e.Edits]
	if e.Type == eventEdit {
		ids = ids[:min(1, len(ids))]
	}
	all := make([]bots.Incoming, 0, len(ids))
	for _, id := range ids {
		one := in
		one.Kind, one.Message = bots.KindEdit, &id
		if e.Type == eventUnsend {
			one.Kind, one.Text, one.Actionable = bots.KindDelete, nil, false
		}
		all = append(all, one)
	}
	return all
}

// send uploads a file, so that it is fetched, cleaned and kept like any other.
func (p *play) send(ctx context.Context, kind bots.Kind, raw []byte) ([]bots.Media, error) {
	media, err := p.upload(ctx, raw)
	media.Type = kind
	return []bots.Media{media}, err
}

// picture is a small photo of 9 by 8 cells; another name is another picture, also to whoever compares them.
func picture(name string) []byte {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(name))
	random := rand.New(rand.NewPCG(sum.Sum64(), 1)) //nolint:gosec // the same name is the same picture
	const cells, side = 9, 8
	drawn := image.NewGray(image.Rect(0, 0, cells*side, (cells-1)*side))
	for y := 0; y < drawn.Rect.Dy(); y += side {
		for x := 0; x < drawn.Rect.Dx(); x += side {
			shade := color.Gray{Y: uint8(random.UintN(256))}
			for i := range side * side {
				drawn.SetGray(x+i%side, y+i/side, shade)
			}
		}
	}
	var raw bytes.Buffer
	_ = jpeg.Encode(&raw, drawn, nil) // into memory
	return raw.Bytes()
}

// real puts the codes of tickets in the place of what the script calls them.
func (p *play) real(text string) string {
	for name, t := range p.made {
		called := regexp.MustCompile(`(?i)\b` + regexp.QuoteMeta(name) + `\b`)
		text = called.ReplaceAllString(text, models.SpokenCode(t.Code))
	}
	return text
}

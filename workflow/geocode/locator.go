package geocode

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"slices"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

const (
	maxTries = 6           // with the waits of after, within half a day
	firstTry = time.Minute // before the second one
	apartM   = 150         // how far answers may lie from each other and still be one house
	beyondM  = 500         // how far outside of a named area: whoever lives at its border may name the other
)

// Locator finds the points of addresses: it is what the task "locate" calls.
type Locator struct {
	Store  *store.Store
	Desk   *workflow.Desk
	Client *Client // nil: nobody is asked any more
	Log    *slog.Logger
}

// lookup is what is asked about one ticket. Areas are the codes of those that may be meant, none when none is named.
type lookup struct {
	models.Lookup

	door  places.Door
	areas []string
}

// Locate looks up the point of one ticket's address, outside of any transaction, and keeps it in another if the answer
// is to be trusted and the ticket still waits for it. A lookup that fails comes again, six times in all.
func (l *Locator) Locate(ctx context.Context, ticketID string) error {
	ask, ok, err := l.begin(ctx, ticketID)
	if err != nil {
		return fmt.Errorf("begin lookup: %w", err)
	}
	if !ok {
		return nil
	}
	found, failure := l.Client.Find(ctx, ask.door, l.Desk.Areas.Bounds())
	ctx = context.WithoutCancel(ctx) // what was learned is kept even if we are being stopped
	if failure != nil {
		err = l.postpone(ctx, ask, failure)
	} else {
		err = l.finish(ctx, ask, found)
	}
	if err != nil {
		return fmt.Errorf("finish lookup: %w", err)
	}
	return nil
}

// begin counts a try and reads what is to be asked; ok is false when there is nothing to ask any more.
func (l *Locator) begin(ctx context.Context, ticketID string) (ask lookup, ok bool, err error) {
	err = l.Store.Tx(ctx, func(tx *store.Tx) (err error) {
		ask = lookup{}
		if ask.Lookup, ok, err = tx.TryLookup(ticketID); err != nil || !ok {
			return err
		}
		t, err := tx.Ticket(ticketID)
		if err != nil {
			return err
		}
		ask.door, ok = l.Desk.Sought(t)
		if !ok || l.Client == nil || ask.Attempts > maxTries { // beyond: each try ended its worker
			ok = false
			_, err = tx.DropLookup(ask.Lookup)
			return err
		}
		ask.areas, err = l.named(tx, t)
		return err
	})
	return ask, ok, err
}

// named lists the areas that a ticket's address may mean, else its words.
func (l *Locator) named(tx *store.Tx, t models.Ticket) (codes []string, err error) {
	if t.AreaCode != "" {
		return []string{t.AreaCode}, nil
	}
	meant := l.Desk.Areas.Read(t.Address).Areas
	if len(meant) == 0 {
		reports, err := tx.Reports(t.ID)
		if err != nil {
			return nil, err
		}
		for _, r := range reports {
			meant = slices.Concat(meant, l.Desk.Areas.Read(r.Words).Areas)
		}
	}
	for _, a := range meant {
		if a.How != places.HowLandmark {
			codes = append(codes, a.Code)
		}
	}
	return codes, nil
}

// postpone lets a lookup come again, the later the more often it failed, or ends it.
func (l *Locator) postpone(ctx context.Context, ask lookup, failure error) error {
	level, last := slog.LevelInfo, ask.Attempts >= maxTries
	if errors.Is(failure, ErrLater) {
		level = slog.LevelDebug
	}
	l.Log.Log(ctx, level, "point not looked up", "ticket_id", ask.ID, "attempt", ask.Attempts, "last", last,
		"error", failure)
	return l.Store.Tx(ctx, func(tx *store.Tx) error {
		if last {
			_, err := tx.DropLookup(ask.Lookup)
			return err
		}
		return tx.DelayLookup(ask.Lookup, after(ask.Lookup))
	})
}

// after is the wait before the next try: a minute, four times as long each time, and up to as much again, which differs
// by ticket: those that were turned away together do not come back together.
func after(l models.Lookup) time.Duration {
	wait := firstTry << (2 * (l.Attempts - 1))
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(l.ID))
	_, _ = sum.Write([]byte{byte(l.Attempts)})
	return wait + wait/1024*time.Duration(sum.Sum32()%1024)
}

// finish ends a lookup, and gives the ticket its point unless it was withdrawn, pinned or corrected meanwhile.
func (l *Locator) finish(ctx context.Context, ask lookup, found []Point) error {
	at, sure := l.trusted(ask, found)
	l.Log.InfoContext(ctx, "point looked up", "ticket_id", ask.ID, "answers", len(found), "trusted", sure)
	return l.Store.Tx(ctx, func(tx *store.Tx) error {
		t, err := tx.LockTicket(models.System(), ask.ID)
		if err != nil {
			return err
		}
		mine, err := tx.DropLookup(ask.Lookup)
		if err != nil || !mine || !sure {
			return err
		}
		if door, ok := l.Desk.Sought(t); !ok || door != ask.door {
			return nil
		}
		_, err = l.Desk.Locate(tx, workflow.LocateInput{
			Act: workflow.Act{Actor: models.System(), Ticket: t.ID}, Lat: at.Lat, Lon: at.Lon,
		})
		return err
	})
}

// trusted chooses the answer that is surely the house that was asked for: its number and its street, in the city, in or
// at the area that is named if one is. Several that lie apart are none.
func (l *Locator) trusted(ask lookup, found []Point) (Point, bool) {
	var fits []Point
	for _, p := range found {
		within := func(code string) bool { return l.Desk.Areas.Within(p.Lat, p.Lon, code, beyondM) }
		_, ours := l.Desk.Areas.Find(p.Lat, p.Lon)
		if !ours || !ask.door.Is(p.House, p.Road) || len(ask.areas) > 0 && !slices.ContainsFunc(ask.areas, within) {
			continue
		}
		apart := func(q Point) bool { return models.Metres(p.Lat, p.Lon, q.Lat, q.Lon) > apartM }
		if slices.ContainsFunc(fits, apart) {
			return Point{}, false
		}
		fits = append(fits, p)
	}
	if len(fits) == 0 {
		return Point{}, false
	}
	return fits[0], true
}

package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"

	"github.com/vticket/vticket/models"
)

// ErrUnavailable says that nothing could be kept or read now; whoever sent something must send it again.
var ErrUnavailable = errors.New("database unavailable")

const (
	inboxBatch = 128                     // rows a statement: 128 × 12 arguments, far below the limits of both databases
	inboxQueue = 1024                    // callers that may wait at once; the next is refused
	inboxWait  = 1500 * time.Millisecond // how long a caller waits for COMMIT: Zalo gives us 2 s
	inboxBells = 64                      // batches whose bell may wait to be rung; the next is left to the sweep
	inboxPause = 100 * time.Millisecond  // before a bell: the parts of an album, words and a pin are one turn then
	wakeAfter  = 20 * time.Second        // a row that nobody finished by then is asked for again
)

// Inbox commits what platforms send in groups: one goroutine takes whatever has gathered, writes it in one
// statement and releases every waiter. There is no timer: a lone event waits for nobody, and the next batch does not
// wait until the bell of the one before has been heard.
type Inbox struct {
	store *Store
	queue chan entry
	bells chan []models.InboxEvent // of Run, which commits
}

type entry struct {
	events []models.InboxEvent
	done   chan outcome
}

// outcome is what became of an entry. Fresh means that every event of it is sure to be new.
type outcome struct {
	fresh bool
	err   error
}

// NewInbox returns an inbox; Run makes it work.
func NewInbox(s *Store) *Inbox { return &Inbox{store: s, queue: make(chan entry, inboxQueue)} }

// Put returns when the events are committed. An event already there is no error. ErrUnavailable means that nothing
// is known: the sender must repeat, and the key makes the repeat harmless.
func (b *Inbox) Put(ctx context.Context, events ...models.InboxEvent) error {
	_, err := b.PutNew(ctx, events...)
	return err
}

// PutNew is Put for whoever has to know what a key stands for: fresh, every event is new; not fresh, one of them or of
// those that were committed beside them was there already, and InboxEvent returns what stands under the key.
func (b *Inbox) PutNew(ctx context.Context, events ...models.InboxEvent) (fresh bool, err error) {
	if len(events) == 0 {
		return true, nil
	}
	ctx, cancel := context.WithTimeout(ctx, inboxWait)
	defer cancel()
	now := b.store.Now()
	for i := range events {
		if events[i].ReceivedAt = now; events[i].OccurredAt.IsZero() {
			events[i].OccurredAt = now
		}
	}
	e := entry{events: events, done: make(chan outcome, 1)}
	select {
	case b.queue <- e:
	default:
		return false, fmt.Errorf("%w: %d callers wait already", ErrUnavailable, inboxQueue)
	}
	select {
	case o := <-e.done:
		return o.fresh, o.err
	case <-ctx.Done():
		return false, fmt.Errorf("%w: no commit in time", ErrUnavailable)
	}
}

// Run commits until ctx ends, and returns when the bell has rung for all that it committed.
func (b *Inbox) Run(ctx context.Context) {
	b.bells = make(chan []models.InboxEvent, inboxBells)
	var ringing sync.WaitGroup
	ringing.Go(func() { b.ring(context.WithoutCancel(ctx)) })
	defer func() { close(b.bells); ringing.Wait() }()
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-b.queue:
			b.commit(ctx, b.gather(first))
		}
	}
}

// ring asks for the turns of rows that are committed, once for all that one sender has sent within a pause.
func (b *Inbox) ring(ctx context.Context) {
	for rows := range b.bells {
		for over := time.After(inboxPause); over != nil; {
			select {
			case more, open := <-b.bells:
				if rows = append(rows, more...); !open {
					over = nil
				}
			case <-over:
				over = nil
			}
		}
		if wakes := converseWakes(rows); len(wakes) > 0 {
			b.store.OnCommit(ctx, wakes)
		}
	}
}

// committed hands rows to ring. A bell that cannot follow is not waited for: the sweep finds the same rows.
func (b *Inbox) committed(ctx context.Context, rows []models.InboxEvent) {
	select {
	case b.bells <- rows:
	default:
		b.store.log.DebugContext(ctx, "bell too slow, left to the sweep", "rows", len(rows))
	}
}

func (b *Inbox) gather(first entry) []entry {
	batch, rows := []entry{first}, len(first.events)
	for rows < inboxBatch {
		select {
		case next := <-b.queue:
			batch = append(batch, next)
			rows += len(next.events)
		default:
			return batch
		}
	}
	return batch
}

func (b *Inbox) commit(ctx context.Context, batch []entry) {
	ctx = context.WithoutCancel(ctx)
	var rows []models.InboxEvent
	for _, e := range batch {
		rows = append(rows, e.events...)
	}
	fresh, err := b.insert(ctx, rows)
	for _, e := range batch {
		if dataFault(err) {
			e.done <- b.commitEach(ctx, e.events)
		} else {
			e.done <- outcome{fresh, b.unavailable(ctx, err, len(batch))}
		}
	}
	if err == nil {
		b.committed(ctx, rows)
	}
}

// commitEach commits row by row: one that the database refuses must not fail its neighbours.
func (b *Inbox) commitEach(ctx context.Context, rows []models.InboxEvent) outcome {
	var all []error
	fresh := true
	for i := range rows {
		row := rows[i : i+1]
		made, err := b.insert(ctx, row)
		if err == nil {
			b.committed(ctx, row)
		}
		fresh = fresh && made
		all = append(all, b.unavailable(ctx, err, 1))
	}
	return outcome{fresh, errors.Join(all...)}
}

func (b *Inbox) unavailable(ctx context.Context, err error, callers int) error {
	if err == nil {
		return nil
	}
	b.store.log.WarnContext(ctx, "inbox not committed", "callers", callers, "error", err)
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

const inboxColumns = "(id,channel,account,sender,kind,payload,occurred_at,sequence,received_at," +
	"wake_at,done_at,fault,epoch,wakes)"

func (b *Inbox) insert(ctx context.Context, rows []models.InboxEvent) (fresh bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, inboxWait)
	defer cancel()
	return insertEvents(b.store.write.WithContext(ctx), rows)
}

// Receive keeps an event of our own pages together with what else the transaction writes, and asks for its turn. What
// platforms send goes through an Inbox.
func (tx *Tx) Receive(e models.InboxEvent) error {
	if e.ReceivedAt = tx.Now; e.OccurredAt.IsZero() {
		e.OccurredAt = tx.Now
	}
	if _, err := insertEvents(tx.db(), []models.InboxEvent{e}); err != nil {
		return fmt.Errorf("receive event: %w", err)
	}
	tx.Wake(models.Wake{Kind: models.KindConverse, ID: e.ID})
	return nil
}

// insertEvents writes what is not there yet: fresh when none was. A row that somebody else is just committing is waited
// for.
func insertEvents(db *gorm.DB, rows []models.InboxEvent) (fresh bool, err error) {
	var sql strings.Builder
	args := make([]any, 0, len(rows)*12)
	sql.WriteString("INSERT INTO inbox_events " + inboxColumns + " VALUES ")
	for i, e := range rows {
		if i > 0 {
			sql.WriteByte(',')
		}
		sql.WriteString("(?,?,?,?,?,?,?,?,?,?,?,?,0,1)")
		wakeAt, doneAt := new(e.ReceivedAt.Add(wakeAfter)), (*time.Time)(nil)
		if e.Fault != "" { // set aside: nobody is to read it
			wakeAt, doneAt = nil, &e.ReceivedAt
		}
		args = append(args, e.ID, e.Channel, e.Account, e.Sender, e.Kind, e.Payload, e.OccurredAt, e.Sequence,
			e.ReceivedAt, wakeAt, doneAt, e.Fault)
	}
	sql.WriteString(" ON CONFLICT DO NOTHING")
	made := db.Exec(sql.String(), args...)
	return made.RowsAffected == int64(len(rows)), made.Error
}

// converseWakes asks once for each conversation: one turn reads all that is unread.
func converseWakes(rows []models.InboxEvent) []models.Wake {
	seen := map[[3]string]bool{}
	var wakes []models.Wake
	for _, e := range rows {
		who := [3]string{e.Channel, e.Account, e.Sender}
		if !seen[who] && e.Fault == "" {
			seen[who] = true
			wakes = append(wakes, models.Wake{Kind: models.KindConverse, ID: e.ID})
		}
	}
	return wakes
}

// InboxEvent returns one event, or ErrNotFound.
func (tx *Tx) InboxEvent(id string) (models.InboxEvent, error) {
	var e models.InboxEvent
	if err := one(tx.db().Take(&e, "id = ?", id).Error); err != nil {
		return e, fmt.Errorf("inbox event %s: %w", id, err)
	}
	return e, nil
}

// ReadEvents marks events as read by this turn.
func (tx *Tx) ReadEvents(ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return tx.set("inbox_events", func(db *gorm.DB) *gorm.DB {
		return db.Exec("UPDATE inbox_events SET done_at = ?, wake_at = NULL WHERE id IN ?", tx.Now, ids)
	})
}

// CountAttempt notes that a turn beginning with this event has failed.
func (tx *Tx) CountAttempt(id string) error {
	err := tx.db().Exec("UPDATE inbox_events SET attempts = attempts + 1 WHERE id = ?", id).Error
	if err != nil {
		return fmt.Errorf("count attempt of event %s: %w", id, err)
	}
	return nil
}

// Quarantine sets an event aside that no turn can read, so that the sender's next ones are not held up.
func (tx *Tx) Quarantine(id, fault string) error {
	err := tx.db().Exec("UPDATE inbox_events SET done_at = ?, wake_at = NULL, fault = ? WHERE id = ?",
		tx.Now, fault, id).Error
	if err != nil {
		return fmt.Errorf("quarantine event %s: %w", id, err)
	}
	return nil
}

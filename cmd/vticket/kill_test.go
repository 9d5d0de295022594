package main

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// resumeLimit is how long a job may stand still after the program was killed and started again, or Redis emptied.
const resumeLimit = 30 * time.Second

func TestKillBetweenHops(t *testing.T) {
	needServices(t)
	t.Parallel()
	for name, tt := range map[string]struct {
		point     string
		redis     int // number of the Redis database; two cases may share one, and then wait for each other
		ambiguous int // receipts that may have been seen twice
	}{
		"after hop 3, before its wake-up":          {point: "inbox.committed:2", redis: 1},
		"after a draft's commit, before settling":  {point: "draft.committed:2", redis: 2},
		"before the commit of hop 6":               {point: "converse.before_commit", redis: 3},
		"after hop 7's commit, before its wake-up": {point: "converse.committed", redis: 4},
		"in hop 8, between send and record":        {point: "send.sent", redis: 5, ambiguous: 1},
		"a photo is stored, its row is not":        {point: "photo.stored", redis: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env, dsn, _ := externalStack(t, tt.redis)
			p := start(t, crashBinary, env, "VTICKET_CRASH="+tt.point)
			lan := resident(p)
			lan.say(words("1", lampIsOut))
			lan.await(5*time.Second, "the words are heard", heard(lampIsOut))
			lan.tell(pin(), drawn(t, 1))
			p.died()

			p = start(t, binary, env)
			began := time.Now()
			lan.base = p.base
			lan.await(resumeLimit, "the receipt is there", isReceipt)
			lan.await(time.Until(began.Add(resumeLimit)), "the photo is there", isShown)
			t.Logf("resumed %v after the restart", time.Since(began).Round(10*time.Millisecond))
			oneJob(t, lan, dsn, tt.ambiguous)
			command(t, env, "", "audit", "verify")
		})
	}
}

// TestKillRedis empties Redis over and over while words, photo and place come in: no task that was asked for survives.
func TestKillRedis(t *testing.T) {
	needServices(t)
	t.Parallel()
	env, dsn, redis := externalStack(t, 6)
	p := start(t, binary, env)
	lan := resident(p)
	ctx, cancel := context.WithCancel(t.Context())
	emptied := make(chan int)
	go func() {
		n := 0
		for ; ctx.Err() == nil; n++ {
			_ = redis.FlushDB(ctx).Err() // of this test's own: others use the same server
		}
		emptied <- n
	}()
	lan.say(words("1", lampIsOut))
	lan.show(pin(), drawn(t, 1))
	began := time.Now()
	time.AfterFunc(200*time.Millisecond, cancel)
	t.Logf("emptied %d times", <-emptied)
	lan.await(resumeLimit, "the receipt is there", isReceipt)
	lan.await(time.Until(began.Add(resumeLimit)), "the photo is there", isShown)
	t.Logf("receipt %v after the last piece", time.Since(began).Round(10*time.Millisecond))
	oneJob(t, lan, dsn, 0)
	command(t, env, "", "audit", "verify")
}

// counts is what one job of two messages, the second with a photo, must have left: in the database and before the
// resident's eyes.
type counts struct {
	Inbox, Unread, Heard, Tickets, Reports, Receipts, Waiting, Ambiguous int
	Attachments, TicketPhotos                                            int // photos: kept, and the ticket's
	ShownWords, ShownPins, ShownPhotos, ShownReceipts, ShownTickets      int
}

func oneJob(t *testing.T, lan *client, dsn string, ambiguous int) {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var got counts
	eventually(t, 5*time.Second, "nothing is left to do", func() bool {
		got = counts{}
		err := db.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM inbox_events),
			(SELECT count(*) FROM inbox_events WHERE done_at IS NULL),
			(SELECT count(*) FROM messages WHERE direction = 'in'), (SELECT count(*) FROM tickets),
			(SELECT count(*) FROM reports), (SELECT count(*) FROM messages WHERE key = 'receipt'),
			(SELECT count(*) FROM deliveries WHERE status <> 'sent'), (SELECT count(*) FROM deliveries WHERE ambiguous),
			(SELECT count(*) FROM attachments), (SELECT count(*) FROM attachments a JOIN messages m ON m.id = a.message_id
				JOIN tickets t ON t.id = m.ticket_id WHERE a.status = 'ready')`).
			Scan(&got.Inbox, &got.Unread, &got.Heard, &got.Tickets, &got.Reports, &got.Receipts, &got.Waiting, &got.Ambiguous,
				&got.Attachments, &got.TicketPhotos)
		if err != nil {
			t.Fatal(err)
		}
		return got.Unread == 0 && got.Waiting == 0
	})
	for _, m := range lan.messages() {
		for _, address := range m.Photos {
			got.ShownPhotos++
			lan.picture(address)
		}
		switch {
		case heard(lampIsOut)(m):
			got.ShownWords++
		case m.Direction == "in" && m.Lat != nil && *m.Lat == 10.7769 && *m.Lon == 106.7009:
			got.ShownPins++
		case isReceipt(m):
			got.ShownReceipts++
		}
	}
	got.ShownTickets = len(lan.myTickets())
	want := counts{
		Inbox: 2, Heard: 2, Tickets: 1, Reports: 1, Receipts: 1, Ambiguous: ambiguous, Attachments: 1, TicketPhotos: 1,
		ShownWords: 1, ShownPins: 1, ShownPhotos: 1, ShownReceipts: 1, ShownTickets: 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what the job left (-want +got):\n%s", diff)
	}
}

// lampIsOut is a report without danger: the receipt is the first thing that is said.
const lampIsOut = "Đèn đường tắt cả tuần nay, tối om"

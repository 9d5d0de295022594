package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/sandbox"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/notifications"
)

// TestTownTokenEnds has the access token end amid 200 answers by two workers: it is renewed once, and nobody is lost.
func TestTownTokenEnds(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	other := w.secondCourier()
	before := len(w.zalo.Calls("v4/oa/access_token"))
	const residents = 200
	w.zalo.ExpireTokens()
	var all sync.WaitGroup
	for i := range residents {
		all.Go(func() { w.zalo.Resident(strconv.Itoa(9000+i), "Lan").Say("xin chào") })
	}
	all.Wait()
	w.await(t, "everybody is greeted", func() bool {
		for i := range residents {
			if err := other.Deliver(t.Context(), w.address(t, "zalo", strconv.Itoa(9000+i))); err != nil {
				t.Fatal(err)
			}
			if len(w.zalo.Messages(strconv.Itoa(9000+i))) == 0 {
				return false
			}
		}
		return true
	})
	for i := range residents {
		if n := len(w.zalo.Messages(strconv.Itoa(9000 + i))); n != 1 {
			t.Errorf("resident %d is to be greeted once, was %d times", i, n)
		}
	}
	if n := len(w.zalo.Calls("v4/oa/access_token")) - before; n != 1 {
		t.Errorf("a token that ended is renewed once by all workers, was asked for %d times", n)
	}
}

// secondCourier is another worker's, with tokens of its own in memory.
func (w *town) secondCourier() *notifications.Courier {
	tokens := &notifications.Tokens{
		Channel: w.tokens.Channel, Account: w.tokens.Account, Store: w.store, Sealer: w.tokens.Sealer,
		Renew: w.tokens.Renew, Log: w.log,
	}
	adapters := map[string]bots.Adapter{}
	for _, account := range platforms(w.config, w.now, tokens) {
		adapters[account.Name()] = account.Adapter
	}
	return &notifications.Courier{
		Store: w.store, Desk: w.desk, Adapters: adapters, Photos: w.photos, Catalogue: w.desk.Catalogue, Log: w.log,
	}
}

// address is the id of a sender's address; that of nobody while they are not known.
func (w *town) address(t *testing.T, channel, user string) (id string) {
	t.Helper()
	id = models.NewID()
	err := w.store.Read(t.Context(), func(tx *store.Tx) error {
		a, found, err := tx.FindAddress(channel, w.receivers[channel].Account, user)
		if found {
			id = a.ID
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestTownStorm has one platform throttle everybody for a while: the others are answered as ever, and nobody is lost.
func TestTownStorm(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	const residents = 30
	for range 8 {
		w.telegram.FailNext("sendMessage", sandbox.Fault{Status: 429, RetryAfter: 2})
	}
	var all sync.WaitGroup
	for i := range residents {
		all.Go(func() { w.telegram.Resident(int64(7000+i), "Lan").Say("xin chào") })
		all.Go(func() { w.facebook.Resident(strconv.Itoa(7000+i), "Minh", "Lê").Say("xin chào") })
	}
	all.Wait()
	began := time.Now()
	w.await(t, "everybody on the calm platform is greeted", func() bool {
		for i := range residents {
			if len(w.facebook.Messages(strconv.Itoa(7000+i))) == 0 {
				return false
			}
		}
		return true
	})
	t.Logf("calm platform: %d greeted in %v", residents, time.Since(began).Round(time.Millisecond))
	w.await(t, "everybody on the throttled platform is greeted in the end", func() bool {
		for i := range residents {
			if len(w.telegram.Messages(int64(7000+i))) == 0 {
				return false
			}
		}
		return true
	})
	stopped := map[string]time.Time{}
	for _, call := range w.telegram.Calls("sendMessage") {
		if at, ok := stopped[call.Chat]; ok && call.At.Sub(at) < 2*time.Second {
			t.Errorf("a chat that is to wait two seconds is written to after %v", call.At.Sub(at))
		}
		if call.Status == http.StatusTooManyRequests {
			stopped[call.Chat] = call.At
		}
	}
	for i := range residents {
		if n := len(w.telegram.Messages(int64(7000 + i))); n != 1 {
			t.Errorf("resident %d is to be greeted once, was %d times", i, n)
		}
	}
}

// webhook is one delivery of a platform, as it signs it.
type webhook struct {
	path, header, value string
	body                []byte
}

// delivery makes the webhook by which a platform brings words.
func (w *town) delivery(channel, user string, n int, text string) webhook {
	at := w.now().UnixMilli()
	switch channel {
	case "telegram":
		body := fmt.Sprintf(`{"update_id":%[1]s%03[2]d,"message":{"message_id":%[2]d,"date":%[3]d,"text":%[4]q,`+
			`"from":{"id":%[1]s,"is_bot":false,"first_name":"Lan"},"chat":{"id":%[1]s,"type":"private"}}}`,
			user, n, at/1000, text)
		return webhook{"telegram", "X-Telegram-Bot-Api-Secret-Token", "of-the-webhook", []byte(body)}
	case "zalo":
		body := fmt.Sprintf(`{"app_id":"42","event_name":"user_send_text","timestamp":"%d","sender":{"id":%q},`+
			`"recipient":{"id":%q},"message":{"text":%q,"msg_id":"z%s-%d"}}`, at, user, zaloOA, text, user, n)
		sum := sha256.Sum256([]byte("42" + body + strconv.FormatInt(at, 10) + "of-the-oa"))
		return webhook{"zalo", "X-ZEvent-Signature", "mac=" + hex.EncodeToString(sum[:]), []byte(body)}
	default:
		body := fmt.Sprintf(`{"object":"page","entry":[{"id":%[1]q,"time":%[2]d,"messaging":[{"sender":{"id":%[3]q},`+
			`"recipient":{"id":%[1]q},"timestamp":%[2]d,"message":{"mid":"f%[3]s-%[4]d","text":%[5]q}}]}]}`,
			facePage, at, user, n, text)
		mac := hmac.New(sha256.New, []byte("of-the-face-app"))
		_, _ = mac.Write([]byte(body))
		return webhook{"facebook", "X-Hub-Signature-256", "sha256=" + hex.EncodeToString(mac.Sum(nil)), []byte(body)}
	}
}

// TestTownLedger has three platforms deliver many messages, one in twenty twice and one in ten out of order: what was
// said and what is kept agree to the last one. VTICKET_MESSAGES says how many; scripts/accept/channels.sh asks for
// 10,000.
func TestTownLedger(t *testing.T) {
	t.Parallel()
	messages, err := strconv.Atoi(os.Getenv("VTICKET_MESSAGES"))
	if err != nil {
		messages = 150
	}
	w := newTown(t)
	want := map[string]string{}
	var posts []webhook
	for i := range messages {
		channel := []string{"telegram", "zalo", "facebook"}[i%3]
		user, n := strconv.Itoa(60_000+i/12*3+i%3), i/3%4 // each resident says four things
		text := fmt.Sprintf("chuyện thứ %d của %s, chỗ đường Lê Lợi", n, user)
		id := map[string]string{
			"telegram": fmt.Sprintf("%s:%d", user, n), "zalo": fmt.Sprintf("z%s-%d", user, n),
			"facebook": fmt.Sprintf("f%s-%d", user, n),
		}[channel]
		want[channel+" "+id] = text
		posts = append(posts, w.delivery(channel, user, n, text))
		if i%20 == 0 {
			posts = append(posts, posts[len(posts)-1])
		}
	}
	random := rand.New(rand.NewPCG(1, 2)) // the same order in every run
	for i := range posts {
		if i%10 == 0 {
			j := min(len(posts)-1, i+random.IntN(40))
			posts[i], posts[j] = posts[j], posts[i]
		}
	}
	began := time.Now()
	w.post(t, posts)
	db := rawDB(t, w.config.DataDir)
	w.await(t, "everything is read", func() bool {
		var left int
		if err := db.QueryRow("SELECT count(*) FROM inbox_events WHERE done_at IS NULL").Scan(&left); err != nil {
			t.Fatal(err)
		}
		return left == 0
	})
	t.Logf("%d deliveries of %d messages taken and read in %v", len(posts), messages, time.Since(began).Round(time.Millisecond))
	got := map[string]string{}
	rows, err := db.Query(`SELECT c.channel, m.external_id, m.text FROM messages m
		JOIN conversations c ON c.id = m.conversation_id WHERE m.direction = 'in'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var channel, id, text string
		if err := rows.Scan(&channel, &id, &text); err != nil {
			t.Fatal(err)
		}
		if _, twice := got[channel+" "+id]; twice {
			t.Errorf("%s %s is kept twice", channel, id)
		}
		got[channel+" "+id] = text
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what was said and what is kept (-said +kept):\n%s", diff)
	}
}

// post brings webhooks to the door, sixteen at once, as the platforms do; one that is refused for a moment comes again.
func (w *town) post(t *testing.T, posts []webhook) {
	t.Helper()
	next := make(chan webhook)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for p := range next {
				for try := 0; ; try++ {
					status, err := w.postOnce(t.Context(), p)
					if err == nil && status == http.StatusOK {
						break
					}
					if try == 20 {
						t.Errorf("a webhook of %s is not taken: %d %v", p.path, status, err)
						break
					}
					time.Sleep(100 * time.Millisecond)
				}
			}
		})
	}
	for _, p := range posts {
		next <- p
	}
	close(next)
	all.Wait()
}

var townClient = &http.Client{Timeout: 10 * time.Second}

func (w *town) postOnce(ctx context.Context, p webhook) (int, error) {
	address := w.config.PublicURL + "/webhooks/" + p.path
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(p.body))
	if err != nil {
		return 0, err
	}
	req.Header.Set(p.header, p.value)
	res, err := townClient.Do(req)
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}

// TestTownRefuses brings each platform's webhook unsigned, wrongly signed, and changed after it was signed: 401, and
// no row anywhere; as it was signed it is taken.
func TestTownRefuses(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	db := rawDB(t, w.config.DataDir)
	rows := func() (n int) {
		err := db.QueryRow(`SELECT (SELECT count(*) FROM inbox_events) + (SELECT count(*) FROM reporters) +
			(SELECT count(*) FROM conversations) + (SELECT count(*) FROM messages)`).Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := rows()
	for _, channel := range []string{"telegram", "zalo", "facebook"} {
		good := w.delivery(channel, "4711", 1, "Ổ gà to trước chợ")
		unsigned, wrong, changed := good, good, good
		unsigned.header = "X-Nothing"
		wrong.value = good.value[:len(good.value)-1] + map[bool]string{true: "0", false: "1"}[good.value[len(good.value)-1] != '0']
		changed.body = bytes.Replace(good.body, []byte("4711"), []byte("4712"), 1)
		for name, bad := range map[string]webhook{"unsigned": unsigned, "wrongly signed": wrong, "changed": changed} {
			if name == "changed" && channel == "telegram" {
				continue // its secret signs no body
			}
			if status, err := w.postOnce(t.Context(), bad); err != nil || status != http.StatusUnauthorized {
				t.Errorf("a webhook of %s, %s, is to be refused with 401: %d %v", channel, name, status, err)
			}
		}
	}
	bot := webhook{"zalo-bot", "X-Bot-Api-Secret-Token", "wrong", []byte(`{"event_name":"message.text.received"}`)}
	if status, err := w.postOnce(t.Context(), bot); err != nil || status != http.StatusUnauthorized {
		t.Errorf("a webhook of a Zalo Bot with another secret is to be refused with 401: %d %v", status, err)
	}
	if after := rows(); after != before {
		t.Errorf("what is refused leaves no row, there are %d more", after-before)
	}
	for _, channel := range []string{"telegram", "zalo", "facebook"} {
		if status, err := w.postOnce(t.Context(), w.delivery(channel, "4711", 1, "xin chào")); err != nil || status != http.StatusOK {
			t.Errorf("a webhook of %s as it was signed is to be taken: %d %v", channel, status, err)
		}
	}
}

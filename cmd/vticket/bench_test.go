//go:build bench

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	rushSecret   = "of-the-webhook"
	rushSettle   = 2500 * time.Millisecond // the silence after the last piece, which is no work
	rushPatience = 15 * time.Second        // for the last receipts
)

// TestRush is acknowledge, converse and deliver, all in: residents write to the webhook of the whole program at a steady
// rate, words and then a pin each, and a Bot API takes the receipts. VTICKET_RUSH says "RATE SECONDS" and then the
// same of further, higher rates, which are tried until one is not kept up with. It judges nothing: scripts/bench.sh does.
func TestRush(t *testing.T) {
	env, dsn, _ := externalStack(t, 6)
	seed(t, dsn)
	platform := &receiptBook{at: map[string]time.Time{}}
	server := httptest.NewServer(platform)
	t.Cleanup(server.Close)
	env = append(env, "TELEGRAM_RATE=0", "TELEGRAM_BOT_TOKEN="+botToken, "TELEGRAM_BASE_URL="+server.URL,
		"PUBLIC_URL="+server.URL,
		"TELEGRAM_WEBHOOK_SECRET="+rushSecret)
	p := start(t, binary, env)
	r := &rush{base: p.base, platform: platform, client: &http.Client{
		Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64},
	}}
	r.residents(t, 20, time.Second) // warms up
	steps := strings.Fields(os.Getenv("VTICKET_RUSH"))
	if len(steps) < 2 {
		steps = []string{"20", "2"}
	}
	for ; len(steps) >= 2; steps = steps[2:] {
		rate, errRate := strconv.Atoi(steps[0])
		seconds, errSeconds := strconv.Atoi(steps[1])
		if errRate != nil || errSeconds != nil {
			t.Fatalf("VTICKET_RUSH: %v %v", errRate, errSeconds)
		}
		waits := r.residents(t, rate, time.Duration(seconds)*time.Second)
		lost := rate*seconds - len(waits)
		if len(waits) == 0 {
			waits = []time.Duration{rushPatience}
		}
		p99 := waits[len(waits)*99/100]
		t.Logf("rush %d seconds %d p50_ms %d p99_ms %d unanswered %d refused %d",
			rate, seconds, waits[len(waits)/2].Milliseconds(), p99.Milliseconds(), lost, r.refusals())
		if lost > 0 || p99 > 2*time.Second {
			break
		}
	}
}

// rush is a crowd in front of the webhook.
type rush struct {
	base     string
	client   *http.Client
	platform *receiptBook
	next     int // resident

	guard   sync.Mutex
	refused int
}

// residents lets so many a second write, and returns how long each waited for the receipt beyond the settling, sorted.
func (r *rush) residents(t *testing.T, rate int, during time.Duration) []time.Duration {
	t.Helper()
	first, n := r.next, int(during.Seconds()*float64(rate))
	r.next += n
	said := make([]time.Time, n)
	var all sync.WaitGroup
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	began := time.Now()
	for i := range n {
		due := began.Add(time.Duration(i) * time.Second / time.Duration(rate))
		for time.Now().Before(due) {
			<-tick.C
		}
		all.Go(func() {
			id := rushID(first + i)
			r.post(t.Context(), id, 1, fmt.Sprintf(`"text":"ổ gà to trước chợ, %d xe máy té rồi, nhờ anh chị vá giùm"`, first+i))
			said[i] = time.Now() // before the request: its own time is part of the wait
			r.post(t.Context(), id, 2, rushPlace(first+i))
		})
	}
	all.Wait()
	deadline := time.Now().Add(rushPatience)
	for r.platform.count(first, n) < n && time.Now().Before(deadline) {
		time.Sleep(100 * time.Millisecond)
	}
	return r.platform.waits(first, said)
}

func rushID(n int) string { return strconv.Itoa(5_000_000 + n) }

// rushPlace is a pin more than 40 metres from all others, in the city: nobody reports the same, and no place is doubted.
func rushPlace(n int) string {
	return fmt.Sprintf(`"location":{"latitude":%.5f,"longitude":%.5f}`, 10.77+float64(n/190)*0.00042, 106.60+float64(n%190)*0.00042)
}

func (r *rush) post(ctx context.Context, resident string, part int, content string) {
	body := fmt.Sprintf(`{"update_id":%[1]s%[2]d,"message":{"message_id":%[2]d,"date":%[3]d,%[4]s,`+
		`"from":{"id":%[1]s,"is_bot":false,"first_name":"Lan"},"chat":{"id":%[1]s,"type":"private"}}}`,
		resident, part, time.Now().Unix(), content)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.base+"/webhooks/telegram", strings.NewReader(body))
	if err == nil {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", rushSecret)
		var res *http.Response
		if res, err = r.client.Do(req); err == nil {
			_ = res.Body.Close()
		}
		if err == nil && res.StatusCode == http.StatusOK {
			return
		}
	}
	r.guard.Lock()
	defer r.guard.Unlock()
	r.refused++
}

func (r *rush) refusals() int {
	r.guard.Lock()
	defer r.guard.Unlock()
	return r.refused
}

// receiptBook is a Bot API that takes everything at once and notes when somebody was first written to.
type receiptBook struct {
	guard sync.Mutex
	at    map[string]time.Time
}

func (b *receiptBook) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	chat := req.FormValue("chat_id")
	b.guard.Lock()
	if _, told := b.at[chat]; !told && chat != "" {
		b.at[chat] = time.Now()
	}
	b.guard.Unlock()
	result := any(true)
	if strings.HasSuffix(req.URL.Path, "/sendMessage") {
		result = map[string]any{"message_id": 7, "date": 1, "chat": map[string]any{"id": 1, "type": "private"}}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"ok": true, "result": result})
}

func (b *receiptBook) count(first, n int) (told int) {
	b.guard.Lock()
	defer b.guard.Unlock()
	for i := range n {
		if _, ok := b.at[rushID(first+i)]; ok {
			told++
		}
	}
	return told
}

func (b *receiptBook) waits(first int, said []time.Time) (waits []time.Duration) {
	b.guard.Lock()
	defer b.guard.Unlock()
	for i, from := range said {
		if at, ok := b.at[rushID(first+i)]; ok {
			waits = append(waits, at.Sub(from)-rushSettle)
		}
	}
	slices.Sort(waits)
	return waits
}

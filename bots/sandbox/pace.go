package sandbox

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// What the Bot API takes (channels.md §5): some messages may come at once, in the long run not more than these.
const (
	telegramSecond = 30 // messages a second of the whole bot
	telegramBurst  = 5 * time.Second
)

// telegramPace knows how fast a bot has sent.
type telegramPace struct {
	on    bool
	whole time.Time           // when the bot would have sent all so far, at the pace that is allowed
	chats map[int64]time.Time // the same of each chat: a message a second
}

func newTelegramPace(on bool) telegramPace { return telegramPace{on: on, chats: map[int64]time.Time{}} }

// allow counts a message, or refuses it until it is its turn.
func (p *telegramPace) allow(chat int64, now time.Time) *telegramError {
	if !p.on {
		return nil
	}
	whole, own := p.whole, p.chats[chat]
	if whole.Before(now) {
		whole = now
	}
	if own.Before(now) {
		own = now
	}
	if wait := max(whole.Sub(now)-time.Second, own.Sub(now)-telegramBurst); wait > 0 {
		seconds := int(math.Ceil(wait.Seconds()))
		return &telegramError{
			status: http.StatusTooManyRequests, retryAfter: seconds,
			says: "Too Many Requests: retry after " + strconv.Itoa(seconds),
		}
	}
	p.whole, p.chats[chat] = whole.Add(time.Second/telegramSecond), own.Add(time.Second)
	return nil
}

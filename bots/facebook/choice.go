package facebook

import (
	"strings"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"

	"github.com/vticket/vticket/bots"
)

// What Facebook takes of quick replies, in characters (channels.md §4.4).
const (
	maxChoices = 13
	maxTitle   = 20
	maxPayload = 1000
)

type quickReply struct {
	Type    string `json:"content_type"`
	Title   string `json:"title"`
	Payload string `json:"payload"`
}

// quickReplies are the choices under a text. Facebook would refuse the whole message for one that it does not take: it
// is left to its number in the text.
func quickReplies(buttons []bots.Button) []quickReply {
	var replies []quickReply
	for _, b := range buttons {
		title := shorten(norm.NFC.String(strings.TrimSpace(b.Title)))
		if title == "" || b.Payload == "" || units(b.Payload) > maxPayload || len(replies) == maxChoices {
			continue
		}
		replies = append(replies, quickReply{Type: "text", Title: title, Payload: b.Payload})
	}
	return replies
}

// shorten cuts a title that is too long after a word, or within its only one, and says so with an ellipsis.
func shorten(title string) string {
	if units(title) <= maxTitle {
		return title
	}
	room, end := maxTitle-1, len(title)
	for at, r := range title {
		if room -= utf16.RuneLen(r); room < 0 {
			end = at
			break
		}
	}
	cut := title[:end]
	if !strings.HasPrefix(title[end:], " ") {
		if space := strings.LastIndexByte(cut, ' '); space > 0 {
			cut = cut[:space]
		}
	}
	return strings.TrimRight(cut, " ,.;:–-") + "…"
}

// units is the length of a text in UTF-16 units: it is never less than what Facebook may count.
func units(text string) int {
	n := 0
	for _, r := range text {
		n += utf16.RuneLen(r)
	}
	return n
}

package telegram_test

import (
	"testing"

	"github.com/vticket/vticket/bots"
)

// Groups are no place for reports, and Telegram's own senders no residents (channels.md §5.3).
func TestGroupsAndReactions(t *testing.T) {
	const group = `"chat":{"id":-100,"type":"supergroup"},"date":1790000000`
	for name, tt := range map[string]struct {
		body string
		want bots.Incoming // of which the kind, the user and what follows are compared; no kind: no event
	}{
		"an answer within a topic": {
			`"message":{"message_id":9,"from":{"id":5},` + group + `,"message_thread_id":7,"is_topic_message":true,` +
				`"reply_to_message":{"message_id":8},"text":"a"}`,
			bots.Incoming{Kind: bots.KindText, User: "5", ChatType: "supergroup", ReplyTo: "-100:8"},
		},
		"an answer to the beginning of a thread that is no topic": {
			`"message":{"message_id":9,"from":{"id":5},` + group + `,"message_thread_id":7,"reply_to_message":{"message_id":7},"text":"a"}`,
			bots.Incoming{Kind: bots.KindText, User: "5", ChatType: "supergroup", ReplyTo: "-100:7"},
		},
		"a command in a group": {
			`"message":{"message_id":9,"from":{"id":5},` + group + `,"text":"/start@a_bot x","entities":[{"type":"bot_command","offset":0}]}`,
			bots.Incoming{Kind: bots.KindCommand, User: "5", ChatType: "supergroup"},
		},
		"a group that moves, by somebody unnamed": {
			`"message":{"message_id":9,"from":{"id":1087968824,"is_bot":true},` + group + `,"migrate_to_chat_id":-1001}`,
			bots.Incoming{Kind: bots.KindIgnored, ChatType: "supergroup", MigrateTo: "-1001"},
		},
		"an administrator who stays unnamed": {
			`"message":{"message_id":9,"from":{"id":1087968824,"is_bot":true},"sender_chat":{"id":-100},` + group + `,"text":"a"}`,
			bots.Incoming{},
		},
		"a post that a channel forwards to its group": {
			`"message":{"message_id":9,"from":{"id":777000},"is_automatic_forward":true,` + group + `,"text":"a"}`, bots.Incoming{},
		},
		"a post in a channel": {`"channel_post":{"message_id":9,` + group + `,"text":"a"}`, bots.Incoming{}},
		"a message that was not forwarded": {
			`"message":{"message_id":9,"from":{"id":5},` + group + `,"forward_origin":null,"text":"a"}`,
			bots.Incoming{Kind: bots.KindText, User: "5", ChatType: "supergroup"},
		},
		"a reaction that is taken back": {
			`"message_reaction":{"message_id":9,"user":{"id":5},` + group + `,"new_reaction":[]}`,
			bots.Incoming{Kind: bots.KindReaction, User: "5", ChatType: "supergroup"},
		},
		"a reaction without an emoji": {
			`"message_reaction":{"message_id":9,"user":{"id":5},` + group + `,"new_reaction":[{"type":"custom_emoji"}]}`,
			bots.Incoming{Kind: bots.KindReaction, User: "5", ChatType: "supergroup", Emoji: "custom_emoji"},
		},
		"a reaction of somebody unnamed": {
			`"message_reaction":{"message_id":9,"actor_chat":{"id":-100},` + group + `,"new_reaction":[]}`, bots.Incoming{},
		},
		"a place beyond the pole": {
			`"message":{"message_id":9,"from":{"id":5},` + group + `,"location":{"latitude":90.5,"longitude":1}}`,
			bots.Incoming{Kind: bots.KindUnsupported, User: "5", ChatType: "supergroup"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			events, err := adapter().Parse([]byte(`{"update_id":1,` + tt.body + `}`))
			if err != nil {
				t.Fatal(err)
			}
			got := bots.Incoming{}
			if len(events) == 1 {
				got = events[0]
			}
			if got.Kind != tt.want.Kind || got.User != tt.want.User || got.ChatType != tt.want.ChatType ||
				got.ReplyTo != tt.want.ReplyTo || got.MigrateTo != tt.want.MigrateTo || got.Emoji != tt.want.Emoji ||
				got.Forwarded || got.Actionable || got.Lat != nil {
				t.Errorf("got %+v, not %+v", got, tt.want)
			}
		})
	}
}

// TestEachPointOfALivePlaceIsAnEvent: they have one message id.
func TestEachPointOfALivePlaceIsAnEvent(t *testing.T) {
	seen := map[string]bool{}
	for _, update := range []string{`"update_id":1,"message"`, `"update_id":2,"edited_message"`, `"update_id":3,"edited_message"`} {
		events, err := at("").Parse([]byte(`{` + update + `:{"message_id":7,"date":1790000000,` +
			`"from":{"id":5},"chat":{"id":5,"type":"private"},"location":{"latitude":10.7,"longitude":106.6,"live_period":60}}}`))
		if err != nil || len(events) != 1 {
			t.Fatalf("%s: %v, %v", update, events, err)
		}
		row, err := events[0].Inbox("bot")
		if err != nil || seen[row.ID] {
			t.Errorf("%s is taken for another: %v", update, err)
		}
		seen[row.ID] = true
	}
}

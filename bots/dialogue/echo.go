package dialogue

import (
	"slices"
	"time"
)

// What the bot says of itself in one conversation within a minute: beyond that whoever writes is likely a machine that
// answers ours, and each would keep the other talking (channels.md §6.6). Ten are more than a person reads in a minute,
// and fewer than the messages after which a person is asked to slow down. Until a few were heard nothing is counted
// where that alone would cost a write.
const (
	saidAMinute = 10
	heardFew    = 4
)

// neverSilent are said all the same: dangers and who is called to them, and what tells why the bot falls silent, which
// is said once in a while only. Receipts and what departments answer are said by the desk, and never come here.
var neverSilent = []string{"danger", callKey, selfHarm, "person_called", "slow_down", "insults_pause"}

// echoes counts a message that the bot is about to say, and tells whether it is one too many: then it is left unsaid.
// That is logged once in a minute.
func (s *scene) echoes(key string) bool {
	pace := &s.conversation.Pace
	if slices.Contains(neverSilent, key) || len(s.turn.Unread) == 0 && pace.Minute < heardFew {
		return false // the latter: time has passed, and nobody talks
	}
	pace.Said, pace.SaidAt = since(pace.Said, pace.SaidAt, s.tx.Now, time.Minute)
	if pace.Said++; pace.Said <= saidAMinute {
		return false
	}
	if pace.Said == saidAMinute+1 {
		s.talk.Log.Warn("too many automatic answers in a minute, falling silent",
			"conversation_id", s.conversation.ID, "channel", s.conversation.Channel)
	}
	return true
}

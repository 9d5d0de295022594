package dialogue

import (
	"fmt"
	"time"

	"github.com/vticket/vticket/bots"
)

const (
	goneEvery   = 5 * time.Minute // between two words about choices that are not to be had
	doubleClick = time.Minute     // within which the same button pressed again is the same press
)

// gone says that what was chosen is not to be had, and how to go on. A double click is no second choice: what the first
// click did speaks for itself.
func (s *scene) gone() error {
	twice, err := s.pressedTwice()
	if err != nil || twice {
		return err
	}
	return s.say(Effect{Key: "choice_gone", Once: goneEvery})
}

// pressedTwice tells whether the button of the present event was pressed a moment before it too.
func (s *scene) pressedTwice() (bool, error) {
	if s.pressed == "" {
		return false, nil
	}
	payloads, err := s.tx.HeardSince(s.conversation.ID, s.tx.Now.Add(-doubleClick))
	if err != nil {
		return false, err
	}
	times := 0 // this one counts
	for _, payload := range payloads {
		var in bots.Incoming
		if err := bots.Decode([]byte(payload), &in); err != nil {
			return false, fmt.Errorf("decode what was heard: %w", err)
		}
		if in.Payload == s.pressed {
			times++
		}
	}
	return times > 1, nil
}

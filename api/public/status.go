package public

import (
	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
)

// status is where a report stands, as residents read it: the words say it, the colour repeats it.
type status struct {
	Words string
	Tone  string // of the chip
}

func allStates() []models.State {
	return []models.State{
		models.StateNew, models.StateAssigned, models.StateInProgress, models.StateWaiting, models.StateResolved,
		models.StateClosed, models.StateRejected, models.StateMerged, models.StateWithdrawn,
	}
}

// statusOf says the state of a ticket to its reporter (own), or to whoever has the link.
func statusOf(lang string, t models.Ticket, own bool) status {
	key, tone := "track_state_"+string(t.State), ""
	switch t.State {
	case models.StateAssigned, models.StateInProgress:
		tone = "brand"
	case models.StateWaiting:
		tone = "wait"
		if own {
			key = "track_state_waiting_own"
		}
	case models.StateResolved:
		tone = "ok"
		switch t.Outcome {
		case models.OutcomeAnswered, models.OutcomeNoAnswer:
			key = "track_state_answered"
		case models.OutcomeCannotFix:
			key, tone = "track_state_cannot_fix", "warn"
		case models.OutcomeFixed:
		}
	case models.StateClosed:
		tone = "ok"
	case models.StateNew, models.StateRejected, models.StateMerged, models.StateWithdrawn:
	}
	return status{Words: locales.Message(lang, key, nil), Tone: tone}
}

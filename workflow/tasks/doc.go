// Package tasks is the bell: it tells a worker that a row has work to do.
//
// It knows task kinds and row ids, how to ask for them through asynq, how to run what asks are answered with,
// how to sweep the database for rows nobody rang for, and how to keep a small Redis inside the process.
//
// It never knows a ticket, never opens the database, and never promises that a ring arrives: Redis may be down,
// slow or wiped at any time, and the sweep then decides by the rows alone. For the same reason handlers may run
// twice, up to a second early, or late, so each of them must claim its row before it acts.
//
// One task is one row, but for turns of conversations that are rung for together: those share tasks (group.go).
package tasks

import "github.com/vticket/vticket/models"

// Three queues, because asynq has one concurrency per server: neither a platform or a geocoder that is slow nor the
// shrinking of photos holds up a turn.
const (
	queueChat  = "chat"
	queueSend  = "send"
	queueMedia = "media"
)

func queueOf(kind string) string {
	switch kind {
	case models.KindDeliver, models.KindLocate:
		return queueSend
	case models.KindFetch:
		return queueMedia
	default:
		return queueChat
	}
}

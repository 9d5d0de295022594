package tasks

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/vticket/vticket/models"
)

// between ids in a payload.
const between = "\n"

// grouped puts turns of conversations that are due together into tasks of up to groupSize rows. Only those: they come
// in storms, and they are short. A timer is exact by itself, a delivery or a picture waits for somebody's network.
// The name of a group holds every row and epoch in it, so that no other group is taken for it.
func grouped(asks []ask) []ask {
	var all, due []ask
	for _, a := range asks {
		if a.turn() {
			due = append(due, a)
		} else {
			all = append(all, a)
		}
	}
	for group := range slices.Chunk(due, groupSize) {
		all = append(all, together(group))
	}
	return all
}

// turn tells whether an ask may share a task.
func (a ask) turn() bool { return a.kind == models.KindConverse && a.wait <= 0 }

func together(asks []ask) ask {
	if len(asks) == 1 {
		return asks[0]
	}
	rows, name := make([]string, len(asks)), sha256.New()
	for i, a := range asks {
		rows[i] = a.payload
		_, _ = name.Write([]byte(a.id + between))
	}
	return ask{
		kind: asks[0].kind, payload: strings.Join(rows, between),
		id: asks[0].kind + ":group:" + hex.EncodeToString(name.Sum(nil)[:16]),
	}
}

// rowsOf are the ids in a payload.
func rowsOf(payload []byte) []string { return strings.Split(string(payload), between) }

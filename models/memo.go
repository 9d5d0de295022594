package models

import "sync"

// memoSize is how many texts a Memo remembers before it forgets them all.
const memoSize = 512

// Memo remembers what was made of the last texts, because several rules in a row read the same words. It is bounded,
// lives in memory alone, and may be used by several at once; what it gives is shared, and not to be changed. The zero
// value is ready.
type Memo[V any] struct {
	guard sync.Mutex
	made  map[string]V
}

// Of returns what a text makes.
func (m *Memo[V]) Of(text string, read func(text string) V) V {
	m.guard.Lock()
	v, ok := m.made[text]
	m.guard.Unlock()
	if ok {
		return v
	}
	v = read(text) // outside of the lock: others read meanwhile
	m.guard.Lock()
	defer m.guard.Unlock()
	if m.made == nil || len(m.made) >= memoSize {
		m.made = make(map[string]V, memoSize)
	}
	m.made[text] = v
	return v
}

package sandbox

import "time"

// Age lets time pass for what the platform remembers: windows, tokens, consents, uploads. The clock itself stays where
// it is, because whoever receives our events goes by a clock of their own.
func (z *Zalo) Age(by time.Duration) {
	z.mu.Lock()
	defer z.mu.Unlock()
	for _, r := range z.residents {
		if !r.interacted.IsZero() {
			r.interacted = r.interacted.Add(-by)
		}
	}
	for token, until := range z.access {
		z.access[token] = until.Add(-by)
	}
	for code, grant := range z.grants {
		grant.at = grant.at.Add(-by)
		z.grants[code] = grant
	}
	for id, up := range z.uploads {
		up.at = up.at.Add(-by)
		z.uploads[id] = up
	}
	z.refreshed, z.quotas.day = z.refreshed.Add(-by), z.quotas.day.Add(-by)
	z.wake()
}

// Age lets time pass for what the platform remembers: windows, and comments that wait for an answer.
func (f *Facebook) Age(by time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.residents {
		if !r.wroteAt.IsZero() {
			r.wroteAt = r.wroteAt.Add(-by)
		}
	}
	for _, c := range f.comments {
		c.at = c.at.Add(-by)
	}
	f.wake()
}

// Window is until when something may be sent to a resident.
type Window struct {
	Kind  string
	Until time.Time
}

// Windows are until when the account may write for nothing, and at a price; none for who never wrote.
func (r *ZaloResident) Windows() []Window {
	r.z.mu.Lock()
	defer r.z.mu.Unlock()
	if r.interacted.IsZero() {
		return nil
	}
	return []Window{{"free", r.interacted.Add(zaloFree)}, {"paid", r.interacted.Add(zaloPaid)}}
}

// Windows are until when the page may write, and its staff; none for who never wrote.
func (r *FacebookResident) Windows() []Window {
	r.f.mu.Lock()
	defer r.f.mu.Unlock()
	if r.wroteAt.IsZero() {
		return nil
	}
	return []Window{{"free", r.wroteAt.Add(facebookWindow)}, {"human", r.wroteAt.Add(facebookHuman)}}
}

// Webhook is where updates are posted to; empty: nowhere.
func (t *Telegram) Webhook() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.hook.url
}

// Webhook is where events are posted to; empty: nowhere.
func (z *Zalo) Webhook() string {
	address, _ := z.target()
	return address
}

// Webhook is where updates are posted to; empty: nowhere.
func (z *ZaloBot) Webhook() string {
	address, _ := z.target()
	return address
}

// Webhook is where events are posted to; empty: nowhere.
func (f *Facebook) Webhook() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.subscribed {
		return ""
	}
	return f.callback
}

package sandbox

import "time"

// zaloQuotas are what an account has used of what it paid for.
type zaloQuotas struct {
	bought    int // messages after the free window
	day       time.Time
	templates int // on that day
}

// charge takes a message from what it is paid from. The lock is held.
func (z *Zalo) charge(quota string) *zaloError {
	q := &z.quotas
	switch quota {
	case "purchase_quota":
		if q.bought++; z.options.Bought > 0 && q.bought > z.options.Bought {
			return &zaloError{-211, "Out of quota"}
		}
	case "template":
		if day := z.now().Truncate(24 * time.Hour); !day.Equal(q.day) {
			q.day, q.templates = day, 0
		}
		if q.templates++; z.options.PerDay > 0 && q.templates > z.options.PerDay {
			return &zaloError{-144, "Out of daily template quota"}
		}
	}
	return nil
}

package store

import (
	"fmt"

	"github.com/vticket/vticket/models"
)

// TakeLease takes a job under a new token for LeaseFor; ok is false while another process has it.
func (tx *Tx) TakeLease(name string) (l models.Lease, ok bool, err error) {
	rows := []models.Lease{}
	err = tx.db().Raw(`INSERT INTO leases (name, token, until, position) VALUES (?, ?, ?, 0)
		ON CONFLICT (name) DO UPDATE SET token = excluded.token, until = excluded.until WHERE leases.until <= ?
		RETURNING *`, name, models.NewToken(), tx.Now.Add(LeaseFor), tx.Now).Scan(&rows).Error
	if err != nil {
		return l, false, fmt.Errorf("take lease %s: %w", name, err)
	}
	if len(rows) == 0 {
		return l, false, nil
	}
	return rows[0], true, nil
}

// KeepLease prolongs a lease and keeps its position; ErrConflict means that it was lost: whatever its holder learned
// since is stale.
func (tx *Tx) KeepLease(l models.Lease) error {
	res := tx.db().Exec("UPDATE leases SET until = ?, position = ? WHERE name = ? AND token = ?",
		tx.Now.Add(LeaseFor), l.Position, l.Name, l.Token)
	if res.Error != nil {
		return fmt.Errorf("keep lease %s: %w", l.Name, res.Error)
	}
	if res.RowsAffected == 0 {
		return fmt.Errorf("lease %s: %w", l.Name, models.ErrConflict)
	}
	return nil
}

// EndLease gives a lease back, so that the next process need not wait for its end. A lost one is left alone.
func (tx *Tx) EndLease(l models.Lease) error {
	err := tx.db().Exec("UPDATE leases SET until = ? WHERE name = ? AND token = ?", tx.Now, l.Name, l.Token).Error
	if err != nil {
		return fmt.Errorf("end lease %s: %w", l.Name, err)
	}
	return nil
}

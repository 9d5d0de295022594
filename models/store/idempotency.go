package store

import (
	"fmt"
	"time"

	"gorm.io/gorm/clause"

	"github.com/vticket/vticket/models"
)

// keysFor is how long an idempotency key is remembered.
const keysFor = 24 * time.Hour

// ClaimIdempotencyKey takes a key for this transaction, or returns what was kept under it. A second request with the
// same key waits until the first has ended.
func (tx *Tx) ClaimIdempotencyKey(k models.IdempotencyKey) (known models.IdempotencyKey, found bool, err error) {
	k.CreatedAt = tx.Now
	err = tx.db().Exec("DELETE FROM idempotency_keys WHERE owner = ? AND key = ? AND created_at < ?",
		k.Owner, k.Key, tx.Now.Add(-keysFor)).Error
	if err != nil {
		return known, false, fmt.Errorf("claim idempotency key: %w", err)
	}
	made := tx.db().Clauses(clause.OnConflict{DoNothing: true}).Create(&k)
	if made.Error != nil {
		return known, false, fmt.Errorf("claim idempotency key: %w", made.Error)
	}
	if made.RowsAffected == 1 {
		return known, false, nil
	}
	if err := one(tx.db().Take(&known, "owner = ? AND key = ?", k.Owner, k.Key).Error); err != nil {
		return known, false, fmt.Errorf("idempotency key: %w", err)
	}
	return known, true, nil
}

// KeepIdempotencyKey keeps the answer under a claimed key.
func (tx *Tx) KeepIdempotencyKey(k models.IdempotencyKey) error {
	err := tx.db().Exec("UPDATE idempotency_keys SET response = ? WHERE owner = ? AND key = ?",
		k.Response, k.Owner, k.Key).Error
	if err != nil {
		return fmt.Errorf("keep idempotency key: %w", err)
	}
	return nil
}

// PurgeKeys deletes so many idempotency keys, with their answers, that are kept for too long; it returns how many there
// were.
func (tx *Tx) PurgeKeys(limit int) (int, error) {
	res := tx.db().Exec(`DELETE FROM idempotency_keys WHERE (owner, key) IN
		(SELECT owner, key FROM idempotency_keys WHERE created_at < ? LIMIT ?)`, tx.Now.Add(-keysFor), limit)
	if res.Error != nil {
		return 0, fmt.Errorf("purge idempotency keys: %w", res.Error)
	}
	return int(res.RowsAffected), nil
}

package store

import (
	"context"
	"fmt"

	"gorm.io/gorm/clause"

	"github.com/vticket/vticket/models"
)

// Grant returns what an account lets us do, or ErrNotFound before anybody consented.
func (s *Store) Grant(ctx context.Context, channel, account string) (models.Grant, error) {
	var g models.Grant
	err := one(s.read.WithContext(ctx).Take(&g, "channel = ? AND account = ?", channel, account).Error)
	if err != nil {
		return g, fmt.Errorf("grant of %s: %w", channel, err)
	}
	return g, nil
}

// SetGrant keeps a first pair of tokens, or one that replaces all that was known.
func (tx *Tx) SetGrant(g models.Grant) error {
	err := tx.db().Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "channel"}, {Name: "account"}},
		DoUpdates: append(clause.AssignmentColumns([]string{
			"access", "refresh", "expires_at", "issued_at", "fault", "fault_at",
		}), clause.Assignment{Column: clause.Column{Name: "version"}, Value: clause.Expr{SQL: "grants.version + 1"}}),
	}).Create(&g).Error
	if err != nil {
		return fmt.Errorf("set grant of %s: %w", g.Channel, err)
	}
	return nil
}

// SaveGrant keeps the pair that came for the one of version from; ErrConflict when another has come for it.
func (tx *Tx) SaveGrant(g models.Grant, from int64) error {
	g.Version = from + 1
	res := tx.db().Model(&models.Grant{}).
		Where("channel = ? AND account = ? AND version = ?", g.Channel, g.Account, from).
		Select("Access", "Refresh", "ExpiresAt", "IssuedAt", "Version", "Fault", "FaultAt").UpdateColumns(&g)
	if res.Error != nil {
		return fmt.Errorf("save grant of %s: %w", g.Channel, res.Error)
	}
	if res.RowsAffected == 0 {
		return fmt.Errorf("grant of %s: %w", g.Channel, models.ErrConflict)
	}
	return nil
}

// FaultGrant notes why a pair could not be renewed.
func (tx *Tx) FaultGrant(g models.Grant, fault string) error {
	err := tx.db().Exec("UPDATE grants SET fault = ?, fault_at = ? WHERE channel = ? AND account = ? AND version = ?",
		fault, tx.Now, g.Channel, g.Account, g.Version).Error
	if err != nil {
		return fmt.Errorf("note fault of grant of %s: %w", g.Channel, err)
	}
	return nil
}

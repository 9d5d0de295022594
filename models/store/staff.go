package store

import (
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/vticket/vticket/models"
)

// InsertStaff keeps a new member of staff; ErrConflict when the e-mail is taken.
func (tx *Tx) InsertStaff(s *models.Staff) error {
	s.ID, s.CreatedAt = models.NewID(), tx.Now
	made := tx.db().Clauses(clause.OnConflict{DoNothing: true}).Create(s)
	if made.Error != nil {
		return fmt.Errorf("insert staff: %w", made.Error)
	}
	if made.RowsAffected == 0 {
		return fmt.Errorf("insert staff: e-mail taken: %w", models.ErrConflict)
	}
	return nil
}

// StaffByEmail returns a member of staff who may sign in, or ErrNotFound.
func (tx *Tx) StaffByEmail(email string) (models.Staff, error) {
	var s models.Staff
	if err := one(tx.db().Take(&s, "email = ? AND disabled_at IS NULL", email).Error); err != nil {
		return s, fmt.Errorf("staff by e-mail: %w", err)
	}
	return s, nil
}

// LockStaff returns a member of staff as they are, and keeps others from changing them until the transaction ends;
// ErrNotFound when they may not sign in.
func (tx *Tx) LockStaff(id string) (models.Staff, error) {
	var s models.Staff
	err := tx.db().Clauses(forUpdate).Take(&s, "id = ? AND disabled_at IS NULL", id).Error
	if err = one(err); err != nil {
		return s, fmt.Errorf("lock staff: %w", err)
	}
	return s, nil
}

// StaffList lists everybody by e-mail, the disabled ones too.
func (tx *Tx) StaffList() ([]models.Staff, error) {
	var rows []models.Staff
	if err := tx.db().Order("email").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list staff: %w", err)
	}
	return rows, nil
}

// SaveStaff keeps people by their e-mails: new ones are made with the password given, of known ones name, role and
// department change and nothing else.
func (tx *Tx) SaveStaff(all []models.Staff) error {
	if len(all) == 0 {
		return nil
	}
	for i := range all {
		all[i].ID, all[i].CreatedAt = models.NewID(), tx.Now
	}
	err := tx.db().Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "email"}},
		DoUpdates: clause.AssignmentColumns([]string{"name", "role", "department_id"}),
	}).CreateInBatches(all, 500).Error
	if err != nil {
		return fmt.Errorf("save staff: %w", err)
	}
	return nil
}

// DisableStaff ends somebody's access and all their sessions; ErrNotFound when there is no such e-mail.
func (tx *Tx) DisableStaff(email string) error {
	done := tx.db().Exec("UPDATE staff SET disabled_at = COALESCE(disabled_at, ?) WHERE email = ?", tx.Now, email)
	return tx.shutOut("disable staff", done, email)
}

// RenewPassword keeps the hash of a one-time password, good until an instant, for somebody who lost theirs, and ends
// all their sessions; ErrNotFound when nobody who may sign in has this e-mail.
func (tx *Tx) RenewPassword(email, hash string, until time.Time) error {
	done := tx.db().Exec(`UPDATE staff SET password_hash = ?, password_once_until = ?
		WHERE email = ? AND disabled_at IS NULL`, hash, until, email)
	return tx.shutOut("renew password", done, email)
}

// EnableStaff lets somebody who was disabled sign in again, with the hash of a one-time password that is good until an
// instant; ErrNotFound when nobody who is disabled has this e-mail.
func (tx *Tx) EnableStaff(email, hash string, until time.Time) error {
	done := tx.db().Exec(`UPDATE staff SET password_hash = ?, password_once_until = ?, disabled_at = NULL
		WHERE email = ? AND disabled_at IS NOT NULL`, hash, until, email)
	return tx.shutOut("enable staff", done, email)
}

// shutOut ends all sessions of whom a change of staff has met.
func (tx *Tx) shutOut(what string, done *gorm.DB, email string) error {
	if done.Error != nil {
		return fmt.Errorf("%s: %w", what, done.Error)
	}
	if done.RowsAffected == 0 {
		return fmt.Errorf("%s: %w", what, models.ErrNotFound)
	}
	err := tx.db().Exec("DELETE FROM sessions WHERE staff_id = (SELECT id FROM staff WHERE email = ?)", email).Error
	if err != nil {
		return fmt.Errorf("%s: end sessions: %w", what, err)
	}
	return nil
}

// ChangePassword keeps the hash of the password that somebody chose and ends all their sessions but the one of token.
func (tx *Tx) ChangePassword(staffID, hash, token string) error {
	err := tx.db().Exec("UPDATE staff SET password_hash = ?, password_once_until = NULL WHERE id = ?",
		hash, staffID).Error
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	err = tx.db().Exec("DELETE FROM sessions WHERE staff_id = ? AND key <> ?", staffID, models.TokenKey(token)).Error
	if err != nil {
		return fmt.Errorf("change password: end sessions: %w", err)
	}
	return nil
}

// CountStaff counts all staff, so that a first run can make its first admin.
func (tx *Tx) CountStaff() (n int64, err error) {
	if err = tx.db().Model(&models.Staff{}).Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count staff: %w", err)
	}
	return n, nil
}

// Sessions end 12 hours after sign-in, or after 30 minutes without a request (reliability.md T11).
const (
	sessionLife = 12 * time.Hour
	sessionIdle = 30 * time.Minute
)

// OpenSession keeps the session of a token.
func (tx *Tx) OpenSession(token, staffID string) error {
	s := models.Session{
		Key: models.TokenKey(token), StaffID: staffID,
		CreatedAt: tx.Now, SeenAt: tx.Now, ExpiresAt: tx.Now.Add(sessionLife),
	}
	if err := tx.db().Create(&s).Error; err != nil {
		return fmt.Errorf("open session: %w", err)
	}
	return nil
}

// SessionStaff returns whose session a token is, or ErrNotFound: expired, idle for too long, or of somebody who was
// disabled since.
func (tx *Tx) SessionStaff(token string) (models.Staff, error) {
	var s models.Staff
	err := tx.db().Joins("JOIN sessions ON sessions.staff_id = staff.id").
		Where("sessions.key = ? AND sessions.expires_at > ? AND sessions.seen_at > ? AND staff.disabled_at IS NULL",
			models.TokenKey(token), tx.Now, tx.Now.Add(-sessionIdle)).Take(&s).Error
	if err = one(err); err != nil {
		return s, fmt.Errorf("session: %w", err)
	}
	return s, nil
}

// TouchSession notes that a session is in use, at most once a minute.
func (tx *Tx) TouchSession(token string) error {
	err := tx.db().Exec("UPDATE sessions SET seen_at = ? WHERE key = ? AND seen_at < ?",
		tx.Now, models.TokenKey(token), tx.Now.Add(-time.Minute)).Error
	if err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	return nil
}

// PurgeSessions deletes so many sessions that have ended; it returns how many there were.
func (tx *Tx) PurgeSessions(limit int) (int, error) {
	res := tx.db().Exec(`DELETE FROM sessions WHERE key IN
		(SELECT key FROM sessions WHERE expires_at <= ? OR seen_at <= ? LIMIT ?)`,
		tx.Now, tx.Now.Add(-sessionIdle), limit)
	if res.Error != nil {
		return 0, fmt.Errorf("purge sessions: %w", res.Error)
	}
	return int(res.RowsAffected), nil
}

// CloseSession ends the session of a token.
func (tx *Tx) CloseSession(token string) error {
	if err := tx.db().Delete(&models.Session{}, "key = ?", models.TokenKey(token)).Error; err != nil {
		return fmt.Errorf("close session: %w", err)
	}
	return nil
}

package store

import (
	"fmt"
	"time"

	"gorm.io/gorm/clause"

	"github.com/vticket/vticket/models"
)

// InsertStaff keeps a new member of staff; ErrConflict when the e-mail is taken.
func (tx *Tx) InsertStaff(s *models.Staff) error {
	s.ID, s.CreatedAt = models.NewID(), tx.Now
	made := tx.db.Clauses(clause.OnConflict{DoNothing: true}).Create(s)
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
	if err := one(tx.db.Take(&s, "email = ? AND disabled_at IS NULL", email).Error); err != nil {
		return s, fmt.Errorf("staff by e-mail: %w", err)
	}
	return s, nil
}

// CountStaff counts all staff, so that a first run can make its first admin.
func (tx *Tx) CountStaff() (n int64, err error) {
	if err = tx.db.Model(&models.Staff{}).Count(&n).Error; err != nil {
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
	if err := tx.db.Create(&s).Error; err != nil {
		return fmt.Errorf("open session: %w", err)
	}
	return nil
}

// SessionStaff returns whose session a token is, or ErrNotFound: expired, idle for too long, or of somebody who was
// disabled since.
func (tx *Tx) SessionStaff(token string) (models.Staff, error) {
	var s models.Staff
	err := tx.db.Joins("JOIN sessions ON sessions.staff_id = staff.id").
		Where("sessions.key = ? AND sessions.expires_at > ? AND sessions.seen_at > ? AND staff.disabled_at IS NULL",
			models.TokenKey(token), tx.Now, tx.Now.Add(-sessionIdle)).Take(&s).Error
	if err = one(err); err != nil {
		return s, fmt.Errorf("session: %w", err)
	}
	return s, nil
}

// TouchSession notes that a session is in use, at most once a minute.
func (tx *Tx) TouchSession(token string) error {
	err := tx.db.Exec("UPDATE sessions SET seen_at = ? WHERE key = ? AND seen_at < ?",
		tx.Now, models.TokenKey(token), tx.Now.Add(-time.Minute)).Error
	if err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	return nil
}

// CloseSession ends the session of a token.
func (tx *Tx) CloseSession(token string) error {
	if err := tx.db.Delete(&models.Session{}, "key = ?", models.TokenKey(token)).Error; err != nil {
		return fmt.Errorf("close session: %w", err)
	}
	return nil
}

// SaveDepartment keeps a department by its code and returns it with its id.
func (tx *Tx) SaveDepartment(d models.Department) (models.Department, error) {
	d.ID, d.CreatedAt = models.NewID(), tx.Now
	err := tx.db.Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "code"}}, DoUpdates: clause.AssignmentColumns([]string{"name"}),
	}).Create(&d).Error
	if err != nil {
		return d, fmt.Errorf("save department: %w", err)
	}
	return tx.DepartmentByCode(d.Code)
}

// DepartmentByCode returns a department, or ErrNotFound.
func (tx *Tx) DepartmentByCode(code string) (models.Department, error) {
	var d models.Department
	if err := one(tx.db.Take(&d, "code = ?", code).Error); err != nil {
		return d, fmt.Errorf("department %s: %w", code, err)
	}
	return d, nil
}

// Department returns a department by id, or ErrNotFound.
func (tx *Tx) Department(id string) (models.Department, error) {
	var d models.Department
	if err := one(tx.db.Take(&d, "id = ?", id).Error); err != nil {
		return d, fmt.Errorf("department %s: %w", id, err)
	}
	return d, nil
}

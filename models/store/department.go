package store

import (
	"fmt"

	"gorm.io/gorm/clause"

	"github.com/vticket/vticket/models"
)

// SaveDepartments keeps departments by their codes: new ones are made, known ones changed.
func (tx *Tx) SaveDepartments(all []models.Department) error {
	return tx.keepDepartments(all, clause.OnConflict{
		Columns: []clause.Column{{Name: "code"}},
		DoUpdates: clause.AssignmentColumns([]string{
			"name", "role", "area_code", "parent_id", "calendar", "phone", "email",
		}),
	})
}

// AddDepartments makes departments; those whose codes are known stay as they are.
func (tx *Tx) AddDepartments(all []models.Department) error {
	return tx.keepDepartments(all, clause.OnConflict{Columns: []clause.Column{{Name: "code"}}, DoNothing: true})
}

func (tx *Tx) keepDepartments(all []models.Department, known clause.OnConflict) error {
	for i := range all {
		all[i].ID, all[i].CreatedAt = models.NewID(), tx.Now
	}
	if err := tx.db().Clauses(known).CreateInBatches(all, 500).Error; err != nil {
		return fmt.Errorf("save departments: %w", err)
	}
	return nil
}

// DepartmentByCode returns a department, or ErrNotFound.
func (tx *Tx) DepartmentByCode(code string) (models.Department, error) {
	var d models.Department
	if err := one(tx.db().Take(&d, "code = ?", code).Error); err != nil {
		return d, fmt.Errorf("department %s: %w", code, err)
	}
	return d, nil
}

// Department returns a department by id, or ErrNotFound.
func (tx *Tx) Department(id string) (models.Department, error) {
	var d models.Department
	if err := one(tx.db().Take(&d, "id = ?", id).Error); err != nil {
		return d, fmt.Errorf("department %s: %w", id, err)
	}
	return d, nil
}

// Departments lists all departments by name.
func (tx *Tx) Departments() ([]models.Department, error) {
	var rows []models.Department
	if err := tx.db().Order("name, code").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("departments: %w", err)
	}
	return rows, nil
}

// DepartmentNames lists all departments by name, of each only its code and its name.
func (tx *Tx) DepartmentNames() ([]models.Department, error) {
	var rows []models.Department
	if err := tx.db().Select("code", "name").Order("name, code").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("names of departments: %w", err)
	}
	return rows, nil
}

// Owners lists the departments that answer for a role in an area: those of the area itself, else those of the whole
// city.
func (tx *Tx) Owners(role, areaCode string) ([]models.Department, error) {
	var rows []models.Department
	err := tx.db().Where("role = ? AND area_code IN (?, '')", role, areaCode).Order("area_code DESC, code").
		Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("owners: %w", err)
	}
	for i, d := range rows {
		if d.AreaCode != rows[0].AreaCode {
			return rows[:i], nil
		}
	}
	return rows, nil
}

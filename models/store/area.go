package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/vticket/vticket/models/places"
)

// areaBatch is the rows of a statement: 8 arguments each, and some dozen kilobytes of boundary.
const areaBatch = 100

// areaRow is a boundary as the database keeps it; areas themselves know nothing of files and imports.
type areaRow struct {
	Code       string `gorm:"primaryKey"`
	Name       string
	FullName   string
	FullNameEn string
	Kind       string
	Geometry   string
	Source     string
	ImportedAt time.Time
}

// TableName is the table behind areaRow.
func (areaRow) TableName() string { return "areas" }

// ReplaceAreas keeps these areas instead of all that were there. Source says where they are from. Tickets keep the
// codes that they have. No areas at all are refused: that is a faulty file, not a city without wards.
func (tx *Tx) ReplaceAreas(areas []places.Boundary, source string) error {
	if len(areas) == 0 {
		return errors.New("replace areas: none given")
	}
	rows := make([]areaRow, 0, len(areas))
	for _, b := range areas {
		rows = append(rows, areaRow{
			Code: b.Code, Name: b.Name, FullName: b.FullName, FullNameEn: b.FullNameEn, Kind: b.Kind,
			Geometry: b.Geometry, Source: source, ImportedAt: tx.Now,
		})
	}
	if err := tx.db().Exec("DELETE FROM areas").Error; err != nil {
		return fmt.Errorf("replace areas: %w", err)
	}
	if err := tx.db().CreateInBatches(rows, areaBatch).Error; err != nil {
		return fmt.Errorf("replace areas: %w", err)
	}
	return nil
}

// Areas returns all imported areas by code; none before the first import.
func (tx *Tx) Areas() ([]places.Boundary, error) {
	var rows []areaRow
	if err := tx.db().Order("code").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("areas: %w", err)
	}
	areas := make([]places.Boundary, 0, len(rows))
	for _, r := range rows {
		areas = append(areas, places.Boundary{
			Area: places.Area{
				Code: r.Code, Name: r.Name, FullName: r.FullName, FullNameEn: r.FullNameEn, Kind: r.Kind,
			},
			Geometry: r.Geometry,
		})
	}
	return areas, nil
}

// areaNameRow is a former ward and the area that took it over, as the database keeps it. Line is its place in the file.
type areaNameRow struct {
	Line       int `gorm:"primaryKey;autoIncrement:false"`
	Province   string
	District   string
	Ward       string
	AreaCode   string
	Split      bool
	Source     string
	ImportedAt time.Time
}

// TableName is the table behind areaNameRow.
func (areaNameRow) TableName() string { return "area_names" }

// ReplaceAreaNames keeps these names of former wards instead of all that were there. Source says where they are from.
// None at all are refused: that is a faulty file.
func (tx *Tx) ReplaceAreaNames(names []places.OldWard, source string) error {
	if len(names) == 0 {
		return errors.New("replace area names: none given")
	}
	rows := make([]areaNameRow, 0, len(names))
	for i, n := range names {
		rows = append(rows, areaNameRow{
			Line: i + 1, Province: n.Province, District: n.District, Ward: n.Ward, AreaCode: n.Code, Split: n.Split,
			Source: source, ImportedAt: tx.Now,
		})
	}
	if err := tx.db().Exec("DELETE FROM area_names").Error; err != nil {
		return fmt.Errorf("replace area names: %w", err)
	}
	if err := tx.db().CreateInBatches(rows, areaBatch).Error; err != nil {
		return fmt.Errorf("replace area names: %w", err)
	}
	return nil
}

// AreaNames returns all imported names of former wards in the order of their file; none before the first import.
func (tx *Tx) AreaNames() ([]places.OldWard, error) {
	var rows []areaNameRow
	if err := tx.db().Order("line").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("area names: %w", err)
	}
	names := make([]places.OldWard, 0, len(rows))
	for _, r := range rows {
		names = append(names, places.OldWard{
			Province: r.Province, District: r.District, Ward: r.Ward, Code: r.AreaCode, Split: r.Split,
		})
	}
	return names, nil
}

package places

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// OldWard says which area took over the land of a former ward, or a part of it: one ward may have several.
type OldWard struct {
	Province string // "Thành phố Hồ Chí Minh"
	District string // "Quận 3"
	Ward     string // "Phường 5"; empty where a district had none
	Code     string // of the area of today
	Split    bool   // the ward went to several
}

// oldWardColumns are those of the file; the ones that we do not read may not be missing either, or it is another file.
var oldWardColumns = []string{
	"old_province", "old_province_code", "old_district", "old_district_code", "old_ward", "old_ward_code",
	"new_ward_code", "new_ward", "old_ward_was_split",
}

const (
	oldWardRows   = 20_000 // the most that a file may have; the whole country had 10,000 wards
	oldWardBytes  = 10 << 20
	oldWardFaults = 50 // that are listed
	nameRunes     = 100
)

var areaCode = regexp.MustCompile(`^\d{5}$`)

// ParseOldWards reads a table of former wards and the areas that took them over. Known tells the codes of the areas.
// The error lists what is wrong in which line of the file, at most 50 faults; nothing is returned then.
func ParseOldWards(file io.Reader, known func(code string) bool) ([]OldWard, error) {
	lines := csv.NewReader(io.LimitReader(file, oldWardBytes))
	header, err := lines.Read()
	if err != nil {
		return nil, fmt.Errorf("line 1: no header: %w", err)
	}
	header[0] = strings.TrimPrefix(header[0], "\ufeff")
	at := map[string]int{}
	for _, column := range oldWardColumns {
		if at[column] = slices.Index(header, column); at[column] < 0 {
			return nil, fmt.Errorf("line 1: the column %q is missing", column)
		}
	}
	var wards []OldWard
	var faults []error
	seen := map[OldWard]int{}
	for {
		row, err := lines.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := lines.FieldPos(0)
		if err != nil {
			return nil, errors.Join(append(faults, err)...) // it says the line
		}
		ward, faulty := newOldWard(func(column string) string { return clean(row[at[column]]) }, known)
		if first := seen[ward]; faulty == "" && first > 0 {
			faulty = fmt.Sprintf("the same as line %d", first)
		}
		if seen[ward] = line; faulty != "" {
			faults = append(faults, fmt.Errorf("line %d: %s", line, faulty))
		}
		if wards = append(wards, ward); len(faults) >= oldWardFaults || len(wards) > oldWardRows {
			break
		}
	}
	switch {
	case len(wards) > oldWardRows:
		faults = append(faults, fmt.Errorf("more than %d rows", oldWardRows))
	case len(wards) == 0:
		faults = append(faults, errors.New("no rows below the header"))
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return wards, nil
}

func clean(cell string) string { return strings.Join(strings.Fields(norm.NFC.String(cell)), " ") }

// newOldWard reads a row, and says what is wrong with it.
func newOldWard(cell func(column string) string, known func(string) bool) (ward OldWard, faulty string) {
	ward = OldWard{
		Province: cell("old_province"), District: cell("old_district"), Ward: cell("old_ward"),
		Code: cell("new_ward_code"), Split: cell("old_ward_was_split") == "true",
	}
	for _, column := range []string{"old_province", "old_district", "old_ward"} {
		if len([]rune(cell(column))) > nameRunes {
			return ward, column + " is longer than 100 characters"
		}
	}
	split := cell("old_ward_was_split")
	switch {
	case ward.Province == "":
		return ward, "old_province is empty"
	case ward.District == "":
		return ward, "old_district is empty"
	case !areaCode.MatchString(ward.Code):
		return ward, fmt.Sprintf("new_ward_code is %q, not five digits", ward.Code)
	case !known(ward.Code):
		return ward, fmt.Sprintf("no area has the code %s", ward.Code)
	case split != "true" && split != "false":
		return ward, fmt.Sprintf("old_ward_was_split is %q, not true or false", split)
	}
	return ward, ""
}

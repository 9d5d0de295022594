package workflow

import (
	"net/mail"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/vticket/vticket/models"
)

// SheetRow is a row of a sheet that people fill in: its number there, and its cells by column. A column that the
// sheet does not have is not in it; what is known already is then kept.
type SheetRow struct {
	Number int
	Cells  map[string]string
}

// SheetFault is what somebody has to correct in a sheet: row 0 is the file itself. Key is the locale key of the
// sentence that says what to do.
type SheetFault struct {
	Row    int
	Column string
	Key    string
	Args   map[string]any
}

// The columns of the sheets.
const (
	ColumnCode       = "code"
	ColumnName       = "name"
	ColumnRole       = "role"
	ColumnArea       = "area code"
	ColumnParent     = "parent code"
	ColumnCalendar   = "calendar"
	ColumnPhone      = "phone"
	ColumnEmail      = "email"
	ColumnDepartment = "department code"
)

// cellLimit is the longest text of a cell, in characters.
const cellLimit = 200

var codeForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$`)

// sheetCheck reads cells and gathers what is wrong with them.
type sheetCheck struct {
	faults []SheetFault
	seen   map[string]int // the row in which a key was first
}

func (c *sheetCheck) fault(row SheetRow, column, key string, args map[string]any) {
	c.faults = append(c.faults, SheetFault{Row: row.Number, Column: column, Key: key, Args: args})
}

// text returns a cell on one line, or what was known when the sheet does not have the column.
func (c *sheetCheck) text(row SheetRow, column, known string) string {
	value, ok := row.Cells[column]
	if !ok {
		return known
	}
	if value = tidy(value); utf8.RuneCountInString(value) > cellLimit {
		c.fault(row, column, "import_too_long", map[string]any{"limit": cellLimit})
	}
	return value
}

func (c *sheetCheck) required(row SheetRow, column string) string {
	value := c.text(row, column, "")
	if value == "" {
		c.fault(row, column, "import_missing", nil)
	}
	return value
}

// once refuses a key that an earlier row has; upper and lower case are the same to people.
func (c *sheetCheck) once(row SheetRow, column, value string) {
	key := strings.ToLower(value)
	if first, twice := c.seen[key]; twice && value != "" {
		c.fault(row, column, "import_duplicate", map[string]any{"row": first})
		return
	}
	c.seen[key] = row.Number
}

func (c *sheetCheck) mail(row SheetRow, value string) {
	if address, err := mail.ParseAddress(value); value != "" && (err != nil || address.Address != value) {
		c.fault(row, ColumnEmail, "import_email", nil)
	}
}

// unknown notes a value that names nothing; known are those that would.
func (c *sheetCheck) unknown(row SheetRow, column, key, value string, known ...string) {
	args := map[string]any{"value": value}
	if len(known) > 0 {
		args["known"] = strings.Join(known, ", ")
	}
	c.fault(row, column, key, args)
}

// tidy puts a cell on one line: spaces at the ends and line breaks are slips of the hand.
func tidy(cell string) string {
	return strings.Join(strings.Fields(models.Clean(cell, 1<<16)), " ")
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/xuri/excelize/v2"

	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/workflow"
)

// The limits of a sheet that is read. What it unpacks to is bounded too: 5 MB can hold gigabytes of zeros.
const (
	sheetBytes    = 5 << 20
	sheetRows     = 5000
	sheetUnpacked = 100 << 20
)

// sheetColumn is a column by its stable name and what people call it, as models.Fold leaves it.
type sheetColumn struct {
	name    string
	aliases []string
	needed  bool
	heading string // in the example file
	example string
}

// importJob is what an import was asked to do.
type importJob struct {
	path, slips, lang string
	apply             bool
	out, notes        io.Writer // results as JSON lines; what only a person at a terminal cares about
}

var errSheetFaults = errors.New("the file has faults; nothing was written")

func (j *importJob) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&j.apply, "apply", false, "write; without it the file is checked only")
	cmd.Flags().StringVar(&j.lang, "lang", locales.Vietnamese, "language of what is written for people: vi or en")
}

// report prints every fault and the line that sums up; faults are the error of the command.
func (j *importJob) report(rows int, faults []workflow.SheetFault, applied bool) error {
	lines := json.NewEncoder(j.out)
	lines.SetEscapeHTML(false)
	for _, f := range faults {
		err := lines.Encode(struct {
			Row    int    `json:"row"`
			Column string `json:"column"`
			Fault  string `json:"fault"`
		}{f.Row, f.Column, locales.Message(j.lang, f.Key, f.Args)})
		if err != nil {
			return err
		}
	}
	err := lines.Encode(struct {
		Rows    int  `json:"rows"`
		Faults  int  `json:"faults"`
		Applied bool `json:"applied"`
	}{rows, len(faults), applied})
	if err == nil && len(faults) > 0 {
		return errSheetFaults
	}
	return err
}

// readSheet reads the first sheet of a file. Faults are what its author can correct, the error what only the
// operator can: the file is not there, or not theirs to read.
func readSheet(
	path string, columns []sheetColumn, notes io.Writer,
) ([]workflow.SheetRow, []workflow.SheetFault, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if info.Size() > sheetBytes {
		return nil, []workflow.SheetFault{{Key: "import_file_size"}}, nil
	}
	unreadable := []workflow.SheetFault{{Key: "import_file_kind"}}
	book, err := excelize.OpenFile(filepath.Clean(path), excelize.Options{
		UnzipSizeLimit: sheetUnpacked, UnzipXMLSizeLimit: sheetUnpacked,
	})
	if of, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, nil, of
	}
	if err != nil {
		return nil, unreadable, nil
	}
	defer book.Close()
	lines, err := book.Rows(book.GetSheetName(0))
	if err != nil {
		return nil, unreadable, nil
	}
	defer lines.Close()
	rows, faults, err := readLines(lines, columns, notes)
	if err != nil {
		return nil, unreadable, nil
	}
	return rows, faults, nil
}

// readLines takes the first row with anything in it as the header and reads the rows below it.
func readLines(
	lines *excelize.Rows, columns []sheetColumn, notes io.Writer,
) (rows []workflow.SheetRow, faults []workflow.SheetFault, err error) {
	var header []string // the name of each column, "" for those that are not ours
	for number := 1; lines.Next(); number++ {
		cells, err := lines.Columns()
		if err != nil {
			return nil, nil, err
		}
		if strings.TrimSpace(strings.Join(cells, "")) == "" {
			continue
		}
		if header == nil {
			if header, faults = readHeader(number, cells, columns, notes); len(faults) > 0 {
				return nil, faults, nil
			}
			continue
		}
		if len(rows) == sheetRows {
			return nil, []workflow.SheetFault{{Key: "import_file_rows", Args: map[string]any{"limit": sheetRows}}}, nil
		}
		rows = append(rows, readRow(number, header, cells))
	}
	if err := lines.Error(); err != nil {
		return nil, nil, err
	}
	if len(rows) == 0 {
		return nil, []workflow.SheetFault{{Key: "import_file_empty"}}, nil
	}
	return rows, nil, nil
}

func readRow(number int, header, cells []string) workflow.SheetRow {
	row := workflow.SheetRow{Number: number, Cells: map[string]string{}}
	for i, name := range header {
		if name == "" {
			continue
		}
		row.Cells[name] = "" // the format leaves out empty cells at the end of a row
		if i < len(cells) {
			row.Cells[name] = cells[i]
		}
	}
	return row
}

func readHeader(
	number int, cells []string, columns []sheetColumn, notes io.Writer,
) (header []string, faults []workflow.SheetFault) {
	seen := map[string]bool{}
	for _, cell := range cells {
		at := slices.IndexFunc(columns, func(c sheetColumn) bool {
			return models.Fold(cell) == c.name || slices.Contains(c.aliases, models.Fold(cell))
		})
		if at < 0 {
			if strings.TrimSpace(cell) != "" {
				fmt.Fprintf(notes, "vticket: the column %q is not read\n", cell)
			}
			header = append(header, "")
			continue
		}
		name := columns[at].name
		if seen[name] {
			faults = append(faults, workflow.SheetFault{Row: number, Column: name, Key: "import_column_twice"})
		}
		seen[name] = true
		header = append(header, name)
	}
	for _, c := range columns {
		if c.needed && !seen[c.name] {
			faults = append(faults, workflow.SheetFault{Row: number, Column: c.name, Key: "import_column_missing"})
		}
	}
	return header, faults
}

// guide is the second sheet of an example file: the words that its role column takes, and what they mean.
type guide [][2]string

// writeTemplate writes an example file: the header, a row, and the roles on a second sheet. It never replaces a file.
func writeTemplate(path string, columns []sheetColumn, roles guide) (err error) {
	const first, second = "Sheet1", "Vai trò"
	book := excelize.NewFile()
	defer book.Close()
	text, err := book.NewStyle(&excelize.Style{NumFmt: 49}) // text: leading zeros of codes and phones stay
	if err != nil {
		return err
	}
	last, err := excelize.ColumnNumberToName(len(columns))
	if err != nil {
		return err
	}
	var all []error
	all = append(all, book.SetColStyle(first, "A:"+last, text), book.SetColWidth(first, "A", last, 24))
	heading, example := make([]string, 0, len(columns)), make([]string, 0, len(columns))
	for _, c := range columns {
		heading, example = append(heading, c.heading), append(example, c.example)
	}
	all = append(all, book.SetSheetRow(first, "A1", &heading), book.SetSheetRow(first, "A2", &example))
	_, err = book.NewSheet(second)
	all = append(all, err, book.SetColWidth(second, "A", "B", 40))
	for i, role := range roles {
		all = append(all, book.SetSheetRow(second, fmt.Sprintf("A%d", i+1), &[]string{role[0], role[1]}))
	}
	if err := errors.Join(all...); err != nil {
		return err
	}
	return writeNew(path, 0o644, func(w io.Writer) error { return book.Write(w) })
}

// writeNew writes a file that is not there yet, whole or not at all.
func writeNew(path string, mode os.FileMode, write func(io.Writer) error) error {
	file, err := os.OpenFile(filepath.Clean(path), os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	err = write(file)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}

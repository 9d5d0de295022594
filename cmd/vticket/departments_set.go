package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// departmentFlag is a column of a sheet of departments as a flag.
type departmentFlag struct{ name, column, usage string }

func departmentFlags() []departmentFlag {
	return []departmentFlag{
		{"code", workflow.ColumnCode, "its code: short, and the same for ever"},
		{"name", workflow.ColumnName, "its name; needed for a new one"},
		{"role", workflow.ColumnRole, "what it answers for, such as ward_urban; needed for a new one"},
		{"area", workflow.ColumnArea, "code of the ward that it works in; without one it works in the whole city"},
		{"parent", workflow.ColumnParent, "code of the department above it"},
		{"calendar", workflow.ColumnCalendar, "its working time: hcmc or calendar"},
		{"phone", workflow.ColumnPhone, "its telephone"},
		{"email", workflow.ColumnEmail, "its e-mail"},
	}
}

func departmentsSetCommand() *cobra.Command {
	var lang string
	set := &cobra.Command{
		Use: "set", Args: cobra.NoArgs,
		Short: "Make one department, or change what is given of the one with this code",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cells := map[string]string{}
			for _, f := range departmentFlags() {
				if flag := cmd.Flags().Lookup(f.name); flag.Changed {
					cells[f.column] = flag.Value.String()
				}
			}
			return withStore(cmd.Context(), func(s *store.Store) error {
				made, faults, err := setDepartment(cmd.Context(), s, cells)
				if err = errors.Join(err, flagFaults(lang, faults)); err != nil {
					return err
				}
				done := "changed"
				if made {
					done = "created"
				}
				return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]string{done: cells[workflow.ColumnCode]})
			})
		},
	}
	for _, f := range departmentFlags() {
		set.Flags().String(f.name, "", f.usage)
	}
	set.Flags().StringVar(&lang, "lang", locales.Vietnamese, "language of what is written for people: vi or en")
	_ = set.MarkFlagRequired("code")
	return set
}

// setDepartment imports a sheet of one row, whose cells are by column. The name and the role of a department that is
// known need not be said again. made tells whether it is new.
func setDepartment(
	ctx context.Context, s *store.Store, cells map[string]string,
) (made bool, faults []workflow.SheetFault, err error) {
	desk, err := newDesk(ctx, s)
	if err != nil {
		return false, nil, err
	}
	err = s.Tx(ctx, func(tx *store.Tx) error {
		row := maps.Clone(cells)
		known, err := tx.DepartmentByCode(strings.TrimSpace(row[workflow.ColumnCode]))
		made = errors.Is(err, models.ErrNotFound)
		if err != nil && !made {
			return err
		}
		for column, value := range map[string]string{workflow.ColumnName: known.Name, workflow.ColumnRole: known.Role} {
			if _, given := row[column]; !given && !made {
				row[column] = value
			}
		}
		faults, err = desk.ImportDepartments(tx, []workflow.SheetRow{{Number: 1, Cells: row}})
		return err
	})
	return made, faults, err
}

// flagFaults says what is wrong with which flag, nil when nothing is.
func flagFaults(lang string, faults []workflow.SheetFault) (all error) {
	for _, fault := range faults {
		for _, f := range departmentFlags() {
			if f.column == fault.Column {
				all = errors.Join(all, fmt.Errorf("--%s: %s", f.name, locales.Message(lang, fault.Key, fault.Args)))
			}
		}
	}
	return all
}

func departmentsListCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "Print all departments, one JSON line each", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var all []models.Department
			err := withStore(cmd.Context(), func(s *store.Store) error {
				return s.Read(cmd.Context(), func(tx *store.Tx) (err error) {
					all, err = tx.Departments()
					return err
				})
			})
			if err != nil {
				return err
			}
			return listDepartments(cmd.OutOrStdout(), all)
		},
	}
}

func listDepartments(out io.Writer, all []models.Department) error {
	codes := map[string]string{}
	for _, d := range all {
		codes[d.ID] = d.Code
	}
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	for _, d := range all {
		line := struct {
			Code     string `json:"code"`
			Name     string `json:"name"`
			Role     string `json:"role"`
			Area     string `json:"area,omitempty"`
			Parent   string `json:"parent,omitempty"`
			Calendar string `json:"calendar,omitempty"`
			Phone    string `json:"phone,omitempty"`
			Email    string `json:"email,omitempty"`
		}{
			Code: d.Code, Name: d.Name, Role: d.Role, Area: d.AreaCode, Calendar: d.Calendar, Phone: d.Phone,
			Email: d.Email,
		}
		if d.ParentID != nil {
			line.Parent = codes[*d.ParentID]
		}
		if err := lines.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

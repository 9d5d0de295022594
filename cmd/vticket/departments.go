package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// departmentColumns are the columns of a sheet of departments.
func departmentColumns() []sheetColumn {
	return []sheetColumn{
		{
			name: workflow.ColumnCode, aliases: []string{"department code", "ma", "ma don vi"}, needed: true,
			heading: "Mã", example: "ward_urban-26740",
		},
		{
			name: workflow.ColumnName, aliases: []string{"department", "ten", "ten don vi", "don vi"}, needed: true,
			heading: "Tên", example: "UBND Phường Sài Gòn – Phòng Kinh tế, Hạ tầng và Đô thị",
		},
		{
			name: workflow.ColumnRole, aliases: []string{"vai tro"}, needed: true, heading: "Vai trò",
			example: "ward_urban",
		},
		{
			name: workflow.ColumnArea, aliases: []string{"area", "ma khu vuc", "khu vuc", "ma phuong", "ma phuong xa"},
			heading: "Mã khu vực", example: "26740",
		},
		{
			name: workflow.ColumnParent, aliases: []string{
				"parent", "ma cap tren", "cap tren", "ma don vi cap tren", "don vi cap tren",
			},
			heading: "Mã cấp trên",
		},
		{
			name: workflow.ColumnCalendar, aliases: []string{"lich", "lich lam viec"}, heading: "Lịch làm việc",
			example: "hcmc",
		},
		{
			name: workflow.ColumnPhone, aliases: []string{"telephone", "dien thoai", "so dien thoai"},
			heading: "Điện thoại", example: "02812345678",
		},
		{
			name: workflow.ColumnEmail, aliases: []string{"e mail", "thu dien tu"}, heading: "E-mail",
			example: "dothi.saigon@example.vn",
		},
	}
}

func departmentsCommand() *cobra.Command {
	departments := &cobra.Command{Use: "departments", Short: "Who owns tickets"}
	var job importJob
	load := &cobra.Command{
		Use: "import FILE.xlsx", Args: cobra.ExactArgs(1),
		Short: "Make and change departments by their codes; checks only, unless --apply",
		RunE: func(cmd *cobra.Command, args []string) error {
			job.path, job.out, job.notes = args[0], cmd.OutOrStdout(), cmd.ErrOrStderr()
			return withStore(cmd.Context(), func(s *store.Store) error {
				return importDepartments(cmd.Context(), s, job)
			})
		},
	}
	job.flags(load)
	departments.AddCommand(load, departmentsSetCommand(), departmentsListCommand(), &cobra.Command{
		Use: "template FILE.xlsx", Args: cobra.ExactArgs(1), Short: "Write an example file to fill in",
		RunE: func(_ *cobra.Command, args []string) error {
			catalogue, err := models.DefaultCatalogue()
			if err != nil {
				return err
			}
			var roles guide
			for _, r := range catalogue.Roles {
				roles = append(roles, [2]string{r.Key, r.NameVi})
			}
			return writeTemplate(args[0], departmentColumns(), roles)
		},
	})
	return departments
}

func importDepartments(ctx context.Context, s *store.Store, job importJob) error {
	rows, faults, err := readSheet(job.path, departmentColumns(), job.notes)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return job.report(len(rows), faults, false)
	}
	desk, err := newDesk(ctx, s)
	if err != nil {
		return err
	}
	if job.apply {
		err = s.Tx(ctx, func(tx *store.Tx) (err error) {
			faults, err = desk.ImportDepartments(tx, rows)
			return err
		})
	} else {
		err = s.Read(ctx, func(tx *store.Tx) error {
			known, err := tx.Departments()
			_, faults = desk.CheckDepartments(rows, known)
			return err
		})
	}
	if err != nil {
		return err
	}
	return job.report(len(rows), faults, job.apply && len(faults) == 0)
}

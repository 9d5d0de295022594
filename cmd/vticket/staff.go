package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// staffColumns are the columns of a sheet of staff.
func staffColumns() []sheetColumn {
	return []sheetColumn{
		{
			name: workflow.ColumnEmail, aliases: []string{"e mail", "thu dien tu"}, needed: true, heading: "E-mail",
			example: "nguyen.van.an@example.vn",
		},
		{
			name: workflow.ColumnName, aliases: []string{"full name", "ten", "ho ten", "ho va ten"}, needed: true,
			heading: "Họ và tên", example: "Nguyễn Văn An",
		},
		{name: workflow.ColumnRole, aliases: []string{"vai tro"}, needed: true, heading: "Vai trò", example: "staff"},
		{
			name: workflow.ColumnDepartment, aliases: []string{"department", "ma don vi", "don vi"},
			heading: "Mã đơn vị", example: "ward_urban-26740",
		},
	}
}

// staffGuide says what the roles of staff may do.
func staffGuide() guide {
	return guide{
		{string(models.RoleAdmin), "Quản trị"},
		{string(models.RoleHotlineLead), "Trưởng ca tổng đài"},
		{string(models.RoleHotline), "Tổng đài viên"},
		{string(models.RoleLead), "Phụ trách đơn vị (cần mã đơn vị)"},
		{string(models.RoleStaff), "Nhân viên đơn vị (cần mã đơn vị)"},
		{string(models.RoleViewer), "Chỉ xem (cần mã đơn vị)"},
	}
}

func staffCommand() *cobra.Command {
	staff := &cobra.Command{Use: "staff", Short: "The people who sign in"}
	var job importJob
	load := &cobra.Command{
		Use: "import FILE.xlsx", Args: cobra.ExactArgs(1),
		Short: "Make and change staff by their e-mails, with sign-in slips for new people; checks only, unless --apply",
		RunE: func(cmd *cobra.Command, args []string) error {
			job.path, job.out, job.notes = args[0], cmd.OutOrStdout(), cmd.ErrOrStderr()
			c, err := loadConfig(environ())
			if err != nil {
				return err
			}
			return withStore(cmd.Context(), func(s *store.Store) error {
				return importStaff(cmd.Context(), s, staffJob{importJob: job, address: c.PublicURL})
			})
		},
	}
	job.flags(load)
	load.Flags().StringVar(&job.slips, "slips", "", "new HTML file for the one-time passwords of new people, to print")
	staff.AddCommand(load, &cobra.Command{
		Use: "template FILE.xlsx", Args: cobra.ExactArgs(1), Short: "Write an example file to fill in",
		RunE: func(_ *cobra.Command, args []string) error {
			return writeTemplate(args[0], staffColumns(), staffGuide())
		},
	})
	return staff
}

// staffJob is an import of staff. Address is where new people sign in; empty: not known.
type staffJob struct {
	importJob

	address string
}

func importStaff(ctx context.Context, s *store.Store, job staffJob) error {
	rows, faults, err := readSheet(job.path, staffColumns(), job.notes)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return job.report(len(rows), faults, false)
	}
	var sheet workflow.StaffSheet
	err = s.Read(ctx, func(tx *store.Tx) (err error) {
		sheet, err = workflow.ReadStaffSheet(tx, rows)
		return err
	})
	if err != nil {
		return err
	}
	entries, faults := sheet.Check()
	job.tellDisabled(sheet, entries)
	if len(faults) > 0 || !job.apply {
		return job.report(len(rows), faults, false)
	}
	slips, err := job.newSlips(sheet, entries, s.Now())
	if err != nil {
		_ = job.report(len(rows), nil, false)
		return err
	}
	faults, err = job.write(ctx, s, rows, slips)
	if err != nil {
		return err
	}
	if len(faults) == 0 && len(slips.cards) > 0 {
		fmt.Fprintf(job.notes, "vticket: %d slips in %s: print them, hand them out, delete the file\n",
			len(slips.cards), job.slips)
	}
	return job.report(len(rows), faults, len(faults) == 0)
}

// tellDisabled names the people of the sheet who may not sign in: importing them changes nothing about that.
func (j staffJob) tellDisabled(sheet workflow.StaffSheet, entries []workflow.StaffEntry) {
	for _, who := range sheet.Known {
		named := slices.ContainsFunc(entries, func(e workflow.StaffEntry) bool { return e.Email == who.Email })
		if named && who.DisabledAt != nil {
			fmt.Fprintf(j.notes, "vticket: %s is disabled and stays so (see vticket admin enable)\n", who.Email)
		}
	}
}

// newSlips makes a slip with a one-time password for everybody who is new.
func (j staffJob) newSlips(sheet workflow.StaffSheet, entries []workflow.StaffEntry, now time.Time) (slips, error) {
	names := map[string]string{}
	for _, d := range sheet.Departments {
		names[d.Code] = d.Name
	}
	made := slips{lang: j.lang, address: j.address, until: now.Add(models.OnceLife)}
	for _, e := range entries {
		if !e.New {
			continue
		}
		password, err := models.NewOncePassword()
		if err != nil {
			return made, err
		}
		made.cards = append(made.cards, card{
			Name: e.Name, Email: e.Email, Department: names[e.DepartmentCode], Password: password,
		})
	}
	if len(made.cards) == 0 {
		return made, nil
	}
	if j.slips == "" {
		return made, fmt.Errorf("%d people are new: give --slips FILE.html for their passwords", len(made.cards))
	}
	if _, err := os.Lstat(j.slips); err == nil {
		return made, fmt.Errorf("%s is there already, maybe with slips not yet printed: name another file", j.slips)
	}
	return made, nil
}

// write keeps slips first and people second: a person without a slip could never sign in, a slip without a person
// opens nothing. When the people are not kept the slips go.
func (j staffJob) write(
	ctx context.Context, s *store.Store, rows []workflow.SheetRow, made slips,
) (faults []workflow.SheetFault, err error) {
	once := workflow.OncePasswords{Until: made.until}
	if once.Hashes, err = hashAll(ctx, made.cards, j.notes); err != nil {
		return nil, err
	}
	if len(made.cards) > 0 {
		if err := writeNew(j.slips, 0o600, made.write); err != nil {
			return nil, fmt.Errorf("write slips: %w", err)
		}
		defer func() {
			if err != nil || len(faults) > 0 {
				_ = os.Remove(j.slips)
			}
		}()
	}
	err = s.Tx(ctx, func(tx *store.Tx) (err error) {
		faults, err = workflow.ImportStaff(tx, rows, once)
		return err
	})
	return faults, err
}

// hashAll hashes the passwords of all cards, one per processor at a time, and says how far it is every second.
func hashAll(ctx context.Context, cards []card, notes io.Writer) (map[string]string, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	hashes := make([]string, len(cards))
	var next, done atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(cards)) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(cards)) && ctx.Err() == nil; i = next.Add(1) - 1 {
				hash, err := web.HashPassword(models.FoldOncePassword(cards[i].Password))
				if err != nil {
					cancel(err)
					return
				}
				hashes[i] = hash
				done.Add(1)
			}
		})
	}
	finished := make(chan struct{})
	go func() { workers.Wait(); close(finished) }()
	showProgress(finished, func() { fmt.Fprintf(notes, "vticket: %d of %d passwords\n", done.Load(), len(cards)) })
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	all := make(map[string]string, len(cards))
	for i, c := range cards {
		all[c.Email] = hashes[i]
	}
	return all, nil
}

// showProgress calls show every second until finished; what takes no second shows nothing.
func showProgress(finished <-chan struct{}, show func()) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-finished:
			return
		case <-tick.C:
			show()
		}
	}
}

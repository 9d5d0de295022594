package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// withStore runs a command on the configured database: one on PostgreSQL must be migrated, the embedded one is made.
func withStore(ctx context.Context, do func(*store.Store) error) error {
	return withDatabase(func(c Config, s *store.Store) error {
		if err := prepare(ctx, c, s); err != nil {
			return err
		}
		return do(s)
	})
}

// withDatabase runs a command on the configured database as it is.
func withDatabase(do func(Config, *store.Store) error) error {
	c, err := loadConfig(environ())
	if err != nil {
		return err
	}
	s, err := openStore(c, c.logger())
	if err != nil {
		return err
	}
	defer s.Close()
	return do(c, s)
}

func migrateCommand() *cobra.Command {
	return &cobra.Command{
		Use: "migrate", Short: "Bring the database's schema up to this program", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withDatabase(func(_ Config, s *store.Store) error {
				if err := s.Migrate(cmd.Context()); err != nil {
					return err
				}
				return s.Tx(cmd.Context(), func(tx *store.Tx) error {
					return tx.AddDepartments([]models.Department{models.Hotline()})
				})
			})
		},
	}
}

func adminCommand() *cobra.Command {
	admin := &cobra.Command{Use: "admin", Short: "Manage who signs in"}
	var email, role, department string
	var fromStdin bool
	create := &cobra.Command{
		Use: "create", Args: cobra.NoArgs,
		Short: "Create a member of staff; the password is the first line of standard input",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !fromStdin {
				return errors.New("give --password-stdin and the password on standard input: arguments are seen by all")
			}
			email = strings.TrimSpace(email)
			if address, err := mail.ParseAddress(email); err != nil || address.Address != email {
				return fmt.Errorf("--email: %q is not like mai@example.vn", email)
			}
			if err := checkRole(models.Role(role), department); err != nil {
				return err
			}
			password, err := readPassword(cmd.InOrStdin())
			if err != nil {
				return err
			}
			who := models.Staff{Email: strings.ToLower(email), Name: email, Role: models.Role(role)}
			if who.PasswordHash, err = web.HashPassword(password); err != nil {
				return err
			}
			return withStore(cmd.Context(), func(s *store.Store) error {
				return s.Tx(cmd.Context(), func(tx *store.Tx) error { return insertStaff(tx, who, department) })
			})
		},
	}
	create.Flags().StringVar(&email, "email", "", "e-mail to sign in with")
	create.Flags().StringVar(&role, "role", "", "admin, hotline, hotline_lead, lead, staff or viewer")
	create.Flags().StringVar(&department, "department", "", "code of the department, for lead, staff and viewer")
	create.Flags().BoolVar(&fromStdin, "password-stdin", false, "read the password from standard input")
	_ = create.MarkFlagRequired("email")
	_ = create.MarkFlagRequired("role")
	admin.AddCommand(create, adminDisableCommand(), adminListCommand(), onceCommand(
		"password", "Print a one-time password for somebody who lost theirs; their sessions end at once",
		"nobody who may sign in has the e-mail %s (see vticket admin list; who is disabled comes back by admin enable)",
		(*store.Tx).RenewPassword,
	), onceCommand(
		"enable", "Let somebody in again who was disabled, with a one-time password that is printed",
		"nobody who is disabled has the e-mail %s (see vticket admin list)", (*store.Tx).EnableStaff,
	))
	return admin
}

// readPassword takes the first line of standard input as a password. It is a little less strict than the pages are:
// eight characters do for somebody who sets up a machine.
func readPassword(from io.Reader) (string, error) {
	line, err := bufio.NewReader(from).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	password := strings.TrimRight(line, "\r\n")
	switch length := utf8.RuneCountInString(password); {
	case length < 8:
		return "", errors.New("the password needs 8 characters or more")
	case length > 200, !utf8.ValidString(password), strings.ContainsFunc(password, unicode.IsControl):
		return "", errors.New("the password may have 200 characters at most, and none that cannot be typed")
	default:
		return password, nil
	}
}

// checkRole refuses what would make a colleague who sees nothing: such an account looks like a fault of the program.
func checkRole(role models.Role, department string) error {
	switch {
	case !role.Valid():
		return fmt.Errorf("--role: %q is not admin, hotline, hotline_lead, lead, staff or viewer", role)
	case !role.CityWide() && department == "":
		return fmt.Errorf("--department: a %s sees the tickets of one department only: name it", role)
	default:
		return nil
	}
}

func adminDisableCommand() *cobra.Command {
	var email string
	disable := &cobra.Command{
		Use: "disable", Short: "Shut somebody out; their sessions end at once", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			email = strings.ToLower(strings.TrimSpace(email))
			var left []models.Staff
			err := withStore(cmd.Context(), func(s *store.Store) error {
				return s.Tx(cmd.Context(), func(tx *store.Tx) (err error) {
					if err := tx.DisableStaff(email); err != nil {
						return err
					}
					left, err = tx.StaffList()
					return err
				})
			})
			if errors.Is(err, models.ErrNotFound) {
				return fmt.Errorf("nobody has the e-mail %s (vticket admin list shows everybody)", email)
			}
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(left, func(who models.Staff) bool {
				return who.Role == models.RoleAdmin && who.DisabledAt == nil
			}) {
				fmt.Fprintln(cmd.ErrOrStderr(), "vticket: no admin is left who may sign in (see admin enable)")
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]string{"disabled": email})
		},
	}
	disable.Flags().StringVar(&email, "email", "", "e-mail of the person")
	_ = disable.MarkFlagRequired("email")
	return disable
}

// onceCommand prints a one-time password for one person, whom do lets in with it; nobody is said when do meets none.
func onceCommand(
	use, short, nobody string, do func(tx *store.Tx, email, hash string, until time.Time) error,
) *cobra.Command {
	var email string
	renew := &cobra.Command{
		Use: use, Args: cobra.NoArgs, Short: short,
		RunE: func(cmd *cobra.Command, _ []string) error {
			email = strings.ToLower(strings.TrimSpace(email))
			password, err := models.NewOncePassword()
			if err != nil {
				return err
			}
			hash, err := web.HashPassword(models.FoldOncePassword(password))
			if err != nil {
				return err
			}
			var until time.Time
			err = withStore(cmd.Context(), func(s *store.Store) error {
				return s.Tx(cmd.Context(), func(tx *store.Tx) error {
					until = tx.Now.Add(models.OnceLife)
					return do(tx, email, hash, until)
				})
			})
			if errors.Is(err, models.ErrNotFound) {
				return fmt.Errorf(nobody, email)
			}
			if err != nil {
				return err
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]any{
				"email": email, "password_once": password, "password_once_until": until,
			})
		},
	}
	renew.Flags().StringVar(&email, "email", "", "e-mail of the person")
	_ = renew.MarkFlagRequired("email")
	return renew
}

func adminListCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "Print everybody who signs in, one JSON line each", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var sheet workflow.StaffSheet
			err := withStore(cmd.Context(), func(s *store.Store) error {
				return s.Read(cmd.Context(), func(tx *store.Tx) (err error) {
					sheet, err = workflow.ReadStaffSheet(tx, nil)
					return err
				})
			})
			if err != nil {
				return err
			}
			return listStaff(cmd.OutOrStdout(), sheet)
		},
	}
}

func listStaff(out io.Writer, sheet workflow.StaffSheet) error {
	codes := map[string]string{}
	for _, d := range sheet.Departments {
		codes[d.ID] = d.Code
	}
	lines := json.NewEncoder(out)
	for _, who := range sheet.Known {
		line := struct {
			Email      string      `json:"email"`
			Name       string      `json:"name"`
			Role       models.Role `json:"role"`
			Department string      `json:"department"`
			CreatedAt  time.Time   `json:"created_at"`
			DisabledAt *time.Time  `json:"disabled_at,omitempty"`
			OnceUntil  *time.Time  `json:"password_once_until,omitempty"`
		}{
			Email: who.Email, Name: who.Name, Role: who.Role, CreatedAt: who.CreatedAt, DisabledAt: who.DisabledAt,
			OnceUntil: who.PasswordOnceUntil,
		}
		if who.DepartmentID != nil {
			line.Department = codes[*who.DepartmentID]
		}
		if err := lines.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

func insertStaff(tx *store.Tx, who models.Staff, department string) error {
	if department != "" {
		d, err := tx.DepartmentByCode(department)
		if err != nil {
			return fmt.Errorf("--department: %w", err)
		}
		who.DepartmentID = &d.ID
	}
	err := tx.InsertStaff(&who)
	if errors.Is(err, models.ErrConflict) {
		return fmt.Errorf("e-mail taken: %s has an account (see vticket admin list, admin password and admin enable)",
			who.Email)
	}
	return err
}

func auditCommand() *cobra.Command {
	audit := &cobra.Command{Use: "audit", Short: "Prove what happened"}
	audit.AddCommand(&cobra.Command{
		Use: "verify", Args: cobra.NoArgs,
		Short: "Check every timeline's chain of hashes, the tickets and the words that it has sums of",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withStore(cmd.Context(), func(s *store.Store) error {
				a, err := s.VerifyAudit(cmd.Context())
				if err != nil {
					return err
				}
				if err := json.NewEncoder(cmd.OutOrStdout()).Encode(a); err != nil {
					return err
				}
				if len(a.Faults) > 0 {
					return fmt.Errorf("%d rows do not say what they said", len(a.Faults))
				}
				return nil
			})
		},
	})
	return audit
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			version := "unknown"
			if info, ok := debug.ReadBuildInfo(); ok {
				version = info.Main.Version
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]string{"version": version})
		},
	}
}

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// withStore runs a command on the configured database.
func withStore(ctx context.Context, do func(*store.Store) error) error {
	c, err := loadConfig(environ())
	if err != nil {
		return err
	}
	s, err := openStore(c, c.logger())
	if err != nil {
		return err
	}
	defer s.Close()
	if c.DatabaseURL == "" {
		if err := s.Migrate(ctx); err != nil {
			return err
		}
	}
	return do(s)
}

func migrateCommand() *cobra.Command {
	return &cobra.Command{
		Use: "migrate", Short: "Bring the database's schema up to this program", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withStore(cmd.Context(), func(s *store.Store) error {
				if err := s.Migrate(cmd.Context()); err != nil {
					return err
				}
				return s.Tx(cmd.Context(), func(tx *store.Tx) error {
					_, err := tx.SaveDepartment(models.Department{Code: models.HotlineCode, Name: "Tổ điều phối 1022"})
					return err
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
			password, err := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
			if password = strings.TrimRight(password, "\r\n"); len(password) < 8 {
				return fmt.Errorf("the password needs 8 characters or more (%w)", err)
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
	admin.AddCommand(create)
	return admin
}

func insertStaff(tx *store.Tx, who models.Staff, department string) error {
	if department != "" {
		d, err := tx.DepartmentByCode(department)
		if err != nil {
			return err
		}
		who.DepartmentID = &d.ID
	}
	return tx.InsertStaff(&who)
}

func auditCommand() *cobra.Command {
	audit := &cobra.Command{Use: "audit", Short: "Prove what happened"}
	audit.AddCommand(&cobra.Command{
		Use: "verify", Short: "Check every timeline's chain of hashes against the tickets", Args: cobra.NoArgs,
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

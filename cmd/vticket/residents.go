package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

func residentsCommand() *cobra.Command {
	residents := &cobra.Command{Use: "residents", Short: "Who reports: trust group leaders, erase who asks for it"}
	var off, keep bool
	trust := residentCommand(
		"trust CODE", "Give whoever reported a ticket first ten times the limits of others",
		func(tx *store.Tx, reporterID string) (map[string]any, error) {
			return map[string]any{"reporter": reporterID, "trusted": !off}, tx.Trust(reporterID, !off)
		},
	)
	trust.Flags().BoolVar(&off, "off", false, "take it back")
	erase := residentCommand(
		"erase CODE", "Erase whoever reported a ticket first, and asked for it elsewhere than in a chat; after 48 h",
		func(tx *store.Tx, reporterID string) (map[string]any, error) {
			if keep {
				return map[string]any{"reporter": reporterID, "erase_at": nil}, tx.KeepReporter(reporterID)
			}
			at, err := tx.AskErasure(reporterID, tx.Now.Add(48*time.Hour))
			return map[string]any{"reporter": reporterID, "erase_at": at}, err
		},
	)
	erase.Flags().BoolVar(&keep, "keep", false, "they have thought better of it")
	residents.AddCommand(trust, erase)
	return residents
}

// forResident does something for a reporter and says what was done.
type forResident func(tx *store.Tx, reporterID string) (map[string]any, error)

// residentCommand does something for whoever reported a ticket first, named by its code.
func residentCommand(use, short string, do forResident) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			code, ok := models.ParseCode(args[0])
			if !ok {
				return fmt.Errorf("%q is no code of a ticket", args[0])
			}
			var done map[string]any
			err := withStore(cmd.Context(), func(s *store.Store) error {
				return s.Tx(cmd.Context(), func(tx *store.Tx) error {
					t, err := tx.TicketByCode(models.System(), code)
					if err != nil {
						return err
					}
					reporter, err := tx.FirstReporter(t.ID)
					if err != nil {
						return err
					}
					done, err = do(tx, reporter)
					return err
				})
			})
			if err != nil {
				return err
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(done)
		},
	}
}

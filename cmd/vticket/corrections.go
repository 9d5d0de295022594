package main

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// correctionsLimit is how many corrections are printed: training takes more of everything else.
const correctionsLimit = 100_000

func correctionsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "corrections", Args: cobra.NoArgs,
		Short: "Print what people have corrected of the types that were read, as lines of training text, newest first",
		RunE: func(cmd *cobra.Command, _ []string) error {
			catalogue, err := models.DefaultCatalogue()
			if err != nil {
				return err
			}
			return withStore(cmd.Context(), func(s *store.Store) error {
				var rows []store.Correction
				err := s.Read(cmd.Context(), func(tx *store.Tx) (err error) {
					rows, err = tx.Corrections(correctionsLimit)
					return err
				})
				if err != nil {
					return err
				}
				return writeCorrections(cmd.OutOrStdout(), catalogue, rows)
			})
		},
	}
}

// writeCorrections writes lines in the form of models/understand/training: key, register, priority or -, words.
func writeCorrections(out io.Writer, catalogue models.Catalogue, rows []store.Correction) error {
	for _, row := range rows {
		priority := string(row.Priority)
		if row.Priority == catalogue.Category(row.Category).Priority {
			priority = "-" // the type's own
		}
		words := anonymous(row.Words, row.Name)
		if _, err := fmt.Fprintf(out, "%s\tcorrection\t%s\t%s\n", row.Category, priority, words); err != nil {
			return err
		}
	}
	return nil
}

// introductions are the words with which people say who they are, and the name that follows: up to four words with a
// capital.
var introductions = regexp.MustCompile(
	`((?i:tên tôi là|tên em là|tôi tên là|tôi tên|em tên|mình tên|tôi là|em là|cháu là|con là|my name is|i am))` +
		`((?:\s+\p{Lu}[\p{L}\p{M}]*){1,4})`)

// anonymous are words on one line without telephone numbers, the name of whoever wrote them, and how they introduce
// themselves.
func anonymous(words, name string) string {
	words = bots.Redact(words, nil)
	if name = strings.TrimSpace(name); len([]rune(name)) > 2 {
		words = regexp.MustCompile(`(?i)`+regexp.QuoteMeta(name)).ReplaceAllString(words, "[name]")
	}
	words = introductions.ReplaceAllString(words, "$1 [name]")
	return strings.Join(strings.Fields(words), " ")
}

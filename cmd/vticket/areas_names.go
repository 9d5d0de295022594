package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/store"
)

func areasImportNamesCommand() *cobra.Command {
	return &cobra.Command{
		Use: "import-names FILE.csv", Args: cobra.ExactArgs(1),
		Short: "Replace the names of former wards by those of a file; a faulty file changes nothing",
		RunE: func(cmd *cobra.Command, args []string) error {
			imported := 0
			err := withStore(cmd.Context(), func(s *store.Store) error {
				index, err := loadAreas(cmd.Context(), s)
				if err != nil {
					return err
				}
				names, err := readAreaNames(args[0], index)
				if err != nil {
					return err
				}
				imported = len(names)
				return s.Tx(cmd.Context(), func(tx *store.Tx) error {
					return tx.ReplaceAreaNames(names, filepath.Base(args[0]))
				})
			})
			if err != nil {
				return err
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]int{"imported": imported})
		},
	}
}

func readAreaNames(path string, index *places.Index) ([]places.OldWard, error) {
	file, err := os.Open(filepath.Clean(path))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	names, err := places.ParseOldWards(file, func(code string) bool {
		_, ok := index.Area(code)
		return ok
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return names, nil
}

func areasResolveCommand() *cobra.Command {
	return &cobra.Command{
		Use: `resolve ["TEXT" | -]`, Args: cobra.MaximumNArgs(1),
		Short: "Tell which place a text names, and which areas it may mean; - or no text reads lines from stdin",
		RunE: func(cmd *cobra.Command, args []string) error {
			index, err := openAreas(cmd.Context())
			if err != nil {
				return err
			}
			if len(args) == 1 && args[0] != "-" {
				out := json.NewEncoder(cmd.OutOrStdout())
				out.SetEscapeHTML(false)
				return out.Encode(resolve(index, args[0]))
			}
			return answerLines(cmd, func(line []byte) (any, error) {
				if len(bytes.TrimSpace(line)) == 0 {
					return nil, errNoAnswer
				}
				return resolve(index, string(line)), nil
			})
		},
	}
}

// resolved is a line that vticket areas resolve prints.
type resolved struct {
	Text     string         `json:"text"`
	Address  string         `json:"address"`
	Areas    []resolvedArea `json:"areas"`
	Street   string         `json:"street"`
	House    string         `json:"house"`
	Alley    string         `json:"alley"`
	Crossing string         `json:"crossing"`
	Landmark string         `json:"landmark"`
	Quarter  string         `json:"quarter"`
	Road     models.Road    `json:"road"`
	Sure     bool           `json:"sure"`
}

type resolvedArea struct {
	Code    string     `json:"code"`
	Name    string     `json:"name"`
	NamedAs string     `json:"named_as"`
	How     places.How `json:"how"`
}

func resolve(index *places.Index, text string) resolved {
	p := index.Read(text)
	areas := make([]resolvedArea, 0, len(p.Areas))
	for _, a := range p.Areas {
		areas = append(areas, resolvedArea{a.Code, a.FullName, a.NamedAs, a.How})
	}
	return resolved{
		Text: text, Address: p.Address, Areas: areas, Street: p.Street, House: p.House, Alley: p.Alley,
		Crossing: p.Crossing, Landmark: p.Landmark, Quarter: p.Quarter, Road: p.Road, Sure: p.Sure,
	}
}

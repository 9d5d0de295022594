package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/store"
)

func areasCommand() *cobra.Command {
	areas := &cobra.Command{Use: "areas", Short: "The wards and their boundaries"}
	areas.AddCommand(areasImportCommand(), areasImportNamesCommand(), areasLookupCommand(), areasResolveCommand())
	return areas
}

func areasImportCommand() *cobra.Command {
	return &cobra.Command{
		Use: "import FILE.geojson", Args: cobra.ExactArgs(1),
		Short: "Replace all areas by those of a file; a faulty file changes nothing",
		RunE: func(cmd *cobra.Command, args []string) error {
			areas, err := readAreas(args[0])
			if err != nil {
				return err
			}
			err = withStore(cmd.Context(), func(s *store.Store) error {
				return s.Tx(cmd.Context(), func(tx *store.Tx) error {
					return tx.ReplaceAreas(areas, filepath.Base(args[0]))
				})
			})
			if err != nil {
				return err
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]int{"imported": len(areas)})
		},
	}
}

func readAreas(path string) ([]places.Boundary, error) {
	file, err := os.Open(filepath.Clean(path))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	areas, err := places.ParseGeoJSON(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return areas, nil
}

func areasLookupCommand() *cobra.Command {
	var lat, lon float64
	lookup := &cobra.Command{
		Use: "lookup", Args: cobra.NoArgs,
		Short: "Tell which area a point lies in, and how many metres outside of it",
		RunE: func(cmd *cobra.Command, _ []string) error {
			index, err := openAreas(cmd.Context())
			if err != nil {
				return err
			}
			if !(lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180) {
				return errors.New("--lat is -90 to 90, --lon is -180 to 180")
			}
			found, ok := index.Find(lat, lon)
			if !ok {
				return errors.New("outside all areas")
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(struct {
				Code        string  `json:"code"`
				Name        string  `json:"name"`
				SnappedM    float64 `json:"snapped_m"`
				Approximate bool    `json:"approximate"`
			}{found.Code, found.FullName, math.Round(found.SnappedM*10) / 10, found.Approximate})
		},
	}
	lookup.Flags().Float64Var(&lat, "lat", 0, "latitude in degrees, WGS 84")
	lookup.Flags().Float64Var(&lon, "lon", 0, "longitude in degrees, WGS 84")
	_ = lookup.MarkFlagRequired("lat")
	_ = lookup.MarkFlagRequired("lon")
	return lookup
}

// openAreas loads the areas for a command that needs nothing else.
func openAreas(ctx context.Context) (index *places.Index, err error) {
	err = withStore(ctx, func(s *store.Store) (err error) {
		index, err = loadAreas(ctx, s)
		return err
	})
	return index, err
}

// loadAreas makes the index of the imported areas, or of the approximate ones before the first import, with the
// imported names of former wards.
func loadAreas(ctx context.Context, s *store.Store) (*places.Index, error) {
	var areas []places.Boundary
	var names []places.OldWard
	err := s.Read(ctx, func(tx *store.Tx) (err error) {
		if areas, err = tx.Areas(); err != nil {
			return err
		}
		names, err = tx.AreaNames()
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(areas) == 0 {
		return places.Approximate(names...)
	}
	return places.NewIndex(areas, names...)
}

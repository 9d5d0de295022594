package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/zalo"
	"github.com/vticket/vticket/models/store"
)

func channelToken() *cobra.Command {
	return &cobra.Command{
		Use: "token zalo < pair.json", Args: cobra.ExactArgs(1),
		Short: "Keep the pair of tokens that Zalo's API Explorer shows, as JSON",
		RunE: func(cmd *cobra.Command, args []string) error {
			if name, err := channelNamed(args[0]); err != nil || name != zalo.OAName {
				return errors.New("only zalo has tokens that are kept: the others' are in the environment")
			}
			c, err := loadConfig(environ())
			if err != nil {
				return err
			}
			if c.ZaloOA == "" {
				return errors.New("ZALO_OA_ID is empty: run vticket channel setup zalo first")
			}
			grant, err := readGrant(cmd.InOrStdin(), time.Now())
			if err != nil {
				return err
			}
			return withStore(cmd.Context(), func(db *store.Store) error {
				return keepGrant(cmd.Context(), c, db, grant, cmd.OutOrStdout())
			})
		},
	}
}

// Of a pair on the standard input: its size, and how long the access token lives where it does not say (channels.md
// §2.2).
const (
	maxPair   = 64 << 10
	accessFor = 25 * time.Hour
)

// readGrant reads {"access_token":"…","refresh_token":"…","expires_in":"90000"}. What is wrong is said without what is
// in it.
func readGrant(in io.Reader, now time.Time) (bots.Grant, error) {
	var pair struct {
		Access    string          `json:"access_token"`
		Refresh   string          `json:"refresh_token"`
		ExpiresIn json.RawMessage `json:"expires_in"` // seconds, as a string or a number
	}
	const form = `{"access_token":"…","refresh_token":"…","expires_in":"90000"}`
	if json.NewDecoder(io.LimitReader(in, maxPair)).Decode(&pair) != nil || pair.Access == "" || pair.Refresh == "" {
		return bots.Grant{}, errors.New("the standard input must be like " + form)
	}
	life := accessFor
	if len(pair.ExpiresIn) > 0 {
		seconds, err := strconv.Atoi(strings.Trim(string(pair.ExpiresIn), `"`))
		if err != nil || seconds <= 0 || seconds > int(365*24*time.Hour/time.Second) {
			return bots.Grant{}, errors.New("expires_in must be seconds, as in " + form)
		}
		life = time.Duration(seconds) * time.Second
	}
	return bots.Grant{Access: pair.Access, Refresh: pair.Refresh, ExpiresAt: now.Add(life)}, nil
}

// keepGrant keeps a pair once Zalo has taken its access token and said that it is our account's.
func keepGrant(ctx context.Context, c Config, db *store.Store, g bots.Grant, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, doctorLimit)
	defer cancel()
	a := accountOn(zalo.OAName, c, db.Now, &keptToken{g.Access})
	platform, ok := a.Adapter.(bots.Inspector)
	if !ok {
		return errors.New("zalo cannot be asked")
	}
	status, err := platform.Status(ctx)
	if err != nil {
		return fmt.Errorf("not kept, take a new pair from the API Explorer: %w", err)
	}
	if status.ID != "" && status.ID != c.ZaloOA {
		return fmt.Errorf("not kept: the pair is of the account %s %q, not of ZALO_OA_ID", status.ID, status.Name)
	}
	s, err := channelStack(c, db)
	if err != nil {
		return err
	}
	if err := s.tokens.Keep(ctx, g); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Kept for %s: the access token is good until %s, the program renews it.\n",
		status.Name, minute(g.ExpiresAt))
	return err
}

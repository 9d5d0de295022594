package main

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/notifications"
)

// maxBody is the largest webhook body that is read.
const maxBody = 1 << 20

func channelCommand() *cobra.Command {
	channel := &cobra.Command{Use: "channel", Short: "Look at what a channel does"}
	channel.AddCommand(&cobra.Command{
		Use: "parse CHANNEL < body.json", Args: cobra.ExactArgs(1),
		Short: "Print the canonical events of a webhook body, one JSON line each",
		RunE: func(cmd *cobra.Command, args []string) error {
			parse, ok := parsers()[args[0]]
			if !ok {
				return fmt.Errorf("there is no channel %q: telegram, zalo, zalo_bot, facebook can be parsed", args[0])
			}
			body, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), maxBody+1))
			if err != nil {
				return fmt.Errorf("read standard input: %w", err)
			}
			if len(body) > maxBody {
				return fmt.Errorf("the body is larger than %d bytes", maxBody)
			}
			events, err := parse(body)
			if err != nil {
				return err
			}
			lines := json.NewEncoder(cmd.OutOrStdout())
			for _, e := range events {
				if err := lines.Encode(e); err != nil {
					return err
				}
			}
			return nil
		},
	})
	return channel
}

func parsers() map[string]func([]byte) ([]bots.Incoming, error) {
	all := map[string]func([]byte) ([]bots.Incoming, error){}
	for _, account := range platforms(Config{}, time.Now, &notifications.Tokens{}) {
		all[account.Name()] = account.Parse
	}
	return all
}

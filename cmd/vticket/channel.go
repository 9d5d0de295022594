package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vticket/vticket/bots/facebook"
	"github.com/vticket/vticket/bots/telegram"
	"github.com/vticket/vticket/bots/zalo"
	"github.com/vticket/vticket/notifications"
)

// maxBody is the largest webhook body that is read.
const maxBody = 1 << 20

func channelCommand() *cobra.Command {
	channel := &cobra.Command{Use: "channel", Short: "Set up a channel, see how it is, and look at what it brings"}
	channel.AddCommand(channelSetup(), channelStatus(), channelToken(), channelVerify(), channelParse())
	return channel
}

// channelNames are how the platforms are called on the command line.
const channelNames = "telegram, zalo, zalo-bot, facebook"

// channelNamed is a channel by its name on the command line, where zalo-bot and zalo_bot are the same.
func channelNamed(given string) (string, error) {
	switch name := strings.ReplaceAll(given, "-", "_"); name {
	case telegram.Name, zalo.OAName, zalo.BotName, facebook.Name:
		return name, nil
	default:
		return "", fmt.Errorf("there is no channel %q: the channels are %s", given, channelNames)
	}
}

// accountOn is our account on a platform, configured or not.
func accountOn(name string, c Config, now func() time.Time, tokens tokenSource) account {
	for _, a := range platforms(c, now, tokens) {
		if a.Name() == name {
			return a
		}
	}
	return account{}
}

func channelParse() *cobra.Command {
	return &cobra.Command{
		Use: "parse CHANNEL < body.json", Args: cobra.ExactArgs(1),
		Short: "Print the canonical events of a webhook body, one JSON line each",
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := channelNamed(args[0])
			if err != nil {
				return err
			}
			body, err := readBody(cmd.InOrStdin())
			if err != nil {
				return err
			}
			events, err := accountOn(name, Config{}, time.Now, &notifications.Tokens{}).Parse(body)
			if err != nil {
				return err
			}
			lines := json.NewEncoder(cmd.OutOrStdout())
			lines.SetEscapeHTML(false)
			for _, e := range events {
				if err := lines.Encode(e); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// readBody reads a webhook's body as it stands, to the last byte: what is signed is not touched.
func readBody(in io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(in, maxBody+1))
	if err != nil {
		return nil, fmt.Errorf("read standard input: %w", err)
	}
	if len(body) > maxBody {
		return nil, fmt.Errorf("the body is larger than %d bytes", maxBody)
	}
	return body, nil
}

func channelVerify() *cobra.Command {
	var lines []string
	cmd := &cobra.Command{
		Use: "verify CHANNEL --header 'Name: value' < body", Args: cobra.ExactArgs(1),
		Short: "Say whether a webhook is signed as the channel's platform signs; secrets are from the environment",
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := channelNamed(args[0])
			if err != nil {
				return err
			}
			header, err := parseHeader(lines)
			if err != nil {
				return err
			}
			body, err := readBody(cmd.InOrStdin())
			if err != nil {
				return err
			}
			c, err := signingConfig(name, environ())
			if err != nil {
				return err
			}
			if why := c.unproved(name); why != "" {
				fmt.Fprintln(cmd.ErrOrStderr(), why+": nothing is taken")
			}
			err = accountOn(name, c, time.Now, &notifications.Tokens{}).Verify(header, body)
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "{\"valid\":%t}\n", err == nil)
			return err
		},
	}
	cmd.Flags().StringArrayVar(&lines, "header", nil, "a header of the webhook, as often as it has some")
	return cmd
}

// headerName is a header's name as HTTP allows it.
var headerName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

// parseHeader reads lines like "Name: value".
func parseHeader(lines []string) (http.Header, error) {
	header := http.Header{}
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		if !ok || !headerName.MatchString(name) || strings.ContainsAny(value, "\r\n\x00") {
			return nil, fmt.Errorf("--header must be like 'Name: value', not %q", name)
		}
		header.Add(name, strings.TrimSpace(value))
	}
	return header, nil
}

// signingConfig is the part of the configuration that proves a webhook, read from nothing but its own variables:
// whatever else is set or is missing does not matter.
func signingConfig(name string, environ map[string]string) (Config, error) {
	own := map[string]string{}
	for _, variable := range signing[name] {
		for _, key := range []string{variable, variable + "_FILE"} {
			if value, ok := environ[key]; ok {
				own[key] = value
			}
		}
	}
	c, faults, err := readConfig(own)
	if err = errors.Join(append(faults, err)...); err != nil {
		return c, fmt.Errorf("configuration: %w", err)
	}
	return c, nil
}

// signing are the variables that prove a webhook of each channel.
var signing = map[string][]string{
	telegram.Name: {"TELEGRAM_WEBHOOK_SECRET"},
	zalo.OAName:   {"ZALO_APP_ID", "ZALO_OA_SECRET_KEY", "ZALO_APP_SECRET"},
	zalo.BotName:  {"ZALO_BOT_SECRET"},
	facebook.Name: {"FB_APP_SECRET"},
}

// unproved says that nothing can be proved, empty when something can: no secret means that nothing is ever taken.
func (c Config) unproved(name string) string {
	switch {
	case name == telegram.Name && c.TelegramSecrets == "":
		return "TELEGRAM_WEBHOOK_SECRET is not set"
	case name == zalo.OAName && (c.ZaloAppID == "" || len(c.zaloSecrets()) == 0):
		return "ZALO_APP_ID and ZALO_OA_SECRET_KEY, or ZALO_APP_SECRET, are not set"
	case name == zalo.BotName && len(c.ZaloBotSecrets) == 0:
		return "ZALO_BOT_SECRET is not set"
	case name == facebook.Name && len(c.FacebookSecrets) == 0:
		return "FB_APP_SECRET is not set"
	default:
		return ""
	}
}

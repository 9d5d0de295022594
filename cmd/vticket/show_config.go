package main

import (
	"fmt"
	"io"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

func configCommand() *cobra.Command {
	return &cobra.Command{
		Use: "config", Args: cobra.NoArgs,
		Short: "Print the configuration as it is in force, and where each value is from",
		RunE: func(cmd *cobra.Command, _ []string) error {
			given := environ()
			sources := settingSources(given)
			c, err := loadConfig(given)
			if printErr := printSettings(cmd.OutOrStdout(), c, sources); printErr != nil {
				return printErr
			}
			return err
		},
	}
}

// settingNames are the names of all settings, in the order of Config.
func settingNames() []string {
	var names []string
	for field := range reflect.TypeFor[Config]().Fields() {
		names = append(names, field.Tag.Get("env"))
	}
	return names
}

// settingSources says of each setting where its value is from. It is asked before loadConfig reads the files.
func settingSources(given map[string]string) map[string]string {
	sources := map[string]string{}
	for _, name := range settingNames() {
		switch {
		case given[name+"_FILE"] != "":
			sources[name] = "file"
		case given[name] != "":
			sources[name] = "environment"
		default:
			sources[name] = "default"
		}
	}
	return sources
}

// printSettings writes one NAME=value a line with its source as a comment.
func printSettings(out io.Writer, c Config, sources map[string]string) error {
	values := reflect.ValueOf(c)
	for i, name := range settingNames() {
		value := settingText(values.Field(i).Interface())
		if slices.Contains(secretNames[:], name) {
			value = map[bool]string{true: "(set)", false: "(not set)"}[value != ""]
		}
		if _, err := fmt.Fprintf(out, "%s=%s  # %s\n", name, value, sources[name]); err != nil {
			return err
		}
	}
	return nil
}

// settingText is a value on one line, and without the password that an address may hold.
func settingText(value any) string {
	text := fmt.Sprint(value)
	if list, ok := value.([]string); ok {
		text = strings.Join(list, ",")
	}
	if u, err := url.Parse(text); err == nil && u.User != nil {
		text = u.Redacted()
	}
	if quoted := strconv.Quote(text); strings.Contains(quoted, `\`) {
		return quoted
	}
	return text
}

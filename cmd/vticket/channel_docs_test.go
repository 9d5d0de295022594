package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestTemplatesToApprove: every message that may have an approved text has one to copy, within Zalo's limits
// (channels.md §2.7). That its parameters are those that are filled in is tested in notifications.
func TestTemplatesToApprove(t *testing.T) {
	raw, err := os.ReadFile("../../docs/channels/zalo-templates.md")
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, section := range strings.Split(string(raw), "\n## ")[1:] {
		key, text, _ := strings.Cut(section, "\n")
		if !slices.Contains(templateKeys, key) {
			continue
		}
		keys = append(keys, key)
		parts := map[string][]string{}
		for line := range strings.Lines(text) {
			what, words, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "- **"), ":** ")
			what, _, _ = strings.Cut(what, " ")
			parts[what] = append(parts[what], words)
		}
		if len(parts["Title"]) != 1 || utf8.RuneCountInString(parts["Title"][0]) > 65 {
			t.Errorf("%s is to have one title of at most 65 characters: %q", key, parts["Title"])
		}
		if len(parts["Paragraph"]) != 1 || utf8.RuneCountInString(parts["Paragraph"][0]) > 400 {
			t.Errorf("%s is to have one paragraph of at most 400 characters: %q", key, parts["Paragraph"])
		}
		if n := len(parts["Button"]); n == 0 || n > 2 {
			t.Errorf("%s is to have one or two buttons: %q", key, parts["Button"])
		}
	}
	if !slices.Equal(keys, templateKeys) {
		t.Errorf("the page has texts for %v, of %v", keys, templateKeys)
	}
}

// TestChannelPages: whoever sets a channel up finds every setting of it on its page.
func TestChannelPages(t *testing.T) {
	for _, name := range []string{"telegram", "zalo", "zalo_bot", "facebook"} {
		raw, err := os.ReadFile("../../docs/channels/" + pathOf(name) + ".md")
		if err != nil {
			t.Fatal(err)
		}
		prefix := map[string]string{"telegram": "TELEGRAM_", "zalo": "ZALO_", "zalo_bot": "ZALO_BOT_", "facebook": "FB_"}[name]
		for _, setting := range settingNames() {
			ofBot := strings.HasPrefix(setting, "ZALO_BOT_") && name == "zalo"
			if strings.HasPrefix(setting, prefix) && !ofBot && !strings.Contains(string(raw), "`"+setting+"`") {
				t.Errorf("the page of %s says nothing of %s", name, setting)
			}
		}
	}
}

// TestCommandsAreInTheDocs: whoever runs Vticket finds every command in the README or in operations.md.
func TestCommandsAreInTheDocs(t *testing.T) {
	var docs strings.Builder
	for _, path := range []string{"../../README.md", "../../docs/operations.md"} {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		docs.Write(raw)
	}
	for _, command := range rootCommand().Commands() {
		name := command.Name()
		if name != "version" && !regexp.MustCompile(`vticket `+name+`\b`).MatchString(docs.String()) {
			t.Errorf("no page says what vticket %s is for", name)
		}
	}
}

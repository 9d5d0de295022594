package main

import (
	"maps"
	"slices"
	"strings"
)

// ourPrefixes begin the names of variables that nobody but us reads. Of others a name is told of only when it is almost
// one of ours: REDIS_PORT is an orchestrator's.
var ourPrefixes = []string{"TELEGRAM_", "ZALO_", "FB_", "FACEBOOK_", "MAP_TILE_", "GEOCODER_", "VTICKET_"}

// unreadSettings are the variables that seem to be meant for us and that no setting reads, each with the name that is
// perhaps meant; empty: none is near.
func unreadSettings(environ map[string]string) map[string]string {
	var known []string
	for _, name := range settingNames() {
		known = append(known, name, name+"_FILE")
	}
	unread := map[string]string{}
	for name := range environ {
		if slices.Contains(known, name) {
			continue
		}
		upper := strings.ToUpper(name)
		words := strings.Replace(strings.TrimPrefix(upper, "VTICKET_"), "FACEBOOK_", "FB_", 1)
		meant := slices.MinFunc(known, func(a, b string) int { return edits(words, a) - edits(words, b) })
		far := edits(words, meant)
		ours := slices.ContainsFunc(ourPrefixes, func(prefix string) bool { return strings.HasPrefix(upper, prefix) })
		switch {
		case far <= len(words)/4, ours && far <= len(words)/2:
			unread[name] = meant
		case ours:
			unread[name] = ""
		}
	}
	return unread
}

// edits is how many letters have to be put in, taken out or changed to make one word of the other (Levenshtein).
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			kept := before
			if a[i] != b[j] {
				kept++
			}
			before = row[j+1]
			row[j+1] = min(kept, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// unread tells of variables without effect: a channel whose token is misspelt looks like one that nobody has set up.
func (d *doctor) unread(environ map[string]string) {
	unread := unreadSettings(environ)
	for _, name := range slices.Sorted(maps.Keys(unread)) {
		do := "take it away; vticket config shows the names that are read"
		if meant := unread[name]; meant != "" {
			do = "is " + meant + " meant? else " + do
		}
		d.warn(do, "%s is read by no setting", name)
	}
}

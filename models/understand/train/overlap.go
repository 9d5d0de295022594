package main

import (
	"fmt"
	"strings"

	"github.com/vticket/vticket/models"
)

// run is how many folded words in a row two texts may not share, and mostShared the share of lines that may.
const (
	runWords   = 5
	mostShared = 0.05
)

// runs lists the runs of folded words of a text.
func runs(text string) []string {
	words := strings.Fields(models.Fold(text))
	var out []string
	for i := 0; i+runWords <= len(words); i++ {
		out = append(out, strings.Join(words[i:i+runWords], " "))
	}
	return out
}

// overlap counts the lines that share a run with another line, and those that share one with a report.
func overlap(lines []line, reports []report) (shared, known int, err error) {
	holders := map[string]int{}
	for _, l := range lines {
		own := map[string]bool{}
		for _, r := range runs(l.text) {
			if !own[r] {
				own[r] = true
				holders[r]++
			}
		}
	}
	theirs := map[string]bool{}
	for _, r := range reports {
		for _, words := range runs(r.Text) {
			theirs[words] = true
		}
	}
	for _, l := range lines {
		var again, told bool
		for _, r := range runs(l.text) {
			again = again || holders[r] > 1
			told = told || theirs[r]
		}
		if again {
			shared++
		}
		if told {
			known++
			err = fmt.Errorf("%s:%d shares %d words in a row with a report to be judged by", l.file, l.number, runWords)
		}
	}
	if share := float64(shared) / float64(len(lines)); share > mostShared {
		err = fmt.Errorf("%.1f %% of the lines share %d words in a row with another, more than %.0f %%",
			100*share, runWords, 100*mostShared)
	}
	return shared, known, err
}

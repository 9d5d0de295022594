package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/vticket/vticket/models"
)

// line is one line of training text: keys (one, or those of several problems), its register, its priority, the words.
type line struct {
	file     string
	number   int
	keys     []string
	register string
	priority models.Priority // "" : the type's own
	text     string
}

// readLines reads all files of a folder, by name.
func readLines(folder string) ([]line, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.tsv"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no lines in %s", folder)
	}
	var out []line
	for _, file := range files {
		lines, err := readFile(file)
		if err != nil {
			return nil, err
		}
		out = append(out, lines...)
	}
	return out, nil
}

func readFile(file string) ([]line, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []line
	scanner := bufio.NewScanner(f)
	for n := 1; scanner.Scan(); n++ {
		text := scanner.Text()
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		parts := strings.Split(text, "\t")
		if len(parts) != 4 {
			return nil, fmt.Errorf("%s:%d: %d columns, not key, register, priority and words", file, n, len(parts))
		}
		l := line{
			file: filepath.Base(file), number: n,
			keys: strings.Split(parts[0], ","), register: parts[1], text: parts[3],
		}
		if parts[2] != "-" {
			l.priority = models.Priority(parts[2])
		}
		out = append(out, l)
	}
	return out, scanner.Err()
}

// report is one of the reports to be judged by, in the form of reports-dev.jsonl.
type report struct {
	ID       string          `json:"id"`
	Text     string          `json:"text"`
	Category string          `json:"category_key"`
	Accept   []string        `json:"accept_keys"`
	Priority models.Priority `json:"priority_expected"`
	IsReport bool            `json:"is_report"`
}

func readReports(file string) ([]report, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []report
	for scanner := bufio.NewScanner(f); scanner.Scan(); {
		var r report
		if err := json.Unmarshal(scanner.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		out = append(out, r)
	}
	return out, nil
}

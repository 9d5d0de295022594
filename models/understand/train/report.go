package main

import (
	"cmp"
	_ "embed" // how the report begins
	"fmt"
	"maps"
	"slices"
	"strings"
)

//go:embed introduction.md
var introduction string

// mostConfused is how many pairs of types the report lists.
const mostConfused = 40

// head of the table of figures; line writes one row of it.
const head = "| | reports | type | field | among ≤ 4 | report or not | false reports | critical found | " +
	"false alarms | priority |\n|---|---|---|---|---|---|---|---|---|---|\n"

func (f figures) line(name string) string {
	return fmt.Sprintf("| %s | %d + %d | %v | %v | %v | %v | %v | %v | %v | %v |\n",
		name, f.reports, f.talks, &f.top, &f.field, &f.four,
		&f.report, &f.falseReports, &f.critical, &f.alarms, &f.priority)
}

// summary is what stands in docs/understanding.md.
type summary struct {
	lines, shared int
	weights       string
	registers     []named
	all           figures
	judged        []named
}

type named struct {
	name string
	figures
}

func (s summary) write() string {
	var b strings.Builder
	b.WriteString(introduction)
	fmt.Fprintf(&b, "\n## The lines\n%d lines; %d (%.1f %%) share %d folded words in a row with another, "+
		"none with a report of\nreports-dev. %s.\n",
		s.lines, s.shared, 100*float64(s.shared)/float64(s.lines), runWords, s.weights)
	b.WriteString("\n## Registers that were left out\n" +
		"Each row: learnt from all other registers, asked about this one. " +
		"Harder than life: a whole way of writing is new.\n\n" + head)
	for _, r := range s.registers {
		b.WriteString(r.line(r.name))
	}
	b.WriteString(s.all.line("**all**"))
	b.WriteString("\n## Reports that were never learnt from\n" + head)
	for _, j := range s.judged {
		b.WriteString(j.line(j.name))
	}
	b.WriteString("\n## How far to believe it\n" +
		"How often the type was right, by the confidence that was given (registers left out).\n\n" +
		"| confidence | reports | right |\n|---|---|---|\n")
	for i, bucket := range s.all.buckets {
		fmt.Fprintf(&b, "| %.1f – %.1f | %d | %v |\n", float64(i)/10, float64(i+1)/10, bucket.of, &bucket)
	}
	b.WriteString("\n## What is taken for what\n" +
		"Fields (rows: what it is, columns: what it was taken for; registers left out).\n\n")
	s.all.fieldTable(&b)
	fmt.Fprintf(&b, "\nThe %d pairs of types that are taken for each other most.\n\n", mostConfused)
	b.WriteString("| is | taken for | times |\n|---|---|---|\n")
	pairs := slices.SortedFunc(maps.Keys(s.all.confused), func(x, y [2]string) int {
		return cmp.Or(cmp.Compare(s.all.confused[y], s.all.confused[x]), strings.Compare(x[0]+x[1], y[0]+y[1]))
	})
	for _, p := range pairs[:min(mostConfused, len(pairs))] {
		fmt.Fprintf(&b, "| %s | %s | %d |\n", p[0], cmp.Or(p[1], "nothing"), s.all.confused[p])
	}
	return b.String()
}

func (f figures) fieldTable(b *strings.Builder) {
	var names []string
	for pair := range f.fields {
		names = append(names, pair[0])
	}
	slices.Sort(names)
	names = slices.Compact(names)
	columns := append(slices.Clone(names), "")
	titles := strings.Join(append(slices.Clone(names), "none"), " | ")
	fmt.Fprintf(b, "| | %s |\n|%s\n", titles, strings.Repeat("---|", len(columns)+1))
	for _, row := range names {
		fmt.Fprintf(b, "| **%s** |", row)
		for _, column := range columns {
			fmt.Fprintf(b, " %s |", count(f.fields[[2]string{row, column}]))
		}
		b.WriteString("\n")
	}
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// Command train learns the weights of models/understand from the lines in models/understand/training and writes them,
// with a report of how far they can be trusted. The same lines give the same bytes: make train.
package main

import (
	"flag"
	"fmt"
	"os"
)

type options struct {
	training, dev, weights, report string
	folds, verbose                 bool
	judge                          []string
}

func main() {
	var o options
	flag.StringVar(&o.training, "training", "models/understand/training", "the folder of the lines")
	flag.StringVar(&o.dev, "dev", "models/understand/testdata/reports-dev.jsonl",
		"reports that must not be among the lines")
	flag.StringVar(&o.weights, "weights", "models/understand/weights.bin", "where the weights go")
	flag.StringVar(&o.report, "report", "docs/understanding.md", "where the report goes")
	flag.BoolVar(&o.folds, "folds", true, "measure by leaving out registers")
	flag.BoolVar(&o.verbose, "v", false, "show what was read wrongly")
	flag.Parse()
	o.judge = flag.Args()
	if err := train(o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

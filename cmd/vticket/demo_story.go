package main

import (
	_ "embed" // the stories are part of the program
	"fmt"
	"math/rand/v2"

	"go.yaml.in/yaml/v3"
)

//go:embed demo_stories.yaml
var demoStoriesYAML []byte

// demoStory is one thing that people report; demo_stories.yaml explains the fields.
type demoStory struct {
	Category string    `yaml:"category"`
	Scene    demoScene `yaml:"scene"`
	Words    []string  `yaml:"words"`
	English  string    `yaml:"english"`
	Done     []string  `yaml:"done"`
	No       string    `yaml:"no"`
}

func demoStories() ([]demoStory, error) {
	var all []demoStory
	if err := yaml.Unmarshal(demoStoriesYAML, &all); err != nil {
		return nil, fmt.Errorf("read the demo's stories: %w", err)
	}
	return all, nil
}

// dice throw the same numbers for the same seed. Nothing secret comes of them.
type dice struct{ *rand.PCG }

// IntN is a number from 0 to n-1.
func (d dice) IntN(n int) int { return int(d.Uint64() % uint64(n)) }

// Float64 is a number from 0 to 1.
func (d dice) Float64() float64 { return float64(d.Uint64()>>11) / (1 << 53) }

// Shuffle puts n things into another order.
func (d dice) Shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, d.IntN(i+1))
	}
}

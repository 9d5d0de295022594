package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/spf13/cobra"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/understand"
)

const classifyHelp = `Tell what texts are about: one JSON object on standard output for each line of standard input, at
once.

A line is a text, or a JSON object with the text in the field "text"; its other fields are not looked at. A line that
begins with { and is no such object is named on standard error; the others are answered, and the command ends with 1.
No database and no configuration is needed: wards are those of the table that comes with the program.

  text          as it was given
  is_report     whether somebody reports something
  intent        report, question, conduct_complaint, denunciation, status_query, greeting, thanks, spam_ad, abuse,
                cancel, handover_request, confirm, deny, help, chitchat, noise_text, no_problem
  category      key of the type, "" when the words do not tell; field: its field, likewise
  priority      critical, high, normal, low; "" when it is no report
  confidence    0 to 1: how often an answer that is so sure is right; 0 without a category
  alternatives  the likeliest types, 4 at most, the chosen one first: category and score
  ward          name of the one area that is mentioned, "" for none or several; address: the place in words
  parts         the problems, in the order of the text: text, category and score of each`

func classifyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "classify", Args: cobra.NoArgs,
		Short: "Tell what texts are about: type, urgency, intent, place", Long: classifyHelp,
		Example: `  echo 'dg bi lun 1 khuc truoc so 88 duong so 14' | vticket classify`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			reader, err := newWordReader()
			if err != nil {
				return err
			}
			return answerLines(cmd, func(line []byte) (any, error) {
				text, err := textOf(line)
				if err != nil {
					return nil, err
				}
				return reader.read(text), nil
			})
		},
	}
}

// textOf is the text of a line: the line itself, or the field "text" of the JSON object that it is.
func textOf(line []byte) (string, error) {
	if !bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte("{")) {
		return string(line), nil
	}
	var object struct {
		Text *string `json:"text"`
	}
	if err := json.Unmarshal(line, &object); err != nil {
		return "", fmt.Errorf("no JSON object with a string \"text\": %w", err)
	}
	if object.Text == nil {
		return "", errors.New(`the field "text" is missing`)
	}
	return *object.Text, nil
}

// classified is what is printed about a text.
type classified struct {
	Text         string          `json:"text"`
	IsReport     bool            `json:"is_report"`
	Intent       string          `json:"intent"`
	Category     string          `json:"category"`
	Field        string          `json:"field"`
	Priority     string          `json:"priority"`
	Confidence   float64         `json:"confidence"`
	Alternatives []scoredType    `json:"alternatives"`
	Ward         string          `json:"ward"`
	Address      string          `json:"address"`
	Parts        []scoredProblem `json:"parts"`
}

type scoredType struct {
	Category string  `json:"category"`
	Score    float64 `json:"score"`
}

type scoredProblem struct {
	Text     string  `json:"text"`
	Category string  `json:"category"`
	Score    float64 `json:"score"`
}

// wordReader is what the program knows of words alone.
type wordReader struct {
	model *understand.Model
	areas *places.Index
}

func newWordReader() (r wordReader, err error) {
	catalogue, err := models.DefaultCatalogue()
	if err != nil {
		return r, err
	}
	if r.model, err = understand.New(catalogue); err != nil {
		return r, err
	}
	r.areas, err = places.Approximate()
	return r, err
}

// classifyRunes is how much of a text is read: as much as of a message (bots/dialogue).
const classifyRunes = 10_000

func (r wordReader) read(text string) classified {
	words := models.Clean(text, classifyRunes)
	result := r.model.Classify(words)
	out := classified{
		Text: text, IsReport: result.IsReport, Intent: string(result.Intent), Category: result.Category,
		Field: result.Field, Confidence: round4(result.Confidence),
		Alternatives: []scoredType{}, Parts: []scoredProblem{},
	}
	if result.IsReport {
		out.Priority = string(result.Priority)
	}
	for _, a := range result.Alternatives {
		out.Alternatives = append(out.Alternatives, scoredType{a.Category, round4(a.Score)})
	}
	for _, p := range r.model.Parts(words) {
		out.Parts = append(out.Parts, scoredProblem{p.Text, p.Category, round4(p.Score)})
	}
	place := r.areas.Read(words)
	out.Ward, out.Address = place.Ward(), place.Address
	return out
}

func round4(x float64) float64 { return math.Round(x*10_000) / 10_000 }

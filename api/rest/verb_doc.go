package rest

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/vticket/vticket/models"
)

const verbPath = "/tickets/{code}/{verb}"

// describeVerb tells of the verbs what huma cannot know: which there are, that their body is JSON, which we decode
// ourselves, and that If-Match must be sent, which we refuse in our own words.
func describeVerb(doc *huma.OpenAPI, verbs map[models.Verb]verbFunc) {
	op := doc.Paths[verbPath].Post
	body := doc.Components.Schemas.Schema(reflect.TypeFor[verbBody](), false, "")
	body.Required = nil // each verb has its own
	op.RequestBody.Required = false
	op.RequestBody.Content = map[string]*huma.MediaType{"application/json": {Schema: body}}
	var names []any
	for _, verb := range slices.Sorted(maps.Keys(verbs)) {
		names = append(names, string(verb))
	}
	for i, p := range op.Parameters {
		switch p.Name {
		case "verb":
			op.Parameters[i] = inPath("verb", names...)
		case "If-Match":
			p.Required = true
		}
	}
	mustMatch(op)
}

// mustMatch describes the refusals of an operation that needs If-Match.
func mustMatch(op *huma.Operation) {
	problem := op.Responses["default"].Content
	for status, about := range map[int]string{
		http.StatusPreconditionFailed:   "The ticket has changed since: read it again",
		http.StatusPreconditionRequired: "If-Match is missing",
	} {
		op.Responses[strconv.Itoa(status)] = &huma.Response{Description: about, Content: problem}
	}
}

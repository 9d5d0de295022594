package rest

import (
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/locales"
)

// about is what openapi.json says of all operations together; a table of the codes of problems follows.
const about = `Instants are RFC 3339. Texts are Vietnamese unless Accept-Language begins with en.

A token of staff ends 12 hours after its sign-in. A token of a chat does not end.

Whoever changes a ticket sends the ETag that they saw as If-Match; * is any version. With an Idempotency-Key a repeat of
the same call (ticket, verb and body byte for byte, whatever its If-Match) gets the first one's answer for 24 hours; the
same key with another call is refused. A refused call may be repeated with its key.

Lists are newest first. next is the cursor of the following page; the last page has none.

Refusals are application/problem+json (RFC 9457). Decide by code, never by the words; field is what to correct. 429 says
in Retry-After, in seconds, when to come again.

| code | in words |
|---|---|
`

// describe adds to the document what holds for all operations.
func describe(doc *huma.OpenAPI) {
	var text strings.Builder
	text.WriteString(about)
	codes := web.Codes()
	for _, code := range codes {
		text.WriteString("| " + code + " | " + locales.Message(locales.English, "problem_"+code, nil) + " |\n")
	}
	doc.Info.Description = text.String()
	named := problemSchema(doc).Ref
	code := doc.Components.Schemas.SchemaFromRef(named).Properties["code"]
	for _, one := range codes {
		code.Enum = append(code.Enum, one)
	}
	for path, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post} {
			if op != nil && (path == "/auth/login" || strings.HasPrefix(path, "/chat/") && op == item.Post) {
				soManyOf(op)
			}
		}
	}
}

// problemSchema names the schema of every refusal.
func problemSchema(doc *huma.OpenAPI) *huma.Schema {
	return doc.Components.Schemas.Schema(reflect.TypeFor[web.Problem](), true, "Problem")
}

// soManyOf describes the refusal of who comes too often.
func soManyOf(op *huma.Operation) {
	op.Responses["429"] = &huma.Response{
		Description: "Too often from this address or for this e-mail", Content: op.Responses["default"].Content,
		Headers: map[string]*huma.Param{"Retry-After": {
			Description: "Seconds until it may be tried again.", Schema: &huma.Schema{Type: huma.TypeInteger},
		}},
	}
}

// requiredOf is the name of the property that huma misses in a body, which it tells in words only.
func requiredOf(message string) string {
	if after, ok := strings.CutPrefix(message, "expected required property "); ok {
		name, _, _ := strings.Cut(after, " ")
		return name
	}
	return ""
}

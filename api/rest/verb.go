package rest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

type verbInput struct {
	Asker
	Code           string `path:"code"`
	Verb           string `path:"verb"`
	IfMatch        string `header:"If-Match" doc:"The ETag of the ticket as the asker saw it; * is any."`
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"200" doc:"A repeat with the same body gets the same answer, for 24 hours."`
	RawBody        []byte
	kind           string // of the body
}

// Resolve learns as what the body is sent: huma looks at it only where it decodes the body.
func (in *verbInput) Resolve(c huma.Context) []error {
	in.kind, _, _ = mime.ParseMediaType(c.Header("Content-Type"))
	return nil
}

// verbBody has the fields of all verbs; each reads its own.
type verbBody struct {
	Text         string          `json:"text" doc:"Of return, ask, reply, note and resolve, which need it, and amend."`
	Outcome      models.Outcome  `json:"outcome" enum:"fixed,answered,cannot_fix" doc:"Of resolve, which needs it."`
	NoPhoto      string          `json:"no_photo_reason" doc:"Of resolve: why there is no picture of the finished work."`
	Category     string          `json:"category" doc:"Of triage. It raises the priority to its own, and never lowers it."`
	Priority     models.Priority `json:"priority" enum:"critical,high,normal,low" doc:"Of triage; left out, none is chosen."`
	Department   string          `json:"department" doc:"Of assign, which needs it: an id or a code."`
	Lat          *float64        `json:"lat" doc:"Of triage, amend."`
	Lon          *float64        `json:"lon" doc:"Of triage, amend."`
	Address      *string         `json:"address" doc:"Of triage, where an empty one removes what was wrong, and amend."`
	ExternalRefs *string         `json:"external_refs" doc:"Of triage: numbers of other systems, separated by spaces."`
	Photos       []string        `json:"photos" doc:"Of resolve: ids of pictures of the finished work."`
	Into         string          `json:"into" doc:"Of merge, which needs it: the code of the ticket that goes on. The answer is the one that was merged."`
}

type verbFunc func(tx *store.Tx, act workflow.Act, in verbBody) (models.Ticket, error)

// verbs is the table of what staff may call, by the name in the path. Who may call which is models.permissions. Attach
// is the one that comes as a form (photo.go).
func (a *API) verbs() map[models.Verb]verbFunc {
	return map[models.Verb]verbFunc{
		models.VerbTriage: func(tx *store.Tx, act workflow.Act, in verbBody) (models.Ticket, error) {
			return a.Desk.Triage(tx, workflow.TriageInput{
				Act: act, Category: in.Category, Priority: in.Priority, Lat: in.Lat, Lon: in.Lon, Address: in.Address,
				ExternalRefs: in.ExternalRefs,
			})
		},
		models.VerbAssign: func(tx *store.Tx, act workflow.Act, in verbBody) (models.Ticket, error) {
			owner, err := departmentID(tx, models.Clean(in.Department, 100))
			if err == nil && owner == "" {
				err = models.Invalid{Field: "department", Key: "error_department"}
			}
			if err != nil {
				return models.Ticket{}, err
			}
			return a.Desk.Assign(tx, workflow.AssignInput{Act: act, DepartmentID: owner})
		},
		models.VerbAccept: func(tx *store.Tx, act workflow.Act, _ verbBody) (models.Ticket, error) {
			return a.Desk.Accept(tx, workflow.AcceptInput{Act: act})
		},
		models.VerbReturn: func(tx *store.Tx, act workflow.Act, in verbBody) (models.Ticket, error) {
			return a.Desk.Return(tx, workflow.ReturnInput{Act: act, Text: in.Text})
		},
		models.VerbAsk: func(tx *store.Tx, act workflow.Act, in verbBody) (models.Ticket, error) {
			return a.Desk.Ask(tx, workflow.AskInput{Act: act, Text: in.Text})
		},
		models.VerbReply: func(tx *store.Tx, act workflow.Act, in verbBody) (models.Ticket, error) {
			return a.Desk.Reply(tx, workflow.ReplyInput{Act: act, Text: in.Text})
		},
		models.VerbNote: func(tx *store.Tx, act workflow.Act, in verbBody) (models.Ticket, error) {
			return a.Desk.Note(tx, workflow.NoteInput{Act: act, Text: in.Text})
		},
		models.VerbResolve: func(tx *store.Tx, act workflow.Act, in verbBody) (models.Ticket, error) {
			return a.Desk.Resolve(tx, workflow.ResolveInput{
				Act: act, Outcome: in.Outcome, Text: in.Text, NoPhoto: in.NoPhoto, Photos: in.Photos,
			})
		},
		models.VerbAmend: func(tx *store.Tx, act workflow.Act, in verbBody) (models.Ticket, error) {
			amend := workflow.AmendInput{Act: act, Words: in.Text, Lat: in.Lat, Lon: in.Lon}
			if in.Address != nil { // what a reporter does not say again stays
				amend.Address = *in.Address
			}
			return a.Desk.Amend(tx, amend)
		},
		models.VerbReopen: func(tx *store.Tx, act workflow.Act, _ verbBody) (models.Ticket, error) {
			return a.Desk.Reopen(tx, workflow.ReopenInput{Act: act})
		},
		models.VerbMerge: func(tx *store.Tx, act workflow.Act, in verbBody) (models.Ticket, error) {
			into, err := tx.TicketByCode(act.Actor, in.Into)
			if err != nil {
				return into, models.Invalid{Field: "into", Key: "error_merge_into"}
			}
			if _, err = a.Desk.Merge(tx, workflow.MergeInput{Act: act, Into: into.ID}); err != nil {
				return models.Ticket{}, err
			}
			return tx.LockTicket(act.Actor, act.Ticket) // the one that was asked about, not the one that goes on
		},
		models.VerbUnmerge: func(tx *store.Tx, act workflow.Act, _ verbBody) (models.Ticket, error) {
			return a.Desk.Unmerge(tx, workflow.UnmergeInput{Act: act})
		},
		models.VerbWithdraw: func(tx *store.Tx, act workflow.Act, _ verbBody) (models.Ticket, error) {
			return a.Desk.Withdraw(tx, workflow.WithdrawInput{Act: act})
		},
	}
}

// verb does one verb in one transaction, together with the idempotency key that the asker gave it.
func (a *API) verb(ctx context.Context, in *verbInput) (*ticketOutput, error) {
	who, err := a.staff(ctx, in.Asker)
	if err != nil {
		return nil, err
	}
	do, ok := a.verbs()[models.Verb(in.Verb)]
	if !ok {
		return nil, web.NewProblem(http.StatusNotFound, "unknown_verb", in.lang())
	}
	version, err := in.conditions(true)
	if err != nil {
		return nil, a.refuse(ctx, in.Asker, err)
	}
	body, err := in.decode()
	if err != nil {
		return nil, a.refuse(ctx, in.Asker, err)
	}
	out := &ticketOutput{}
	err = a.Store.Tx(ctx, func(tx *store.Tx) error {
		return once(tx, in, who.ID, out, func() error {
			found, err := tx.TicketByCode(who, in.Code)
			if err != nil {
				return err
			}
			t, err := do(tx, workflow.Act{Actor: who, Ticket: found.ID, Version: version}, body)
			out.ETag, out.Body = etag(t.Version), view(t)
			return err
		})
	})
	if wrong, ok := errors.AsType[models.Invalid](err); ok && wrong.Field == "photo" { // as the pages call it
		wrong.Field = "photos"
		err = wrong
	}
	if err != nil {
		return nil, a.refuse(ctx, in.Asker, err)
	}
	return out, nil
}

// conditions reads what a request holds on to: the version that its asker saw, 0 for any where it need not be told, and
// a key that can be kept.
func (in *verbInput) conditions(mustMatch bool) (version int64, err error) {
	version, ok := parseETag(in.IfMatch)
	switch {
	case in.IfMatch == "" && mustMatch:
		return 0, web.NewProblem(http.StatusPreconditionRequired, "if_match_required", in.lang())
	case in.IfMatch != "" && !ok:
		return 0, web.NewProblem(http.StatusBadRequest, "if_match_malformed", in.lang())
	}
	if models.Clean(in.IdempotencyKey, 200) != in.IdempotencyKey { // PostgreSQL refuses broken UTF-8
		return 0, models.Invalid{Field: "Idempotency-Key", Key: "error_id"}
	}
	return version, nil
}

// once runs do, which fills out, unless the same request of the same asker has been served: then it repeats the answer.
// The same key with another body is refused. Only what succeeded is remembered: a refusal may be asked again.
func once[T any](tx *store.Tx, in *verbInput, asker string, out *T, do func() error) error {
	if in.IdempotencyKey == "" {
		return do()
	}
	code, _ := models.ParseCode(in.Code) // If-Match is no part: who lost the answer reads the ticket and asks again
	sum := sha256.Sum256([]byte(code + "\x00" + in.Verb + "\x00" + string(in.RawBody)))
	key := models.IdempotencyKey{Owner: asker, Key: in.IdempotencyKey, BodyHash: hex.EncodeToString(sum[:])}
	known, found, err := tx.ClaimIdempotencyKey(key)
	if err != nil {
		return err
	}
	if found && known.BodyHash != key.BodyHash {
		return web.NewProblem(http.StatusUnprocessableEntity, "idempotency_mismatch", in.lang())
	}
	if found {
		*out = *new(T) // the transaction may have run before
		return json.Unmarshal([]byte(known.Response), out)
	}
	if err := do(); err != nil {
		return err
	}
	response, err := json.Marshal(out)
	if err != nil {
		return err
	}
	key.Response = string(response)
	return tx.KeepIdempotencyKey(key)
}

// parseETag reads the version that If-Match names, 0 for "*", which is any. A proxy that compresses makes tags weak.
func parseETag(s string) (int64, bool) {
	if s = strings.TrimSpace(s); s == "*" {
		return 0, true
	}
	s = strings.TrimPrefix(s, "W/")
	n, err := strconv.ParseInt(strings.Trim(s, `" `), 10, 64)
	return n, err == nil && n > 0
}

// verbFields is what each verb reads of a body; any other field is refused, for whoever sends it means something by it.
func verbFields(verb models.Verb) []string {
	return map[models.Verb][]string{
		models.VerbTriage: {"category", "priority", "lat", "lon", "address", "external_refs"},
		models.VerbAssign: {"department"}, models.VerbReturn: {"text"}, models.VerbAsk: {"text"},
		models.VerbReply: {"text"}, models.VerbNote: {"text"}, models.VerbMerge: {"into"},
		models.VerbResolve: {"outcome", "text", "no_photo_reason", "photos"},
		models.VerbAmend:   {"text", "lat", "lon", "address"},
	}[verb]
}

// decode reads the body of a verb: one object with fields of that verb, or nothing.
func (in *verbInput) decode() (body verbBody, err error) {
	if len(bytes.TrimSpace(in.RawBody)) == 0 {
		return body, nil
	}
	if in.kind != "" && in.kind != "application/json" && !strings.HasSuffix(in.kind, "+json") {
		return body, web.NewProblem(http.StatusUnsupportedMediaType, "media_type", in.lang())
	}
	if !json.Valid(in.RawBody) {
		return body, web.NewProblem(http.StatusBadRequest, "malformed", in.lang())
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(in.RawBody, &fields); err != nil {
		return body, models.Invalid{Field: "body", Key: "error_json"}
	}
	known := verbFields(models.Verb(in.Verb))
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(known, name) {
			return body, models.Invalid{Field: models.Clean(name, 50), Key: "error_field_unknown"}
		}
	}
	err = json.Unmarshal(in.RawBody, &body)
	if odd, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field, _, _ := strings.Cut(odd.Field, ".")
		return body, models.Invalid{Field: field, Key: "error_field_kind"}
	}
	return body, err
}

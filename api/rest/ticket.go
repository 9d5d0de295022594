package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

type ticketView struct {
	Code         string     `json:"code"`
	State        string     `json:"state"`
	Outcome      string     `json:"outcome,omitempty"`
	Priority     string     `json:"priority"`
	Category     string     `json:"category"`
	Area         string     `json:"area"`
	Lat          *float64   `json:"lat,omitempty"`
	Lon          *float64   `json:"lon,omitempty"`
	Address      string     `json:"address"`
	DepartmentID *string    `json:"department_id,omitempty"`
	PromiseDue   *time.Time `json:"promise_due,omitempty"`
	TargetDue    *time.Time `json:"target_due,omitempty"`
	Version      int64      `json:"version"`
	CreatedAt    time.Time  `json:"created_at"`
}

func view(t models.Ticket) ticketView {
	return ticketView{
		Code: t.Code, State: string(t.State), Outcome: string(t.Outcome), Priority: string(t.Priority),
		Category: t.Category, Area: t.AreaCode, Lat: t.Lat, Lon: t.Lon, Address: t.Address,
		DepartmentID: t.DepartmentID,
		PromiseDue:   t.PromiseDue, TargetDue: t.TargetDue, Version: t.Version, CreatedAt: t.CreatedAt.UTC(),
	}
}

type ticketOutput struct {
	ETag string `header:"ETag"`
	Body ticketView
}

func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

type ticketInput struct {
	Asker
	Code string `path:"code"`
}

type ticketsInput struct {
	Asker
	Status     string `query:"status" doc:"States, separated by commas."`
	Department string `query:"department"`
	Category   string `query:"category"`
	Area       string `query:"area"`
	Overdue    bool   `query:"overdue"`
	Cursor     string `query:"cursor"`
	Limit      int    `query:"limit" default:"50" minimum:"1" maximum:"100"`
}

type ticketsOutput struct {
	Body struct {
		Tickets []ticketView `json:"tickets"`
		Next    string       `json:"next,omitempty" doc:"The cursor of the next page."`
	}
}

type verbInput struct {
	Asker
	Code    string `path:"code"`
	Verb    string `path:"verb"`
	IfMatch string `header:"If-Match" doc:"The ETag of the ticket as the asker saw it."`
	RawBody []byte
}

func (a *API) ticketRoutes(v1 huma.API) {
	tags, security := []string{"staff"}, []map[string][]string{{"bearer": {}}}
	huma.Register(v1, huma.Operation{
		OperationID: "list-tickets", Method: http.MethodGet, Path: "/tickets", Tags: tags, Security: security,
		Summary: "List tickets",
	}, a.listTickets)
	huma.Register(v1, huma.Operation{
		OperationID: "get-ticket", Method: http.MethodGet, Path: "/tickets/{code}", Tags: tags, Security: security,
		Summary: "One ticket",
	}, a.ticket)
	huma.Register(v1, huma.Operation{
		OperationID: "do-verb", Method: http.MethodPost, Path: "/tickets/{code}/{verb}", Tags: tags, Security: security,
		Summary: "Do something to a ticket", MaxBodyBytes: bodyLimit,
	}, a.verb)
}

func (a *API) listTickets(ctx context.Context, in *ticketsInput) (*ticketsOutput, error) {
	who, err := a.staff(ctx, in.Asker)
	if err != nil {
		return nil, err
	}
	for field, id := range map[string]string{"cursor": in.Cursor, "department": in.Department} {
		if id != "" && !models.ValidID(id) {
			return nil, a.refuse(ctx, in.Asker, models.Invalid{Field: field, Key: "error_id"})
		}
	}
	for field, value := range map[string]string{"status": in.Status, "category": in.Category, "area": in.Area} {
		if models.Clean(value, len(value)) != value { // PostgreSQL refuses NUL and broken UTF-8
			return nil, a.refuse(ctx, in.Asker, models.Invalid{Field: field, Key: "error_id"})
		}
	}
	filter := store.TicketFilter{
		Department: in.Department, Category: in.Category, Area: in.Area, Overdue: in.Overdue, After: in.Cursor,
		Limit: in.Limit,
	}
	if in.Status != "" {
		for state := range strings.SplitSeq(in.Status, ",") {
			filter.States = append(filter.States, models.State(state))
		}
	}
	out := &ticketsOutput{}
	out.Body.Tickets = []ticketView{}
	err = a.Store.Read(ctx, func(tx *store.Tx) error {
		tickets, err := tx.Tickets(who, filter)
		for _, t := range tickets {
			out.Body.Tickets = append(out.Body.Tickets, view(t))
		}
		if len(tickets) == in.Limit {
			out.Body.Next = tickets[len(tickets)-1].ID
		}
		return err
	})
	if err != nil {
		return nil, a.refuse(ctx, in.Asker, err)
	}
	return out, nil
}

func (a *API) ticket(ctx context.Context, in *ticketInput) (*ticketOutput, error) {
	who, err := a.staff(ctx, in.Asker)
	if err != nil {
		return nil, err
	}
	var t models.Ticket
	err = a.Store.Read(ctx, func(tx *store.Tx) error {
		t, err = findTicket(tx, who, in.Code)
		return err
	})
	if err != nil {
		return nil, a.refuse(ctx, in.Asker, err)
	}
	return &ticketOutput{ETag: etag(t.Version), Body: view(t)}, nil
}

func findTicket(tx *store.Tx, who models.Actor, code string) (models.Ticket, error) {
	digits, ok := models.ParseCode(code)
	if !ok {
		return models.Ticket{}, models.ErrNotFound
	}
	return tx.TicketByCode(who, digits)
}

func (a *API) verb(ctx context.Context, in *verbInput) (*ticketOutput, error) {
	who, err := a.staff(ctx, in.Asker)
	if err != nil {
		return nil, err
	}
	do, ok := a.verbs()[models.Verb(in.Verb)]
	if !ok {
		return nil, web.NewProblem(http.StatusNotFound, "unknown_verb", in.lang())
	}
	version, ok := parseETag(in.IfMatch)
	if !ok {
		return nil, web.NewProblem(http.StatusPreconditionRequired, "if_match_required", in.lang())
	}
	var t models.Ticket
	err = a.Store.Tx(ctx, func(tx *store.Tx) error {
		found, err := findTicket(tx, who, in.Code)
		if err != nil {
			return err
		}
		t, err = do(tx, workflow.Act{Actor: who, Ticket: found.ID, Version: version}, in.RawBody)
		return err
	})
	if err != nil {
		return nil, a.refuse(ctx, in.Asker, err)
	}
	return &ticketOutput{ETag: etag(t.Version), Body: view(t)}, nil
}

func parseETag(s string) (int64, bool) {
	n, err := strconv.ParseInt(strings.Trim(s, `" `), 10, 64)
	return n, err == nil && n > 0
}

type verbFunc func(tx *store.Tx, act workflow.Act, body []byte) (models.Ticket, error)

// verbs is the table of what staff may call, by the name in the path.
func (a *API) verbs() map[models.Verb]verbFunc {
	return map[models.Verb]verbFunc{
		models.VerbResolve: func(tx *store.Tx, act workflow.Act, body []byte) (models.Ticket, error) {
			var in struct {
				Outcome models.Outcome `json:"outcome"`
				Text    string         `json:"text"`
			}
			if err := decode(body, &in); err != nil {
				return models.Ticket{}, err
			}
			return a.Desk.Resolve(tx, workflow.ResolveInput{Act: act, Outcome: in.Outcome, Text: in.Text})
		},
	}
}

func decode(body []byte, into any) error {
	if err := json.Unmarshal(body, into); err != nil {
		return models.Invalid{Field: "body", Key: "error_json"}
	}
	return nil
}

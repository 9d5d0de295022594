package rest

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// TicketView is a ticket as lists and verbs tell it. Exported: huma describes nothing that is embedded and is not.
type TicketView struct {
	Code         string     `json:"code"`
	State        string     `json:"state" enum:"new,assigned,in_progress,waiting,resolved,closed,rejected,merged,withdrawn"`
	Outcome      string     `json:"outcome,omitempty" enum:"fixed,answered,cannot_fix"`
	Priority     string     `json:"priority" enum:"critical,high,normal,low"`
	Category     string     `json:"category" doc:"A key of /categories; that of an old ticket may be no more."`
	Area         string     `json:"area" doc:"A code of /areas, empty where none is known."`
	Lat          *float64   `json:"lat,omitempty"`
	Lon          *float64   `json:"lon,omitempty"`
	Road         string     `json:"road" enum:",city,alley" doc:"Empty where the words do not say."`
	Address      string     `json:"address"`
	AreaApprox   bool       `json:"area_approximate"`
	Geocoded     bool       `json:"geocoded" doc:"The point was computed from the address: nobody has pinned it."`
	DepartmentID *string    `json:"department_id,omitempty"`
	SuggestedID  *string    `json:"suggested_department_id,omitempty"`
	Why          string     `json:"why" enum:"rule,hotline_type,unsure_type,no_place,no_department,conflict,listen,returned,hotline" doc:"Why it went where it went."`
	Confidence   float64    `json:"confidence" doc:"0 to 1: how sure its type was read; 1 when a person chose it."`
	ExternalRefs string     `json:"external_refs,omitempty"`
	PromiseDue   *time.Time `json:"promise_due,omitempty" doc:"By when its resident was promised an answer."`
	TargetDue    *time.Time `json:"target_due,omitempty" doc:"By when its department has to be done; left out while its clock stands still."`
	Version      int64      `json:"version"`
	CreatedAt    time.Time  `json:"created_at"`
	AssigneeID   *string    `json:"assignee_id,omitempty"`
	ResolvedAt   *time.Time `json:"resolved_at,omitempty"`
	ClosedAt     *time.Time `json:"closed_at,omitempty"`
	ToCall       bool       `json:"to_call" doc:"It is answered, and somebody who telephoned is still to be told; a note of the hotline ends it."`

	Reports  int           `json:"reports" doc:"How many people report it."`
	Related  string        `json:"related,omitempty" doc:"The code of a ticket that this one has to do with; with one ticket only."`
	Relation string        `json:"relation,omitempty" enum:"merged,maybe,recurs,distinct"`
	Similar  []similarView `json:"similar,omitempty" doc:"Tickets that may be about the same thing; with one ticket only."`
}

// similarView is a ticket that may be about the same thing.
type similarView struct {
	Code         string  `json:"code"`
	Category     string  `json:"category"`
	State        string  `json:"state"`
	Metres       float64 `json:"metres" doc:"How far away; -1 when one of the two has no point."`
	SamePicture  bool    `json:"same_picture"`
	SameReporter bool    `json:"same_reporter"`
	Photo        string  `json:"photo,omitempty" doc:"The address of a small picture."`
}

func viewSimilar(all []models.Similar) (views []similarView) {
	for _, s := range all {
		one := similarView{
			Code: s.Code, Category: s.Category, State: string(s.State), Metres: s.Metres, SamePicture: s.SamePicture,
			SameReporter: s.SameReporter,
		}
		if s.PhotoID != "" {
			one.Photo = web.PhotoURL(s.PhotoID, "320")
		}
		views = append(views, one)
	}
	return views
}

func view(t models.Ticket) TicketView {
	return TicketView{
		Code: t.Code, State: string(t.State), Outcome: string(t.Outcome), Priority: string(t.Priority),
		Category: t.Category, Area: t.AreaCode, Lat: t.Lat, Lon: t.Lon, Address: t.Address,
		DepartmentID: t.DepartmentID, SuggestedID: t.SuggestedID, Why: string(t.Why), Confidence: t.Confidence,
		Road: string(t.Road), AreaApprox: t.AreaApprox, Geocoded: t.Geocoded, ExternalRefs: t.ExternalRefs,
		PromiseDue: t.PromiseDue, TargetDue: t.TargetDue, Version: t.Version, CreatedAt: t.CreatedAt.UTC(),
		AssigneeID: t.AssigneeID, ResolvedAt: t.ResolvedAt, ClosedAt: t.ClosedAt, ToCall: t.ToCall,
		Reports: t.Reports, Relation: string(t.Relation),
	}
}

type ticketOutput struct {
	ETag string `header:"ETag"`
	Body TicketView
}

// toldOutput is what one ticket is answered by.
type toldOutput struct {
	ETag string `header:"ETag"`
	Body toldView
}

func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

type ticketInput struct {
	Asker
	Code string `path:"code"`
}

type ticketsInput struct {
	Asker
	Status     string `query:"status" doc:"States, separated by commas."`
	Department string `query:"department" doc:"The id or the code of a department."`
	Category   string `query:"category" doc:"A key of /categories. One that nothing has gives an empty list: old tickets keep those that are no more."`
	Area       string `query:"area" doc:"A code of /areas, likewise."`
	Overdue    bool   `query:"overdue" doc:"Only open tickets beyond target_due; false is no filter."`
	Q          string `query:"q" maxLength:"200" doc:"A code, a number of another system, a phone number, or words."`
	Cursor     string `query:"cursor" doc:"The next of the page before."`
	Limit      int    `query:"limit" default:"50" minimum:"1" maximum:"100"`
}

type ticketsOutput struct {
	Body struct {
		Tickets []TicketView `json:"tickets"`
		Next    string       `json:"next,omitempty" doc:"The cursor of the next page."`
	}
}

func (a *API) ticketRoutes(v1 huma.API) {
	tags, security := []string{"staff"}, []map[string][]string{{"bearer": {}}}
	huma.Register(v1, huma.Operation{
		OperationID: "list-tickets", Method: http.MethodGet, Path: "/tickets", Tags: tags, Security: security,
		Summary: "List tickets", RejectUnknownQueryParameters: true,
	}, a.listTickets)
	huma.Register(v1, huma.Operation{
		OperationID: "get-ticket", Method: http.MethodGet, Path: "/tickets/{code}", Tags: tags, Security: security,
		Summary: "One ticket, with what was reported, said and done", RejectUnknownQueryParameters: true,
	}, a.ticket)
	huma.Register(v1, huma.Operation{
		OperationID: "do-verb", Method: http.MethodPost, Path: verbPath, Tags: tags, Security: security,
		Summary: "Do something to a ticket", MaxBodyBytes: bodyLimit,
	}, a.verb)
	describeVerb(v1.OpenAPI(), a.verbs())
}

func (a *API) listTickets(ctx context.Context, in *ticketsInput) (*ticketsOutput, error) {
	who, err := a.staff(ctx, in.Asker)
	if err != nil {
		return nil, err
	}
	filter, err := in.filter()
	if err != nil {
		return nil, a.refuse(ctx, in.Asker, err)
	}
	filter.Search = a.Desk.Catalogue.Search(in.Q)
	out := &ticketsOutput{}
	err = a.Store.Read(ctx, func(tx *store.Tx) error {
		if filter.Department, err = departmentID(tx, in.Department); err != nil {
			return err
		}
		tickets, err := tx.Tickets(who, filter)
		if err != nil {
			return err
		}
		out.Body.Tickets = []TicketView{} // the closure may run twice
		if len(tickets) == in.Limit {
			out.Body.Next = tickets[len(tickets)-1].ID
		}
		for _, t := range tickets {
			out.Body.Tickets = append(out.Body.Tickets, view(t))
		}
		return err
	})
	if err != nil {
		return nil, a.refuse(ctx, in.Asker, err)
	}
	return out, nil
}

// filter reads what the list is narrowed by, and refuses what no ticket can have. A type or an area that is no more may
// be that of an old ticket.
func (in *ticketsInput) filter() (store.TicketFilter, error) {
	f := store.TicketFilter{
		Category: in.Category, Area: in.Area, Overdue: in.Overdue, After: store.TicketCursor{ID: in.Cursor},
		Limit: in.Limit,
	}
	if in.Cursor != "" && !models.ValidID(in.Cursor) {
		return f, models.Invalid{Field: "cursor", Key: "error_id"}
	}
	for field, value := range map[string]string{
		"department": in.Department, "category": in.Category, "area": in.Area, "q": in.Q,
	} {
		if models.Clean(value, len(value)) != value { // PostgreSQL refuses NUL and broken UTF-8
			return f, models.Invalid{Field: field, Key: "error_id"}
		}
	}
	if in.Status == "" {
		return f, nil
	}
	for name := range strings.SplitSeq(in.Status, ",") {
		state := models.State(name)
		if !known(state) {
			return f, models.Invalid{Field: "status", Key: "error_id"}
		}
		f.States = append(f.States, state)
	}
	return f, nil
}

func known(s models.State) bool {
	switch s {
	case models.StateNew, models.StateAssigned, models.StateInProgress, models.StateWaiting, models.StateResolved,
		models.StateClosed, models.StateRejected, models.StateMerged, models.StateWithdrawn:
		return true
	}
	return false
}

func (a *API) ticket(ctx context.Context, in *ticketInput) (*toldOutput, error) {
	who, err := a.staff(ctx, in.Asker)
	if err != nil {
		return nil, err
	}
	out := &toldOutput{}
	err = a.Store.Read(ctx, func(tx *store.Tx) error {
		t, err := tx.TicketByCode(who, in.Code)
		if err != nil {
			return err
		}
		out.ETag, out.Body = etag(t.Version), toldView{TicketView: view(t)}
		if err := out.Body.tell(tx, t); err != nil {
			return err
		}
		similar, err := a.Desk.SimilarTo(tx, who, t)
		if out.Body.Similar = viewSimilar(similar); err != nil || t.RelatedID == nil {
			return err
		}
		codes, err := tx.TicketCodes(who, []string{*t.RelatedID})
		out.Body.Related = codes[*t.RelatedID]
		return err
	})
	if err != nil {
		return nil, a.refuse(ctx, in.Asker, err)
	}
	return out, nil
}

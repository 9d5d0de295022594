package facebook

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/vticket/vticket/bots"
)

// Acknowledge shows the resident that we are about to write. That the message was seen is not said besides: it would be
// one call more per message, of those that the page may make, for what the answer says seconds later. Below a comment
// there is nothing to show.
func (a *Adapter) Acknowledge(ctx context.Context, in bots.Incoming) error {
	if !actionable(in.Kind) || in.Kind == bots.KindComment || in.Kind == bots.KindEdit {
		return nil
	}
	o := outgoing{Recipient: recipient{ID: in.User}, Action: "typing_on"}
	if err := a.ask(ctx, call{method: http.MethodPost, path: a.config.Page + "/messages", json: o}, nil); err != nil {
		return fmt.Errorf("acknowledge: %w", err)
	}
	return nil
}

// nodeID is the form of ids that stand in a path.
var nodeID = regexp.MustCompile(`^[0-9]+(_[0-9]+)*$`)

// Profile asks what somebody is called, the family name first as in Vietnam. Facebook may not say: then it is empty.
func (a *Adapter) Profile(ctx context.Context, user string) (string, error) {
	if !nodeID.MatchString(user) {
		return "", nil
	}
	var person struct {
		First scalar `json:"first_name"`
		Last  scalar `json:"last_name"`
	}
	err := a.ask(ctx, call{
		method: http.MethodGet, path: user, query: url.Values{"fields": {"first_name,last_name"}},
	}, &person)
	switch classOf(err) {
	case "":
	case bots.ErrRejected, bots.ErrBlocked:
		return "", nil
	default:
		return "", fmt.Errorf("ask for a name: %w", err)
	}
	return norm.NFC.String(strings.TrimSpace(string(person.Last) + " " + string(person.First))), nil
}

package store

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/vticket/vticket/models"
)

// ticketRow is a ticket as it is written: with what only search reads.
type ticketRow struct {
	models.Ticket

	Said saidWords
}

// TableName is where tickets stand.
func (ticketRow) TableName() string { return "tickets" }

// saidWords is the name of a ticket's type and what its reports say, folded: what they say is given for a new ticket,
// gathered by the database for any other.
type saidWords struct {
	words string
	of    string // the ticket's id; empty for a new one
}

// saidMost is how many characters of it are found: PostgreSQL takes a megabyte into a tsvector and fails above
// (postgresql.org/docs/15/textsearch-limitations.html).
const saidMost = 100_000

// GormDataType is the type of its column.
func (saidWords) GormDataType() string { return "text" }

// GormValue writes it.
func (s saidWords) GormValue(context.Context, *gorm.DB) clause.Expr {
	if s.of == "" {
		words := []rune(s.words)
		return clause.Expr{SQL: "?", Vars: []any{string(words[:min(len(words), saidMost)])}}
	}
	return clause.Expr{
		SQL: "? || ' ' || " +
			"coalesce((SELECT substr(string_agg(r.search, ' '), 1, ?) FROM reports r WHERE r.ticket_id = ?), '')",
		Vars: []any{s.words, saidMost, s.of},
	}
}

// look lists tickets within the actor's scope: those that a number names which somebody typed; else those that hold all
// their words; else those that hold them when the last one was only begun. List tells how many it has found.
func (tx *Tx) look(who models.Actor, f TicketFilter, list func(*gorm.DB) (int, error)) error {
	if err := tx.planAnew(); err != nil {
		return err
	}
	if f.Search.Reference == "" {
		_, err := list(tx.filtered(who, f))
		return err
	}
	ids, err := tx.named(who, f.Search)
	if err != nil {
		return err
	}
	if len(ids) > 0 {
		_, err := list(tx.filtered(who, f).Where("tickets.id IN ?", ids))
		return err
	}
	for _, begun := range []bool{false, true} {
		if len(f.Search.Words) == 0 || begun && !f.Search.Begins {
			break
		}
		found, err := list(tx.filtered(who, f).Where(tx.holds(f.Search, begun)))
		if err != nil || found > 0 {
			return err
		}
		if ended, err := tx.ended(who, f); err != nil || ended {
			return err
		}
	}
	return nil
}

// ended tells that whole words have found all that is before this page's cursor: none are left, and beginnings of words
// would be another list.
func (tx *Tx) ended(who models.Actor, f TicketFilter) (bool, error) {
	if f.After == (TicketCursor{}) {
		return false, nil
	}
	f.After, f.Limit = TicketCursor{}, 1
	var ids []string
	err := tx.filtered(who, f).Table("tickets").Where(tx.holds(f.Search, false)).Pluck("tickets.id", &ids).Error
	return len(ids) > 0, err
}

// planAnew has PostgreSQL plan each list of this transaction for what it asks for. Which index is the best one depends
// on how frequent the words are: a plan for any words reads all tickets for rare ones.
func (tx *Tx) planAnew() error {
	if !tx.postgres {
		return nil
	}
	if err := tx.db().Exec("SET LOCAL plan_cache_mode = force_custom_plan").Error; err != nil {
		return fmt.Errorf("plan anew: %w", err)
	}
	return nil
}

// named gives the tickets within the actor's scope that a code, another system's number or a phone number names, the
// newest thousand. Each way has an index of its own, which an OR would not use.
func (tx *Tx) named(who models.Actor, s models.Search) (ids []string, err error) {
	ways := []string{"SELECT id FROM tickets WHERE ' ' || external_refs || ' ' LIKE ? ESCAPE '!'"}
	args := []any{"% " + escapeLike(s.Reference) + " %"}
	if tx.postgres {
		ways[0] = `SELECT id FROM tickets
			WHERE external_refs <> '' AND string_to_array(external_refs, ' ') @> string_to_array(CAST(? AS text), ' ')`
		args[0] = s.Reference
	}
	if s.Code != "" {
		ways, args = append(ways, "SELECT id FROM tickets WHERE code = ?"), append(args, s.Code)
	}
	if s.Phone != "" {
		way := "SELECT id FROM tickets WHERE id IN (" + reportedBy + ")"
		args = append(args, s.Phone, s.Phone, models.ChannelPhone, phoneAccount)
		if !who.Role.CityWide() && len(s.Hidden) > 0 {
			way, args = way+" AND category NOT IN ?", append(args, s.Hidden)
		}
		ways = append(ways, way)
	}
	err = scoped(tx.db(), who).Table("tickets").Where("tickets.id IN ("+strings.Join(ways, " UNION ")+")", args...).
		Order("tickets.id DESC").Limit(1000).Pluck("tickets.id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("tickets by number: %w", err)
	}
	return ids, nil
}

// holds is the condition that a ticket holds every word: in its address, in the name of its type or in what its reports
// say. The last word may be the beginning of one.
func (tx *Tx) holds(s models.Search, begun bool) *gorm.DB {
	if tx.postgres {
		return tx.db().Where("tickets.terms @@ CAST(? AS tsquery)", tsquery(s, begun))
	}
	all := tx.db()
	for i, word := range s.Words {
		like := "% " + escapeLike(word) + " %"
		if begun && i == len(s.Words)-1 {
			like = "% " + escapeLike(word) + "%"
		}
		all = all.Where("' ' || tickets.search || ' ' || tickets.said || ' ' LIKE ? ESCAPE '!'", like)
	}
	return all
}

// Whether a ticket is open, its department, its type and its area are words of its terms too, behind signs that no
// folded word has.
const (
	openMark       = "#open"
	departmentSign = "@"
	categorySign   = "="
	areaSign       = "%"
)

// marks says the scope of an actor, and what narrows a list to open tickets, a department, a type and an area, to
// PostgreSQL's index of terms. It is empty where the columns serve as well: without words, a type or an area, each of
// which few of a million tickets may have.
func (tx *Tx) marks(who models.Actor, f TicketFilter) string {
	own, all := scope(who)
	if !tx.postgres || f.Category == "" && f.Area == "" && len(f.Search.Words) == 0 || own == "" && !all {
		return ""
	}
	var marks []string
	if f.Open {
		marks = append(marks, quoteLexeme(openMark))
	}
	for _, one := range []struct{ sign, value string }{
		{departmentSign, own}, {departmentSign, f.Department}, {categorySign, f.Category}, {areaSign, f.Area},
	} {
		if one.value != "" {
			marks = append(marks, quoteLexeme(one.sign+one.value))
		}
	}
	return strings.Join(marks, "&")
}

// tsquery says the same to PostgreSQL.
func tsquery(s models.Search, begun bool) string {
	all := make([]string, len(s.Words))
	for i, word := range s.Words {
		all[i] = quoteLexeme(word)
	}
	if begun {
		all[len(all)-1] += ":*"
	}
	return strings.Join(all, "&")
}

// quoteLexeme writes a word as a tsquery takes it (postgresql.org/docs/15/datatype-textsearch.html).
func quoteLexeme(word string) string {
	return "'" + strings.NewReplacer("'", "''", `\`, `\\`).Replace(word) + "'"
}

func escapeLike(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}

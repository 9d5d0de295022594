package workflow

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/photos"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/store"
)

// What may be the same thing (issue 4, design §5). Radius and age of one type are the category's.
const (
	answeredFor = 10 * 24 * time.Hour // after its answer a ticket may still be what a new report is about
	pictureM    = 300                 // between two nearly identical pictures, whatever their types
	pictureFor  = 30 * 24 * time.Hour // likewise
	similarMost = 5
)

// Clue is what a submission says of itself, to look for tickets of the same thing; hashes are those of its pictures.
func (d *Desk) Clue(tx *store.Tx, in SubmitInput, hashes []int64) models.Clue {
	t := models.Ticket{Category: in.Category, Lat: in.Lat, Lon: in.Lon, Address: in.Address}
	d.locate(&t, in.Words)
	d.understand(&t, in.Words)
	clue := models.Clue{
		Category: t.Category, Priority: t.Priority, Area: t.AreaCode, Lat: t.Lat, Lon: t.Lon, Address: t.Address,
		Hashes: hashes, At: tx.Now,
	}
	if in.ReporterID != "" {
		clue.Reporters = []string{in.ReporterID}
	}
	return clue
}

// SimilarTo returns the tickets that may be about the same thing as one that is there, for staff.
func (d *Desk) SimilarTo(tx *store.Tx, who models.Actor, t models.Ticket) ([]models.Similar, error) {
	clue := models.Clue{
		Except: t.ID, Category: t.Category, Area: t.AreaCode, Lat: t.Lat, Lon: t.Lon, Address: t.Address,
		At: t.CreatedAt,
	}
	reports, err := tx.Reports(t.ID)
	if err != nil {
		return nil, err
	}
	for _, r := range reports {
		if r.WithdrawnAt == nil && !d.hides(who, t) {
			clue.Reporters = append(clue.Reporters, r.ReporterID)
		}
	}
	pictures, err := tx.TicketPictures([]string{t.ID})
	if err != nil {
		return nil, err
	}
	for _, p := range pictures {
		clue.Hashes = append(clue.Hashes, p.DHash)
	}
	return d.Similar(tx, who, clue)
}

// hides tells whether a colleague is not to learn who reported a ticket: not by seeing that two are of one person
// either.
func (d *Desk) hides(who models.Actor, t models.Ticket) bool {
	return who.Kind == models.ActorStaff && !who.Role.CityWide() && d.Catalogue.Category(t.Category).ReporterHidden
}

// Similar returns the tickets within the actor's scope that may be about the same thing as a clue: of one type, near
// and not old; or with nearly the same picture; or of the same reporter. Open ones, and those answered in the last ten
// days; the nearest first, 5 at most. To a resident it shows others' tickets only of types that everybody may know of.
func (d *Desk) Similar(tx *store.Tx, who models.Actor, clue models.Clue) ([]models.Similar, error) {
	category := d.Catalogue.Category(clue.Category)
	clue.Hashes = slices.DeleteFunc(slices.Clone(clue.Hashes), func(h int64) bool { return h == 0 }) // a blank picture
	if category.DuplicateDays == 0 && len(clue.Hashes) == 0 {
		return nil, nil
	}
	age := max(days(category.DuplicateDays), pictureFor)
	filter := store.SimilarFilter{
		Clue: clue, Metres: float64(category.DuplicateM), From: clue.At.Add(-age), To: clue.At.Add(age),
		Answered: clue.At.Add(-answeredFor), Addresses: spellings(clue.Address), AnyType: len(clue.Hashes) > 0,
	}
	if filter.AnyType {
		filter.Metres = max(filter.Metres, pictureM)
	}
	rows, err := tx.SimilarTickets(who, filter)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	pictures := map[string][]store.Picture{}
	if who.Kind == models.ActorStaff || filter.AnyType {
		if pictures, err = d.pictures(tx, rows); err != nil {
			return nil, err
		}
	}
	var all []models.Similar
	for _, row := range rows {
		if s, ok := d.alike(clue, row, pictures[row.ID]); ok && d.showable(who, clue, s) {
			all = append(all, s)
		}
	}
	slices.SortStableFunc(all, func(a, b models.Similar) int {
		return cmp.Or(cmp.Compare(distance(a), distance(b)), cmp.Compare(b.ID, a.ID))
	})
	return all[:min(len(all), similarMost)], nil
}

func (*Desk) pictures(tx *store.Tx, rows []store.SimilarRow) (map[string][]store.Picture, error) {
	ids := make([]string, 0, len(rows))
	for _, row := range rows {
		ids = append(ids, row.ID)
	}
	found, err := tx.TicketPictures(ids)
	all := map[string][]store.Picture{}
	for _, p := range found {
		all[p.TicketID] = append(all[p.TicketID], p)
	}
	return all, err
}

// alike measures a ticket against a clue and tells whether both may be about the same thing.
func (d *Desk) alike(clue models.Clue, row store.SimilarRow, pictures []store.Picture) (models.Similar, bool) {
	s := models.Similar{Ticket: row.Ticket, Metres: -1, SameReporter: row.Mine}
	if clue.Lat != nil && row.Lat != nil {
		s.Metres = models.Metres(*clue.Lat, *clue.Lon, *row.Lat, *row.Lon)
	}
	s.PhotoID, s.SamePicture = showing(pictures, clue.Hashes)
	age := clue.At.Sub(row.CreatedAt).Abs()
	if s.SamePicture && s.Metres <= pictureM && age <= pictureFor {
		return s, true
	}
	category := d.Catalogue.Category(clue.Category)
	if row.Category != clue.Category || category.DuplicateDays == 0 || age > days(category.DuplicateDays) {
		return s, false
	}
	nowhere := clue.Lat == nil && clue.Address == "" || row.Lat == nil && row.Address == ""
	switch {
	case s.Metres >= 0:
		return s, s.Metres <= float64(category.DuplicateM)
	case nowhere:
		return s, row.Mine
	default:
		return s, sameHouse(clue.Address, row.Address) &&
			(clue.Area == "" || row.AreaCode == "" || clue.Area == row.AreaCode)
	}
}

// showing picks the picture to show of a ticket: one that is nearly one of the clue's, else the first.
func showing(pictures []store.Picture, hashes []int64) (id string, same bool) {
	for _, p := range pictures {
		if p.DHash != 0 && slices.ContainsFunc(hashes, func(h int64) bool {
			return photos.Distance(uint64(h), uint64(p.DHash)) <= samePicture
		}) {
			return p.ID, true
		}
	}
	if len(pictures) == 0 {
		return "", false
	}
	return pictures[0].ID, false
}

// showable tells whether an actor may be shown that there is such a ticket.
func (d *Desk) showable(who models.Actor, clue models.Clue, s models.Similar) bool {
	if who.Kind == models.ActorStaff || s.SameReporter {
		return !s.SameReporter || !d.hides(who, s.Ticket)
	}
	for _, key := range []string{clue.Category, s.Category} {
		if c := d.Catalogue.Category(key); !c.PublicOK || c.ReporterHidden || c.Conflict {
			return false
		}
	}
	return true
}

// distance puts tickets whose distance nobody knows behind all others.
func distance(s models.Similar) float64 {
	if s.Metres < 0 {
		return 1e9
	}
	return s.Metres
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

// before are the words that people put before a house number, folded.
var before = []string{"", "truoc ", "so ", "truoc so ", "nha ", "nha so ", "truoc nha "}

// house is the house number with its street in an address, folded, empty without one.
func house(address string) string {
	found, ok := places.Address(address)
	if !ok {
		return ""
	}
	folded := models.Fold(found)
	for cut := true; cut; {
		cut = false
		for _, word := range before[1:] {
			if rest, ok := strings.CutPrefix(folded, word); ok {
				folded, cut = rest, true
			}
		}
	}
	return folded
}

func sameHouse(a, b string) bool { return house(a) != "" && house(a) == house(b) }

// spellings are the ways in which the house of an address may have been written down, as the index has them.
func spellings(address string) []string {
	number := house(address)
	if number == "" {
		return nil
	}
	all := []string{cutRunes(models.Fold(address))}
	for _, word := range before {
		all = append(all, cutRunes(word+number))
	}
	return all
}

// cutRunes is as much of a folded address as the index has of it.
func cutRunes(s string) string {
	runes := []rune(s)
	return string(runes[:min(len(runes), 120)])
}

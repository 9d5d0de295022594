package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/places"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

// listed is how many names a line holds before it says that there are more.
const listed = 8

func some(names []string) string {
	if len(names) <= listed {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:listed], ", "), len(names)-listed)
}

func (d *doctor) areas(ctx context.Context) {
	var imported []places.Boundary
	err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
		imported, err = tx.Areas()
		return err
	})
	if err != nil {
		d.fail("see why the database does not answer", "%v", because(err))
		return
	}
	if len(imported) == 0 {
		d.warn("vticket areas import FILE.geojson", "approximate: points near a border get the wrong ward")
		return
	}
	if _, err := places.NewIndex(imported); err != nil {
		d.fail("vticket areas import FILE.geojson", "the imported areas cannot be read: %v", err)
		return
	}
	d.ok("%d are imported with their boundaries", len(imported))
}

// city is who works for it.
type city struct {
	departments []models.Department
	staff       []models.Staff
	desk        *workflow.Desk
}

func (d *doctor) city(ctx context.Context) (c city, err error) {
	if c.desk, err = newDesk(ctx, d.store); err != nil {
		return c, err
	}
	return c, d.store.Read(ctx, func(tx *store.Tx) error {
		if c.departments, err = tx.Departments(); err != nil {
			return err
		}
		c.staff, err = tx.StaffList()
		return err
	})
}

func (d *doctor) departments(ctx context.Context) {
	c, err := d.city(ctx)
	if err != nil {
		d.fail("see areas and database", "%v", because(err))
		return
	}
	if !slices.ContainsFunc(c.departments, func(x models.Department) bool { return x.Code == models.HotlineCode }) {
		d.fail("vticket migrate", "the hotline is missing: nobody would decide about unsure tickets")
	}
	missing, twice := c.owners()
	if len(missing) > 0 {
		d.warn("vticket departments import: until then the hotline decides", "nobody answers for %s", some(missing))
	}
	if len(twice) > 0 {
		d.warn("give each its own role or area: until then the hotline decides",
			"more than one answers for %s", some(twice))
	}
	if empty := c.unstaffed(); len(empty) > 0 {
		d.warn("vticket staff import", "%d of %d have nobody who signs in: %s",
			len(empty), len(c.departments), some(empty))
	}
	d.ok("%d", len(c.departments))
}

// owners are the roles of the catalogue that no department has, and those that several have in one place; of wards'
// roles with the number of wards.
func (c city) owners() (missing, twice []string) {
	count := map[[2]string]int{}
	for _, x := range c.departments {
		count[[2]string{x.Role, x.AreaCode}]++
	}
	areas := c.desk.Areas.All()
	for _, role := range c.desk.Catalogue.Roles {
		everywhere := count[[2]string{role.Key, ""}]
		bare, shared := 0, 0
		for _, area := range areas {
			own := count[[2]string{role.Key, area.Code}]
			if own == 0 && everywhere == 0 {
				bare++
			}
			if own > 1 {
				shared++
			}
		}
		switch {
		case everywhere == 0 && bare == len(areas):
			missing = append(missing, role.Key)
		case bare > 0 && role.Kind == "ward":
			missing = append(missing, fmt.Sprintf("%s in %d of %d areas", role.Key, bare, len(areas)))
		}
		if everywhere > 1 {
			twice = append(twice, role.Key)
		} else if shared > 0 {
			twice = append(twice, fmt.Sprintf("%s in %d of %d areas", role.Key, shared, len(areas)))
		}
	}
	return missing, twice
}

// unstaffed are the codes of the departments with nobody to sign in. The hotline's colleagues belong to the city.
func (c city) unstaffed() []string {
	staffed := map[string]bool{}
	for _, who := range c.staff {
		if who.DisabledAt == nil && who.DepartmentID != nil {
			staffed[*who.DepartmentID] = true
		}
	}
	var codes []string
	for _, x := range c.departments {
		if x.Code != models.HotlineCode && !staffed[x.ID] {
			codes = append(codes, x.Code)
		}
	}
	slices.Sort(codes)
	return codes
}

func (d *doctor) staff(ctx context.Context) {
	c, err := d.city(ctx)
	if err != nil {
		d.fail("see areas and database", "%v", because(err))
		return
	}
	count := map[models.Role]int{}
	active, expired := 0, 0
	for _, who := range c.staff {
		if who.DisabledAt != nil {
			continue
		}
		if who.PasswordOnceUntil != nil && !d.now().Before(*who.PasswordOnceUntil) {
			expired++
			continue
		}
		active++
		count[who.Role]++
	}
	if count[models.RoleAdmin] == 0 {
		d.fail("vticket admin create --role admin", "no admin can sign in")
	}
	if count[models.RoleHotline]+count[models.RoleHotlineLead] == 0 {
		d.warn("vticket admin create --role hotline, or vticket staff import",
			"nobody of the hotline can sign in: unsure tickets wait")
	}
	if expired > 0 {
		d.warn("vticket admin list shows whose: password_once_until; vticket admin password gives a new one",
			"%d have a one-time password that has expired", expired)
	}
	d.ok("%d can sign in", active)
}

// lastQuarter is when the next year's holidays ought to be known: they are announced in autumn.
const lastQuarter = time.October

func (d *doctor) calendars(context.Context) {
	known, err := models.DefaultCalendars()
	if err != nil {
		d.fail("mend models/calendars and build", "%v", err)
		return
	}
	today := models.DateOf(d.now())
	at := today.At(0)
	for _, key := range slices.Sorted(maps.Keys(known)) {
		if key == models.CalendarAlways {
			continue
		}
		calendar := known[key]
		d.year(calendar, at.Year(), today, true)
		d.year(calendar, at.Year()+1, today, at.Month() >= lastQuarter)
	}
}

// year says what a calendar knows of a year; before anybody can know it, that is no fault.
func (d *doctor) year(c models.Calendar, year int, today models.Date, due bool) {
	const update = "take a newer version, or put the announced dates into models/calendars and build"
	holidays, unsure := 0, 0
	for date, day := range c.Days {
		if date.At(0).Year() == year && day.Type == models.DayHoliday {
			holidays++
			if day.Evidence == models.EvidenceComputed || day.Evidence == models.EvidenceUnannounced {
				unsure++
			}
		}
	}
	var open []string
	for date := range c.Proposed {
		if date.At(0).Year() == year && date >= today {
			open = append(open, date.String())
		}
	}
	slices.Sort(open)
	what := fmt.Sprintf("%s %d: %d holidays", c.Key, year, holidays)
	if unsure > 0 {
		what += fmt.Sprintf(", %d of them computed and not announced", unsure)
	}
	if len(open) > 0 {
		what += ", not in force: " + some(open)
	}
	switch {
	case holidays == 0 && due:
		d.fail(update, "%s: due times would run through them", what)
	case len(open) > 0 && due:
		d.warn(update, "%s", what)
	default:
		d.ok("%s", what)
	}
}

package rest

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

type departmentView struct {
	ID   string `json:"id"`
	Code string `json:"code" doc:"Short and stable."`
	Name string `json:"name"`
	Role string `json:"role" doc:"What it answers for."`
	Area string `json:"area,omitempty" doc:"The code of the area it works in; left out: the whole city."`
}

type departmentsOutput struct {
	Body struct {
		Departments []departmentView `json:"departments"`
	}
}

// categoryView is one category of report.
type categoryView struct {
	Key      string `json:"key" doc:"What tickets call their category."`
	Name     string `json:"name"`
	Field    string `json:"field" doc:"The key of the group that it stands in."`
	Priority string `json:"priority" enum:"critical,high,normal,low" doc:"Of its tickets, unless their words say more."`
}

type categoriesOutput struct {
	Body struct {
		Categories []categoryView `json:"categories"`
	}
}

type areaView struct {
	Code        string `json:"code" doc:"The area of tickets and departments."`
	Name        string `json:"name"`
	Kind        string `json:"kind" doc:"phuong, xa or dac_khu, or whatever an imported file says."`
	Approximate bool   `json:"approximate" doc:"Its boundary was guessed from the centres of the areas."`
}

type areasOutput struct {
	Body struct {
		Areas []areaView `json:"areas"`
	}
}

// cityRoutes adds what a city has: the values that tickets name.
func (a *API) cityRoutes(v1 huma.API) {
	list := func(of string) huma.Operation {
		return huma.Operation{
			OperationID: "list-" + of, Method: http.MethodGet, Path: "/" + of, Tags: []string{"staff"},
			Security: []map[string][]string{{"bearer": {}}}, Summary: "List " + of, RejectUnknownQueryParameters: true,
		}
	}
	huma.Register(v1, list("departments"), a.listDepartments)
	huma.Register(v1, list("categories"), a.listCategories)
	huma.Register(v1, list("areas"), a.listAreas)
}

func (a *API) listCategories(ctx context.Context, in *Asker) (*categoriesOutput, error) {
	if _, err := a.staff(ctx, *in); err != nil {
		return nil, err
	}
	out := &categoriesOutput{}
	out.Body.Categories = make([]categoryView, 0, len(a.Desk.Catalogue.Order))
	for _, key := range a.Desk.Catalogue.Order {
		c := a.Desk.Catalogue.Category(key)
		out.Body.Categories = append(out.Body.Categories, categoryView{
			Key: key, Name: c.Name(in.lang()), Field: c.Field, Priority: string(c.Priority),
		})
	}
	return out, nil
}

func (a *API) listAreas(ctx context.Context, in *Asker) (*areasOutput, error) {
	if _, err := a.staff(ctx, *in); err != nil {
		return nil, err
	}
	all := a.Desk.Areas.All()
	out := &areasOutput{}
	out.Body.Areas = make([]areaView, 0, len(all))
	for _, area := range all {
		out.Body.Areas = append(out.Body.Areas, areaView{
			Code: area.Code, Name: web.AreaName(in.lang(), area), Kind: area.Kind, Approximate: area.Approximate,
		})
	}
	return out, nil
}

func (a *API) listDepartments(ctx context.Context, in *Asker) (*departmentsOutput, error) {
	if _, err := a.staff(ctx, *in); err != nil {
		return nil, err
	}
	var all []models.Department
	err := a.Store.Read(ctx, func(tx *store.Tx) (err error) {
		all, err = tx.Departments()
		return err
	})
	if err != nil {
		return nil, a.refuse(ctx, *in, err)
	}
	out := &departmentsOutput{}
	out.Body.Departments = make([]departmentView, 0, len(all))
	for _, d := range all {
		out.Body.Departments = append(out.Body.Departments, departmentView{
			ID: d.ID, Code: d.Code, Name: d.Name, Role: d.Role, Area: d.AreaCode,
		})
	}
	return out, nil
}

// departmentID is the id of a department that a request names by its id or its code.
func departmentID(tx *store.Tx, named string) (string, error) {
	if named == "" || models.ValidID(named) {
		return named, nil
	}
	d, err := tx.DepartmentByCode(named)
	if errors.Is(err, models.ErrNotFound) {
		return "", models.Invalid{Field: "department", Key: "error_department"}
	}
	return d.ID, err
}

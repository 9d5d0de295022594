package rest

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

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

func (a *API) departmentRoutes(v1 huma.API) {
	huma.Register(v1, huma.Operation{
		OperationID: "list-departments", Method: http.MethodGet, Path: "/departments", Tags: []string{"staff"},
		Security: []map[string][]string{{"bearer": {}}}, Summary: "List departments",
		RejectUnknownQueryParameters: true,
	}, a.listDepartments)
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

package models

// Role is what a member of staff may do; the scope (whole city or own department) follows from it.
type Role string

// The roles of staff.
const (
	RoleAdmin       Role = "admin"
	RoleHotline     Role = "hotline"
	RoleHotlineLead Role = "hotline_lead"
	RoleLead        Role = "lead"
	RoleStaff       Role = "staff"
	RoleViewer      Role = "viewer"
)

// Actor is whoever does a verb. Scope is the department a member of staff is bound to, empty for the whole city.
type Actor struct {
	Kind  ActorKind
	ID    string
	Role  Role
	Scope string
}

// System is the actor of what the clock does.
func System() Actor { return Actor{Kind: ActorSystem} }

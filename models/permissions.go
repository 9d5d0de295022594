package models

import "slices"

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

// Roles lists every role, the one with the most rights first.
var Roles = []Role{RoleAdmin, RoleHotlineLead, RoleHotline, RoleLead, RoleStaff, RoleViewer}

// Valid tells whether the role is one of ours.
func (r Role) Valid() bool { return slices.Contains(Roles, r) }

// CityWide tells whether the role sees every department's tickets. The others see their own department's.
func (r Role) CityWide() bool { return r == RoleAdmin || r == RoleHotline || r == RoleHotlineLead }

// The hotline decides; departments work, and the hotline may work for them.
var (
	deciding = []Role{RoleAdmin, RoleHotlineLead, RoleHotline}
	working  = []Role{RoleAdmin, RoleHotlineLead, RoleHotline, RoleLead, RoleStaff}
	joining  = []Role{RoleAdmin, RoleHotlineLead, RoleHotline, RoleLead} // tickets of their scope
)

// permissions is the one table of who may do what, by verb. The scope is not in it: it is in every WHERE.
var permissions = map[Verb]struct {
	Resident, System bool
	Staff            []Role
}{
	VerbSubmit:   {Resident: true, System: true, Staff: deciding},
	VerbAmend:    {Resident: true, Staff: deciding},
	VerbWithdraw: {Resident: true, Staff: deciding},
	VerbAttach:   {Resident: true, System: true, Staff: working},
	VerbTriage:   {System: true, Staff: deciding},
	VerbAssign:   {System: true, Staff: deciding},
	VerbAccept:   {Staff: working},
	VerbReturn:   {Staff: []Role{RoleAdmin, RoleLead, RoleStaff}},
	VerbAsk:      {Staff: working},
	VerbReply:    {Staff: working},
	VerbNote:     {Staff: working},
	VerbResolve:  {Staff: working},
	VerbRate:     {Resident: true},
	VerbReopen:   {Resident: true, Staff: deciding},
	VerbClose:    {Resident: true, System: true},
	VerbWarn:     {System: true},
	VerbBreach:   {System: true},
	VerbPause:    {System: true},
	VerbExpire:   {System: true},
	VerbFollow:   {Resident: true, Staff: joining},
	VerbUnfollow: {Resident: true, Staff: joining},
	VerbMerge:    {Staff: joining},
	VerbUnmerge:  {Staff: joining},
	VerbJudge:    {Resident: true},
	VerbRedact:   {System: true},
	VerbLocate:   {System: true},
	VerbInspect:  {System: true},
}

// View is something beside the tickets themselves that not everybody may look at.
type View string

// ViewSendLog is what was asked of platforms to bring a message, and what they answered.
const ViewSendLog View = "send_log"

// ViewTalks is the conversations of residents who have asked for a person, to be answered.
const ViewTalks View = "talks"

// views is the table of who of the staff may look at what. The scope is in every WHERE, as above.
var views = map[View][]Role{
	ViewSendLog: {RoleAdmin},
	ViewTalks:   deciding,
}

// Actor is whoever does a verb. Scope is the department a member of staff is bound to; it counts only for roles that
// are not city-wide, and an empty scope of such a role sees nothing.
type Actor struct {
	Kind  ActorKind
	ID    string
	Role  Role
	Scope string
}

// System is the actor of what the clock does.
func System() Actor { return Actor{Kind: ActorSystem} }

// May tells whether an actor may do a verb on tickets within its scope.
func (a Actor) May(verb Verb) bool {
	p := permissions[verb]
	switch a.Kind {
	case ActorResident:
		return p.Resident
	case ActorSystem:
		return p.System
	default:
		return slices.Contains(p.Staff, a.Role)
	}
}

// Views tells whether an actor may look at something about tickets within its scope.
func (a Actor) Views(view View) bool {
	return a.Kind == ActorStaff && slices.Contains(views[view], a.Role)
}

// Sees tells whether a ticket of a department is within the actor's scope.
func (a Actor) Sees(departmentID *string) bool {
	if a.Kind != ActorStaff || a.Role.CityWide() {
		return true
	}
	return a.Scope != "" && departmentID != nil && *departmentID == a.Scope
}

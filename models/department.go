package models

import "time"

// Department owns tickets ("đơn vị" on screen): a ward office, a city centre, a utility.
type Department struct {
	ID        string `gorm:"primaryKey"`
	Code      string // short, stable, unique
	Name      string
	Role      string  // what it answers for: a department role of the catalogue
	AreaCode  string  // the ward it works in; empty: the whole city
	ParentID  *string // the department above it
	Calendar  string  // its working time; empty: the city's
	Phone     string
	Email     string
	CreatedAt time.Time
}

// HotlineCode is the department that every city has: the hotline, which decides what nobody else does.
const HotlineCode = "hotline"

// Hotline is the department that every city has.
func Hotline() Department {
	return Department{Code: HotlineCode, Name: "Tổ điều phối 1022", Role: HotlineCode}
}

// Staff is a person who signs in.
type Staff struct {
	ID           string `gorm:"primaryKey"`
	Email        string
	Name         string
	Role         Role
	DepartmentID *string
	PasswordHash string
	DisabledAt   *time.Time
	CreatedAt    time.Time
	// PasswordOnceUntil is set while the password is one from a printed slip: when that ends. It opens nothing but
	// the choice of another password.
	PasswordOnceUntil *time.Time
}

// MustChangePassword tells whether the password is one from a printed slip still.
func (s Staff) MustChangePassword() bool { return s.PasswordOnceUntil != nil }

// TableName is the table behind Staff.
func (Staff) TableName() string { return "staff" }

// Session is a signed-in browser or API client. Key is TokenKey of the secret it holds.
type Session struct {
	Key       string `gorm:"primaryKey"`
	StaffID   string
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
}

// Actor is this member of staff as the doer of a verb. Whoever works for a department sees that department only.
func (s Staff) Actor() Actor {
	a := Actor{Kind: ActorStaff, ID: s.ID, Role: s.Role}
	if s.DepartmentID != nil {
		a.Scope = *s.DepartmentID
	}
	return a
}

// Package places knows which area of the city a point lies in: from boundaries that somebody brings, or from a table
// of its own that is right three times in four and labels every answer. It never guesses for a point far from every
// area, and never reads a database or asks a service.
package places

// Area is a unit of the city that owns what lies in it: a ward, a commune, a special zone.
type Area struct {
	Code       string // official, stable; the key of the area everywhere
	Name       string // "Sài Gòn"
	FullName   string // "Phường Sài Gòn"
	FullNameEn string // may be empty
	Kind       string // phuong, xa, dac_khu; whatever an imported file says
	// Approximate says that the boundary was guessed from the table of centres: whoever shows the area says so too.
	Approximate bool
}

// Boundary is an area with the land it covers.
type Boundary struct {
	Area

	Geometry string // a GeoJSON Polygon or MultiPolygon, WGS 84, longitude before latitude
}

// Found is the area of a point. SnappedM is how many metres outside of the area the point lies: 0 inside.
type Found struct {
	Area

	SnappedM float64
}

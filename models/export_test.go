package models

import (
	"maps"
	"slices"
)

// PermittedVerbs lists the verbs that the table of permissions knows.
func PermittedVerbs() []Verb { return slices.Sorted(maps.Keys(permissions)) }

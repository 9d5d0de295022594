package models

import (
	"slices"
	"strings"
)

// OtherCategory is the type of what is none of the others; the hotline looks at it.
const OtherCategory = "society.other"

// Category returns a type by its key: the one for everything else when there is none of that name.
func (c Catalogue) Category(key string) Category {
	if found, ok := c.Categories[key]; ok {
		return found
	}
	return c.Categories[OtherCategory]
}

// Has tells whether there is a type of that name.
func (c Catalogue) Has(key string) bool {
	_, ok := c.Categories[key]
	return ok
}

// Name is how people call the type, in a language: English for "en", else Vietnamese.
func (c Category) Name(lang string) string { return inLanguage(lang, c.NameVi, c.NameEn) }

// Names are how people call several types whose keys stand between commas, each in quotes.
func (c Catalogue) Names(lang, keys string) string {
	var names []string
	for key := range strings.SplitSeq(keys, ",") {
		names = append(names, "“"+c.Category(key).Name(lang)+"”")
	}
	return strings.Join(names, ", ")
}

// Name is how people call the field, in a language: English for "en", else Vietnamese.
func (f Field) Name(lang string) string { return inLanguage(lang, f.NameVi, f.NameEn) }

// Safety is what to do at once about the type, empty where there is nothing.
func (c Category) Safety(lang string) string { return inLanguage(lang, c.SafetyVi, c.SafetyEn) }

// Guidance says where to go with the type instead, or where the answer is to be had; empty where nothing is known.
func (c Category) Guidance(lang string) string { return inLanguage(lang, c.Guide, c.GuideEn) }

// Placeless tells whether nobody needs to be asked where it is.
func (c Category) Placeless() bool { return c.Place == PlaceNone }

// Dangerous tells whether somebody has to be called before anything else.
func (c Category) Dangerous() bool { return len(c.CallFirst) > 0 }

// Emergency returns the numbers that help where life is in danger: ambulance, fire and rescue, police.
func Emergency() []string { return []string{"115", "114", "113"} }

// Call is the number to telephone first about the type; where life is in danger, one of Emergency. It is empty where
// only who is there can tell which.
func (c Category) Call(life bool) string {
	for _, call := range c.CallFirst {
		if !life || slices.Contains(Emergency(), call.Number) {
			return call.Number
		}
	}
	return ""
}

// Warning are the arguments of the message "danger" about the type.
func (c Category) Warning(life bool) Args { return Args{"safety": c.Key, "number": c.Call(life)} }

func inLanguage(lang, vi, en string) string {
	if lang == "en" {
		return en
	}
	return vi
}

// In is the name of the department that has this role in an area: the area's own name in the place of "phường/xã".
func (r DepartmentRole) In(area string) string {
	name := strings.Replace(r.NameVi, "phường/xã/đặc khu", area, 1)
	return strings.Replace(name, "phường/xã", area, 1)
}

// Valid tells whether the priority is one of ours.
func (p Priority) Valid() bool { return p.Rank() > 0 }

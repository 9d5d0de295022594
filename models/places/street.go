package places

import (
	"slices"
	"strings"

	"github.com/vticket/vticket/models"
)

// doors begin the names of what is nearer to a door than a street is.
var doors = []string{"hem", "ngo", "ngach", "kiet", "phong", "lau", "tang", "can", "khach", "chung", "toa"}

// Street finds the name of the street in words that name a house on it: "Tô Ký" in "trước số 140 Tô Ký". It is what
// everybody may know of a place; false when the words name no house, for then they may say anything.
func Street(text string) (string, bool) {
	for _, at := range houseNumber.FindAllStringSubmatchIndex(text, -1) {
		name, _ := streetName(strings.TrimLeft(text[at[3]:], " ,"))
		first, _, _ := strings.Cut(models.Fold(name), " ")
		switch { // an alley's number, a floor, a room or a building would lead to a door
		case name == "" || strings.Contains(name, "/"):
		case slices.Contains(doors, first):
		default:
			return name, true
		}
	}
	return "", false
}

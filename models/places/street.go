package places

import "strings"

// Street finds the name of the street in words that name a house on it: "Tô Ký" in "trước số 140 Tô Ký". It is what
// everybody may know of a place; false when the words name no house, for then they may say anything.
func Street(text string) (string, bool) {
	for _, at := range houseNumber.FindAllStringSubmatchIndex(text, -1) {
		if name := streetName(strings.TrimLeft(text[at[3]:], " ,")); name != "" {
			return name, true
		}
	}
	return "", false
}

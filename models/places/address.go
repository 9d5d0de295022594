package places

import "sync"

// cityNames are the names of the areas that we know of, for readers who care for the address only.
var cityNames = sync.OnceValue(func() *areaNames {
	x, err := Approximate()
	if err != nil { // the table is a part of the program and is tested
		return newAreaNames(nil, nil)
	}
	return x.names
})

// Address returns where something is, in a sentence, if a crew would find it: "trước số 140 Tô Ký" in "nắp cống trước
// số 140 Tô Ký bị mất", with the ward that is named there too. False when the words are not that exact; Read says more.
func Address(text string) (string, bool) {
	p := read(text, cityNames())
	if !p.Sure {
		return "", false
	}
	return p.Address, true
}

// Street returns the street that words name: "Tô Ký" for "trước số 140 Tô Ký". It is what everybody may know of a
// place: no number, no floor, no alley.
func Street(text string) (string, bool) {
	p := read(text, cityNames())
	return p.Street, p.Street != ""
}

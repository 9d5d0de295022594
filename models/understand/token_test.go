package understand

import "testing"

func TestCalm(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"lauuuu": "lau", "quaaa": "qua", "troiiii": "troi", "street": "street", "xoong": "xoong", "aaa": "a", "hahaha": "hahaha",
		"www": "w", "1000": "1000", "": "", "a": "a", "luaaaaaa": "lua", "oooii": "oi",
	} {
		if got := calm(word); got != want {
			t.Errorf("%q is %q when it is calm, want %q", word, got, want)
		}
	}
}

package models_test

import (
	"strconv"
	"testing"

	"github.com/vticket/vticket/models"
)

func TestMemo(t *testing.T) {
	var m models.Memo[int]
	reads := 0
	length := func(text string) int { reads++; return len(text) }
	for range 3 {
		if got := m.Of("ổ gà", length); got != len("ổ gà") {
			t.Errorf("a remembered text gives what it made: %d", got)
		}
	}
	if reads != 1 {
		t.Errorf("the same text is to be read once, was %d times", reads)
	}
	for i := range 10_000 {
		m.Of(strconv.Itoa(i), length)
	}
	if m.Of("ổ gà", length); reads != 10_002 {
		t.Errorf("what was long ago is forgotten and read again: %d reads", reads)
	}
}

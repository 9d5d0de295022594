package models_test

import (
	"strings"
	"testing"

	"github.com/vticket/vticket/models"
)

func TestCodeRefusesEverySlip(t *testing.T) {
	for range 200 {
		code := models.NewCode()
		if got, ok := models.ParseCode(code); !ok || got != code || code[0] == '0' {
			t.Fatalf("a new code is nine digits, the first not 0, and parses to itself; %q gave %q, %t", code, got, ok)
		}
		for i := range len(code) {
			for digit := byte('0'); digit <= '9'; digit++ {
				wrong := code[:i] + string(digit) + code[i+1:]
				if _, ok := models.ParseCode(wrong); ok && wrong != code {
					t.Errorf("%s with one wrong digit, %s, is to be refused", code, wrong)
				}
			}
			if i == 0 {
				continue
			}
			swapped := code[:i-1] + string(code[i]) + string(code[i-1]) + code[i+1:]
			if _, ok := models.ParseCode(swapped); ok && swapped != code {
				t.Errorf("%s with two neighbours swapped, %s, is to be refused", code, swapped)
			}
		}
	}
}

func TestParseCode(t *testing.T) {
	code := models.NewCode()
	for name, tt := range map[string]struct {
		written string
		refused bool
	}{
		"as it is kept":               {written: code},
		"as it is shown":              {written: models.SpokenCode(code)},
		"with a hyphen":               {written: code[:4] + "-" + code[4:]},
		"with a hash":                 {written: "#" + code},
		"with dots":                   {written: code[:3] + "." + code[3:6] + "." + code[6:]},
		"with a no-break space":       {written: code[:4] + "\u00a0" + code[4:]},
		"with space around it":        {written: "  " + code + "\n"},
		"empty":                       {written: "", refused: true},
		"one digit short":             {written: code[1:], refused: true},
		"one digit long":              {written: code + "0", refused: true},
		"with a letter":               {written: "O" + code[1:], refused: true},
		"with digits of other script": {written: strings.Repeat("٣", 4) + "1", refused: true},
		"inside a sentence":           {written: "mã " + code, refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := models.ParseCode(tt.written)
			if ok == tt.refused || ok && got != code {
				t.Errorf("ParseCode(%q) gave %q, %t; refused is to be %t", tt.written, got, ok, tt.refused)
			}
		})
	}
}

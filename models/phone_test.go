package models_test

import (
	"testing"

	"github.com/vticket/vticket/models"
)

func TestPhonesAreReadAsPeopleWriteThem(t *testing.T) {
	for name, tt := range map[string]struct {
		text, want string
		ok         bool
	}{
		"mobile":                         {"0912345678", "0912345678", true},
		"mobile with spaces":             {" 091 234 56 78 ", "0912345678", true},
		"mobile with dots":               {"0912.345.678", "0912345678", true},
		"mobile with hyphens":            {"0912-345–678", "0912345678", true},
		"mobile with hard spaces":        {"0912\u00a0345\u00a0678", "0912345678", true},
		"country code with plus":         {"+84 912 345 678", "0912345678", true},
		"country code without plus":      {"84912345678", "0912345678", true},
		"country code with zeros":        {"0084 912345678", "0912345678", true},
		"country code and zero":          {"+84 (0) 912 345 678", "0912345678", true},
		"mobile that begins with 084":    {"0841 234 567", "0841234567", true},
		"fixed line":                     {"(028) 3829 1234", "02838291234", true},
		"fixed line with country code":   {"+84 28 3829 1234", "02838291234", true},
		"a digit too few":                {"091234567", "", false},
		"a digit too many":               {"09123456789", "", false},
		"mobile of eleven digits, ended": {"01234567890", "", false},
		"another country":                {"+1 202 555 0123", "", false},
		"a short number":                 {"113", "", false},
		"words":                          {"không có", "", false},
		"other digits":                   {"٠٩١٢٣٤٥٦٧٨", "", false},
		"nothing":                        {"", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := models.NormalPhone(tt.text)
			if ok != tt.ok || ok && got != tt.want {
				t.Errorf("NormalPhone(%q) = %q, %t; want %q, %t", tt.text, got, ok, tt.want, tt.ok)
			}
		})
	}
}

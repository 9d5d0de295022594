package models

import (
	"regexp"
	"strings"
	"unicode"
)

// phoneForm is a Vietnamese number within the country: a mobile (10 digits since 2018) or a fixed line (02, 11 digits).
var phoneForm = regexp.MustCompile(`^0([35789][0-9]{8}|2[0-9]{9})$`)

// NormalPhone reads a Vietnamese telephone number as people write it: with spaces, dots or hyphens, with +84, 0084, 84
// or 0 before it. It returns the digits as they are dialled within the country; false for what is no such number.
func NormalPhone(text string) (string, bool) {
	digits := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune(".-–()", r) {
			return -1
		}
		return r
	}, text)
	for _, abroad := range []string{"+84", "0084", "84"} {
		if rest, ok := strings.CutPrefix(digits, abroad); ok {
			digits = "0" + strings.TrimPrefix(rest, "0") // "+84 (0) 912…"
			break
		}
	}
	if !phoneForm.MatchString(digits) {
		return "", false
	}
	return digits, true
}

// MaskedPhone is what is shown of a telephone number: its last three digits; nothing of what is too short for one.
func MaskedPhone(phone string) string {
	if len(phone) < 6 {
		return ""
	}
	return "••• " + phone[len(phone)-3:]
}

package models

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"

	"github.com/google/uuid"
)

// NewID returns a UUIDv7: unique, and sorted by the millisecond in which it was made.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// ValidID tells whether a string from outside is an id of ours by form.
func ValidID(id string) bool { return uuid.Validate(id) == nil && len(id) == 36 }

// NewToken returns a secret of 128 random bits, safe in URLs and headers.
func NewToken() string { return strings.ToLower(rand.Text()) }

// TokenKey is what the database keeps of a token: its SHA-256 in hexadecimal.
func TokenKey(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// damm is the quasigroup of the Damm check digit: it finds every single wrong digit and every swap of two
// neighbours (H. M. Damm, 2004), the two slips people make when they read a number over the phone.
var damm = [10][10]byte{
	{0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
	{7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
	{4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
	{1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
	{6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
	{3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
	{5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
	{8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
	{9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
	{2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}

const codeDigits = 9

func dammOf(digits string) byte {
	var at byte
	for i := range len(digits) {
		at = damm[at][digits[i]-'0']
	}
	return at
}

// NewCode returns a ticket code: eight random digits, the first never 0, and a check digit. Nothing about the order
// or number of tickets can be read from it.
func NewCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(90_000_000))
	if err != nil { // crypto/rand.Reader does not fail on the systems Go supports
		return ""
	}
	digits := fmt.Sprintf("%08d", n.Int64()+10_000_000)
	return digits + string('0'+dammOf(digits))
}

// ParseCode reads a code as people write it ("4812 77356", "4812-77356", "#481277356") and returns its nine digits.
// It returns false when the length or the check digit is wrong.
func ParseCode(s string) (string, bool) {
	s = strings.NewReplacer(" ", "", "-", "", ".", "", "#", "", "\u00a0", "").Replace(strings.TrimSpace(s))
	if len(s) != codeDigits {
		return "", false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return "", false
		}
	}
	return s, dammOf(s) == 0
}

// SpokenCode writes a code in the two groups in which it is shown and said: "4812 77356".
func SpokenCode(code string) string {
	if len(code) != codeDigits {
		return code
	}
	return code[:4] + " " + code[4:]
}

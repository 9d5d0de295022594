package models

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// OnceLife is how long the password on a printed slip opens the door.
const OnceLife = 14 * 24 * time.Hour

// onceLetters are 20 signs of which no two look alike in print or are mixed up when read out: 4.3 bits each.
const onceLetters = "acdefhjkmnprtwxy3479"

const (
	onceLength = 16 // 69 bits
	onceGroup  = 4
)

// NewOncePassword returns a password for a printed slip, in groups that are easy to type: "c4ra-k9tw-exmn-7hpd".
func NewOncePassword() (string, error) {
	var b strings.Builder
	for i := range onceLength {
		if i > 0 && i%onceGroup == 0 {
			b.WriteByte('-')
		}
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(onceLetters))))
		if err != nil {
			return "", fmt.Errorf("one-time password: %w", err)
		}
		b.WriteByte(onceLetters[n.Int64()])
	}
	return b.String(), nil
}

// FoldOncePassword reduces a one-time password to what is hashed and compared: people leave out the hyphens, add
// spaces, and telephones begin with a capital.
func FoldOncePassword(password string) string {
	return strings.ToLower(strings.NewReplacer("-", "", " ", "", "\u00a0", "").Replace(password))
}

// The length of a password that somebody chooses, in characters.
const (
	passwordMin = 10
	passwordMax = 200
)

// CheckPassword refuses a password that is too short, too long to be meant, nothing that can be typed, or the person's
// own e-mail.
func (s Staff) CheckPassword(password string) error {
	switch length := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl):
		return Invalid{Field: "password", Key: "error_password_signs"}
	case length < passwordMin:
		return Invalid{Field: "password", Key: "error_password_short"}
	case length > passwordMax:
		return Invalid{Field: "password", Key: "error_password_long"}
	case strings.EqualFold(strings.TrimSpace(password), s.Email):
		return Invalid{Field: "password", Key: "error_password_email"}
	}
	return nil
}

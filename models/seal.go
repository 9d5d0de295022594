package models

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// Sealer keeps secrets unreadable in the database: AES-256-GCM under a key from the configuration, bound to the row
// that they belong to. It is safe for concurrent use. The zero value seals nothing.
type Sealer struct{ keys []cipher.AEAD }

// NewSealer reads keys of 32 bytes in base64, the one to seal with first; older ones only open what they sealed.
func NewSealer(keys ...string) (Sealer, error) {
	var s Sealer
	for _, text := range keys {
		key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
		if err != nil || len(key) != 32 {
			return s, errors.New("a key must be 32 bytes in base64, as `openssl rand -base64 32` prints them")
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return s, fmt.Errorf("key: %w", err)
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return s, fmt.Errorf("key: %w", err)
		}
		s.keys = append(s.keys, aead)
	}
	return s, nil
}

// Ready tells whether there is a key.
func (s Sealer) Ready() bool { return len(s.keys) > 0 }

var errNoKey = errors.New("there is no key to keep secrets under")

// Seal makes a secret unreadable; it opens only for the same owner.
func (s Sealer) Seal(owner, secret string) (string, error) {
	if !s.Ready() {
		return "", errNoKey
	}
	nonce := make([]byte, s.keys[0].NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	return base64.StdEncoding.EncodeToString(s.keys[0].Seal(nonce, nonce, []byte(secret), []byte(owner))), nil
}

// Open returns a sealed secret. It fails when none of the keys sealed it for this owner.
func (s Sealer) Open(owner, sealed string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return "", errors.New("a sealed secret is damaged")
	}
	for _, key := range s.keys {
		if len(raw) < key.NonceSize() {
			break
		}
		if secret, err := key.Open(nil, raw[:key.NonceSize()], raw[key.NonceSize():], []byte(owner)); err == nil {
			return string(secret), nil
		}
	}
	if !s.Ready() {
		return "", errNoKey
	}
	return "", errors.New("a sealed secret does not open: was it sealed under another key?")
}

package web

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/alexedwards/argon2id"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

// passwordCost is OWASP's argon2id minimum: 19 MiB, two passes (design §10).
var passwordCost = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// Signin knows who is behind a session. Two passwords are checked at a time: each takes 19 MiB.
type Signin struct {
	store *store.Store
	slots chan struct{}
	decoy string
}

// NewSignin returns a sign-in on a database.
func NewSignin(s *store.Store) (*Signin, error) {
	decoy, err := HashPassword(models.NewToken())
	if err != nil {
		return nil, err
	}
	return &Signin{store: s, slots: make(chan struct{}, 2), decoy: decoy}, nil
}

// HashPassword returns what the database keeps of a password.
func HashPassword(password string) (string, error) {
	hash, err := argon2id.CreateHash(password, passwordCost)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// Open checks e-mail and password and opens a session; ErrForbidden says that one of them is wrong, and takes as
// long for an unknown e-mail as for a wrong password.
func (s *Signin) Open(ctx context.Context, email, password string) (string, error) {
	var who models.Staff
	err := s.store.Read(ctx, func(tx *store.Tx) error {
		var err error
		who, err = tx.StaffByEmail(strings.ToLower(strings.TrimSpace(models.Clean(email, 200))))
		return err
	})
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return "", err
	}
	hash := who.PasswordHash
	if err != nil {
		hash = s.decoy
	}
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	match, checkErr := argon2id.ComparePasswordAndHash(password, hash)
	<-s.slots
	if checkErr != nil {
		return "", fmt.Errorf("check password: %w", checkErr)
	}
	if err != nil || !match {
		return "", models.ErrForbidden
	}
	token := models.NewToken()
	return token, s.store.Tx(ctx, func(tx *store.Tx) error { return tx.OpenSession(token, who.ID) })
}

// Who returns the member of staff behind a session token; ErrForbidden when there is none.
func (s *Signin) Who(ctx context.Context, token string) (models.Staff, error) {
	var who models.Staff
	err := s.store.Read(ctx, func(tx *store.Tx) error {
		var err error
		who, err = tx.SessionStaff(token)
		return err
	})
	if errors.Is(err, models.ErrNotFound) {
		return who, models.ErrForbidden
	}
	return who, err
}

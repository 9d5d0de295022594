package web

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

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
	tries tries

	mu   sync.Mutex
	used map[string]time.Time // when the use of a session was last written down, by its key
}

// decoy is what the password of nobody is compared with.
var decoy = sync.OnceValues(func() (string, error) { return HashPassword(models.NewToken()) })

// NewSignin returns a sign-in on a database.
func NewSignin(s *store.Store) (*Signin, error) {
	decoy, err := decoy()
	if err != nil {
		return nil, err
	}
	return &Signin{store: s, slots: make(chan struct{}, 2), decoy: decoy, used: map[string]time.Time{}}, nil
}

// HashPassword returns what the database keeps of a password.
func HashPassword(password string) (string, error) {
	hash, err := argon2id.CreateHash(password, passwordCost)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// The refusals of a one-time password, the one from a printed slip.
var (
	// ErrPasswordChange says that the session is good for nothing but the choice of another password.
	ErrPasswordChange = errors.New("one-time password to be changed")
	// ErrPasswordExpired says that the one-time password was right, too late.
	ErrPasswordExpired = errors.New("one-time password expired")
)

// Opened is a session that was opened. With MustChangePassword it is good for ChangePassword only.
type Opened struct {
	Token              string
	MustChangePassword bool
}

// SigninInput is a try to sign in. Address is the one of the network that it comes from, as far as that is known.
type SigninInput struct {
	Email    string
	Password string
	Address  string
}

// Open checks e-mail and password and opens a session. It fails with TriesError before the password is looked at, and
// with ErrForbidden when e-mail or password is wrong: that takes as long for an unknown e-mail as for a wrong password.
func (s *Signin) Open(ctx context.Context, in SigninInput) (Opened, error) {
	email := strings.ToLower(strings.TrimSpace(models.Clean(in.Email, 200)))
	keys := map[string]int{"email " + email: triesOfEmail, "address " + in.Address: triesOfAddress}
	now := s.store.Now()
	if until, ok := s.tries.take(now, keys); !ok {
		return Opened{}, TriesError{until, until.Sub(now)}
	}
	opened, err := s.open(ctx, email, in.Password)
	if err == nil {
		s.tries.succeeded(keys)
	}
	return opened, err
}

func (s *Signin) open(ctx context.Context, email, password string) (Opened, error) {
	var who models.Staff
	err := s.store.Read(ctx, func(tx *store.Tx) error {
		var err error
		who, err = tx.StaffByEmail(email)
		return err
	})
	known := err == nil
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return Opened{}, err
	}
	if !known {
		who = models.Staff{PasswordHash: s.decoy}
	}
	match, err := s.matches(ctx, who, password)
	if err != nil {
		return Opened{}, err
	}
	if !known || !match {
		return Opened{}, models.ErrForbidden
	}
	opened := Opened{Token: models.NewToken(), MustChangePassword: who.MustChangePassword()}
	return opened, s.store.Tx(ctx, func(tx *store.Tx) error {
		if who.MustChangePassword() && !tx.Now.Before(*who.PasswordOnceUntil) {
			return ErrPasswordExpired
		}
		if err := unchanged(tx, who); err != nil {
			return err
		}
		return tx.OpenSession(opened.Token, who.ID)
	})
}

// unchanged locks a person and refuses when they were disabled or have another password since they were read.
func unchanged(tx *store.Tx, who models.Staff) error {
	now, err := tx.LockStaff(who.ID)
	if errors.Is(err, models.ErrNotFound) || err == nil && now.PasswordHash != who.PasswordHash {
		return models.ErrForbidden
	}
	return err
}

// slot waits for one of the places in which passwords are worked on; the caller gives it back.
func (s *Signin) slot(ctx context.Context) (free func(), err error) {
	select {
	case s.slots <- struct{}{}:
		return func() { <-s.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *Signin) matches(ctx context.Context, who models.Staff, password string) (bool, error) {
	free, err := s.slot(ctx)
	if err != nil {
		return false, err
	}
	defer free()
	if who.MustChangePassword() {
		password = models.FoldOncePassword(password)
	}
	match, err := argon2id.ComparePasswordAndHash(password, who.PasswordHash)
	if err != nil {
		return false, fmt.Errorf("check password: %w", err)
	}
	return match, nil
}

// ChangeInput is the choice of a password. Current may be empty while a one-time password is to be changed: it was
// given a moment ago.
type ChangeInput struct {
	Token    string
	Current  string
	Password string
}

// ChangePassword replaces the password of the person behind a session and ends all their other sessions. Without a
// session it answers ErrForbidden.
func (s *Signin) ChangePassword(ctx context.Context, in ChangeInput) error {
	who, err := s.Who(ctx, in.Token)
	if err != nil && !errors.Is(err, ErrPasswordChange) {
		return err
	}
	if err := who.CheckPassword(in.Password); err != nil {
		return err
	}
	if !who.MustChangePassword() {
		match, err := s.matches(ctx, who, in.Current)
		if err != nil {
			return err
		}
		if !match {
			return models.Invalid{Field: "current", Key: "error_password_current"}
		}
	}
	same, err := s.matches(ctx, who, in.Password)
	if err != nil {
		return err
	}
	if same {
		return models.Invalid{Field: "password", Key: "error_password_same"}
	}
	free, err := s.slot(ctx)
	if err != nil {
		return err
	}
	hash, err := HashPassword(in.Password)
	free()
	if err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *store.Tx) error {
		if err := unchanged(tx, who); err != nil {
			return err
		}
		return tx.ChangePassword(who.ID, hash, in.Token)
	})
}

// Who returns the member of staff behind a session token; ErrForbidden when there is none, ErrPasswordChange beside
// the person while all they may do is choose a password.
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
	if err != nil {
		return who, err
	}
	if who.MustChangePassword() {
		return who, ErrPasswordChange
	}
	return who, s.touch(ctx, token)
}

// manySessions bounds what touch remembers; forgetting costs one needless write for each session.
const manySessions = 10_000

// touch keeps a session from ending while it is in use. It writes once a minute, so that reading stays reading.
func (s *Signin) touch(ctx context.Context, token string) error {
	key, now := models.TokenKey(token), s.store.Now()
	s.mu.Lock()
	fresh := now.Sub(s.used[key]) < time.Minute
	if !fresh {
		if len(s.used) >= manySessions {
			clear(s.used)
		}
		s.used[key] = now
	}
	s.mu.Unlock()
	if fresh {
		return nil
	}
	return s.store.Tx(ctx, func(tx *store.Tx) error { return tx.TouchSession(token) })
}

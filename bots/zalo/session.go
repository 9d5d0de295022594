package zalo

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"github.com/vticket/vticket/bots"
)

// session is the calls of one errand: they share a token, and renew it once at most.
type session struct {
	oa      *OA
	token   string
	renewed bool
}

func (o *OA) session() *session { return &session{oa: o} }

// call makes a request with the access token and returns the answer's data. Where the token is refused it asks for
// another and tries once more. It fails with *bots.SendError.
func (s *session) call(ctx context.Context, r request) (object, error) {
	for {
		if err := s.authorize(ctx, &r); err != nil {
			return nil, err
		}
		a, err := s.oa.client.exchange(ctx, r)
		if err != nil {
			return nil, err
		}
		data, code, failed := s.oa.client.judge(a, secretsOf(r)...)
		if failed == nil {
			return data, nil
		}
		if !expired(code) || s.renewed || s.oa.config.Refused == nil {
			return nil, failed
		}
		if err := s.oa.config.Refused(ctx, s.token); err != nil {
			return nil, s.oa.tokenFault(err, s.token)
		}
		s.token, s.renewed = "", true
	}
}

// authorize puts the token into a request: bare, and not as Authorization (channels.md §2.2).
func (s *session) authorize(ctx context.Context, r *request) error {
	if s.token == "" {
		if s.oa.config.Token == nil {
			return &bots.SendError{Class: bots.ErrToken, Cause: "no access token"}
		}
		token, err := s.oa.config.Token(ctx)
		if err != nil {
			return s.oa.tokenFault(err)
		}
		if token == "" {
			return &bots.SendError{Class: bots.ErrToken, Cause: "no access token"}
		}
		s.token = token
	}
	r.header = map[string]string{"access_token": s.token}
	if key := s.oa.config.Proof; key != "" {
		mac := hmac.New(sha256.New, []byte(key))
		_, _ = mac.Write([]byte(s.token))
		r.header["appsecret_proof"] = hex.EncodeToString(mac.Sum(nil))
	}
	return nil
}

// tokenFault is what a token that cannot be had means: who keeps it may know, else it is worth another try. Nothing has
// been sent.
func (o *OA) tokenFault(err error, secrets ...string) error {
	if failed, ok := errors.AsType[*bots.SendError](err); ok {
		return failed
	}
	return &bots.SendError{Class: bots.ErrRetry, Cause: o.client.redact("access token: "+err.Error(), secrets...)}
}

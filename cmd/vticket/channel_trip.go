package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/bots/facebook"
	"github.com/vticket/vticket/bots/zalo"
	"github.com/vticket/vticket/models"
)

// trip asks our own public address as the platform would: an event in which nothing happens, with its signature and
// with a wrong one, and what else the platform asks for.
func (s *setup) trip(ctx context.Context, a account) {
	ctx, cancel := context.WithTimeout(ctx, 3*platformLimit)
	defer cancel()
	address := s.config.webhookAddress(s.name)
	if prober, ok := a.Adapter.(bots.Prober); ok {
		header, body := prober.Probe()
		answer, ok := s.ask(ctx, http.MethodPost, address, header, body)
		if !ok {
			return // so would be all others
		}
		s.judge(answer, http.StatusOK, address, "a signed event")
		if answer, ok = s.ask(ctx, http.MethodPost, address, spoilt(header), body); ok {
			s.judge(answer, http.StatusUnauthorized, address, "an event with a wrong signature")
		}
	}
	switch s.name {
	case facebook.Name:
		s.challenge(ctx, address)
	case zalo.OAName:
		s.domainFile(ctx)
	}
}

// reply is what our address answered.
type reply struct {
	status int
	body   string
}

// ask makes one request; no redirect is followed, as platforms follow none.
func (s *setup) ask(ctx context.Context, method, address string, header http.Header, body []byte) (reply, bool) {
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		s.fail("set PUBLIC_URL right", "%s is no address", address)
		return reply{}, false
	}
	if header != nil {
		request.Header = header.Clone()
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		what, do := unreached(err)
		s.fail(do, "%s from this machine: %s", hostOf(address), what)
		return reply{}, false
	}
	defer response.Body.Close()
	said, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		s.fail("look again", "%s broke its answer off", hostOf(address))
		return reply{}, false
	}
	return reply{response.StatusCode, string(said)}, true
}

// judge says what an answer means.
func (s *setup) judge(r reply, want int, address, what string) {
	said := fmt.Sprintf("%s is answered by %d at %s", what, r.status, address)
	switch {
	case r.status == want:
		s.ok("%s, as it is to be", said)
	case r.status == http.StatusOK:
		s.fail("is it this program that answers there?", "%s: anybody could write as anybody", said)
	case r.status == http.StatusUnauthorized || r.status == http.StatusForbidden:
		s.fail("start vticket serve again with these settings, or let the proxy pass what it is asked", "%s", said)
	case r.status >= http.StatusMultipleChoices && r.status < http.StatusBadRequest:
		s.fail("set PUBLIC_URL to where it leads: platforms follow no redirect", "%s", said)
	case r.status == http.StatusServiceUnavailable || r.status == http.StatusBadGateway:
		s.fail("is vticket serve running, and its database? vticket doctor", "%s", said)
	default:
		s.fail("is it this program that answers there, and does the proxy pass /webhooks?", "%s", said)
	}
}

// spoilt is a header whose last characters are others.
func spoilt(header http.Header) http.Header {
	wrong := header.Clone()
	for name := range wrong {
		value := wrong.Get(name)
		last := "0"
		if strings.HasSuffix(value, last) {
			last = "1"
		}
		wrong.Set(name, value[:max(0, len(value)-1)]+last)
	}
	return wrong
}

// challenge asks as Facebook does before it keeps a callback URL (channels.md §4.2).
func (s *setup) challenge(ctx context.Context, address string) {
	word := models.NewToken()
	query := url.Values{
		"hub.mode": {"subscribe"}, "hub.verify_token": {s.config.FacebookVerify}, "hub.challenge": {word},
	}
	answer, ok := s.ask(ctx, http.MethodGet, address+"?"+query.Encode(), nil, nil)
	switch {
	case !ok:
	case answer.status == http.StatusOK && answer.body != word:
		s.fail("is it this program that answers there?", "the challenge is answered by something else")
	default:
		s.judge(answer, http.StatusOK, address, "the challenge with FB_VERIFY_TOKEN")
	}
}

// domainFile fetches the file by which Zalo checks the domain (channels.md §2.1).
func (s *setup) domainFile(ctx context.Context) {
	if s.config.ZaloPath == "" {
		return
	}
	address := strings.TrimRight(s.config.PublicURL, "/") + "/" + s.config.ZaloPath
	answer, ok := s.ask(ctx, http.MethodGet, address, nil, nil)
	switch {
	case !ok:
	case answer.status == http.StatusOK && answer.body != s.config.ZaloContent:
		s.fail("start vticket serve again with these settings", "%s is not ZALO_VERIFIER_CONTENT", address)
	default:
		s.judge(answer, http.StatusOK, address, "the file of the domain")
	}
}

package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
)

const (
	callTimeout = 40 * time.Second // ten pictures over a slow line
	maxAnswer   = 16 << 20         // bytes; a hundred of the largest updates are far less
)

// newTransport asks no proxy, because the environment has no say. It speaks HTTP/1.1: a connection that is silently
// dropped then harms one call, not all that would share it.
func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	return &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: 5 * time.Second,
		MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute,
	}
}

// exchange is what the library does not tell of a call: it loses the status of an upload, and never says whether a
// request has left us.
type exchange struct {
	written atomic.Bool
	status  int
}

// roundTrip gives the library's requests what it does not know of: a context, and a limit of what is read.
type roundTrip func(*http.Request) (*http.Response, error)

// RoundTrip makes one request.
func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// bot is the library's view of the bot for one call. Its constructor would call getMe, and fail offline. No redirect is
// followed: the token is in the address.
func (a *Adapter) bot(ctx context.Context, x *exchange) *tgbotapi.BotAPI {
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(info httptrace.WroteRequestInfo) {
		if info.Err == nil { // nobody acts on half a request
			x.written.Store(true)
		}
	}})
	bot := &tgbotapi.BotAPI{Token: a.token, Client: &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
			res, err := a.transport.RoundTrip(req.WithContext(ctx))
			if err != nil {
				return nil, err
			}
			x.status = res.StatusCode
			res.Body = limited{io.LimitReader(res.Body, maxAnswer), res.Body}
			return res, nil
		}),
	}}
	bot.SetAPIEndpoint(strings.ReplaceAll(a.base, "%", "%%") + "/bot%s/%s")
	return bot
}

type limited struct {
	io.Reader
	io.Closer
}

// call asks the Bot API once. It fails with *bots.SendError.
func (a *Adapter) call(
	ctx context.Context, ask func(*tgbotapi.BotAPI) (*tgbotapi.APIResponse, error),
) (json.RawMessage, error) {
	if a.token == "" {
		return nil, &bots.SendError{Class: bots.ErrToken, Cause: "no bot token"}
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var x exchange
	res, err := ask(a.bot(ctx, &x))
	if err != nil {
		return nil, a.fault(err, &x)
	}
	return res.Result, nil
}

// request asks for a method by its name: for what the library does not know, or knows without its newer parameters.
func (a *Adapter) request(ctx context.Context, method string, params tgbotapi.Params) (json.RawMessage, error) {
	return a.call(ctx, func(bot *tgbotapi.BotAPI) (*tgbotapi.APIResponse, error) {
		return bot.MakeRequest(method, params)
	})
}

// refusals are what the Bot API's errors mean (channels.md §5.4); the first that fits counts. A chat that is not found
// is no chat of this bot: nobody can unblock it. A token of the wrong form is answered by 404.
var refusals = []struct {
	status int
	says   string
	class  bots.ErrorClass
}{
	{http.StatusTooManyRequests, "", bots.ErrThrottled},
	{http.StatusForbidden, "blocked by the user", bots.ErrBlocked},
	{http.StatusForbidden, "user is deactivated", bots.ErrBlocked},
	{http.StatusForbidden, "can't initiate conversation", bots.ErrBlocked},
	{http.StatusUnauthorized, "", bots.ErrToken},
	{http.StatusNotFound, "", bots.ErrToken},
	{http.StatusConflict, "", bots.ErrRetry},
	{http.StatusRequestTimeout, "", bots.ErrRetry},
}

// fault makes of a failed call what is to be done about it.
func (a *Adapter) fault(err error, x *exchange) *bots.SendError {
	failed := &bots.SendError{Class: bots.ErrRetry, Cause: a.redact(err)}
	said, ok := errors.AsType[*tgbotapi.Error](err)
	if !ok { // no answer, half of one, or a gateway's page
		if errors.Is(err, models.ErrNotFound) { // a picture that is lost will not come back
			failed.Class = bots.ErrRejected
		}
		// A gateway that waited in vain does not know either; its other pages say that nobody took the call.
		answered := x.status != 0 && x.status != http.StatusOK && x.status != http.StatusGatewayTimeout
		failed.Ambiguous = x.written.Load() && !answered && !errors.Is(err, errPhoto)
		return failed
	}
	status := said.Code
	if status == 0 {
		status = x.status
	}
	if status >= http.StatusBadRequest && status < http.StatusInternalServerError {
		failed.Class = bots.ErrRejected
	}
	for _, r := range refusals {
		if r.status == status && strings.Contains(said.Message, r.says) {
			failed.Class = r.class
			break
		}
	}
	if failed.Class == bots.ErrThrottled {
		failed.RetryAfter = time.Duration(said.RetryAfter) * time.Second
	}
	return failed
}

// redact is the text of an error without the address that was called, and without the secrets and telephone numbers in
// it.
func (a *Adapter) redact(err error) string {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		err = failed.Err
	}
	return bots.Redact(err.Error(), append([]string{a.token}, a.secrets...))
}

// refused tells whether a call was answered by an error that says something.
func refused(err error, says string) bool {
	failed, ok := errors.AsType[*bots.SendError](err)
	return ok && strings.Contains(failed.Cause, says)
}

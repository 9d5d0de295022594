package bots_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/vticket/vticket/bots"
)

func TestRedact(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		said string
		want string
	}{
		"a mobile number":                   {text: "to 0912345678.", want: "to [phone]."},
		"a number with dots":                {text: "091.234.5678", want: "[phone]"},
		"a number with spaces":              {text: "0912 345 678", want: "[phone]"},
		"a number from abroad":              {text: "+84 912-345-678 or 84912345678", want: "[phone] or [phone]"},
		"a number with two zeros before it": {text: "0084912345678", want: "[phone]"},
		"a zero in brackets":                {text: "+84 (0) 912 345 678", want: "[phone]"},
		"a fixed line":                      {text: "(028) 3822 1234", want: "[phone]"},
		"the id of an account is no number": {text: "user 8491234567890123456", want: "user 8491234567890123456"},
		"a date is no number":               {text: "at 2026-03-06 09:00", want: "at 2026-03-06 09:00"},
		"a secret":                          {text: "bot 5:top-secret/x", want: "bot [secret]/x"},
		"a secret within an address":        {text: "/bot5%3Atop-secret/x", want: "/bot[secret]/x"},
		"what was said, as JSON writes it":  {text: `"text":"Nh\u00e0 ông\nBa ngập"`, said: "Nhà ông\nBa ngập", want: `"text":"[words]"`},
		"what was said, in an address":      {text: "text=Nh%C3%A0+%C3%B4ng+Ba", said: "Nhà ông Ba", want: "text=[words]"},
		"what was said":                     {text: `cannot parse "Nhà ông Ba ngập"`, said: "Nhà ông Ba ngập", want: `cannot parse "[words]"`},
		"a part of what was said":           {text: "near ông BA ngập!", said: "Nhà ông Ba ngập", want: "near [words]!"},
		"what was said, taken apart":        {text: "Nha\u0300 ông Ba is bad", said: "Nhà ông Ba", want: "[words] is bad"},
		"two words alone":                   {text: "user Trần Lan is gone", said: "Trần Lan", want: "user [words] is gone"},
		"a short word means nothing":        {text: "no such chat", said: "no", want: "no such chat"},
		"two words of a long sentence":      {text: "the message is empty", said: "the message did not come", want: "the message is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := bots.Redact(tt.text, []string{"", "5:top-secret"}, tt.said); got != tt.want {
				t.Errorf("%q, not %q", got, tt.want)
			}
		})
	}
}

func TestErrorsDoNotRepeatTheMessage(t *testing.T) {
	failed := &bots.SendError{Class: bots.ErrRejected, Cause: "bad text: Nhà ông Ba ngập, code 5, to 0912345678"}
	err := bots.Unsaid(failed, bots.Outgoing{Text: "1. Nhà ông Ba ngập"})
	if want := "send rejected: bad text: [words], code 5, to [phone]"; err.Error() != want {
		t.Errorf("%q, not %q", err, want)
	}
	if !strings.Contains(failed.Cause, "ông Ba") {
		t.Errorf("the error that was given is to stay as it was: %q", failed.Cause)
	}
	if other := errors.New("disk is gone"); !errors.Is(bots.Unsaid(other, bots.Outgoing{}), other) {
		t.Error("an error of another kind is left as it is")
	}
}

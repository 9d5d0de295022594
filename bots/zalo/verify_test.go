package zalo_test

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vticket/vticket/bots/zalo"
)

func TestVerifyReadsTheTimestampAsWritten(t *testing.T) {
	for name, tt := range map[string]struct {
		body, stamp string
		ok          bool
	}{
		"a string":                     {`{"timestamp":"1751100600000"}`, "1751100600000", true},
		"a whole number":               {`{"timestamp":1751100600000}`, "1751100600000", true},
		"a float":                      {`{"timestamp":1500000000000.0}`, "1500000000000.0", true},
		"a float is not rounded":       {`{"timestamp":1500000000000.0}`, "1500000000000", false},
		"one of 12 digits":             {`{"timestamp":"154390853474"}`, "154390853474", true},
		"spaces around":                {" {\"a\" : [1, {}] ,\n\"timestamp\" : \"1751100600000\" }\n", "1751100600000", true},
		"another digest of it":         {`{"timestamp":"1751100600000"}`, "1751100600001", false},
		"a nested one is none":         {`{"message":{"timestamp":"1751100600000"}}`, "1751100600000", false},
		"one of another case is none":  {`{"Timestamp":"1751100600000"}`, "1751100600000", false},
		"none, and none was signed":    {`{"event_name":"follow"}`, "", false},
		"null":                         {`{"timestamp":null}`, "", false},
		"an object":                    {`{"timestamp":{}}`, "{}", false},
		"words":                        {`{"timestamp":"now"}`, "now", false},
		"twice the same":               {`{"timestamp":"1751100600000","timestamp":"1751100600000"}`, "1751100600000", false},
		"two, the first signed":        {`{"timestamp":"1","timestamp":"2"}`, "1", false},
		"two, the last signed":         {`{"timestamp":"1","timestamp":"2"}`, "2", false},
		"two, one of them escaped":     {`{"timestamp":"1","time\u0073tamp":"2"}`, "1", false},
		"digits moved out of the body": {`{"timestamp":"17511"}00600000`, "", false},
		"a second value":               {`{"timestamp":"1751100600000"}{}`, "1751100600000", false},
		"half a body":                  {`{"timestamp":"1751100600000"`, "1751100600000", false},
		"a list":                       {`["timestamp","1751100600000"]`, "1751100600000", false},
		"nothing":                      {``, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			if err := at("").Verify(sign([]byte(tt.body), tt.stamp), []byte(tt.body)); (err == nil) != tt.ok {
				t.Errorf("taken is to be %t, got %v", tt.ok, err)
			}
		})
	}
}

func TestVerifyTakesOneHeaderOnly(t *testing.T) {
	body := recorded(t, "user_send_text")
	good := sign(body, "154390853474").Get("X-ZEvent-Signature")
	for name, values := range map[string][]string{
		"the good one and another": {good, "mac=00"}, "twice the good one": {good, good}, "none": {}, "empty": {""},
		"in a list": {good + ", mac=00"}, "another algorithm": {"sha256=" + strings.TrimPrefix(good, "mac=")},
		"cut short": {good[:20]}, "only the beginning": {"mac="},
	} {
		if at("").Verify(http.Header{"X-Zevent-Signature": values}, body) == nil {
			t.Errorf("%s: it was taken", name)
		}
	}
	if err := at("").Verify(http.Header{"X-Zevent-Signature": {good}}, body); err != nil {
		t.Error(err)
	}
}

// TestVerifyRefusesForgeries changes one byte of a signed body, or one bit of its signature, ten thousand times.
func TestVerifyRefusesForgeries(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	body := recorded(t, "button_click_query")
	signed := sign(body, "1751100600000").Get("X-ZEvent-Signature")
	adapter := at("")
	for range 10_000 {
		forged, mac := []byte(string(body)), []byte(signed)
		if random.IntN(2) == 0 {
			forged[random.IntN(len(forged))] ^= byte(1 << random.IntN(8))
		} else {
			digit := len("mac=") + random.IntN(64)
			mac[digit] = "0123456789abcdef"[(strings.IndexByte("0123456789abcdef", mac[digit])+1+random.IntN(15))%16]
		}
		if adapter.Verify(http.Header{"X-Zevent-Signature": {string(mac)}}, forged) == nil {
			t.Fatalf("taken: %q with %s", forged, mac)
		}
	}
}

func TestFreshRefusesReplays(t *testing.T) {
	event := func(age time.Duration) string { return strconv.FormatInt(now().Add(-age).UnixMilli(), 10) }
	for name, tt := range map[string]struct {
		body string
		ok   bool
	}{
		"just now":                     {`{"timestamp":"` + event(0) + `"}`, true},
		"the last retry":               {`{"timestamp":"` + event(2*time.Hour) + `"}`, true},
		"a day old":                    {`{"timestamp":"` + event(24*time.Hour) + `"}`, true},
		"older":                        {`{"timestamp":"` + event(24*time.Hour+time.Second) + `"}`, false},
		"older, as a number":           {`{"timestamp":` + event(25*time.Hour) + `.0}`, false},
		"older, in seconds":            {`{"timestamp":` + event(25 * time.Hour)[:10] + `}`, false},
		"of last year":                 {string(recorded(t, "user_send_text_vi")), false},
		"a time nobody believes":       {string(recorded(t, "user_send_text")), true},
		"sent long ago, came just now": {`{"timestamp":"` + event(99*time.Hour) + `","message":{"delivery_time":"` + event(0) + `"}}`, true},
		"came long ago":                {string(recorded(t, "zns_received")), false},
		"no event":                     {`[]`, false},
	} {
		t.Run(name, func(t *testing.T) {
			if err := at("").Fresh([]byte(tt.body)); (err == nil) != tt.ok {
				t.Errorf("taken is to be %t, got %v", tt.ok, err)
			}
		})
	}
	if err := zalo.NewOA(zalo.OAConfig{Now: now}).Fresh([]byte(`{}`)); err != nil {
		t.Errorf("without a time it counts as just received: %v", err)
	}
}

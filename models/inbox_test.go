package models_test

import (
	"testing"

	"github.com/vticket/vticket/models"
)

func TestInboxKey(t *testing.T) {
	key := models.InboxKey("zalo", "oa1", "m1", "message")
	if !models.ValidID(key) || key != models.InboxKey("zalo", "oa1", "m1", "message") {
		t.Fatalf("the key of one event is one id, always; got %s", key)
	}
	for name, other := range map[string]string{
		"another channel":                  models.InboxKey("telegram", "oa1", "m1", "message"),
		"another account":                  models.InboxKey("zalo", "oa2", "m1", "message"),
		"another external id":              models.InboxKey("zalo", "oa1", "m2", "message"),
		"another kind class":               models.InboxKey("zalo", "oa1", "m1", "edit"),
		"account and id cut elsewhere":     models.InboxKey("zalo", "oa1m", "1", "message"),
		"channel and account cut earlier":  models.InboxKey("zal", "ooa1", "m1", "message"),
		"id and kind class run together":   models.InboxKey("zalo", "oa1", "m1message", ""),
		"everything in the first part":     models.InboxKey("zalooa1m1message", "", "", ""),
		"the empty part at another place":  models.InboxKey("", "zalo", "oa1m1", "message"),
		"the same parts in another order":  models.InboxKey("oa1", "zalo", "m1", "message"),
		"a space that nobody would notice": models.InboxKey("zalo", "oa1", "m1 ", "message"),
	} {
		if other == key {
			t.Errorf("%s must make another key", name)
		}
	}
}

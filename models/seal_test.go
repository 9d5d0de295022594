package models_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/vticket/vticket/models"
)

func TestSealer(t *testing.T) {
	key := func(sign string) string { return base64.StdEncoding.EncodeToString([]byte(strings.Repeat(sign, 32))) }
	old, err := models.NewSealer(key("a"))
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := old.Seal("zalo:42", "bí mật")
	if err != nil || strings.Contains(sealed, "bí") {
		t.Fatalf("a secret is to be sealed, got %q, %v", sealed, err)
	}
	again, _ := old.Seal("zalo:42", "bí mật")
	if again == sealed {
		t.Error("the same secret sealed twice is to look different")
	}
	rotated, err := models.NewSealer(key("b"), key("a"))
	if err != nil {
		t.Fatal(err)
	}
	if secret, err := rotated.Open("zalo:42", sealed); err != nil || secret != "bí mật" {
		t.Errorf("a key that was replaced is to open what it sealed: got %q, %v", secret, err)
	}
	damaged := sealed[:len(sealed)-6] + "AAAAA="
	for name, try := range map[string]func() (string, error){
		"for another owner":    func() (string, error) { return old.Open("zalo:43", sealed) },
		"when it was changed":  func() (string, error) { return old.Open("zalo:42", damaged) },
		"when it is too short": func() (string, error) { return old.Open("zalo:42", "AAAA") },
		"when it is no base64": func() (string, error) { return old.Open("zalo:42", "?") },
		"without a key":        func() (string, error) { return models.Sealer{}.Open("zalo:42", sealed) },
	} {
		if secret, err := try(); err == nil {
			t.Errorf("a sealed secret opens %s: %q", name, secret)
		}
	}
	for _, bad := range []string{"", "short", base64.StdEncoding.EncodeToString([]byte("too short"))} {
		if _, err := models.NewSealer(bad); err == nil {
			t.Errorf("%q is no key", bad)
		}
	}
}

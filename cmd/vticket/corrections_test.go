package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
)

func TestCorrectionsAreLinesOfTrainingText(t *testing.T) {
	t.Parallel()
	catalogue, err := models.DefaultCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	usual := catalogue.Category("drainage.flooding").Priority
	var out strings.Builder
	err = writeCorrections(&out, catalogue, []store.Correction{
		{Category: "drainage.flooding", Priority: usual, Words: "Ngập\ttới gối\nsố tôi 0912 345 678"},
		{Category: "road.pothole", Priority: models.PriorityCritical, Words: "ổ gà, trần thị lan báo", Name: "Trần Thị Lan"},
		{Category: "road.pothole", Priority: models.PriorityCritical, Words: "Tôi tên Nguyễn Văn Bình ở gần đó"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "drainage.flooding\tcorrection\t-\tNgập tới gối số tôi [phone]\n" +
		"road.pothole\tcorrection\tcritical\tổ gà, [name] báo\n" +
		"road.pothole\tcorrection\tcritical\tTôi tên [name] ở gần đó\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("key, register, priority or -, and words that name nobody (-want +got):\n%s", diff)
	}
}

// TestResidentsAreTrustedAndErasedByCode: the command names a resident by a ticket of theirs.
func TestResidentsAreTrustedAndErasedByCode(t *testing.T) {
	t.Parallel()
	env := embeddedStack(t)
	p := start(t, binary, env)
	lan := resident(p)
	lan.say(words("1", coverIsGone))
	lan.say(pin())
	lan.await(5e9, "the receipt is there", isReceipt)
	code := lan.myTickets()[0].Code
	p.stop()
	for _, tt := range []struct{ args, want string }{
		{"residents trust " + code, `"trusted":true`},
		{"residents trust --off " + code, `"trusted":false`},
		{"residents erase " + code, `"erase_at":"20`},
		{"doctor --only rights", "1 residents wait to be erased, 0 of them"},
		{"residents erase --keep " + code, `"erase_at":null`},
		{"doctor --only rights", "0 residents wait to be erased"},
	} {
		if out := command(t, env, "", strings.Fields(tt.args)...); !strings.Contains(out, tt.want) {
			t.Errorf("%s is to say %s, says %s", tt.args, tt.want, out)
		}
	}
	if out, err := attempt(t, env, "", "residents", "trust", "12"); err == nil || !strings.Contains(out, "no code") {
		t.Errorf("what is no code is refused: %s", out)
	}
}

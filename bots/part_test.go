package bots_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vticket/vticket/bots"
)

func TestParts(t *testing.T) {
	choice := []bots.Button{{Title: "xong", Payload: "done:1"}}
	pictures := []bots.Photo{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	for name, tt := range map[string]struct {
		out    bots.Outgoing
		limits bots.Limits
		want   []bots.Outgoing
	}{
		"what fits stays whole": {
			bots.Outgoing{To: "lan", Text: "Đã vá", Buttons: choice},
			bots.Limits{Text: 5},
			[]bots.Outgoing{{To: "lan", Text: "Đã vá", Buttons: choice}},
		},
		"a text is cut between words, the choices stand under its end": {
			bots.Outgoing{Text: "Đường số 14 đã vá", Buttons: choice},
			bots.Limits{Text: 12},
			[]bots.Outgoing{{Text: "Đường số 14"}, {Text: "đã vá", Buttons: choice}},
		},
		"what is answered is quoted once, by the first": {
			bots.Outgoing{Text: "Đường số 14 đã vá", Quote: "m1", Photos: pictures[:1]},
			bots.Limits{Text: 12, Photos: 1},
			[]bots.Outgoing{{Text: "Đường số 14", Quote: "m1"}, {Text: "đã vá"}, {Photos: pictures[:1]}},
		},
		"a line's end is better than a space": {
			bots.Outgoing{Text: "một hai\nba bốn"}, bots.Limits{Text: 11}, []bots.Outgoing{{Text: "một hai"}, {Text: "ba bốn"}},
		},
		"a word longer than a message is cut between letters": {
			bots.Outgoing{Text: strings.Repeat("đ", 5)}, bots.Limits{Text: 2}, []bots.Outgoing{{Text: "đđ"}, {Text: "đđ"}, {Text: "đ"}},
		},
		"letters are counted when they are composed": {
			bots.Outgoing{Text: "e\u0302\u0301"}, bots.Limits{Text: 1}, []bots.Outgoing{{Text: "ế"}},
		},
		"a letter of two units is not cut in two": {
			bots.Outgoing{Text: "📍📍"}, bots.Limits{Text: 3}, []bots.Outgoing{{Text: "📍"}, {Text: "📍"}},
		},
		"no limit, no cut": {
			bots.Outgoing{Text: strings.Repeat("a ", 9000)}, bots.Limits{}, []bots.Outgoing{{Text: strings.Repeat("a ", 9000)}},
		},
		"pictures follow, as many at once as may be": {
			bots.Outgoing{Text: "Xong", Photos: pictures},
			bots.Limits{Text: 10, Photos: 2},
			[]bots.Outgoing{{Text: "Xong"}, {Photos: pictures[:2]}, {Photos: pictures[2:]}},
		},
		"choices that are fleeting stand under the last picture too": {
			bots.Outgoing{Text: "Xong", Photos: pictures, Buttons: choice},
			bots.Limits{Text: 10, Photos: 2, Fleeting: true},
			[]bots.Outgoing{{Text: "Xong", Buttons: choice}, {Photos: pictures[:2]}, {Photos: pictures[2:], Buttons: choice}},
		},
		"where pictures are not sent there is only the text": {
			bots.Outgoing{Text: "Xong", Photos: pictures}, bots.Limits{Text: 10}, []bots.Outgoing{{Text: "Xong"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := bots.Parts(tt.out, tt.limits)
			opt := cmp.Comparer(func(a, b bots.Photo) bool { return a.Name == b.Name })
			if diff := cmp.Diff(tt.want, got, opt); diff != "" {
				t.Errorf("parts (-want +got):\n%s", diff)
			}
		})
	}
}

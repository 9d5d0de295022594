package models_test

import (
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/vticket/vticket/models"
)

func TestFold(t *testing.T) {
	for name, tt := range map[string]struct{ words, want string }{
		"marks and đ are dropped":       {"Ổ gà, đường Tô Ký", "o ga duong to ky"},
		"capital Đ is d":                {"ĐÈN ĐỎ", "den do"},
		"all the hooks and horns":       {"ửữựớợỡẳẵặẩẫậ", "uuuoooaaaaaa"},
		"digits stay":                   {"Hẻm 12/3B, Q.10", "hem 12 3b q 10"},
		"without accents nothing moves": {"o ga duong to ky", "o ga duong to ky"},
		"gaps are single and inside":    {"  —ngập\t\nnước!!! ", "ngap nuoc"},
		"nothing but signs":             {"?!…", ""},
		"emoji are gaps":                {"đèn😀hỏng", "den hong"},
	} {
		t.Run(name, func(t *testing.T) {
			for form, words := range map[string]string{"NFC": norm.NFC.String(tt.words), "NFD": norm.NFD.String(tt.words)} {
				if got := models.Fold(words); got != tt.want {
					t.Errorf("Fold of %q typed as %s gave %q, want %q", tt.words, form, got, tt.want)
				}
			}
			if got := models.Fold(tt.want); got != tt.want {
				t.Errorf("folding twice is folding once; the second time gave %q, want %q", got, tt.want)
			}
		})
	}
}

func TestClean(t *testing.T) {
	for name, tt := range map[string]struct {
		words string
		limit int
		want  string
	}{
		"decomposed words are composed":       {norm.NFD.String("đường ngập"), 100, "đường ngập"},
		"NUL and controls go":                 {"a\x00b\x07c\u0085d\x7f", 100, "abcd"},
		"line breaks and tabs stay":           {"một\n\thai", 100, "một\n\thai"},
		"broken UTF-8 becomes a mark":         {"a\xff\xfeb", 100, "a\uFFFDb"},
		"the limit counts characters":         {"ổ gà to", 4, "ổ gà"},
		"dropped characters are not counted":  {"\x00\x00ab", 2, "ab"},
		"a limit of 0 leaves nothing":         {"a", 0, ""},
		"signs outside the first plane count": {"😀😀😀", 2, "😀😀"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := models.Clean(tt.words, tt.limit); got != tt.want {
				t.Errorf("Clean(%q, %d) gave %q, want %q", tt.words, tt.limit, got, tt.want)
			}
		})
	}
}

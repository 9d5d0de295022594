package places

import (
	"regexp"
	"strings"
	"unicode"
)

// The words after which a number is one of a house or an alley, and those that begin the name of a street.
var (
	houseNumber = regexp.MustCompile(`(?i)(?:^|[\s,.(])((?:(?:số|so|hẻm|hem|ngõ|ngo|kiệt|kiet|nhà|nha|` +
		`trước|truoc|đối diện|doi dien)\s+)*` +
		`(?:số\s+|so\s+)?\d{1,5}[a-zA-Z]?(?:/\d{1,4}[a-zA-Z]?){0,4})(?:[\s,]+|$)`)
	streetWord = regexp.MustCompile(`(?i)^(?:đường|duong|đ\.|đg|dg|phố|pho|hẻm|hem|` +
		`tỉnh lộ|tinh lo|quốc lộ|quoc lo|hương lộ|ql|tl)\s*`)
)

// stops end the name of a street in words without capitals.
var stops = " bị bi có co đang dang đã da tắt tat hư hu bể be ngập ngap rác rac xả xa nước " +
	"nuoc mất mat rồi roi gần gan " +
	"kế ke cạnh canh phường phuong xã xa quận quan p q tp làm lam không khong ko k và va thì thi " +
	"là la nguy nhiều nhieu to rất rat " +
	"cả ca mấy may từ tu hôm hom tối toi sáng sang chiều chieu xe người nguoi ổ o nên nen cho để " +
	"de đêm dem suốt suot ai giúp giup "

// measures follow numbers that count something: "3 ngày", "2 người" are no house numbers.
var measures = " đứa dua bé be trẻ tre anh chị chi ông ong bà ba tấn tan chỗ vụ vu " +
	"ngày ngay giờ gio tuần tuan tháng thang năm nam người nguoi cái cai con chiếc " +
	"chiec xe lần lan mét met m km " +
	"phút phut cây cay bóng bong trụ tru ca h nhà nha căn can hôm hom đêm dem bao bịch bich cột " +
	"cot lít lit triệu trieu ngàn ngan k "

// Address finds a house or alley number with its street in a sentence: "140 Tô Ký" in "nắp cống trước số 140 Tô Ký bị
// mất". The ward stays with it that is named right behind: "140 Tô Ký, phường Trung Mỹ Tây". False when there is no
// number with a street after it: a number alone is no place.
func Address(text string) (string, bool) {
	for _, at := range houseNumber.FindAllStringSubmatchIndex(text, -1) {
		rest := strings.TrimLeft(text[at[3]:], " ,")
		name, behind := streetName(rest)
		if name == "" {
			continue
		}
		return strings.TrimSpace(text[at[2]:at[3]]) + " " + name + wardName(behind), true
	}
	return "", false
}

// streetName returns the words at the head of rest that name a street: up to five, while they have capitals, or, in
// words without any, until one that cannot be part of a name. It returns the words behind them too.
func streetName(rest string) (street string, behind []string) {
	kind := streetWord.FindString(rest)
	words := strings.Fields(rest[len(kind):])
	if len(words) == 0 || kind == "" && has(measures, words[0]) {
		return "", nil
	}
	name := properName(words, 5)
	capitals := unicode.IsUpper(first(words[0]))
	if len(name) == 0 || kind == "" && !capitals && len(name) < 2 {
		return "", nil
	}
	return strings.TrimSpace(kind) + spaceIf(kind) + strings.Join(name, " "), words[len(name):]
}

// properName returns the words at the head that are a name: see streetName.
func properName(words []string, most int) []string {
	capitals := unicode.IsUpper(first(words[0]))
	var name []string
	for _, w := range words {
		bare := strings.TrimRight(w, ",.;:!?)")
		if len(name) == most || bare == "" || has(stops, bare) && !unicode.IsUpper(first(bare)) ||
			capitals && !unicode.IsUpper(first(bare)) && !unicode.IsDigit(first(bare)) {
			break
		}
		name = append(name, bare)
		if bare != w {
			break
		}
	}
	return name
}

// wardName returns the ward that some words begin with, with the comma before it; empty for none.
func wardName(words []string) string {
	if len(words) < 2 || !has(" phường phuong xã xa ", words[0]) {
		return ""
	}
	if name := properName(words[1:], 4); len(name) > 0 {
		return ", " + words[0] + " " + strings.Join(name, " ")
	}
	return ""
}

func spaceIf(kind string) string {
	if kind == "" {
		return ""
	}
	return " "
}

func has(list, word string) bool { return strings.Contains(list, " "+strings.ToLower(word)+" ") }

func first(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

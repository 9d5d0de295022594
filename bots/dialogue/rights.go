package dialogue

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/locales"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/understand"
)

// holdErasure is how long somebody can think better of having everything erased (design §5).
const holdErasure = 48 * time.Hour

// What a resident can ask for of what we know of them: the keys of EffectData.
const (
	dataSee    = "see"
	dataName   = "name"  // Text is their name
	dataPhone  = "phone" // Text is their number
	dataErase  = "erase" // confirmed
	dataKeep   = "keep"
	askName    = "data_ask_name"
	askPhone   = "data_ask_phone"
	wrongPhone = "data_phone_wrong"
	asBefore   = "data_unchanged"
)

// rightsOf reads what a message asks for of a person, or of what we know of its sender; empty for anything else.
func rightsOf(folded string) string {
	switch folded {
	case "gap nhan vien", "gap nguoi", "gap nguoi that", "gap can bo", "gap tong dai vien", "noi chuyen voi nguoi",
		"noi chuyen voi nhan vien", "cho gap nhan vien", "cho toi gap nhan vien", "nhan vien", "nguoi that", "person",
		"human", "agent", "operator", "talk to a person", "talk to a human", "speak to a person":
		return payloadPerson
	case "du lieu cua toi", "du lieu", "thong tin cua toi", "xem du lieu cua toi", "my data":
		return "data"
	case "xoa du lieu cua toi", "xoa du lieu", "xoa thong tin cua toi", "erase my data", "delete my data", "forget me":
		return "data:erase"
	case "giu lai", "giu lai du lieu", "keep", "keep my data":
		return "data:keep"
	}
	switch wish := " " + folded + " "; {
	case len(strings.Fields(folded)) > wishWords || anyOf(wish, " khong ", " chua ", " not "):
		return ""
	case anyOf(wish, " xoa du lieu cua toi ", " xoa du lieu cua minh ", " xoa du lieu cua em ",
		" xoa thong tin cua toi ", " erase my data ", " delete my data "):
		return "data:erase"
	case anyOf(wish, " xem du lieu cua toi ", " xem thong tin cua toi ", " see my data "):
		return "data"
	default:
		return ""
	}
}

// wishWords is how many words a wish about one's own data has at most: more may be a report about somebody else's.
const wishWords = 9

// rights is what follows from a payload about a person, or about what we know of the sender; false for any other.
func rights(payload string) ([]Effect, bool) {
	switch payload {
	case payloadPerson:
		return []Effect{{Kind: EffectPerson}}, true
	case payloadBot:
		return nil, true // it is back already
	case "data":
		return []Effect{{Kind: EffectData, Key: dataSee}}, true
	case "data:name":
		return say(askName), true
	case "data:phone":
		return say(askPhone), true
	case "data:erase":
		return []Effect{{Kind: EffectSay, Key: "data_erase_confirm", Buttons: []models.Button{
			{Key: "button_erase", Payload: "data:erase_yes"}, {Key: "button_erase_not", Payload: "data:keep"},
		}}}, true
	case "data:erase_yes":
		return []Effect{{Kind: EffectData, Key: dataErase}}, true
	case "data:keep":
		return []Effect{{Kind: EffectData, Key: dataKeep}}, true
	default:
		return nil, false
	}
}

// asksData tells whether what we said last asks for a name or a number.
func (in Input) asksData() bool {
	return in.Question == askName || in.Question == askPhone || in.Question == wrongPhone
}

// corrects reads the answer to our question for a name or a number; false when it is something else, as a report is.
func (m Mind) corrects(in Input, read understand.Result) ([]Effect, bool) {
	if !in.asksData() || in.Event.Kind != bots.KindText || in.Event.Text == nil {
		return nil, false
	}
	if says(read, understand.IntentDeny) || says(read, understand.IntentCancel) {
		return say(asBefore), true
	}
	text := strings.Join(strings.Fields(*in.Event.Text), " ")
	digits := strings.ContainsFunc(text, unicode.IsDigit)
	if in.Question == askName {
		if text == "" || len([]rune(text)) > 60 || digits || read.IsReport && !names(text, read.Sure) {
			return nil, false
		}
		return []Effect{{Kind: EffectData, Key: dataName, Text: text}}, true
	}
	if phone, ok := models.NormalPhone(text); ok {
		return []Effect{{Kind: EffectData, Key: dataPhone, Text: phone}}, true
	}
	return say(wrongPhone), digits && !read.IsReport
}

// names tells whether words that may be a report, surely or not, look like somebody's name: all with a capital, and no
// more than a name has. Capitals throughout tell nothing.
func names(text string, surely bool) bool {
	if surely && text == strings.ToUpper(text) {
		return false
	}
	words := strings.Fields(text)
	for _, word := range words {
		if first, _ := utf8.DecodeRuneInString(word); !unicode.IsUpper(first) {
			return false
		}
	}
	return len(words) <= 6
}

// data does what a resident asks for of what we know of them.
func (s *scene) data(e Effect) error {
	who := s.conversation.ReporterID
	switch e.Key {
	case dataName:
		if err := s.tx.Introduce(who, models.Clean(e.Text, 100), ""); err != nil {
			return err
		}
		return s.say(Effect{Key: "data_corrected"})
	case dataPhone:
		if err := s.tx.Introduce(who, "", e.Text); err != nil {
			return err
		}
		return s.say(Effect{Key: "data_corrected"})
	case dataErase:
		at, err := s.tx.AskErasure(who, s.tx.Now.Add(holdErasure))
		if err != nil {
			return err
		}
		return s.say(Effect{
			Key: "data_erase_due", Args: models.Args{"erase_at": at.UTC().Format(time.RFC3339)},
			Buttons: []models.Button{{Key: "button_keep", Payload: "data:keep"}},
		})
	case dataKeep:
		if err := s.tx.KeepReporter(who); err != nil {
			return err
		}
		return s.say(Effect{Key: "data_kept"})
	default:
		return s.showData()
	}
}

// showData tells a resident what we know of them: of themselves only, and no number in full, since a phone lies about.
func (s *scene) showData() error {
	known, err := s.tx.KnownOf(s.conversation.ReporterID)
	if err != nil {
		return err
	}
	lang := s.conversation.Language
	var channels, notices []string
	for _, name := range known.Channels { // residents know one Zalo
		channels = append(channels, locales.Message(lang, "channel_"+strings.TrimSuffix(name, "_bot"), nil))
	}
	for _, n := range known.Notices {
		notices = append(notices, locales.Message(lang, "data_notice", models.Args{
			"version": n.Version, "told_at": n.ToldAt.UTC().Format(time.RFC3339),
		}))
	}
	args := models.Args{
		"name": known.Name, "phone": models.MaskedPhone(known.Phone), "channels": strings.Join(channels, ", "),
		"reports": known.Reports, "notices": strings.Join(notices, "\n"),
		"language": locales.Message(lang, "language_"+lang, nil),
	}
	if known.EraseAt != nil {
		args["erase_at"] = known.EraseAt.UTC().Format(time.RFC3339)
	}
	return s.say(Effect{Key: "data_summary", Args: args, Buttons: []models.Button{
		{Key: "button_data_name", Payload: "data:name"},
		{Key: "button_data_phone", Payload: "data:phone"},
		{Key: "button_data_erase", Payload: "data:erase"},
	}})
}

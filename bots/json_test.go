package bots

import (
	"errors"
	"strings"
	"testing"
)

func TestDecodeTellsNoValue(t *testing.T) {
	var into struct {
		Sender struct {
			ID   int64  `json:"id"`
			Name string `json:"name"`
		} `json:"sender"`
		Text string `json:"text"`
	}
	err := Decode([]byte(`{"sender":{"id":"0903123456","name":"Lan"},"text":"ổ gà"}`), &into)
	odd, ok := errors.AsType[*OddValueError](err)
	if !ok || odd.Field != "sender.id" || odd.Is != "string" || odd.Wants != "int64" {
		t.Errorf("the error names field and kinds; got %#v", err)
	}
	if strings.Contains(err.Error(), "0903") {
		t.Errorf("the error never tells the value; got %v", err)
	}
	if into.Sender.Name != "Lan" || into.Text != "ổ gà" {
		t.Errorf("what is not odd is read all the same; got %+v", into)
	}
	if err := Decode([]byte(`{"sender"`), &into); err == nil {
		t.Error("what is no JSON is an error")
	}
}

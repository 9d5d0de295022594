package zalo

import (
	"context"
	"strings"

	"github.com/vticket/vticket/bots"
)

const (
	pathTemplateUser  = "/v3.0/oa/message/template" // to who is known to the OA
	pathTemplatePhone = "/message/template"         // to a telephone number, at the other address
)

// template sends an approved template, outside of all windows: to the account, which is cheaper, or to a telephone
// number (channels.md §2.7). By account Zalo takes no id of ours along.
func (s *session) template(ctx context.Context, out bots.Outgoing) (bots.Sent, error) {
	t := out.Template
	params := t.Params
	if params == nil {
		params = map[string]string{}
	}
	body := map[string]any{"template_id": t.ID, "template_data": params}
	if t.Phone == "" {
		body["user_id"] = out.To
		data, err := s.call(ctx, postJSON(s.oa.config.OpenAPI+pathTemplateUser, body))
		return bots.Sent{ID: data.id("message_id")}, err
	}
	body["phone"], body["tracking_id"] = abroad(t.Phone), out.Delivery
	if s.oa.config.Trial {
		body["mode"] = "development"
	}
	data, err := s.call(ctx, postJSON(s.oa.config.Business+pathTemplatePhone, body))
	return bots.Sent{ID: data.id("msg_id")}, err
}

// abroad is a telephone number as Zalo wants it: 84 and never 0 before it.
func abroad(phone string) string {
	phone = strings.TrimPrefix(phone, "+")
	if home, ok := strings.CutPrefix(phone, "0"); ok {
		return "84" + home
	}
	return phone
}

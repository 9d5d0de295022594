package main

import (
	"cmp"
	"context"

	"github.com/vticket/vticket/api/web"
	"github.com/vticket/vticket/bots"
	"github.com/vticket/vticket/models"
	"github.com/vticket/vticket/models/store"
	"github.com/vticket/vticket/workflow"
)

func demoNotes() []string {
	return []string{
		"Đã gọi tổ trưởng khu phố xác nhận vị trí.",
		"Giao đội 2 xuống hiện trường chiều nay, mang theo vật tư.",
		"Đã khảo sát: đúng như phản ánh, cần thêm xe cẩu nhỏ.",
		"Chờ đơn vị thi công báo giờ; nhắc lại trước 16 giờ.",
		"Vị trí này đã có phản ánh tương tự tháng trước, cần làm dứt điểm.",
	}
}

func demoReplies() []string {
	return []string{
		"Đơn vị đã nhận phản ánh và cử người xuống kiểm tra trong hôm nay.",
		"Cảm ơn ông bà đã báo. Đội đang làm ở tuyến bên cạnh, xong sẽ qua ngay.",
		"Đơn vị đã đặt rào chắn tạm, xin bà con đi chậm khi qua đoạn này.",
	}
}

func demoQuestions() []string {
	return []string{
		"Ông bà cho biết vị trí nằm bên số chẵn hay số lẻ của đường ạ?",
		"Việc này xảy ra vào giờ nào trong ngày, ông bà có thể gửi thêm một ảnh không ạ?",
		"Ông bà cho xin thêm điểm mốc gần đó (quán, trường học) để đội tìm đúng chỗ ạ.",
	}
}

// demoCannot is said where a story has no words of its own for it.
const demoCannot = "Việc này vượt thẩm quyền của đơn vị; đơn vị đã có văn bản chuyển cấp trên xem xét và sẽ báo lại."

// answer is what a department says when it settles a ticket, with the photos of the finished work.
func (d *demo) answer(ctx context.Context, l *life) (workflow.ResolveInput, error) {
	in := workflow.ResolveInput{Outcome: l.outcome, Text: pick(d, l.story.Done)}
	if in.Outcome == models.OutcomeCannotFix {
		in.Text = cmp.Or(l.story.No, demoCannot)
	}
	if in.Outcome == models.OutcomeFixed && l.category.Proof == models.ProofPhoto && len(l.after) == 0 {
		in.NoPhoto = "Làm xong lúc trời tối và mưa, ảnh không rõ."
	}
	l.proofs = nil
	if in.Outcome != models.OutcomeFixed || l.category.Proof != models.ProofPhoto {
		return in, nil
	}
	for _, s := range l.after {
		raw, err := s.take(ctx)
		if err != nil {
			return in, err
		}
		if raw == nil { // shown with the first answer already
			in.NoPhoto = "Ảnh đã gửi ở lần trước, lần này chỉ chỉnh lại."
			continue
		}
		media, err := d.upload(ctx, raw)
		if err != nil {
			return in, err
		}
		l.proofs = append(l.proofs, media)
	}
	return in, nil
}

// keepDemoAfter keeps the photos of the finished work as the console does.
func keepDemoAfter(tx *store.Tx, ticketID string, l *life, outcome models.Outcome) ([]string, error) {
	if outcome != models.OutcomeFixed || len(l.proofs) == 0 {
		return nil, nil
	}
	return web.KeepAfter(tx, ticketID, l.proofs)
}

// answers replies to what was said last.
func (d *demo) answers(ctx context.Context, l *life, to string) error {
	text := pick(d, []string{
		"Bên số lẻ, gần tiệm thuốc tây", "Tối nào cũng vậy, từ 7 giờ tới khuya", "Ngay trước cổng trường tiểu học đó",
	})
	return d.hear(ctx, l.who, bots.Incoming{Kind: bots.KindText, Text: &text, ReplyTo: to})
}

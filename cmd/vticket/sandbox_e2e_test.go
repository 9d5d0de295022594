//go:build e2e

package main

import (
	"strings"
	"testing"
)

// TestE2ESandbox plays a resident on the sandbox's page, at a desk and on a phone.
func TestE2ESandbox(t *testing.T) {
	p := newPlayground(t)
	desk := open(t, deskWidth)
	desk.visit(p.base + "/#facebook")
	desk.await("Chưa nhắn")
	desk.look("sandbox-empty")
	desk.write("#say", "Nắp cống trước số 140 đường Tô Ký, phường Trung Mỹ Tây bị mất rồi")
	desk.click("#acts button:nth-child(2)") // a drawn picture
	desk.until("the picture is chosen", `document.querySelectorAll("#chosen img").length === 1`)
	desk.click("#send")
	desk.await("Đã nhận phản ánh của bạn")
	desk.click("#traffic li:last-child summary")
	desk.click("#traffic li:first-child summary")
	desk.until("the window is shown", `document.querySelector("#standing .chip.ok") !== null`)
	desk.look("sandbox-receipt")

	code := spokenCode.FindString(p.await("facebook", "the receipt is there", func(text string, _, _ int) bool {
		return spokenCode.MatchString(text)
	}))
	code = strings.ReplaceAll(code, " ", "")
	command(t, p.env, "mật khẩu của Minh\n", "admin", "create", "--email", "minh@example.vn", "--role", "staff",
		"--department", "infra_center", "--password-stdin")
	minh := signIn(p.product, "minh@example.vn", "mật khẩu của Minh")
	minh.do(minh.ticket(code), "accept", nil)
	after := minh.addPhoto(code, drawn(t, 5))
	minh.do(minh.ticket(code), "resolve", map[string]any{
		"outcome": "fixed", "text": "Đã đậy nắp mới.", "photos": []string{after},
	})
	desk.until("the choices stand under the picture",
		`document.querySelectorAll("#log .bubble:last-of-type .photos ~ .choices button").length === 2`)
	desk.click("#log .choices button")
	desk.await("Cảm ơn bạn.")
	ask[string](desk, `document.getElementById("fault-kind").value = "window"`)
	desk.click("#faults button.primary")
	desk.await("Còn 1 lượt gửi sẽ hỏng.")
	desk.click(`#clock [data-hours="168"]`)
	desk.await("Đã đẩy tới 168 giờ.")
	desk.look("sandbox-closed")

	phone := open(t, phoneWidth)
	phone.visit(p.base + "/#zalo")
	phone.await("Chị Lan")
	phone.click(`#acts button:nth-child(3)`)
	phone.until("the places are shown", `!document.getElementById("place").hidden`)
	phone.look("sandbox-place")
	phone.click("#place button")
	phone.await("Vị trí: 10.8389, 106.6293")
	phone.write("#say", "Đèn đường tắt cả tuần nay")
	phone.click("#send")
	phone.await("Đã nhận phản ánh của bạn")
	phone.look("sandbox-talk")
	phone.click(`.panes [data-pane="wire"]`)
	phone.click("#traffic li:nth-child(2) summary")
	phone.look("sandbox-wire")
	phone.click(`.panes [data-pane="controls"]`)
	phone.look("sandbox-controls")
}

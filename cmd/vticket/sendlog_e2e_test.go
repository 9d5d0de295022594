//go:build e2e

package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/vticket/vticket/bots/sandbox"
)

// TestE2ESendLog: an answer does not reach the resident; an admin opens it on the ticket's page and reads why, on a
// phone and at a desk, and finds the way back.
func TestE2ESendLog(t *testing.T) {
	env := embeddedStack(t)
	s := newTelegram(t, env, "sqlite:"+filepath.Join(strings.TrimPrefix(env[0], "DATA_DIR="), "vticket.db"), false)
	s.begin(t, binary)
	lan := s.bot.Resident(lanTelegram, "Lan")
	lan.Say(lampIsOut)
	lan.SendLocation(10.7769, 106.7009)
	receipt := s.awaitMessage(t, "the receipt is there", isTelegramReceipt)
	code := strings.ReplaceAll(spokenCode.FindString(receipt.Text), " ", "")
	command(t, s.env, "mật khẩu dài\n", "admin", "create", "--email", "minh@example.vn", "--role", "admin", "--password-stdin")
	minh := signIn(s.program, "minh@example.vn", "mật khẩu dài")
	for _, fault := range []sandbox.Fault{
		{Status: 502, Body: "<html><h1>502 Bad Gateway</h1></html>"},
		{Status: 403, Body: `{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}`},
	} {
		s.bot.FailNext("sendMessage", fault)
	}
	minh.do(minh.ticket(code), "reply", map[string]any{"text": "Đội điện đã thay bóng đèn trước nhà chị Lan."})

	for _, width := range []int64{phoneWidth, deskWidth} {
		w := open(t, width)
		w.visit(s.program.base + "/console/signin")
		w.write("#email", "minh@example.vn")
		w.write("#password", "mật khẩu dài")
		w.click("form.door button.primary")
		w.do("come to the queue", chromedp.WaitVisible("#queue"))
		eventually(t, patience, "the message is given up", func() bool {
			w.visit(s.program.base + "/console/tickets/" + code)
			return strings.Contains(w.visible(), "vì sao chưa gửi được?")
		})
		w.look("ticket-unsent")
		w.do("open why", chromedp.Click(`.entry-said .dot.bad ~ a`))
		w.await("Nhật ký gửi tin")
		w.await("người dân đã chặn tổng đài")
		w.look("sendlog")
		w.do("go back", chromedp.Click(`.sendlog header a`))
		w.await("vì sao chưa gửi được?")
		w.do("open the receipt's", chromedp.Click(`.entry-said .dot.ok ~ a`))
		w.await("nền tảng trả lời 200")
		w.look("sendlog-sent")
	}
}

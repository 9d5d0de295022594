//go:build e2e

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestE2EMainJob is the whole promise by clicks: a resident on a phone writes, sends a photo and the place where they
// stand; a colleague at a desk takes the report on and answers with a photo; the resident reads it and says it is done.
func TestE2EMainJob(t *testing.T) {
	env := embeddedStack(t)
	p := start(t, binary, env)
	lan := open(t, phoneWidth)
	lan.standAt(p.base, 10.7769, 106.7009)
	lan.visit(p.base)
	lan.await("Phản ánh 1022")
	lan.look("home")
	lan.write("#say", coverIsGone)
	lan.click("#post")
	lan.attach("#files", pictureFile(t, 1))
	lan.until("the photo is ready to send", `document.querySelectorAll("#chosen li").length === 1`)
	lan.click("#post")
	lan.click("#add-place")
	lan.look("home-place")
	lan.click("#place-gps")
	lan.click("#place-send")
	lan.await("Đã nhận phản ánh của bạn")
	code := lan.codeOnPage()
	lan.until("the danger comes with a number to call", `!!document.querySelector('a.danger[href^="tel:"]')`)
	lan.until("below a picture the answer is in sight", `(({ scrollHeight: all, scrollTop: top, clientHeight: shown }) =>
		all - top - shown < 160)(document.getElementById("scroll"))`)
	lan.look("home-receipt")

	minh := open(t, deskWidth)
	signInByHand(t, minh, p, env)
	minh.await("nắp cống")
	minh.look("queue")
	minh.click(`a[href="/console/tickets/` + code + `"]`)
	minh.await(coverIsGone)
	minh.look("ticket")
	minh.click(".verb-now button")
	minh.await("Đang xử lý")
	const buttonsAt = `[...document.querySelectorAll(".verbs summary")].map(b => b.offsetLeft + " " + b.offsetTop).join()`
	stood := ask[string](minh, buttonsAt)
	minh.click("#verb-resolve summary")
	minh.do("choose the outcome", chromedp.Click(`#verb-resolve input[value="fixed"]`))
	minh.write("#resolve-text", "Đội thoát nước đã lắp nắp mới lúc 9 giờ sáng nay.")
	if now := ask[string](minh, buttonsAt); now != stood {
		t.Errorf("with a form open the buttons of the verbs are to stand where they stood, %s: %s", stood, now)
	}
	same := `document.querySelector("#verb-resolve .preview").innerText.includes("giống ảnh người dân đã gửi")`
	minh.attach("#resolve-photo", pictureFile(t, 1))
	minh.until("the picture that was reported is told from one of the work", same)
	minh.attach("#resolve-photo", pictureFile(t, 2))
	minh.until("the picture of the work is taken for one", `!`+same)
	minh.look("ticket-resolve")
	minh.click("#verb-resolve form button.primary")
	minh.until("the ticket is answered", `!!document.querySelector(".ticket-title .chip.ok")`)
	minh.look("ticket-resolved")

	lan.await("Đội thoát nước đã lắp nắp mới")
	lan.until("the photo of the work is shown", `[...document.querySelectorAll("#log .us img")].some(i => i.naturalWidth > 0)`)
	lan.look("home-answer")
	lan.until("the choices are buttons", `document.querySelectorAll("#log .choices button").length >= 2`)
	lan.click("#log .choices button:first-child")
	lan.await("Cảm ơn bạn.")
	lan.click(`#views a[href="#mine"]`)
	lan.await(code[:4] + " " + code[4:])
	lan.look("home-mine")
	lan.click("#mine h3 a")
	lan.do("open its page", chromedp.WaitVisible("body.track"))
	minh.do("look again", chromedp.Reload())
	minh.await("đã khép lại")
	minh.until("what was done is said once", `!document.querySelector(".notice.done")`)
}

// TestE2EWithoutScripts: the form, the page that follows it, and the console do without JavaScript.
func TestE2EWithoutScripts(t *testing.T) {
	env := embeddedStack(t)
	p := start(t, binary, env)
	lan := open(t, phoneWidth)
	lan.withoutScripts()
	lan.visit(p.base)
	lan.look("form")
	lan.click("#send")
	lan.do("see what is missing", chromedp.WaitVisible("#fault"))
	lan.look("form-refused")
	lan.attach("#photo", pictureFile(t, 3))
	lan.write("#house", "140")
	lan.write("#street", "Tô Ký")
	lan.write("#ward", "Phường Đông Hưng Thuận")
	lan.write("#text", "Đèn đường tắt cả tuần nay")
	lan.click("#send")
	lan.do("read the page that follows it", chromedp.WaitVisible(".code.big"))
	code := strings.ReplaceAll(ask[string](lan, `document.querySelector(".code.big").innerText`), " ", "")
	lan.look("track")

	minh := open(t, deskWidth)
	minh.withoutScripts()
	signInByHand(t, minh, p, env)
	minh.visit(p.base + "/console/tickets/" + code)
	minh.do("write to colleagues", chromedp.Click("#verb-note summary"))
	minh.write("#note-text", "Đội 3 đang tới.")
	minh.click("#verb-note form button.primary")
	minh.await("Đội 3 đang tới.")
	minh.visit(p.base + "/console/call")
	minh.write("#phone", "0903 123 456")
	minh.look("call")
}

// TestE2EFormKeepsWhatIsTyped over a reload, and says at once which files it cannot take.
func TestE2EFormKeepsWhatIsTyped(t *testing.T) {
	p := start(t, binary, embeddedStack(t))
	lan := open(t, phoneWidth)
	lan.visit(p.base + "/#form")
	lan.write("#street", "Tô Ký")
	lan.write("#text", "Đèn đường tắt cả tuần nay")
	lan.do("load the page anew", chromedp.Reload())
	lan.until("the street and the words are still there", `document.getElementById("street").value === "Tô Ký" &&
		document.getElementById("text").value === "Đèn đường tắt cả tuần nay"`)
	none := filepath.Join(t.TempDir(), "thư.jpg")
	if err := os.WriteFile(none, []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	lan.attach("#photo", pictureFile(t, 1), none)
	lan.await("thư.jpg: Tệp này không phải ảnh")
	lan.until("the good one is kept", `document.querySelectorAll("#thumbs li").length === 1`)
	lan.look("form-photos")
	lan.click("#send")
	lan.do("read the page that follows it", chromedp.WaitVisible(".code.big"))
	lan.visit(p.base + "/#form")
	lan.until("a new form is empty", `document.getElementById("report") && document.getElementById("text").value === ""`)
}

// TestShots looks at every page that needs no platform, at both widths; the jobs above look at what happens on them.
func TestShots(t *testing.T) {
	env := embeddedStack(t)
	p := start(t, binary, env)
	filled(t, p)
	for _, width := range []int64{phoneWidth, deskWidth} {
		w := open(t, width)
		w.visit(p.base)
		w.await("Phản ánh 1022")
		w.look("home")
		w.visit(p.base + "/#form")
		w.do("open the form", chromedp.WaitVisible("#report"))
		w.look("form")
		w.write("#street", "Tô Ký")
		w.write("#ward", "Phường Đông Hưng Thuận")
		w.write("#text", lampIsOut)
		w.click("#send")
		w.do("read the page that follows it", chromedp.WaitVisible(".code.big"))
		w.look("track")
		w.visit(p.base + "/t/nobody-has-this")
		w.look("track-missing")
		w.visit(p.base + "/console/signin")
		w.look("signin")
		signInByHand(t, w, p, env)
		w.look("queue")
		w.visit(p.base + "/console?show=late")
		w.look("queue-empty")
		w.visit(p.base + "/console/call")
		w.look("call")
		w.visit(p.base + "/console/password")
		w.look("password")
		w.visit(p.base + "/console")
		w.click(".queue .what a")
		w.do("open a ticket", chromedp.WaitVisible("#ticket"))
		w.look("ticket")
		w.visit(p.base + "/console?mine=1")
		w.look("queue-mine")
		w.visit(p.base + "/console/talks")
		w.look("talks")
		w.click(".queue h2 a")
		w.do("open a talk", chromedp.WaitVisible(".talk .gallery img"))
		w.look("talk")
		w.click(`.talk a[href^="/console/call"]`)
		w.do("write down a report", chromedp.WaitVisible("#words"))
		w.look("talk-report")
		w.visit(p.base + "/console/tickets/1000 00000")
		w.look("not-found")
	}
}

// filled reports something through the API, with a photo, so that there is something to see.
func filled(t *testing.T, p *program) {
	t.Helper()
	lan := resident(p)
	lan.say(words("1", coverIsGone))
	lan.say(pin())
	lan.await(patience, "the receipt is there", isReceipt)
	hoa := resident(p)
	hoa.say(words("1", lampIsOut))
	hoa.say(pin())
	hoa.await(patience, "the receipt is there", isReceipt)
	nam := resident(p)
	nam.say(words("1", "gặp nhân viên"))
	nam.await(patience, "a person is called", func(m said) bool { return m.Direction == "out" })
	nam.show(pin(), drawn(t, 3))
}

// signInByHand makes a colleague of the hotline and signs them in.
func signInByHand(t *testing.T, w *tab, p *program, env stackEnv) {
	t.Helper()
	if _, err := attempt(t, env, "mật khẩu dài\n", "admin", "create", "--email", "minh@example.vn", "--role", "hotline",
		"--password-stdin"); err != nil {
		t.Log("the colleague is there already")
	}
	w.visit(p.base + "/console/signin")
	w.write("#email", "minh@example.vn")
	w.write("#password", "mật khẩu dài")
	w.click("form.door button.primary")
	w.do("come to the queue", chromedp.WaitVisible("#queue"))
}

var codeOnPage = regexp.MustCompile(`\b[1-9][0-9]{3} [0-9]{5}\b`)

func (w *tab) codeOnPage() string {
	w.t.Helper()
	code := codeOnPage.FindString(w.visible())
	if code == "" {
		w.t.Fatalf("no code is on the page:\n%s", w.visible())
	}
	return strings.ReplaceAll(code, " ", "")
}

// pictureFile is a drawn photo in a file, to be chosen in a form.
func pictureFile(t *testing.T, seed int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "photo.jpg")
	if err := os.WriteFile(path, drawn(t, seed), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

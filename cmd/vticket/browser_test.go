//go:build e2e

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A phone and a desk: the widths at which every page is looked at.
const (
	phoneWidth = 390
	deskWidth  = 1280
)

// tab is a window of a browser with a profile of its own. What goes wrong on its pages fails the test.
type tab struct {
	t     *testing.T
	in    func() context.Context // the browser lives in it
	width int64
	plain bool // it runs no scripts, not even axe's
}

// open starts a browser.
func open(t *testing.T, width int64) *tab {
	t.Helper()
	path := os.Getenv("VTICKET_CHROMIUM")
	if path == "" {
		t.Fatal("VTICKET_CHROMIUM is not set: run these tests through make e2e")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.Flag("accept-lang", "vi-VN"), chromedp.UserDataDir(t.TempDir()))
	allocated, release := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	ctx, shut := chromedp.NewContext(allocated)
	t.Cleanup(func() { shut(); release() })
	w := &tab{t: t, in: func() context.Context { return ctx }, width: width}
	if err := chromedp.Do(ctx); err != nil { // without a limit of time: the browser lives as long as this context
		t.Fatalf("start a browser: %v", err)
	}
	err := chromedp.Listen(ctx, func(event any) {
		if e, ok := event.(*runtime.EventExceptionThrown); ok {
			t.Errorf("a script of the page failed: %s %s", e.ExceptionDetails.Text, e.ExceptionDetails.URL)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	w.size(screenHeight)
	order(w, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: width == phoneWidth})
	return w
}

// screenHeight is that of a common phone, in CSS pixels.
const screenHeight = 844

// size gives the screen a height.
func (w *tab) size(height int64) {
	w.t.Helper()
	order(w, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: w.width, Height: height, DeviceScaleFactor: 1, Mobile: w.width == phoneWidth,
	})
}

// patience is how long one step may take.
const patience = 15 * time.Second

// order sends a command of the protocol.
func order[P, R any](w *tab, c cdp.Command[P, R], params P) {
	w.t.Helper()
	w.do(c.Method, func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, c, params)
		return chromedp.Void{}, err
	})
}

// do acts, or fails with what was to be done and what the page showed.
func (w *tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.in(), patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		w.t.Fatalf("%s: %v\n%s", what, err, w.visible())
	}
}

// ask runs a script on the page.
func ask[T any](w *tab, script string, options ...chromedp.EvaluateOption) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.in(), patience)
	defer cancel()
	answer, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, options...))
	if err != nil {
		w.t.Fatalf("ask the page: %v\n%s", err, w.visible())
	}
	return answer
}

// visible are the address and the words of the page, for whoever reads why a test failed.
func (w *tab) visible() string {
	ctx, cancel := context.WithTimeout(w.in(), 2*time.Second)
	defer cancel()
	words, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
	if err != nil {
		return err.Error()
	}
	return words
}

func (w *tab) visit(address string) {
	w.t.Helper()
	w.do("visit "+address, chromedp.Navigate(address))
}

func (w *tab) click(selector string) {
	w.t.Helper()
	w.do("click "+selector, chromedp.WaitVisible(selector), chromedp.ScrollIntoView(selector), chromedp.Click(selector))
}

func (w *tab) write(selector, text string) {
	w.t.Helper()
	w.do("write into "+selector, chromedp.SendKeys(selector, text, chromedp.NodeVisible))
}

func (w *tab) attach(selector string, paths ...string) {
	w.t.Helper()
	w.do("attach to "+selector, chromedp.SetUploadFiles(selector, paths))
}

// await waits until the page shows some words.
func (w *tab) await(words string) {
	w.t.Helper()
	quoted, err := json.Marshal(words)
	if err != nil {
		w.t.Fatal(err)
	}
	w.until(strconv.Quote(words)+" is on the page",
		fmt.Sprintf(`document.body && document.body.innerText.includes(%s)`, quoted))
}

// until asks a script until it is true; a page that is just being replaced by the next has no answer.
func (w *tab) until(what, script string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.in(), patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		yes, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+script+")"))
		if err == nil && yes {
			return
		}
		select {
		case <-ctx.Done():
			w.t.Fatalf("not within %v: %s (%v)\n%s", patience, what, err, w.visible())
		case <-tick.C:
		}
	}
}

// look judges the page as it stands: axe finds nothing serious, nothing sticks out to the side; a picture is kept.
func (w *tab) look(page string) {
	w.t.Helper()
	w.shot(page)
	if ask[bool](w, `document.documentElement.scrollWidth > innerWidth + 1`) {
		w.t.Errorf("%s is wider than its window of %d px", page, w.width)
	}
	if w.plain {
		return
	}
	source, err := os.ReadFile("../../api/web/node_modules/axe-core/axe.min.js")
	if err != nil {
		if os.Getenv("CI") == "true" {
			w.t.Fatalf("axe-core is to be there, make assets brings it: %v", err)
		}
		w.t.Logf("LEFT OUT: axe on %s; make assets brings it", page)
		return
	}
	ask[chromedp.Void](w, string(source)+";0")
	faults := ask[string](w, `axe.run({resultTypes: ["violations"]}).then(r => r.violations
		.filter(v => v.impact === "serious" || v.impact === "critical")
		.map(v => v.id + ": " + v.help + "\n  " + v.nodes.map(n => n.html + " " + n.failureSummary).join("\n  "))
		.join("\n"))`, chromedp.EvalAwaitPromise)
	if faults != "" {
		w.t.Errorf("axe on %s:\n%s", page, faults)
	}
}

// standAt tells the browser where it is, and that the page may know.
func (w *tab) standAt(base string, lat, lon float64) {
	w.t.Helper()
	accuracy := 12.0
	_, err := chromedp.CallBrowser(w.in(), browser.SetPermission, browser.SetPermissionParams{
		Permission: &browser.PermissionDescriptor{Name: "geolocation"}, Setting: browser.PermissionSettingGranted,
		Origin: base,
	})
	if err != nil {
		w.t.Fatalf("permit the place: %v", err)
	}
	order(w, emulation.SetGeolocationOverride, emulation.SetGeolocationOverrideParams{
		Latitude: &lat, Longitude: &lon, Accuracy: &accuracy,
	})
}

// withoutScripts makes the browser one that runs none.
func (w *tab) withoutScripts() {
	w.t.Helper()
	w.plain = true
	order(w, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
}

// shot keeps a picture of the whole page, where VTICKET_SHOTS says: on a screen as high as the page, so that bars at
// its top and end stand there and not across the middle.
func (w *tab) shot(page string) {
	w.t.Helper()
	folder := os.Getenv("VTICKET_SHOTS")
	if folder == "" {
		return
	}
	w.size(max(screenHeight, ask[int64](w, `document.documentElement.scrollHeight`)))
	defer w.size(screenHeight)
	ctx, cancel := context.WithTimeout(w.in(), patience)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, fmt.Sprintf("%s-%d.png", page, w.width)), picture, 0o600)
	}
	if err != nil {
		w.t.Fatalf("take a picture of %s: %v", page, err)
	}
}

package hall_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"tillit/internal/kit/ui"
	"tillit/internal/module/hall"
)

func TestShots(t *testing.T) {
	h := build(t, true)
	h.cards = []hall.ServiceCard{
		{Key: "childcare", Href: "/services/childcare", Name: "Ansök om förskola", Text: "Plats på förskola eller pedagogisk omsorg, för barn från ett år.", Life: "school", Keywords: []string{"barnomsorg", "dagis"}},
		{Key: "income", Href: "/services/income", Name: "Lämna inkomst för barnomsorgsavgift", Text: "Din avgift räknas på den.", Life: "school", Closed: true, Since: morning.Add(-14 * time.Hour)},
		{Key: "heat", Href: "/services/heat", Name: "Anmäl bergvärme", Text: "Innan du borrar på din tomt.", Life: "build"},
		{Key: "transport", Href: "/services/t", Name: "Ansök om färdtjänst", Text: "För dig, eller för någon du har fullmakt för.", Life: "support"},
	}
	u, _ := url.Parse(h.url)
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", ui.Assets)
	mux.Handle("/", httputil.NewSingleHostReverseProxy(u))
	s := httptest.NewServer(mux)
	defer s.Close()
	axe, err := os.ReadFile("/work/main/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-background-networking", true), chromedp.Flag("hide-scrollbars", true))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), flags...)
	defer stop()
	ctx, stop = chromedp.NewContext(ctx)
	defer stop()
	out := "/tmp/hall-shots/"
	os.MkdirAll(out, 0o755)
	shot := func(name string, width int64, scheme string) {
		get := func(script string) []string {
			v, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](script, chromedp.EvalAwaitPromise))
			if err != nil {
				t.Fatal(name, err)
			}
			return v
		}
		chromedp.Run(ctx, chromedp.Evaluate[any](string(axe)+";1"))
		bad := get(`axe.run(document,{resultTypes:["violations"]}).then(r=>r.violations.map(v=>v.id+": "+v.nodes.map(n=>n.target.join(" ")).join(" | ")))`)
		wide := len(get(`document.documentElement.scrollWidth > innerWidth ? ["x"] : []`)) > 0
		small := get(`[...document.querySelectorAll("main a, main button, main input:not([type=hidden])")].filter(e=>!e.closest("p:not(.t-row-title),.t-contact")&&e.getBoundingClientRect().height>0&&(e.closest("label")||e).getBoundingClientRect().height<43.5).map(e=>e.outerHTML.slice(0,90)+" "+e.getBoundingClientRect().height)`)
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(name, err)
		}
		if len(bad) > 0 || wide || len(small) > 0 {
			t.Errorf("%s %d %s: %v wide=%v small=%v", name, width, scheme, bad, wide, small)
		}
		os.WriteFile(fmt.Sprintf("%s%s-%d-%s.png", out, name, width, scheme), png, 0o644)
	}
	for _, width := range []int64{1280, 390, 320} {
		for _, scheme := range []string{"light", "dark"} {
			media := func(ctx context.Context, target *chromedp.Target) error {
				_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
				return err
			}
			open := func(path string) {
				if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), chromedp.Func(media), chromedp.Navigate(s.URL+path)); err != nil {
					t.Fatal(path, err)
				}
			}
			press := func(selector string) {
				if _, err := chromedp.Run(ctx, chromedp.Evaluate[any](`document.querySelector(`+"`"+selector+"`"+`).click();1`)); err != nil {
					t.Fatal(selector, err)
				}
				time.Sleep(400*time.Millisecond)
			}
			for name, path := range map[string]string{"start": "/", "services": "/services", "none": "/services?q=b%C3%A5tplats", "life": "/services?life=school", "contact": "/contact", "sign-in": "/sign-in?to=/my", "not-me-nobody": "/not-me", "start-da": "/language/da?to=/"} {
				open(path)
				shot(name, width, scheme)
				if name == "start-da" {
					open("/language/sv?to=/")
				}
			}
			open("/sign-in?to=/my")
			press("form[action='/sign-in/bankid'] button")
			order, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`location.pathname`))
			shot("order", width, scheme)
			press("form[action='/sign-in/cancel'] button")
			open(order)
			shot("stopped", width, scheme)
			open("/sign-in?to=/my")
			press("form[action='/sign-in/demo'] button")
			open("/contact")
			shot("contact-work", width, scheme)
			open("/not-me")
			shot("not-me-work", width, scheme)
			open("/sign-in")
			shot("already", width, scheme)
			press(".t-who button")
			shot("signed-out", width, scheme)
			open("/sign-in?to=/my")
			press("form[action='/sign-in/demo'] button")
			open("/not-me")
			press("form[action='/not-me'] button")
			shot("not-me-done", width, scheme)
		}
	}
}

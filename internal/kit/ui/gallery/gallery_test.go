package main

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// view is a screen and a reader's choice of light or dark.
type view struct {
	width  int64
	scheme string
}

// browser starts one browser for a test.
func browser(t *testing.T) context.Context {
	t.Helper()
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), flags...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("the browser did not start: %v", err)
	}
	return ctx
}

// show opens a page as the view has it.
func show(t *testing.T, ctx context.Context, url string, v view) {
	t.Helper()
	scheme := func(ctx context.Context, target *chromedp.Target) error {
		if _, err := cdp.Call(ctx, target, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: v.scheme}},
		})
		return err
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(v.width, 900), chromedp.Func(scheme), chromedp.Navigate(url)); err != nil {
		t.Fatal(err)
	}
}

func eval[T any](t *testing.T, ctx context.Context, script string) T {
	t.Helper()
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

type violation struct {
	ID    string
	Help  string
	Nodes []string
}

const runAxe = `axe.run(document, {runOnly: ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"], resultTypes: ["violations"]})
	.then(r => r.violations.map(v => ({ID: v.id, Help: v.help, Nodes: v.nodes.map(n => n.html.slice(0, 200) + " | " + n.any.concat(n.all).map(c => c.message).join("; "))})))`

// smallTargets lists what one presses that is under 44 px in either way and does not stand
// in running text (WCAG 2.2, 2.5.8, has 24; ours is 44).
const smallTargets = `[...document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, summary")].filter(e => {
	const r = e.getBoundingClientRect();
	if (!r.width || e.closest("p, dd, .t-numbered, dialog:not([open]), .ds-skip-link") && !e.closest(".t-row-title")) return false;
	const box = e.closest("label") ? e.closest("label").getBoundingClientRect() : r;
	return box.height < 43.5 || box.width < 43.5;
}).map(e => e.outerHTML.slice(0, 120) + " " + JSON.stringify(e.getBoundingClientRect()))`

// noRing lists what may have the focus of a keyboard and does not show it (WCAG 2.2, 2.4.7).
const noRing = `[...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]")].filter(e => {
	if (!e.checkVisibility({contentVisibilityAuto: true}) || e.closest("details:not([open])") && e.localName !== "summary") return false;
	e.focus({focusVisible: true, preventScroll: true});
	if (e.matches(".ds-skip-link")) return e.getBoundingClientRect().height < 24; // it comes into sight as a bar
	const s = getComputedStyle(e);
	return document.activeElement !== e || s.outlineStyle === "none" || parseFloat(s.outlineWidth) < 2;
}).map(e => e.outerHTML.slice(0, 120))`

func TestPagesAreAccessible(t *testing.T) {
	t.Parallel()
	axe, err := os.ReadFile("../../../../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("run npm ci --ignore-scripts first: %v", err)
	}
	server := httptest.NewServer(handler())
	defer server.Close()
	ctx := browser(t)

	views := []view{{390, "dark"}, {1280, "light"}}
	pictures := os.Getenv("TILLIT_PICTURES") // a folder for pictures of every page in every view
	if pictures != "" {
		views = append(views, view{390, "light"}, view{1280, "dark"})
	}
	for _, s := range samples {
		for _, v := range views {
			t.Run(fmt.Sprintf("%s/%d/%s", s.name, v.width, v.scheme), func(t *testing.T) {
				show(t, ctx, server.URL+"/"+s.name, v)
				eval[chromedp.Void](t, ctx, string(axe))
				for _, found := range eval[[]violation](t, ctx, runAxe) {
					t.Errorf("%s: %s\n\t%s", found.ID, found.Help, strings.Join(found.Nodes, "\n\t"))
				}
				if v.width == 390 {
					for _, small := range eval[[]string](t, ctx, smallTargets) {
						t.Errorf("under 44 px: %s", small)
					}
				}
				for _, dull := range eval[[]string](t, ctx, noRing) {
					t.Errorf("the focus can't be seen in %s", dull)
				}
				if pictures != "" {
					picture(t, ctx, filepath.Join(pictures, fmt.Sprintf("%s-%d-%s.png", s.name, v.width, v.scheme)), v)
				}
			})
		}
		show(t, ctx, server.URL+"/"+s.name, view{320, "light"})
		if wide := eval[int](t, ctx, "document.documentElement.scrollWidth"); wide > 320 {
			t.Errorf("%s scrolls sideways at 320 px: it is %d wide", s.name, wide)
		}
	}
}

func picture(t *testing.T, ctx context.Context, path string, v view) {
	t.Helper()
	tall := eval[int64](t, ctx, "document.documentElement.scrollHeight")
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(v.width, max(tall, 600))); err != nil {
		t.Fatal(err)
	}
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, png, 0o644); err != nil {
		t.Fatal(err)
	}
}

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/chromedp/chromedp"

	"tillit/internal/kit/ui"
)

// place is a server whose one page has a script at work. What the scripts post comes out of
// said, in order.
type place struct {
	mux  *http.ServeMux
	said chan string
}

func newPlace(t *testing.T, p ui.PageProps, inside templ.Component) (*place, string) {
	t.Helper()
	pl := &place{mux: http.NewServeMux(), said: make(chan string, 100)}
	pl.mux.Handle("GET "+ui.AssetPath, ui.Assets)
	pl.mux.HandleFunc("GET /page", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if err := ui.Page(p).Render(templ.WithChildren(r.Context(), inside), w); err != nil {
			t.Error(err)
		}
	})
	pl.mux.HandleFunc("GET /next", func(w http.ResponseWriter, _ *http.Request) {
		pl.said <- "next"
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!doctype html><title>Next</title>")
	})
	server := httptest.NewServer(pl.mux)
	t.Cleanup(server.Close)
	return pl, server.URL + "/page"
}

// says waits for what is said next.
func (p *place) says(t *testing.T, want string) {
	t.Helper()
	select {
	case got := <-p.said:
		if got != want {
			t.Fatalf("said %q, want %q", got, want)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("nothing was said, want %q", want)
	}
}

// until waits for the page to be as the script says.
func until(t *testing.T, ctx context.Context, script string) {
	t.Helper()
	eval[bool](t, ctx, fmt.Sprintf(`new Promise((done, fail) => {
		const end = Date.now() + 20000;
		const look = () => (%s) ? done(true) : Date.now() > end ? fail(new Error("it never came to that")) : setTimeout(look, 20);
		look();
	})`, script))
}

func props() ui.PageProps {
	return ui.PageProps{Site: site, Title: "Script", Home: "/page"}
}

func TestSessionAsksBeforeItEnds(t *testing.T) {
	t.Parallel()
	p := props()
	p.Session = &ui.SessionWarning{Idle: 121, Extend: "/extend", Gone: "/next"}
	pl, url := newPlace(t, p, ui.Str("page"))
	lives := true
	pl.mux.HandleFunc("POST /extend", func(w http.ResponseWriter, _ *http.Request) {
		pl.said <- "extend"
		if lives {
			w.WriteHeader(http.StatusNoContent)
		} else {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	ctx := browser(t)
	show(t, ctx, url, view{1280, "light"})
	title := eval[string](t, ctx, "document.title")

	until(t, ctx, `document.getElementById("t-session").open`)
	if got := eval[string](t, ctx, "document.activeElement.tagName"); got != "BUTTON" {
		t.Errorf("the focus is in %s", got)
	}
	if got := eval[string](t, ctx, "document.title"); !strings.HasPrefix(got, "Du loggas snart ut") {
		t.Errorf("another tab shows %q", got)
	}
	eval[chromedp.Void](t, ctx, `document.activeElement.click()`)
	pl.says(t, "extend")
	until(t, ctx, `!document.getElementById("t-session").open`)
	if got := eval[string](t, ctx, "document.title"); got != title {
		t.Errorf("the title stays %q", got)
	}

	lives = false // and when it has ended all the same, nothing stays on the screen
	until(t, ctx, `document.getElementById("t-session").open`)
	eval[chromedp.Void](t, ctx, `document.activeElement.click()`)
	pl.says(t, "extend")
	pl.says(t, "next")
}

func TestCodeIsRenewed(t *testing.T) {
	t.Parallel()
	p := props()
	p.Scripts = []ui.Script{ui.ScriptQR}
	pl, url := newPlace(t, p, ui.QR(ui.QRProps{Src: "/code", Status: "/status"}))
	pl.mux.HandleFunc("GET /code", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/svg+xml")
		fmt.Fprint(w, `<svg xmlns="http://www.w3.org/2000/svg" id="fresh" viewBox="0 0 1 1"/>`)
	})
	more := make(chan bool, 1)
	pl.mux.HandleFunc("POST /status", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		select {
		case <-more:
			pl.said <- r.Header.Get("Accept")
			fmt.Fprint(w, `{"status":"complete","next":"/next"}`)
		default:
			fmt.Fprint(w, `{"status":"pending","text":"Skriv din kod"}`)
		}
	})
	ctx := browser(t)
	show(t, ctx, url, view{1280, "light"})
	until(t, ctx, `document.querySelector("[data-qr-code] > svg#fresh") !== null`)
	until(t, ctx, `document.querySelector("[data-qr-text]").textContent === "Skriv din kod"`)
	more <- true
	pl.says(t, "application/json")
	pl.says(t, "next")
}

func TestFormIsKept(t *testing.T) {
	t.Parallel()
	p := props()
	p.Scripts = []ui.Script{ui.ScriptAutosave}
	pl, url := newPlace(t, p, keptForm())
	status := http.StatusOK
	pl.mux.HandleFunc("POST /keep", func(w http.ResponseWriter, r *http.Request) {
		pl.said <- r.FormValue("a")
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		fmt.Fprint(w, "Sparat klockan 14.07")
	})
	ctx := browser(t)
	show(t, ctx, url, view{1280, "light"})
	keys := func(s string) {
		t.Helper()
		eval[chromedp.Void](t, ctx, fmt.Sprintf(`{const a = document.getElementById("a"); a.value += %q; a.dispatchEvent(new Event("input", {bubbles: true}))}`, s))
	}
	keys("Å")
	keys("s")
	keys("a")
	pl.says(t, "Åsa") // once, when it rests
	until(t, ctx, `document.querySelector("[data-autosave]").textContent === "Sparat klockan 14.07"`)
	status = http.StatusServiceUnavailable
	keys(" Ö")
	pl.says(t, "Åsa Ö")
	until(t, ctx, `document.querySelector("[data-autosave]").textContent.startsWith("Det senaste är inte sparat")`)
}

func TestFileIsSent(t *testing.T) {
	t.Parallel()
	plan := filepath.Join(t.TempDir(), "plan.txt")
	if err := os.WriteFile(plan, []byte("a plan"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what   string
		answer http.HandlerFunc
		said   []string
	}{
		{"an answer to the script", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"next":"/next"}`)
		}, []string{"application/json go a plan", "next"}},
		{"an answer to a browser", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/next", http.StatusSeeOther)
		}, []string{"application/json go a plan", "next", "next"}},
		{"refused", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusUnprocessableEntity)
		}, []string{"application/json go a plan", "text/html go a plan"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			p := props()
			p.Scripts = []ui.Script{ui.ScriptUpload}
			pl, url := newPlace(t, p, sendForm())
			pl.mux.HandleFunc("POST /send", func(w http.ResponseWriter, r *http.Request) {
				f, _, err := r.FormFile("plan")
				if err != nil {
					t.Error(err)
					return
				}
				defer f.Close()
				content, err := io.ReadAll(f)
				if err != nil {
					t.Error(err)
				}
				accept, _, _ := strings.Cut(r.Header.Get("Accept"), ",")
				pl.said <- accept + " " + r.FormValue("step") + " " + string(content)
				c.answer(w, r)
			})
			ctx := browser(t)
			show(t, ctx, url, view{1280, "light"})
			if err := chromedp.Do(ctx, chromedp.SetUploadFiles(chromedp.CSS("input[type=file]"), []string{plan})); err != nil {
				t.Fatal(err)
			}
			eval[chromedp.Void](t, ctx, `document.querySelector("button[name=step]").click()`)
			for _, s := range c.said {
				pl.says(t, s)
			}
		})
	}
}

func TestBoardIsRenewed(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.Handle("GET "+ui.AssetPath, ui.Assets)
	number := "A 1"
	mux.HandleFunc("GET /page", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		board := ui.Board(ui.BoardProps{Mark: ui.MarkOak, Rows: []ui.BoardRow{{Number: number, Place: "3"}}})
		number = "A 2"
		if err := ui.Bare(ui.BareProps{Title: "Board", Renew: 1}).Render(templ.WithChildren(r.Context(), board), w); err != nil {
			t.Error(err)
		}
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	ctx := browser(t)
	show(t, ctx, server.URL+"/page", view{1280, "light"})
	eval[chromedp.Void](t, ctx, `window.stays = true`)
	until(t, ctx, `document.querySelector("tr[data-now] th").textContent === "A 2"`)
	if !eval[bool](t, ctx, "window.stays === true") {
		t.Error("the whole page was loaded again")
	}
}

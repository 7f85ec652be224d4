// Command gallery serves every part of package ui with sample text, to be looked at:
//
//	go run ./internal/kit/ui/gallery [-listen 127.0.0.1:8099]
//
// The samples are a made-up place; nothing of them is in package ui.
package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"

	"github.com/a-h/templ"

	"tillit/internal/kit/text"
	"tillit/internal/kit/ui"
)

// sample is one page of the gallery.
type sample struct {
	name string
	lang text.Lang
	page templ.Component
}

var samples = []sample{
	{"start", text.SV, startPage()},
	{"form", text.SV, formPage()},
	{"my-pages", text.SV, myPages()},
	{"who-looked", text.SV, whoLooked()},
	{"sign-in", text.SV, signIn()},
	{"logged-out", text.SV, loggedOut()},
	{"work-inbox", text.SV, inbox()},
	{"work-case", text.SV, casePage()},
	{"desk", text.SV, desk()},
	{"steward", text.SV, steward()},
	{"kiosk", text.DA, kiosk()},
	{"wallboard", text.SV, wallboard()},
	{"parts", text.EN, parts()},
}

func main() {
	listen := flag.String("listen", "127.0.0.1:8099", "address")
	flag.Parse()
	if err := ui.CheckAssets(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("http://%s/\n", *listen)
	fmt.Fprintln(os.Stderr, http.ListenAndServe(*listen, handler()))
	os.Exit(1)
}

// handler serves the samples under the policy that the real pages have. ?scheme=dark shows
// the reader's device as dark.
func handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET "+ui.AssetPath, ui.Assets)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		for _, s := range samples {
			fmt.Fprintf(w, "<p><a href=\"/%s\">%s</a>\n", s.name, s.name)
		}
	})
	mux.HandleFunc("GET /qr.svg", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "image/svg+xml")
		code().Render(r.Context(), w)
	})
	mux.HandleFunc("POST /keep", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprint(w, "Saved at 14:06")
	})
	mux.HandleFunc("POST /extend", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("POST /status", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"status":"pending","text":"Skriv din kod i telefonen."}`)
	})
	for _, s := range samples {
		mux.HandleFunc("GET /"+s.name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; base-uri 'none'; object-src 'none'; frame-ancestors 'none'")
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			if err := s.page.Render(text.With(r.Context(), s.lang), w); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		})
	}
	return mux
}

var site = ui.Site{
	Name: "Granvik", Mark: ui.MarkSpruce, Owner: "Granviks kommun",
	Address: []string{"Storgatan 4, 999 01 Granvik", "Vardagar 8–17, torsdagar till 19"},
	Columns: [][]ui.Link{
		{{Text: "Ring 0980-319 200", Href: "#"}, {Text: "Boka ett besök", Href: "#"}},
		{{Text: "Så skyddar vi dina uppgifter", Href: "#"}, {Text: "Tillgänglighet på den här webbplatsen", Href: "#"}},
		{{Text: "Alla tjänster, deras läge och driftshistorik", Href: "#"}, {Text: "In English", Href: "#", Lang: "en"}},
	},
}

// public is the frame of a page for everyone; current is the place in the menu.
func public(title string, current int) ui.PageProps {
	menu := []ui.Link{{Text: "Tjänster", Href: "start"}, {Text: "Mina sidor", Href: "my-pages"}, {Text: "Kontakt", Href: "start#kontakt"}}
	if current >= 0 {
		menu[current].Current = true
	}
	return ui.PageProps{Site: site, Title: title, Home: "start", Menu: menu}
}

func signedIn(title string, current int, receipt templ.Component) ui.PageProps {
	p := public(title, current)
	p.Who, p.SignOut = ui.Str("Maria Lindqvist"), "/sign-out"
	p.Receipt = ui.Receipt(ui.ReceiptProps{Text: receipt, Report: ui.Link{Text: "Det här är inte jag, eller inte mitt", Href: "#"}})
	p.Session = &ui.SessionWarning{Idle: 900, Extend: "/extend", Gone: "/sign-in"}
	return p
}

func work(title, who string, current int, receipt templ.Component) ui.PageProps {
	menu := []ui.Link{{Text: "Inkorg", Href: "work-inbox"}, {Text: "Besök", Href: "desk"}, {Text: "Sök", Href: "#"}, {Text: "Katalog", Href: "#"}}
	menu[current].Current = true
	return ui.PageProps{
		Kind: ui.Work, Site: site, Title: title, Small: "Arbetsplats", Home: "work-inbox", Menu: menu,
		Who: ui.Str(who), SignOut: "/sign-out",
		Receipt: ui.Receipt(ui.ReceiptProps{Text: receipt, Report: ui.Link{Text: "Fel person eller fel ärende? Säg till", Href: "#"}}),
	}
}

func langs(p ui.PageProps) ui.PageProps {
	p.Langs = []ui.Link{{Text: "English", Href: "#", Lang: "en"}, {Text: "Suomi", Href: "#", Lang: "fi"}}
	return p
}

func startProps() ui.PageProps {
	p := langs(public("Tjänster och hjälp", 0))
	p.SignIn, p.Bleed = "sign-in", true
	return p
}

func formProps() ui.PageProps {
	p := signedIn("Barnet och platsen", -1, formReceipt())
	p.Kind, p.Errors, p.Back = ui.Form, true, &ui.Link{Text: "Förra steget", Href: "#"}
	p.Scripts = []ui.Script{ui.ScriptAutosave}
	return p
}

func whoProps() ui.PageProps {
	p := signedIn("Vem har sett mina uppgifter?", 1, ui.Str("Att du läste den här sidan står också i loggen. Handläggarna ser inte att du har läst den."))
	p.Crumbs = []ui.Link{{Text: "Mina sidor", Href: "my-pages"}, {Text: "Vem har sett mina uppgifter?", Href: "who-looked"}}
	return p
}

func signInProps() ui.PageProps {
	p := langs(public("Logga in", -1))
	p.Scripts = []ui.Script{ui.ScriptQR}
	return p
}

func loggedOutProps() ui.PageProps {
	p := public("Du är utloggad här", -1)
	return p
}

func caseProps() ui.PageProps {
	p := work("M-2026-118 Anmälan om bergvärme", "Ida Norén, Miljöenheten", 0, caseReceipt())
	p.Crumbs = []ui.Link{{Text: "Inkorg", Href: "work-inbox"}, {Text: "M-2026-118", Href: "work-case"}}
	return p
}

func stewardProps() ui.PageProps {
	p := work("Händelse 2026-07", "Rakel Sund, jour", 0, stewardReceipt())
	p.Kind, p.Small = ui.Steward, "Vakt"
	p.Menu = []ui.Link{{Text: "Läge", Href: "steward", Current: true}, {Text: "Händelser", Href: "#"}, {Text: "Brytare", Href: "#"}, {Text: "Logg och omfattning", Href: "#"}, {Text: "Jour", Href: "#"}}
	return p
}

func looks() ui.ChartProps {
	col := func(label, row string, a, b, c int) ui.ChartColumn {
		return ui.ChartColumn{Label: label, Row: row, Counts: []int{a, b, c}}
	}
	return ui.ChartProps{
		ID: "looks", Title: "Tillfällen per månad, oktober 2025 till mars 2026. Flest i februari: 10.",
		Caption: "Tillfällen per månad och syfte", RowHead: "Månad", Total: "Alla", Newest: true, Beside: true,
		Series: []ui.ChartSeries{{Name: "Handläggning", Short: "Handl.", Paint: 1}, {Name: "Besök och samtal", Short: "Besök", Paint: 2}, {Name: "Kontroll i efterhand", Short: "Kontroll", Paint: 3}},
		Columns: []ui.ChartColumn{
			col("okt", "oktober", 2, 0, 0), col("nov", "november", 1, 1, 0), col("dec", "december", 0, 1, 0),
			col("jan", "januari", 4, 1, 2), col("feb", "februari", 6, 3, 1), col("mar", "mars", 3, 1, 0),
		},
	}
}

func quarters() ui.ChartProps {
	p := ui.ChartProps{
		ID: "quarters", Title: "Väntande per kvart från 13 till 17. Toppen väntas 16.00 med 36.",
		Caption: "Väntande per kvart", RowHead: "Kvart",
		Series: []ui.ChartSeries{{Name: "Väntade", Paint: 1}, {Name: "Väntas", Paint: 3, Faint: true}},
	}
	for i, n := range []int{12, 16, 24, 28, 20, 16, 12, 8, 12, 20, 24, 32, 36} {
		p.Columns = append(p.Columns, quarter(i, n, 0))
	}
	for i, n := range []int{28, 24, 16} {
		p.Columns = append(p.Columns, quarter(13+i, 0, n))
	}
	return p
}

func quarter(i, was, will int) ui.ChartColumn {
	c := ui.ChartColumn{Row: fmt.Sprintf("%d.%02d", 13+i/4, i%4*15), Counts: []int{was, will}}
	if i%4 == 0 {
		c.Label = fmt.Sprint(13 + i/4)
	}
	return c
}

package stories_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// The two screens that every page is looked over on.
const (
	telephone = 390
	desk      = 1280
)

const chromium = "/usr/bin/chromium"

// browser is one Chromium for all stories; each person has a profile of her own in it.
var browser = sync.OnceValues(func() (context.Context, error) {
	if _, err := os.Stat(chromium); err != nil {
		return nil, fmt.Errorf("there is no browser to tell the stories in: install Chromium (Debian: apt-get install chromium), so that %s is there", chromium)
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.DisableGPU, chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.Flag("accept-lang", "sv-SE,sv"), chromedp.Flag("lang", "sv-SE"))
	if os.Geteuid() == 0 {
		flags = append(flags, chromedp.NoSandbox)
	}
	ctx, _ := chromedp.NewExecAllocator(context.Background(), flags...) // ends with the test binary
	ctx, _ = chromedp.NewContext(ctx)
	if err := chromedp.Do(ctx); err != nil {
		return nil, fmt.Errorf("the browser does not start: %w", err)
	}
	return ctx, nil
})

// Person is somebody at a browser of her own.
type Person struct {
	s     *Story
	Key   string
	Name  string
	tab   context.Context
	width int64
	front *front
	deaf  bool // no script runs in her browser
}

// front stands between a browser and the house, and remembers all that the browser was told.
type front struct {
	*httptest.Server
	mu   sync.Mutex
	told []answer
}

// answer is what the house told a browser: the head and the body, as they were sent.
type answer struct{ Method, Path, Head, Body string }

func newFront(s *Story) *front {
	f := &front{}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			to, _ := url.Parse(s.House.Public)
			r.SetURL(to)
			r.Out.Host = r.In.Host
			r.Out.Header.Set("Accept-Encoding", "identity")
		},
		ModifyResponse: func(r *http.Response) error {
			if strings.HasPrefix(r.Request.URL.Path, "/assets/") {
				return nil
			}
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return err
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			var head strings.Builder
			_ = r.Header.Write(&head)
			f.mu.Lock()
			f.told = append(f.told, answer{r.Request.Method, r.Request.URL.RequestURI(), head.String(), string(body)})
			f.mu.Unlock()
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	f.Server = httptest.NewServer(proxy)
	return f
}

// Person sits down at a browser that nobody has used. Key is hers in the town, among
// residents or staff.
func (s *Story) Person(key string, width int64) *Person {
	s.Helper()
	shared, err := browser()
	if err != nil {
		s.Fatal(err)
	}
	p := &Person{s: s, Key: key, width: width, front: newFront(s)}
	s.Cleanup(p.front.Close)
	for _, m := range s.House.Town.Staff {
		if m.Key == key {
			p.Name = m.Name
		}
	}
	if p.Name == "" {
		p.Name = s.House.Town.Person(key).Name()
	}
	tab, leave := chromedp.NewContext(shared, chromedp.WithNewBrowserContext())
	s.Cleanup(leave)
	p.tab = tab
	if err := chromedp.Do(tab); err != nil { // the tab lives as long as the context of its first action
		s.Fatal(err)
	}
	p.do(chromedp.EmulateViewport(width, 900), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
		return err
	}))
	return p
}

// Resident sits down at a wide screen, Phone at a telephone.
func (s *Story) Resident(key string) *Person { s.Helper(); return s.Person(key, desk) }

// Phone is a resident who reads on her telephone.
func (s *Story) Phone(key string) *Person { s.Helper(); return s.Person(key, telephone) }

// WithoutScript turns scripts off in her browser.
func (p *Person) WithoutScript() *Person {
	p.s.Helper()
	p.deaf = true
	p.scripts(false)
	return p
}

func (p *Person) scripts(on bool) {
	p.s.Helper()
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
		return err
	}))
}

const patience = 30 * time.Second

func (p *Person) do(actions ...chromedp.Action[chromedp.Void]) {
	p.s.Helper()
	ctx, stop := context.WithTimeout(p.tab, patience)
	defer stop()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.s.wrong("%s's browser: %v", p.Name, err)
	}
}

// ask evaluates a script in her page. A page that is just being left is asked again.
func ask[T any](p *Person, script string) T {
	p.s.Helper()
	ctx, stop := context.WithTimeout(p.tab, patience)
	defer stop()
	for {
		v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
		if err == nil {
			return v
		}
		why := err.Error()
		leaving := strings.Contains(why, "navigated") || strings.Contains(why, "context was destroyed") || strings.Contains(why, "Cannot find context")
		if !leaving || ctx.Err() != nil {
			p.s.wrong("%s's page: %v", p.Name, err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// document names the document that is shown, another for each that is loaded.
func (p *Person) document() string {
	p.s.Helper()
	tree, err := chromedp.Call(p.tab, page.GetFrameTree, cdp.Empty{})
	if err != nil {
		p.s.wrong("%s's browser: %v", p.Name, err)
	}
	return string(tree.FrameTree.Frame.LoaderID)
}

// comes waits until another document than before is shown, whole, and looks it over.
func (p *Person) comes(before string) {
	p.s.Helper()
	p.s.until("the next page is shown to "+p.Name+" ("+p.Where()+")", func() bool {
		return p.document() != before && ask[string](p, "document.readyState") == "complete"
	})
	p.looksOver()
}

// Opens goes to an address of the house.
func (p *Person) Opens(path string) {
	p.s.Helper()
	p.do(chromedp.Navigate(p.front.URL + path))
	p.looksOver()
}

// Where is the path of the page that is shown.
func (p *Person) Where() string {
	p.s.Helper()
	return ask[string](p, "location.pathname")
}

// find is what all that looks for something to press begins with: what one can see and press,
// by what it says. Best is the same words; then words that begin so; then words that hold them.
const find = `const plain = s => (s || "").replace(/\s+/g, " ").trim();
const seen = e => e.checkVisibility({visibilityProperty: true}) && !e.closest("[aria-hidden=true]") && e.getBoundingClientRect().width > 0;
const best = (list, text, words) => list.find(e => text(e) === words) || list.find(e => text(e).startsWith(words)) || list.find(e => text(e).includes(words));
const point = (e, inside) => {
	(inside || e).scrollIntoView({block: "center", inline: "nearest", behavior: "instant"});
	const r = (inside || e).getClientRects()[0], x = r.x + r.width / 2, y = r.y + r.height / 2, top = document.elementFromPoint(x, y);
	const free = top && (e === top || e.contains(top) || top.contains(e) && top.localName === "label");
	return {X: x, Y: y, Covered: free ? "" : (top ? top.outerHTML.slice(0, 100) : "the edge of the window"), Found: true};
};
const none = {X: 0, Y: 0, Covered: "", Found: false};`

// spot is where something is on the screen.
type spot struct {
	X, Y    float64
	Covered string
	Found   bool
}

func (p *Person) spot(script string) spot {
	p.s.Helper()
	return ask[spot](p, "(() => {"+find+script+"})()")
}

func (p *Person) click(what string, at spot) {
	p.s.Helper()
	if !at.Found {
		p.s.wrong("%s finds no %s on the page %s, which says:\n%s", p.Name, what, p.Where(), p.Reads())
	}
	if at.Covered != "" {
		p.s.wrong("%s can't press %s: %s lies over it", p.Name, what, at.Covered)
	}
	p.do(chromedp.MouseClickXY(at.X, at.Y))
}

const pressable = `[...document.querySelectorAll("a[href], button, summary")].filter(seen)`

func (p *Person) button(words string) spot {
	p.s.Helper()
	return p.spot(fmt.Sprintf(`const e = best(%s, e => plain(e.innerText), %q); return e ? point(e) : none;`, pressable, words))
}

// Presses presses a button or a link, and comes to the page that follows.
func (p *Person) Presses(words string) {
	p.s.Helper()
	before := p.document()
	p.click("”"+words+"”", p.button(words))
	p.comes(before)
}

// Offered reports whether a button or a link says the words.
func (p *Person) Offered(words string) bool { p.s.Helper(); return p.button(words).Found }

// Chooses answers a question by pressing one of its answers.
func (p *Person) Chooses(question, words string) {
	p.s.Helper()
	p.click("answer ”"+words+"” to ”"+question+"”", p.spot(fmt.Sprintf(`
		const group = best([...document.querySelectorAll("fieldset")].filter(seen), e => plain(e.querySelector("legend").innerText), %q);
		if (!group) return none;
		const label = best([...group.querySelectorAll("label")], e => plain(e.innerText), %q);
		return label ? point(label) : none;`, question, words)))
}

// Ticks presses a box that stands alone.
func (p *Person) Ticks(words string) {
	p.s.Helper()
	p.click("”"+words+"”", p.spot(fmt.Sprintf(`const e = best([...document.querySelectorAll("label")].filter(seen), e => plain(e.innerText), %q); return e ? point(e) : none;`, words)))
}

// field is the control of a label; where labels stand in a group (a date's day), under names
// the group first.
func field(label, under string) string {
	return fmt.Sprintf(`const within = %q, root = within ? best([...document.querySelectorAll("fieldset, section, form")], e => plain((e.querySelector("legend, h2, h3") || e).innerText), within) : document;
		const label = root && best([...root.querySelectorAll("label")].filter(seen), e => plain(e.innerText), %q);
		const control = label && (label.control || document.getElementById(label.htmlFor));`, under, label)
}

// Fills writes in a field, in place of what stands there.
func (p *Person) Fills(label, words string) { p.s.Helper(); p.FillsIn("", label, words) }

// FillsIn is Fills for a field of a group of fields.
func (p *Person) FillsIn(group, label, words string) {
	p.s.Helper()
	p.click("field ”"+label+"”", p.spot(field(label, group)+`return control ? point(control) : none;`))
	ask[chromedp.Void](p, `document.activeElement.select ? document.activeElement.select() : undefined`)
	p.types(words)
}

// types writes where the focus is.
func (p *Person) types(words string) {
	p.s.Helper()
	if words == "" {
		p.do(chromedp.KeyEvent("\b"))
		return
	}
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: words})
		return err
	}))
}

// FillsDate writes a day in the three fields of a question.
func (p *Person) FillsDate(question string, day time.Time) {
	p.s.Helper()
	p.FillsIn(question, "Dag", day.Format("2"))
	p.FillsIn(question, "Månad", day.Format("1"))
	p.FillsIn(question, "År", day.Format("2006"))
}

// Picks chooses in a list that opens.
func (p *Person) Picks(group, label, option string) {
	p.s.Helper()
	ok := ask[bool](p, "(() => {"+find+field(label, group)+fmt.Sprintf(`
		const o = control && best([...control.options], e => plain(e.text), %q);
		if (!o) return false;
		control.value = o.value;
		control.dispatchEvent(new Event("input", {bubbles: true}));
		control.dispatchEvent(new Event("change", {bubbles: true}));
		return true;
	})()`, option))
	if !ok {
		p.s.wrong("%s finds no choice ”%s” under ”%s”", p.Name, option, label)
	}
}

// Attaches puts a file into a field.
func (p *Person) Attaches(label, name string, content []byte) {
	p.s.Helper()
	path := filepath.Join(p.s.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		p.s.Fatal(err)
	}
	id := ask[string](p, "(() => {"+find+field(label, "")+`return control ? control.id : ""; })()`)
	p.do(chromedp.SetUploadFiles(chromedp.CSS("#"+id), []string{path}))
}

// Holds is what stands in a field.
func (p *Person) Holds(group, label string) string {
	p.s.Helper()
	return ask[string](p, "(() => {"+find+field(label, group)+`
		if (!control) return "";
		return control.selectedOptions ? control.selectedOptions[0].text : control.value; })()`)
}

// Chosen is which answers of a question are chosen.
func (p *Person) Chosen(question string) string {
	p.s.Helper()
	return ask[string](p, "(() => {"+find+fmt.Sprintf(`
		const group = best([...document.querySelectorAll("fieldset")].filter(seen), e => plain(e.querySelector("legend").innerText), %q);
		return group ? [...group.querySelectorAll("input:checked")].map(e => plain(e.closest("label").innerText)).join(", ") : ""; })()`, question))
}

// Reads is the text of the page that is shown.
func (p *Person) Reads() string {
	p.s.Helper()
	return ask[string](p, `document.title + "\n" + (document.body ? document.body.innerText : "")`)
}

// Sees fails unless the page says all of the words.
func (p *Person) Sees(words ...string) {
	p.s.Helper()
	text := p.Reads()
	for _, w := range words {
		if _, ok := has(text, w); !ok {
			p.s.wrong("%s does not see ”%s” on the page %s, which says:\n%s", p.Name, w, p.Where(), text)
		}
	}
}

// SeesNot fails if the page holds any of the words, shown or not.
func (p *Person) SeesNot(words ...string) {
	p.s.Helper()
	text := p.Reads() + ask[string](p, "document.documentElement.outerHTML")
	if w, ok := has(text, words...); ok {
		p.s.wrong("the page %s holds ”%s”, which %s should not see", p.Where(), w, p.Name)
	}
}

// WasNeverTold fails if any answer to her browser held any of the words: a page, a script's
// answer, a head, an address to go on to.
func (p *Person) WasNeverTold(words ...string) {
	p.s.Helper()
	p.front.mu.Lock()
	defer p.front.mu.Unlock()
	if len(p.front.told) == 0 {
		p.s.wrong("%s has not opened anything", p.Name)
	}
	for _, a := range p.front.told {
		for _, w := range words {
			if strings.Contains(a.Head+a.Body, w) {
				p.s.wrong("%s was told ”%s” by %s %s", p.Name, w, a.Method, a.Path)
			}
		}
	}
}

// Cookie is one that her browser holds; empty for none.
func (p *Person) Cookie(name string) string {
	p.s.Helper()
	got, err := chromedp.Call(p.tab, network.GetCookies, network.GetCookiesParams{URLs: []string{p.front.URL}})
	if err != nil {
		p.s.Fatal(err)
	}
	for _, c := range got.Cookies {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// picture keeps what is on the screen, where pictures are wanted.
func (p *Person) picture() {
	p.s.Helper()
	if pictures == "" {
		return
	}
	png, err := chromedp.Run(p.tab, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(pictures, p.s.pictureName(p.Key)), png, 0o644)
	}
	if err != nil {
		p.s.Error(err)
	}
}

func mustURL(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		panic(err)
	}
	return u
}

// setCookie puts a cookie into her browser as the house would.
func (p *Person) setCookie(name, value string) {
	p.s.Helper()
	yes := true
	if _, err := chromedp.Call(p.tab, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: p.front.URL, HTTPOnly: &yes, SameSite: network.CookieSameSiteLax}); err != nil {
		p.s.Fatal(err)
	}
}

package stories_test

import (
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/chromedp/chromedp"
)

var axe = sync.OnceValues(func() (string, error) {
	script, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		return "", fmt.Errorf("axe is not here to look pages over, run npm ci --ignore-scripts first: %w", err)
	}
	return string(script), nil
})

// violation is a rule that a page breaks.
type violation struct {
	ID, Help string
	Nodes    []string
}

const runAxe = `axe.run(document, {runOnly: ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"], resultTypes: ["violations"]})
	.then(r => r.violations.map(v => ({ID: v.id, Help: v.help, Nodes: v.nodes.map(n => n.html.slice(0, 200) + " | " + n.any.concat(n.all).map(c => c.message).join("; "))})))`

// shape is how a page is built, without its words: what has been looked over once at a width
// is not looked over again when only names and numbers are others.
const shape = `[...document.querySelectorAll("*")].filter(e => !e.closest("svg")).map(e => e.localName + [...e.attributes].map(a =>
	a.name + (/^(class|role|type|lang|data-color|data-variant|data-size|autocomplete|open|hidden)$|^aria-(?!label$|labelledby|describedby)/.test(a.name) ? "=" + a.value : a.value ? "" : "=")).sort().join() +
	([...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) ? "t" : "")).join(" ").replace(/(li|tr)(.*?)( \1\2)+/g, "$1$2")`

// sideways is how far a page reaches beyond the window.
const sideways = `document.documentElement.scrollWidth - document.documentElement.clientWidth`

var looked sync.Map // width and shape

// looksOver checks the page that is shown for what keeps people out, on both screens.
func (p *Person) looksOver() {
	p.s.Helper()
	p.picture()
	script, err := axe()
	if err != nil {
		p.s.Fatal(err)
	}
	form := ask[string](p, shape)
	resized := false
	for _, width := range []int64{telephone, desk} {
		if _, done := looked.LoadOrStore(fmt.Sprint(width, form), true); done {
			continue
		}
		p.do(chromedp.EmulateViewport(width, 900))
		resized = true
		if wide := ask[int](p, sideways); wide > 0 {
			p.s.Errorf("%s\n\tbut: the page %s is %d px wider than a screen of %d", p.s.step, p.Where(), wide, width)
		}
		if p.deaf {
			p.scripts(true) // axe is a script; the page's own have had their time
		}
		ask[chromedp.Void](p, script)
		for _, v := range ask[[]violation](p, runAxe) {
			p.s.Errorf("%s\n\tbut: the page %s on a screen of %d keeps people out: %s: %s\n\t%s", p.s.step, p.Where(), width, v.ID, v.Help, strings.Join(v.Nodes, "\n\t"))
		}
		if p.deaf {
			p.scripts(false)
		}
	}
	if resized {
		p.do(chromedp.EmulateViewport(p.width, 900))
	}
}

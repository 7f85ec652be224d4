package app

import (
	"html/template"
	"net/http"
)

// tell answers with JSON for tests, and with a page for people.
func tell(w http.ResponseWriter, r *http.Request, page string, v any) {
	if r.Header.Get("Accept") == "application/json" || r.URL.Query().Get("format") == "json" {
		answer(w, v)
		return
	}
	show(w, page, v)
}

func show(w http.ResponseWriter, page string, v any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_ = worldPages.ExecuteTemplate(w, page, v) // a reader that has left is no fault
}

// worldPages are plain on purpose: nobody should take the invented world for Tillit.
var worldPages = template.Must(template.New("").Parse(`
{{define "top"}}<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.}} – the world outside</title>
<style>body{font:18px/1.5 Verdana,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#23241f;background:#fff}
table{border-collapse:collapse}td,th{padding:.3rem .8rem .3rem 0;text-align:left;vertical-align:top;border-bottom:1px solid #ccc}
pre{white-space:pre-wrap;background:#f4f4f4;padding:1rem}button,input{font:inherit;padding:.5rem .8rem}</style>
<p><a href="/">The world outside</a></p><h1>{{.}}</h1>{{end}}
{{define "index"}}{{template "top" "The world outside"}}
<p>Everything outside Tillit is played here, for the invented town of {{.}}. Nobody here is real.</p>
<ul><li><a href="/bankid">BankID</a>: approve or cancel the orders that wait</li><li><a href="/mail">Mail</a> that was sent</li>
<li><a href="/population">The population register</a></li><li><a href="/people">People</a>: the cast, and what each is there for</li><li><a href="/clock">The clock</a></li></ul>{{end}}
{{define "people"}}{{template "top" "People"}}<table><tr><th>Name<th>Number<th>Role<th>Unit<th>There for</tr>
{{range .}}<tr><td>{{.Name}}<td>{{.Number}}<td>{{.Role}}<td>{{.Unit}}<td>{{.For}}</tr>{{end}}</table>{{end}}
{{define "mail"}}{{template "top" "Mail"}}{{range .}}<h2>{{.Subject}}</h2><p>To {{.To}}, {{.At}}</p><pre>{{.Text}}</pre>{{else}}<p>Nothing has been sent yet.</p>{{end}}{{end}}
{{define "population"}}{{template "top" "The population register"}}<p>What is changed here reaches Tillit with the next look at the feed, within seconds.</p>
<table><tr><th>Name<th>Number<th>Protection</tr>{{range .}}<tr><td>{{.Given}} {{.Surname}}<td>{{.Number}}<td><form method="post">
<input type="hidden" name="number" value="{{.Number}}"><select name="protection" aria-label="Protection of {{.Given}} {{.Surname}}"><option value="">none</option>
<option value="secrecy"{{if eq .Protection "secrecy"}} selected{{end}}>sekretessmarkering</option><option value="protected_registration"{{if eq .Protection "protected_registration"}} selected{{end}}>skyddad folkbokföring</option>
<option value="fictitious"{{if eq .Protection "fictitious"}} selected{{end}}>fingerade personuppgifter</option><option value="name_and_address"{{if eq .Protection "name_and_address"}} selected{{end}}>navne- og adressebeskyttelse</option></select>
<button>Set</button></form></tr>{{end}}</table>{{end}}
{{define "clock"}}{{template "top" "The clock"}}<p>It is {{.now}}.</p>
<form method="post"><label>Move it ahead by <input name="advance" value="36h"></label> <button>Move</button></form>{{end}}
`))

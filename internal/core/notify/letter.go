package notify

import (
	"html/template"
	"slices"
	"strings"

	"tillit/internal/kit/text"
)

// words are what a letter says in one language: nothing but constants, the municipality's
// name, an address to sign in at, and in one kind of letter its code.
type words struct {
	Lang                       text.Lang
	Subject, Body, Code, After string
	Link                       string
}

var page = template.Must(template.New("letter").Parse(`<!doctype html>
<html lang="{{(index . 0).Lang}}"><head><meta charset="utf-8"><title>{{(index . 0).Subject}}</title></head>
<body style="font-family:sans-serif;font-size:16px;line-height:1.5">
{{range .}}<div lang="{{.Lang}}">
<p>{{.Body}}</p>
{{with .Code}}<p style="font-size:24px"><strong>{{.}}</strong></p>
{{end}}<p><a href="{{.Link}}">{{.Link}}</a></p>
{{with .After}}<p>{{.}}</p>
{{end}}</div>
{{end}}</body></html>
`))

// letter writes a letter in each of the languages, one below the other, under the subject
// in the first.
func letter(langs []text.Lang, say func(Text) words) (Letter, error) {
	var all []words
	var plain strings.Builder
	for i, l := range langs {
		w := say(In(l))
		w.Lang = l
		all = append(all, w)
		if i > 0 {
			plain.WriteString("--\n\n")
		}
		for _, paragraph := range []string{w.Body, w.Code, w.Link, w.After} {
			if paragraph != "" {
				plain.WriteString(paragraph + "\n\n")
			}
		}
	}
	var html strings.Builder
	if err := page.Execute(&html, all); err != nil {
		return Letter{}, err
	}
	return Letter{Subject: all[0].Subject, Text: plain.String(), HTML: html.String()}, nil
}

// langs are the languages of a letter. Which one the receiver reads isn't known, so it is
// that of the place, and English.
func langs(of text.Lang) []text.Lang {
	return slices.Compact([]text.Lang{of.Or(text.SV), text.EN})
}

func (s *Service) noticeWords(t Text) words {
	return words{Subject: t.NoticeSubject(s.town), Body: t.NoticeBody(s.town), Link: s.base + "/my/messages", After: t.NoticeWhy()}
}

func (s *Service) codeWords(code string) func(Text) words {
	return func(t Text) words {
		return words{Subject: t.CodeSubject(s.town), Body: t.CodeBody(s.town), Code: spell(code), Link: s.base + "/my", After: t.CodeLife()}
	}
}

func (s *Service) changedWords(t Text) words {
	return words{Subject: t.ChangedSubject(s.town), Body: t.ChangedBody(s.town), Link: s.base + "/my"}
}

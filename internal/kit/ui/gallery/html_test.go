package main

import (
	"context"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"tillit/internal/kit/text"
)

// TestNothingIsInline: every page keeps a policy without unsafe-inline, and every id that is
// spoken of is there, once.
func TestNothingIsInline(t *testing.T) {
	for _, s := range samples {
		var b strings.Builder
		if err := s.page.Render(text.With(context.Background(), s.lang), &b); err != nil {
			t.Fatal(err)
		}
		page, err := html.Parse(strings.NewReader(b.String()))
		if err != nil {
			t.Fatal(err)
		}
		ids, asked := map[string]int{}, map[string]string{}
		titles := 0
		for n := range page.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			src := ""
			for _, a := range n.Attr {
				switch {
				case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
					t.Errorf("%s: <%s> has %s", s.name, n.Data, a.Key)
				case a.Key == "src":
					src = a.Val
				case a.Key == "id":
					ids[a.Val]++
				case a.Key == "for" || a.Key == "aria-labelledby" || a.Key == "aria-describedby":
					for _, id := range strings.Fields(a.Val) {
						asked[id] = n.Data + " " + a.Key
					}
				case a.Key == "href" && strings.HasPrefix(a.Val, "#") && len(a.Val) > 1:
					asked[a.Val[1:]] = n.Data + " " + a.Key
				}
			}
			switch n.Data {
			case "style":
				t.Errorf("%s: there is a style element", s.name)
			case "script":
				if src == "" || n.FirstChild != nil {
					t.Errorf("%s: there is a script in the page", s.name)
				}
			case "h1":
				titles++
			}
		}
		if titles != 1 {
			t.Errorf("%s: %d h1", s.name, titles)
		}
		for id, n := range ids {
			if n > 1 {
				t.Errorf("%s: id %s is there %d times", s.name, id, n)
			}
		}
		for id, by := range asked {
			if ids[id] == 0 {
				t.Errorf("%s: %s asks for %s, which is not there", s.name, by, id)
			}
		}
	}
}

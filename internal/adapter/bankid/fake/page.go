package fake

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"

	"tillit/internal/adapter/bankid"
)

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// list gives the open orders, newest first.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	if wantsJSON(r) {
		writeJSON(w, http.StatusOK, s.open())
		return
	}
	s.page(w, http.StatusOK, "")
}

func (s *Server) open() []line {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.find(func(*order) bool { return false }) // lets time do its work first
	lines := []line{}
	for i := len(s.orders) - 1; i >= 0; i-- {
		if o := s.orders[i]; o.status == bankid.Pending {
			lines = append(lines, o.line())
		}
	}
	return lines
}

// page writes the page for people; problem is why the last control did nothing.
func (s *Server) page(w http.ResponseWriter, status int, problem string) {
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, struct {
		Problem string
		Orders  []line
		People  []Person
		Hints   []bankid.Hint
	}{problem, s.open(), s.people, bankid.FailedHints})
	if err != nil {
		http.Error(w, "the page can't be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w)
}

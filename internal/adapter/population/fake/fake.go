// Package fake plays the population register in memory: for the demo's world and for tests.
package fake

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"tillit/internal/adapter/population"
)

// Server is the playing register.
type Server struct {
	mux *http.ServeMux

	mu      sync.Mutex
	people  map[string]*population.Record
	changes []string // numbers, in the order of their changes; the cursor counts them
}

// perPage is how many changes one answer holds.
const perPage = 100

// New makes a register of these people. They are the beginning: only what changes afterwards
// is in the feed.
func New(people []population.Record) *Server {
	s := &Server{mux: http.NewServeMux(), people: map[string]*population.Record{}}
	for _, p := range people {
		s.people[p.Number] = &p
	}
	s.mux.HandleFunc("POST /population/lookup", s.lookup)
	s.mux.HandleFunc("GET /population/changes", s.feed)
	s.mux.HandleFunc("POST /population/persons/{number}", s.change)
	s.mux.HandleFunc("GET /population/persons/{number}", s.person)
	return s
}

// ServeHTTP answers everything beneath /population/.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v) // a client that has left is no fault
}

func (s *Server) lookup(w http.ResponseWriter, r *http.Request) {
	var ask struct{ Number string }
	if json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&ask) != nil {
		http.Error(w, "malformed", http.StatusBadRequest)
		return
	}
	s.tell(w, ask.Number)
}

func (s *Server) person(w http.ResponseWriter, r *http.Request) { s.tell(w, r.PathValue("number")) }

func (s *Server) tell(w http.ResponseWriter, number string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.people[digits(number)]
	if !ok {
		http.Error(w, "nobody has that number", http.StatusNotFound)
		return
	}
	answer(w, p)
}

func digits(s string) string { return strings.NewReplacer("-", "", " ", "", "+", "").Replace(s) }

func (s *Server) feed(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	after, _ := strconv.Atoi(r.URL.Query().Get("after"))
	if after < 0 || after > len(s.changes) {
		after = 0 // a register that was started anew: whoever is ahead of it begins again
	}
	next := min(after+perPage, len(s.changes))
	list := []*population.Record{}
	for _, number := range s.changes[after:next] {
		list = append(list, s.people[number])
	}
	answer(w, map[string]any{"changes": list, "next": strconv.Itoa(next)})
}

// change is what happens in the world: protection, address, death, custody. What is not sent
// stays as it is; a protection of "" is taken away.
func (s *Server) change(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Protection *string                `json:"protection"`
		Died       *string                `json:"died"`
		Street     *string                `json:"street"`
		Postcode   *string                `json:"postcode"`
		City       *string                `json:"city"`
		Dwelling   *string                `json:"dwelling"`
		Guardians  *[]population.Guardian `json:"guardians"`
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10))
	d.DisallowUnknownFields()
	if d.Decode(&ask) != nil {
		http.Error(w, "malformed: protection, died, street, postcode, city, dwelling or guardians", http.StatusBadRequest)
		return
	}
	p, ok := s.Set(r.PathValue("number"), func(p *population.Record) {
		for to, from := range map[*string]*string{&p.Protection: ask.Protection, &p.Died: ask.Died, &p.Street: ask.Street, &p.Postcode: ask.Postcode, &p.City: ask.City, &p.Dwelling: ask.Dwelling} {
			if from != nil {
				*to = *from
			}
		}
		if ask.Guardians != nil {
			p.Guardians = *ask.Guardians
		}
	})
	if !ok {
		http.Error(w, "nobody has that number", http.StatusNotFound)
		return
	}
	answer(w, p)
}

// Get gives a person as the register has her now.
func (s *Server) Get(number string) (population.Record, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.people[digits(number)]
	if !ok {
		return population.Record{}, false
	}
	return *p, true
}

// Set changes a person and puts her into the feed; false when nobody has the number.
func (s *Server) Set(number string, change func(*population.Record)) (population.Record, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.people[digits(number)]
	if !ok {
		return population.Record{}, false
	}
	change(p)
	s.changes = append(s.changes, p.Number)
	return *p, true
}

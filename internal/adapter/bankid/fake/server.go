// Package fake plays BankID for an invented town: the server that a relying party
// talks to, and the app in the hands of the town's people. It speaks RP API v6 on the
// wire and has controls beside it:
//
//	/bankid/rp/v6.0/{auth,sign,collect,cancel}   what BankID answers
//	GET  /bankid                                 the waiting orders, as a page or as JSON
//	POST /bankid/approve                         somebody opens an order and answers it
//	POST /bankid/fail                            an order ends with a hint
//
// Time and chance are passed in. Tests can ask for trouble with Next.
//
// It keeps these habits of the real service:
//
//   - an order that nobody opens within 30 s fails as startFailed, one that is opened
//     and not finished within 180 s as expiredTransaction;
//   - a person has one order at a time: opening another ends the first as cancelled, and
//     starting one for a named person who has one ends both, as alreadyInProgress;
//   - the end of an order is told once; a completed order is kept 3 minutes for that, a
//     failed one 5. Afterwards collect answers invalidParameters.
//
// Source: BankID, Relying Party API v6, pages "Collect", "Errors" and "QR code".
package fake

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"

	"tillit/internal/kit/clock"
)

// Person is somebody in town who holds a BankID.
type Person struct {
	Number  string // twelve digits, from the authorities' test series
	Given   string
	Surname string
}

func (p Person) name() string { return p.Given + " " + p.Surname }

// Server is the fake. It is an http.Handler for every path that begins with /bankid.
type Server struct {
	clock  clock.Clock
	people []Person
	key    *ecdsa.PrivateKey
	mux    *http.ServeMux

	mu      sync.Mutex
	chance  io.Reader
	orders  []*order // oldest first
	trouble []Trouble
	late    int
}

// New makes a fake for these people. It panics when chance gives nothing.
func New(c clock.Clock, chance io.Reader, people []Person) *Server {
	s := &Server{clock: c, chance: chance, people: slices.Clone(people), key: newKey(chance), mux: http.NewServeMux()}
	controls := http.NewCrossOriginProtection()
	s.mux.HandleFunc(rpPath, s.rp)
	s.mux.HandleFunc("GET /bankid", s.list)
	s.mux.HandleFunc("GET /bankid/{$}", s.list)
	s.mux.Handle("POST /bankid/approve", controls.Handler(http.HandlerFunc(s.approve)))
	s.mux.Handle("POST /bankid/fail", controls.Handler(http.HandlerFunc(s.fail)))
	return s
}

// ServeHTTP answers the relying party, the controls and the page.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Late counts the collects that came after the end of their order had been told: a
// relying party that behaves has none.
func (s *Server) Late() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.late
}

// Trouble is what happens to one call instead of, or after, its ordinary answer.
type Trouble struct {
	Call string // auth, sign, collect or cancel; empty takes whichever comes next

	// With Status, Code or Body the call does nothing and gets this answer. Status is 200
	// when zero. Body is sent as it is; without it the body is Code and Details.
	Status  int
	Code    string
	Details string
	Body    string

	Until <-chan struct{} // the answer is held back until this closes: slow, or hanging
	Lost  bool            // the call does its work and the connection breaks before the answer
}

// Next asks for trouble at the next call that fits. Several are taken in order, one a call.
func (s *Server) Next(t Trouble) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = append(s.trouble, t)
}

func (s *Server) troubleFor(call string) Trouble {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.trouble, func(t Trouble) bool { return t.Call == "" || t.Call == call })
	if i < 0 {
		return Trouble{}
	}
	t := s.trouble[i]
	s.trouble = slices.Delete(s.trouble, i, i+1)
	return t
}

const (
	rpPath    = "/bankid/rp/v6.0/"
	bodyLimit = 1 << 19 // bytes; the largest sign request takes about half
)

// refusal is an error answer of the RP API.
type refusal struct {
	status        int
	code, details string
}

func (r *refusal) answer() (int, any) {
	return r.status, map[string]string{"errorCode": r.code, "details": r.details}
}

func invalid(details string) *refusal {
	return &refusal{http.StatusBadRequest, "invalidParameters", details}
}

// rp answers one call of the RP API.
func (s *Server) rp(w http.ResponseWriter, r *http.Request) {
	call := strings.TrimPrefix(r.URL.Path, rpPath)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	if err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"errorCode": "invalidParameters", "details": "Request too large"})
		return
	}
	t := s.troubleFor(call)
	status, answer := t.Status, any(map[string]string{"errorCode": t.Code, "details": t.Details})
	if t.Status == 0 && t.Code == "" && t.Body == "" {
		status, answer = s.do(call, r, body)
	}
	if t.Until != nil {
		select {
		case <-t.Until:
		case <-r.Context().Done():
			return
		}
	}
	if t.Lost {
		panic(http.ErrAbortHandler) // breaks the connection and logs nothing
	}
	if t.Body != "" {
		if status == 0 {
			status = http.StatusOK
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, t.Body)
		return
	}
	writeJSON(w, status, answer)
}

func (s *Server) do(call string, r *http.Request, body []byte) (int, any) {
	verbs := map[string]func([]byte) (any, *refusal){
		"auth":    func(b []byte) (any, *refusal) { return s.start("auth", b) },
		"sign":    func(b []byte) (any, *refusal) { return s.start("sign", b) },
		"collect": s.collect,
		"cancel":  s.cancel,
	}
	verb, ok := verbs[call]
	if !ok {
		return (&refusal{http.StatusNotFound, "notFound", "No such path"}).answer()
	}
	if r.Method != http.MethodPost {
		return (&refusal{http.StatusMethodNotAllowed, "methodNotAllowed", "Only POST"}).answer()
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		return (&refusal{http.StatusUnsupportedMediaType, "unsupportedMediaType", "Only application/json"}).answer()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	answer, refused := verb(body)
	if refused != nil {
		return refused.answer()
	}
	return http.StatusOK, answer
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// decode reads a body strictly, as the real service does: what it does not know, such as
// a personal number beside the requirement, is refused.
func decode(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return errors.New("more than one value")
	}
	return nil
}

// newID makes a key of the wire. The lock is held, so that chance has one reader.
func (s *Server) newID() string {
	u, err := uuid.NewRandomFromReader(s.chance)
	if err != nil {
		panic("fake bankid: no source of chance: " + err.Error())
	}
	return u.String()
}

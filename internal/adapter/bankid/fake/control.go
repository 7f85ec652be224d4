package fake

import (
	"encoding/json"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"tillit/internal/adapter/bankid"
)

// control is what approve and fail take, as JSON or as a form. One of the first three
// names the order.
type control struct {
	OrderRef       string `json:"orderRef"`
	AutoStartToken string `json:"autoStartToken"`
	QR             string `json:"qr"` // a code as scanned; it must be fresh

	PersonalNumber string   `json:"personalNumber"` // who answers
	Via            []string `json:"via"`            // approve: pending hints to tell first, one a collect
	DeviceIP       string   `json:"deviceIp"`       // approve: the phone's address; the browser's own when empty

	HintCode string `json:"hintCode"` // fail: any hint, also one that nobody has documented
}

// unhurried are the hints of a person who takes the time it takes.
var unhurried = []string{string(bankid.Started), string(bankid.UserSign), string(bankid.Processing)}

// refused is why a control did nothing. The word is shown on the page, too.
type refused struct {
	status int
	word   string
}

var (
	notRead     = &refused{http.StatusBadRequest, "not understood"}
	noOrder     = &refused{http.StatusNotFound, "no such order, or the code is not the one of this moment"}
	notWaiting  = &refused{http.StatusConflict, "the order is not waiting any more"}
	noPerson    = &refused{http.StatusUnprocessableEntity, "nobody in town has that number"}
	otherPerson = &refused{http.StatusUnprocessableEntity, "the order is for somebody else"}
	oddHint     = &refused{http.StatusUnprocessableEntity, "that is no hint"}
)

// approve lets a person open an order and answer it. The order completes at once, or
// after the hints of via have been collected.
func (s *Server) approve(w http.ResponseWriter, r *http.Request) {
	s.control(w, r, func(c control, o *order) *refused {
		if o.holder != nil {
			return notWaiting
		}
		i := slices.IndexFunc(s.people, func(p Person) bool { return p.Number == c.PersonalNumber })
		if i < 0 {
			return noPerson
		}
		person := s.people[i]
		if n := o.ask.Requirement.PersonalNumber; n != "" && n != person.Number {
			return otherPerson
		}
		if slices.ContainsFunc(c.Via, func(h string) bool { return !isHint(h) }) {
			return oddHint
		}
		now := s.clock.Now()
		if other := s.find(liveOf(person.Number, o)); other != nil {
			other.end(bankid.Failed, bankid.Cancelled, now)
		}
		o.holder, o.opened, o.via, o.deviceIP = &person, now, c.Via, c.DeviceIP
		if o.deviceIP == "" {
			o.deviceIP = o.ask.EndUserIP
		}
		if len(o.via) == 0 {
			s.complete(o)
		}
		return nil
	})
}

// fail ends an order with a hint.
func (s *Server) fail(w http.ResponseWriter, r *http.Request) {
	s.control(w, r, func(c control, o *order) *refused {
		if !isHint(c.HintCode) {
			return oddHint
		}
		o.end(bankid.Failed, bankid.Hint(c.HintCode), s.clock.Now())
		return nil
	})
}

func (s *Server) control(w http.ResponseWriter, r *http.Request, do func(control, *order) *refused) {
	c, form, err := readControl(w, r)
	if err != nil {
		s.refuse(w, r, form, notRead)
		return
	}
	s.mu.Lock()
	o, why := s.waiting(c)
	if why == nil {
		why = do(c, o)
	}
	var now line
	if why == nil {
		now = o.line()
	}
	s.mu.Unlock()
	switch {
	case why != nil:
		s.refuse(w, r, form, why)
	case form:
		http.Redirect(w, r, "/bankid", http.StatusSeeOther)
	default:
		writeJSON(w, http.StatusOK, now)
	}
}

func (s *Server) refuse(w http.ResponseWriter, r *http.Request, form bool, why *refused) {
	if form {
		s.page(w, why.status, why.word)
		return
	}
	writeJSON(w, why.status, map[string]string{"error": why.word})
}

// waiting finds the order that a control names, if it has not ended.
func (s *Server) waiting(c control) (*order, *refused) {
	var o *order
	switch {
	case c.QR != "":
		o = s.byQR(c.QR)
	case c.AutoStartToken != "":
		o = s.find(func(o *order) bool { return o.autoStart == c.AutoStartToken })
	case c.OrderRef != "":
		o = s.find(byRef(c.OrderRef))
	}
	if o == nil {
		return nil, noOrder
	}
	if o.status != bankid.Pending {
		return nil, notWaiting
	}
	return o, nil
}

func readControl(w http.ResponseWriter, r *http.Request) (c control, form bool, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<14)
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "application/json" {
		return c, false, json.NewDecoder(r.Body).Decode(&c)
	}
	if err = r.ParseForm(); err != nil {
		return c, true, err
	}
	f := r.PostForm
	c = control{
		OrderRef: f.Get("orderRef"), AutoStartToken: f.Get("autoStartToken"), QR: f.Get("qr"),
		PersonalNumber: f.Get("personalNumber"), HintCode: f.Get("hintCode"),
	}
	if f.Get("unhurried") != "" {
		c.Via = slices.Clone(unhurried)
	}
	return c, !wantsJSON(r), nil
}

// wantsJSON tells a test from a person.
func wantsJSON(r *http.Request) bool {
	return r.URL.Query().Get("format") == "json" || strings.Contains(r.Header.Get("Accept"), "application/json")
}

func isHint(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') })
}

// line is an order as the controls answer it and the page lists it.
type line struct {
	OrderRef       string        `json:"orderRef"`
	AutoStartToken string        `json:"autoStartToken"`
	Kind           string        `json:"kind"` // auth or sign
	Since          time.Time     `json:"since"`
	Visible        string        `json:"visible"`
	For            string        `json:"for,omitempty"` // the number that the relying party requires
	Opened         bool          `json:"opened"`
	Status         bankid.Status `json:"status"`
	Hint           bankid.Hint   `json:"hintCode"`
}

func (o *order) line() line {
	return line{
		OrderRef: o.ref, AutoStartToken: o.autoStart, Kind: o.kind, Since: o.created, Visible: string(o.visible),
		For: o.ask.Requirement.PersonalNumber, Opened: o.holder != nil, Status: o.status, Hint: o.hint,
	}
}

package fake

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"tillit/internal/adapter/bankid"
)

// How long things last.
const (
	startWithin    = 30 * time.Second
	finishWithin   = 180 * time.Second
	keepComplete   = 3 * time.Minute
	keepFailed     = 5 * time.Minute
	codeTooOld     = 5 * time.Second // how late the app may be with a code it has scanned
	codeTooEarly   = 2 * time.Second // how far two clocks may differ
	authTextLimit  = 1_500
	signTextLimit  = 40_000
	signOtherLimit = 200_000
)

// startBody is what auth and sign take.
type startBody struct {
	EndUserIP             string          `json:"endUserIp"`
	UserVisibleData       string          `json:"userVisibleData"`
	UserVisibleDataFormat string          `json:"userVisibleDataFormat"`
	UserNonVisibleData    string          `json:"userNonVisibleData"`
	ReturnURL             string          `json:"returnUrl"`
	ReturnRisk            bool            `json:"returnRisk"`
	App                   json.RawMessage `json:"app"`
	Web                   json.RawMessage `json:"web"`
	Requirement           struct {
		PersonalNumber      string   `json:"personalNumber"`
		PINCode             bool     `json:"pinCode"`
		MRTD                bool     `json:"mrtd"`
		CardReader          string   `json:"cardReader"`
		CertificatePolicies []string `json:"certificatePolicies"`
	} `json:"requirement"`
}

// order is one order. It ends once; what happens by time alone happens in settle.
type order struct {
	ref, autoStart, qrToken, qrSecret string

	kind       string // auth or sign
	ask        startBody
	visible    []byte
	nonVisible []byte
	created    time.Time

	holder   *Person // who opened it; nil while nobody has
	deviceIP string
	opened   time.Time
	via      []string // pending hints still to be told before it completes

	status bankid.Status
	hint   bankid.Hint
	ended  time.Time
	told   bool
	proof  evidence
}

func (o *order) end(status bankid.Status, hint bankid.Hint, at time.Time) {
	o.status, o.hint, o.ended = status, hint, at
}

// settle lets time do what it does.
func (o *order) settle(now time.Time) {
	if o.status != bankid.Pending {
		return
	}
	if o.holder == nil && now.Sub(o.created) > startWithin {
		o.end(bankid.Failed, bankid.StartFailed, o.created.Add(startWithin))
	}
	if o.holder != nil && now.Sub(o.opened) > finishWithin {
		o.end(bankid.Failed, bankid.ExpiredTransaction, o.opened.Add(finishWithin))
	}
}

// gone reports whether collect has nothing more to tell.
func (o *order) gone(now time.Time) bool {
	age := now.Sub(o.ended)
	switch o.status {
	case bankid.Complete:
		return o.told || age > keepComplete
	case bankid.Failed:
		return o.told || age > keepFailed
	}
	return false
}

// find settles every order, forgets the old ones and gives the one that fits.
func (s *Server) find(fits func(*order) bool) *order {
	now := s.clock.Now()
	for _, o := range s.orders {
		o.settle(now)
	}
	s.orders = slices.DeleteFunc(s.orders, func(o *order) bool {
		return o.status != bankid.Pending && now.Sub(o.ended) > 2*keepFailed
	})
	if i := slices.IndexFunc(s.orders, fits); i >= 0 {
		return s.orders[i]
	}
	return nil
}

func byRef(ref string) func(*order) bool { return func(o *order) bool { return o.ref == ref } }

// liveOf fits an open order that is this person's, other than not.
func liveOf(number string, not *order) func(*order) bool {
	return func(o *order) bool {
		return o != not && o.status == bankid.Pending &&
			(o.holder != nil && o.holder.Number == number || o.holder == nil && o.ask.Requirement.PersonalNumber == number)
	}
}

func (s *Server) start(kind string, body []byte) (any, *refusal) {
	o := &order{kind: kind, status: bankid.Pending, hint: bankid.OutstandingTransaction, created: s.clock.Now()}
	if refused := o.read(body); refused != nil {
		return nil, refused
	}
	if number := o.ask.Requirement.PersonalNumber; number != "" {
		o.hint = bankid.NoClient
		if other := s.find(liveOf(number, nil)); other != nil {
			other.end(bankid.Failed, bankid.Cancelled, o.created)
			return nil, &refusal{http.StatusBadRequest, "alreadyInProgress", "Order already in progress for pno"}
		}
	}
	o.ref, o.autoStart, o.qrToken, o.qrSecret = s.newID(), s.newID(), s.newID(), s.newID()
	s.orders = append(s.orders, o)
	return map[string]string{"orderRef": o.ref, "autoStartToken": o.autoStart, "qrStartToken": o.qrToken, "qrStartSecret": o.qrSecret}, nil
}

func (o *order) read(body []byte) *refusal {
	if decode(body, &o.ask) != nil {
		return invalid("Invalid JSON")
	}
	visible, nonVisible := authTextLimit, authTextLimit
	if o.kind == "sign" {
		visible, nonVisible = signTextLimit, signOtherLimit
	}
	a, err := netip.ParseAddr(o.ask.EndUserIP)
	if err != nil || a.Zone() != "" {
		return invalid("Invalid endUserIp")
	}
	o.visible, err = base64.StdEncoding.DecodeString(o.ask.UserVisibleData)
	if err != nil || len(o.ask.UserVisibleData) > visible || o.kind == "sign" && len(o.visible) == 0 {
		return invalid("Invalid userVisibleData")
	}
	o.nonVisible, err = base64.StdEncoding.DecodeString(o.ask.UserNonVisibleData)
	if err != nil || len(o.ask.UserNonVisibleData) > nonVisible {
		return invalid("Invalid userNonVisibleData")
	}
	if f := o.ask.UserVisibleDataFormat; f != "" && f != "plaintext" && f != "simpleMarkdownV1" {
		return invalid("Invalid userVisibleDataFormat")
	}
	return nil
}

func (s *Server) collect(body []byte) (any, *refusal) {
	var ask struct {
		OrderRef string `json:"orderRef"`
	}
	if decode(body, &ask) != nil {
		return nil, invalid("Invalid JSON")
	}
	o := s.find(byRef(ask.OrderRef))
	if o == nil {
		return nil, invalid("No such order")
	}
	if o.gone(s.clock.Now()) {
		s.late++
		return nil, invalid("No such order")
	}
	if o.status == bankid.Pending && o.holder != nil {
		if len(o.via) == 0 {
			s.complete(o)
		} else {
			o.hint, o.via = bankid.Hint(o.via[0]), o.via[1:]
		}
	}
	answer := map[string]any{"orderRef": o.ref, "status": o.status}
	if o.status != bankid.Pending {
		o.told = true
	}
	if o.status != bankid.Complete {
		answer["hintCode"] = o.hint
		return answer, nil
	}
	answer["completionData"] = map[string]any{
		"user": map[string]string{
			"personalNumber": o.holder.Number, "name": o.holder.name(), "givenName": o.holder.Given, "surname": o.holder.Surname,
		},
		"device":          map[string]string{"ipAddress": o.deviceIP, "uhi": "invented"},
		"bankIdIssueDate": "2024-02-01",
		"stepUp":          map[string]bool{"mrtd": o.ask.Requirement.MRTD},
		"signature":       o.proof.signature,
		"ocspResponse":    o.proof.ocsp,
	}
	return answer, nil
}

func (s *Server) complete(o *order) {
	now := s.clock.Now()
	o.end(bankid.Complete, "", now)
	o.proof = s.sign(Signed{Visible: o.visible, NonVisible: o.nonVisible, Number: o.holder.Number, At: now})
}

func (s *Server) cancel(body []byte) (any, *refusal) {
	var ask struct {
		OrderRef string `json:"orderRef"`
	}
	if decode(body, &ask) != nil {
		return nil, invalid("Invalid JSON")
	}
	o := s.find(byRef(ask.OrderRef))
	if o == nil || o.status != bankid.Pending {
		return nil, invalid("No such order")
	}
	s.orders = slices.DeleteFunc(s.orders, func(other *order) bool { return other == o })
	return struct{}{}, nil
}

// byQR finds the order of a scanned code and checks the code as the app does: the order
// is known, the code belongs to it and is the one of this moment.
func (s *Server) byQR(code string) *order {
	parts := strings.Split(code, ".")
	if len(parts) != 4 || parts[0] != "bankid" {
		return nil
	}
	o := s.find(func(o *order) bool { return o.qrToken == parts[1] })
	if o == nil {
		return nil
	}
	t, err := strconv.ParseUint(parts[2], 10, 32)
	if err != nil {
		return nil
	}
	mac := hmac.New(sha256.New, []byte(o.qrSecret))
	mac.Write([]byte(parts[2]))
	if !hmac.Equal([]byte(hex.EncodeToString(mac.Sum(nil))), []byte(parts[3])) {
		return nil
	}
	behind := s.clock.Now().Sub(o.created).Truncate(time.Second) - time.Duration(t)*time.Second
	if behind > codeTooOld || behind < -codeTooEarly {
		return nil
	}
	return o
}

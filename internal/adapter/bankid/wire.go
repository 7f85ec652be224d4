package bankid

import (
	"encoding/base64"
	"errors"
	"net/netip"
	"unicode/utf8"
)

// The bodies of RP API v6. Fields that are not listed here are ignored.

type startBody struct {
	EndUserIP             string       `json:"endUserIp"`
	UserVisibleData       string       `json:"userVisibleData,omitempty"`
	UserVisibleDataFormat string       `json:"userVisibleDataFormat,omitempty"`
	UserNonVisibleData    string       `json:"userNonVisibleData,omitempty"`
	ReturnURL             string       `json:"returnUrl,omitempty"`
	Requirement           *requirement `json:"requirement,omitempty"`
}

type requirement struct {
	PersonalNumber      string   `json:"personalNumber,omitempty"`
	PINCode             bool     `json:"pinCode,omitempty"`
	MRTD                bool     `json:"mrtd,omitempty"`
	CardReader          string   `json:"cardReader,omitempty"`
	CertificatePolicies []string `json:"certificatePolicies,omitempty"`
}

type refBody struct {
	OrderRef string `json:"orderRef"`
}

type startAnswer struct {
	OrderRef       string `json:"orderRef"`
	AutoStartToken string `json:"autoStartToken"`
	QRStartToken   string `json:"qrStartToken"`
	QRStartSecret  string `json:"qrStartSecret"`
}

type collectAnswer struct {
	OrderRef       string `json:"orderRef"`
	Status         Status `json:"status"`
	HintCode       string `json:"hintCode"`
	CompletionData *struct {
		User struct {
			PersonalNumber string `json:"personalNumber"`
			Name           string `json:"name"`
			GivenName      string `json:"givenName"`
			Surname        string `json:"surname"`
		} `json:"user"`
		Device struct {
			IPAddress string `json:"ipAddress"`
		} `json:"device"`
		Signature    string `json:"signature"`
		OCSPResponse string `json:"ocspResponse"`
	} `json:"completionData"`
}

type errorAnswer struct {
	ErrorCode string `json:"errorCode"`
	Details   string `json:"details"`
}

// Limits of the texts, in bytes of base64.
const (
	authTextLimit       = 1_500
	signTextLimit       = 40_000
	signNonVisibleLimit = 200_000
	markdownFormat      = "simpleMarkdownV1"
)

// check refuses what BankID would refuse, so that it is told as what it is.
func (r Request) check(call string) error {
	visible, nonVisible := authTextLimit, authTextLimit
	if call == "sign" {
		visible, nonVisible = signTextLimit, signNonVisibleLimit
	}
	switch {
	case !r.EndUserIP.IsValid():
		return errors.New("no end user address")
	case call == "sign" && r.Visible == "":
		return errors.New("nothing to sign")
	case !utf8.ValidString(r.Visible):
		return errors.New("the visible text is not UTF-8")
	case base64.StdEncoding.EncodedLen(len(r.Visible)) > visible:
		return errors.New("the visible text is too long")
	case base64.StdEncoding.EncodedLen(len(r.NonVisible)) > nonVisible:
		return errors.New("the text that is not shown is too long")
	case r.Number != "" && !isNumber(r.Number):
		return errors.New("the number is not twelve digits")
	case r.CardReader != "" && r.CardReader != "class1" && r.CardReader != "class2":
		return errors.New("no such class of card reader")
	}
	return nil
}

func (r Request) wire() startBody {
	b := startBody{
		EndUserIP:          r.EndUserIP.Unmap().WithZone("").String(),
		UserVisibleData:    base64.StdEncoding.EncodeToString([]byte(r.Visible)),
		UserNonVisibleData: base64.StdEncoding.EncodeToString(r.NonVisible),
		ReturnURL:          r.ReturnURL,
	}
	if r.Markdown && r.Visible != "" {
		b.UserVisibleDataFormat = markdownFormat
	}
	if r.Number != "" || r.PINCode || r.MRTD || r.CardReader != "" || len(r.CertificatePolicies) > 0 {
		b.Requirement = &requirement{
			PersonalNumber: r.Number, PINCode: r.PINCode, MRTD: r.MRTD,
			CardReader: r.CardReader, CertificatePolicies: r.CertificatePolicies,
		}
	}
	return b
}

// read takes the answer about the order ref, and no other.
func (a collectAnswer) read(ref string) (Collected, *Error) {
	if a.OrderRef != ref {
		return Collected{}, garbled("an answer about another order")
	}
	got := Collected{Status: a.Status, Hint: cleanHint(a.HintCode)}
	switch a.Status {
	case Pending, Failed:
		return got, nil
	case Complete:
	default:
		return Collected{}, garbled("an unknown status")
	}
	d := a.CompletionData
	if d == nil || !isNumber(d.User.PersonalNumber) || d.Signature == "" || d.OCSPResponse == "" {
		return Collected{}, garbled("a complete order without person or evidence")
	}
	got.Hint = ""
	got.User = User{Number: d.User.PersonalNumber, Name: d.User.Name, Given: d.User.GivenName, Surname: d.User.Surname}
	got.DeviceIP, _ = netip.ParseAddr(d.Device.IPAddress) // a signal, not a gate
	got.Signature, got.OCSP = d.Signature, d.OCSPResponse
	return got, nil
}

func isNumber(s string) bool {
	if len(s) != 12 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// cleanHint keeps a hint that may be logged and stored; of an odd one nothing is kept.
func cleanHint(s string) Hint {
	if len(s) > 64 {
		return ""
	}
	for i := range len(s) {
		if c := s[i]; !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') {
			return ""
		}
	}
	return Hint(s)
}

package bankid

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"strconv"
	"time"
)

// sealed is what values with personal data or start secrets print as.
const sealed = "‹sealed›"

// Request is what an order is started with. It prints, logs and marshals as a placeholder.
type Request struct {
	EndUserIP netip.Addr // the browser's address as our trusted proxy saw it; required

	// Visible is the text that the app shows: at most 1,500 bytes of base64 for Auth and
	// 40,000 for Sign, where it is required. Markdown says that it is simpleMarkdownV1.
	Visible  string
	Markdown bool
	// NonVisible is signed and not shown, such as the hash of a document: at most 1,500
	// bytes of base64 for Auth and 200,000 for Sign.
	NonVisible []byte

	Number              string   // twelve digits; only this person may answer. Empty: whoever opens the order
	PINCode             bool     // ask for the code even where a fingerprint would do
	MRTD                bool     // ask for a passport or ID card to be read
	CardReader          string   // class1 or class2; empty asks for none
	CertificatePolicies []string // OIDs; empty takes every policy that BankID allows us

	ReturnURL string // where the app sends the holder afterwards, on the same device
}

// Order is a started order. It prints, logs and marshals as a placeholder: whoever knows
// the secret can show the code of the order on any screen, so it never leaves the server.
type Order struct {
	Ref            string
	AutoStartToken string
	QRStartToken   string
	QRStartSecret  string
}

// QR is the content of the animated code, elapsed after BankID answered: a new one each
// second. A negative time counts as none.
//
// Source: BankID, "QR code": bankid.<token>.<t>.<hex HMAC-SHA256 of t under the secret>.
func (o Order) QR(elapsed time.Duration) string {
	t := strconv.FormatInt(int64(max(elapsed, 0)/time.Second), 10)
	mac := hmac.New(sha256.New, []byte(o.QRStartSecret))
	mac.Write([]byte(t))
	return "bankid." + o.QRStartToken + "." + t + "." + hex.EncodeToString(mac.Sum(nil))
}

// AutoStart is the link that opens the app on the device it is pressed on.
func (o Order) AutoStart() string {
	return "bankid:///?autostarttoken=" + url.QueryEscape(o.AutoStartToken)
}

// Collected is how an order stands. It prints, logs and marshals as a placeholder.
type Collected struct {
	Status Status
	Hint   Hint // letters and digits only; may be one that is not documented. Empty when complete

	// What follows is set only when Status is Complete.
	User      User
	DeviceIP  netip.Addr // of the device with the app; zero when BankID sent none that is an address
	Signature string     // base64 of the XML signature, as it came: evidence
	OCSP      string     // base64 of the certificate status answer, as it came: evidence
}

// User is who answered an order. It prints, logs and marshals as a placeholder.
type User struct {
	Number  string // twelve digits
	Name    string
	Given   string
	Surname string
}

// Format prints the placeholder for every verb.
func (Request) Format(f fmt.State, _ rune)   { fmt.Fprint(f, sealed) }
func (Order) Format(f fmt.State, _ rune)     { fmt.Fprint(f, sealed) }
func (Collected) Format(f fmt.State, _ rune) { fmt.Fprint(f, sealed) }
func (User) Format(f fmt.State, _ rune)      { fmt.Fprint(f, sealed) }

// LogValue logs the placeholder.
func (Request) LogValue() slog.Value   { return slog.StringValue(sealed) }
func (Order) LogValue() slog.Value     { return slog.StringValue(sealed) }
func (Collected) LogValue() slog.Value { return slog.StringValue(sealed) }
func (User) LogValue() slog.Value      { return slog.StringValue(sealed) }

// MarshalText writes the placeholder, for JSON and whatever else asks.
func (Request) MarshalText() ([]byte, error)   { return []byte(sealed), nil }
func (Order) MarshalText() ([]byte, error)     { return []byte(sealed), nil }
func (Collected) MarshalText() ([]byte, error) { return []byte(sealed), nil }
func (User) MarshalText() ([]byte, error)      { return []byte(sealed), nil }

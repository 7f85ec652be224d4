package bankid_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
	"pgregory.net/rapid"
	"rsc.io/qr"

	"tillit/internal/adapter/bankid"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/text"
)

// published is the order that BankID's page about the code gives as example.
var published = bankid.Order{
	Ref:            "131daac9-16c6-4618-beb0-365768f37288",
	AutoStartToken: "7c40b5c9-fa74-49cf-b98c-bfe651f9a7c6",
	QRStartToken:   "67df3917-fa0d-44e5-b327-edcc928297f8",
	QRStartSecret:  "d28db9a7-4cde-429e-a983-359be676944c",
}

func TestQRVectors(t *testing.T) {
	for second, mac := range []string{
		"dc69358e712458a66a7525beef148ae8526b1c71610eff2c16cdffb4cdac9bf8",
		"949d559bf23403952a94d103e67743126381eda00f0b3cbddbf7c96b1adcbce2",
		"a9e5ec59cb4eee4ef4117150abc58fad7a85439a6a96ccbecc3668b41795b3f3",
	} {
		want := "bankid.67df3917-fa0d-44e5-b327-edcc928297f8." + strconv.Itoa(second) + "." + mac
		for _, within := range []time.Duration{0, time.Nanosecond, 999 * time.Millisecond} {
			if got := published.QR(time.Duration(second)*time.Second + within); got != want {
				t.Errorf("second %d and %s: %s", second, within, got)
			}
		}
	}
	if published.QR(-time.Hour) != published.QR(0) {
		t.Error("a time before the start is not the start")
	}
}

func TestQRSecondBySecond(t *testing.T) {
	for second := range 30 {
		mac := hmac.New(sha256.New, []byte(published.QRStartSecret))
		fmt.Fprintf(mac, "%d", second)
		want := fmt.Sprintf("bankid.%s.%d.%x", published.QRStartToken, second, mac.Sum(nil))
		if got := published.QR(time.Duration(second) * time.Second); got != want {
			t.Errorf("second %d: %s", second, got)
		}
	}
}

func TestAutoStart(t *testing.T) {
	if got := published.AutoStart(); got != "bankid:///?autostarttoken=7c40b5c9-fa74-49cf-b98c-bfe651f9a7c6" {
		t.Error(got)
	}
}

var svgShape = regexp.MustCompile(`^<svg xmlns="http://www\.w3\.org/2000/svg" viewBox="0 0 (\d+) (\d+)" shape-rendering="crispEdges"><path fill="#000" d="((?:M\d+ \d+h\d+v1h-\d+z)+)"/></svg>$`)

// TestQRSVG paints the path on squared paper and compares it with the code.
func TestQRSVG(t *testing.T) {
	run := regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`)
	num := func(s string) int { n, _ := strconv.Atoi(s); return n }
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.OneOf(
			rapid.Map(rapid.IntRange(0, 1_000), func(n int) string { return published.QR(time.Duration(n) * time.Second) }),
			rapid.StringN(0, 60, 200),
		).Draw(t, "data")
		svg, err := bankid.QRSVG(data)
		if err != nil {
			t.Fatal(err)
		}
		m := svgShape.FindStringSubmatch(svg)
		code, err := qr.Encode(data, qr.L)
		if m == nil || err != nil || num(m[1]) != code.Size+8 || num(m[2]) != code.Size+8 {
			t.Fatalf("not one path in a square with four modules around: %.120s", svg)
		}
		painted := map[[2]int]bool{}
		for _, r := range run.FindAllStringSubmatch(m[3], -1) {
			if r[3] != r[4] {
				t.Fatal("a run does not come back to where it began")
			}
			for x := num(r[1]); x < num(r[1])+num(r[3]); x++ {
				painted[[2]int{x - 4, num(r[2]) - 4}] = true
			}
		}
		black := 0
		for y := range code.Size {
			for x := range code.Size {
				if code.Black(x, y) != painted[[2]int{x, y}] {
					t.Fatalf("module %d,%d", x, y)
				}
				if code.Black(x, y) {
					black++
				}
			}
		}
		if black != len(painted) {
			t.Fatal("painted outside the code")
		}
	})
	if _, err := bankid.QRSVG(strings.Repeat("x", 3_000)); !fault.Is(err, fault.TooLarge) {
		t.Errorf("more than a code holds: %v", err)
	}
}

func TestNothingPrints(t *testing.T) {
	user := bankid.User{Number: "SECRET", Name: "SECRET", Given: "SECRET", Surname: "SECRET"}
	for _, v := range []any{
		user, &user,
		published, &published,
		bankid.Request{Visible: "SECRET", NonVisible: []byte("SECRET"), Number: "SECRET"},
		bankid.Collected{User: user, Signature: "SECRET", OCSP: "SECRET"},
		bankid.Config{URL: "SECRET", PKCS12: []byte("SECRET"), Password: "SECRET"},
	} {
		var out bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, verb+"\n", v)
			fmt.Fprintf(&out, verb+"\n", struct{ In any }{v})
		}
		for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
			slog.New(h).Info("x", "v", v, "in", struct{ In any }{v}, "list", []any{v})
		}
		b, err := json.Marshal(map[string]any{"v": v})
		if err != nil {
			t.Fatal(err)
		}
		out.Write(b)
		for _, secret := range []string{"SECRET", "534543524554", "83 69 67", published.QRStartSecret, published.QRStartToken, published.Ref} {
			if strings.Contains(out.String(), secret) {
				t.Errorf("%T prints what it should keep", v)
			}
		}
		if n := strings.Count(out.String(), "‹sealed›"); n < 20 {
			t.Errorf("%T printed the placeholder %d times only", v, n)
		}
	}
}

// echo answers auth and sign, and keeps the body of the last request.
func echo(t *testing.T) (*bankid.Client, func() map[string]any) {
	t.Helper()
	var last map[string]any
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		last = nil
		if r.Method != "POST" || r.Header.Get("Content-Type") != "application/json" || json.NewDecoder(r.Body).Decode(&last) != nil {
			t.Error("not a POST of JSON")
		}
		fmt.Fprint(w, `{"orderRef":"a","autoStartToken":"b","qrStartToken":"c","qrStartSecret":"d","more":{}}`)
	}))
	t.Cleanup(srv.Close)
	c, err := bankid.New(bankid.Config{URL: srv.URL + "/rp/v6.0/"})
	if err != nil {
		t.Fatal(err)
	}
	return c, func() map[string]any { return last }
}

func TestWhatIsSent(t *testing.T) {
	c, last := echo(t)
	v6 := netip.MustParseAddr("2001:db8::1")
	for name, x := range map[string]struct {
		req  bankid.Request
		want string
	}{
		"least":       {bankid.Request{EndUserIP: v6}, `{"endUserIp":"2001:db8::1"}`},
		"mapped":      {bankid.Request{EndUserIP: netip.MustParseAddr("::ffff:203.0.113.7")}, `{"endUserIp":"203.0.113.7"}`},
		"zone":        {bankid.Request{EndUserIP: v6.WithZone("eth0")}, `{"endUserIp":"2001:db8::1"}`},
		"no markdown": {bankid.Request{EndUserIP: v6, Markdown: true}, `{"endUserIp":"2001:db8::1"}`},
		"all": {
			bankid.Request{EndUserIP: v6, Visible: "Hej å", Markdown: true, NonVisible: []byte{255}, ReturnURL: "https://granvik.example/x?nonce=1",
				Number: "197802029806", PINCode: true, MRTD: true, CardReader: "class2", CertificatePolicies: []string{"1.2.752.78.1.5"}},
			`{"endUserIp":"2001:db8::1","userVisibleData":"SGVqIMOl","userVisibleDataFormat":"simpleMarkdownV1","userNonVisibleData":"/w==",
			  "returnUrl":"https://granvik.example/x?nonce=1","requirement":{"personalNumber":"197802029806","pinCode":true,"mrtd":true,
			  "cardReader":"class2","certificatePolicies":["1.2.752.78.1.5"]}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			o, err := c.Auth(t.Context(), x.req)
			if err != nil || o != (bankid.Order{Ref: "a", AutoStartToken: "b", QRStartToken: "c", QRStartSecret: "d"}) {
				t.Fatal(err)
			}
			var want map[string]any
			if err := json.Unmarshal([]byte(x.want), &want); err != nil {
				t.Fatal(err)
			}
			if got, want := fmt.Sprint(last()), fmt.Sprint(want); got != want {
				t.Errorf("sent %s, want %s", got, want)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	c, last := echo(t)
	ip := netip.MustParseAddr("203.0.113.7")
	long := func(n int) string { return strings.Repeat("x", n) }
	for name, x := range map[string]struct {
		call func(bankid.Request) error
		req  bankid.Request
		ok   bool
	}{
		"auth, longest text":           {auth(t, c), bankid.Request{EndUserIP: ip, Visible: long(1_125)}, true},
		"auth, text too long":          {auth(t, c), bankid.Request{EndUserIP: ip, Visible: long(1_126)}, false},
		"auth, longest other data":     {auth(t, c), bankid.Request{EndUserIP: ip, NonVisible: []byte(long(1_125))}, true},
		"auth, other data too long":    {auth(t, c), bankid.Request{EndUserIP: ip, NonVisible: []byte(long(1_126))}, false},
		"sign, longest":                {sign(t, c), bankid.Request{EndUserIP: ip, Visible: long(30_000), NonVisible: []byte(long(150_000))}, true},
		"sign, text too long":          {sign(t, c), bankid.Request{EndUserIP: ip, Visible: long(30_001)}, false},
		"sign, other data too long":    {sign(t, c), bankid.Request{EndUserIP: ip, Visible: "x", NonVisible: []byte(long(150_001))}, false},
		"sign, nothing":                {sign(t, c), bankid.Request{EndUserIP: ip, NonVisible: []byte("x")}, false},
		"no address":                   {auth(t, c), bankid.Request{}, false},
		"not UTF-8":                    {auth(t, c), bankid.Request{EndUserIP: ip, Visible: "\xff"}, false},
		"ten digits":                   {auth(t, c), bankid.Request{EndUserIP: ip, Number: "7802029806"}, false},
		"with a hyphen":                {auth(t, c), bankid.Request{EndUserIP: ip, Number: "780202-98061"}, false},
		"no such class of card reader": {auth(t, c), bankid.Request{EndUserIP: ip, CardReader: "class3"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			err := x.call(x.req)
			if (err == nil) != x.ok {
				t.Fatalf("%v", err)
			}
			if !x.ok && (!fault.Is(err, fault.Invalid) || !errors.Is(err, bankid.InvalidParameters)) {
				t.Errorf("refused as %v", err)
			}
			if err != nil && (strings.Contains(err.Error(), "9806") || strings.Contains(err.Error(), "class3")) {
				t.Errorf("the refusal tells values: %v", err)
			}
		})
	}
	if last() == nil {
		t.Error("nothing was sent at all")
	}
}

func auth(t *testing.T, c *bankid.Client) func(bankid.Request) error {
	return func(r bankid.Request) error { _, err := c.Auth(t.Context(), r); return err }
}

func sign(t *testing.T, c *bankid.Client) func(bankid.Request) error {
	return func(r bankid.Request) error { _, err := c.Sign(t.Context(), r); return err }
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Error("the order was sent elsewhere")
	}))
	defer elsewhere.Close()
	srv := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer srv.Close()
	c, err := bankid.New(bankid.Config{URL: srv.URL})
	if err != nil {
		t.Fatal(err)
	}
	err = auth(t, c)(bankid.Request{EndUserIP: netip.MustParseAddr("203.0.113.7")})
	if !errors.Is(err, bankid.UnknownRequest) {
		t.Error(err)
	}
}

// TestDetails sends explanations through a refused call and reads what is left for the log.
func TestDetails(t *testing.T) {
	var details string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"errorCode": "invalidParameters", "details": details})
	}))
	defer srv.Close()
	c, err := bankid.New(bankid.Config{URL: srv.URL})
	if err != nil {
		t.Fatal(err)
	}
	left := func(said string) string {
		details = said
		_, err := c.Auth(t.Context(), bankid.Request{EndUserIP: netip.MustParseAddr("203.0.113.7")})
		var e *bankid.Error
		if !errors.As(err, &e) {
			t.Fatal(err)
		}
		if e.Details != "" && !strings.Contains(err.Error(), e.Details) {
			t.Error("the log does not get the details")
		}
		return e.Details
	}
	for said, want := range map[string]string{
		"":                                     "",
		"No such order":                        "No such order",
		"Order already in progress for pno":    "Order already in progress for pno",
		"Invalid personalNumber: 197802029806": "Invalid personalNumber: #",
		"Invalid 780202-9806, 1978 02 02 9806 (sic)":   "Invalid # (sic)",
		`Name "Alva Maria Prov" is too long`:           "Name # is too long",
		"For 'Alva Prov' and a@b.example":              "For # and #",
		"open 'quote Alva Prov":                        "open #",
		"two\nlines\x00 and <b>":                       "two # and #",
		"SGVqIGhlaiBoZWogaGVqIGhlaiBoZWo twice":        "# twice",
		strings.TrimSpace(strings.Repeat("word ", 99)): strings.Repeat("word ", 32),
	} {
		if got := left(said); got != want {
			t.Errorf("left of an explanation: %q, want %q", got, want)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		got := left(rapid.String().Draw(rt, "said"))
		if len(got) > 160 || strings.ContainsAny(got, "0123456789\"'`\n\r@") {
			rt.Fatalf("%q is left", got)
		}
	})
}

func TestHintKeys(t *testing.T) {
	if n := len(bankid.PendingHints) + len(bankid.FailedHints); n != 15 {
		t.Errorf("%d hints", n)
	}
	for _, x := range [][3]string{
		{"pending", "outstandingTransaction", "hint_outstanding_transaction"},
		{"pending", "userMrtd", "hint_user_mrtd"},
		{"failed", "certificateErr", "hint_certificate_err"},
		{"pending", "newAndUnknown", "hint_unknown_pending"},
		{"pending", "", "hint_unknown_pending"},
		{"failed", "newAndUnknown", "hint_unknown_failed"},
		{"failed", "", "hint_unknown_failed"},
		{"pending", "userCancel", "hint_unknown_pending"}, // belongs to the other status
		{"failed", "userSign", "hint_unknown_failed"},
		{"", "", "hint_unknown_failed"},
		{"complete", "", ""},
	} {
		if got := bankid.HintKey(x[0], x[1]); got != x[2] {
			t.Errorf("%s %s: %s, want %s", x[0], x[1], got, x[2])
		}
	}
	if got := bankid.ErrorKey(nil); got != "" {
		t.Error(got)
	}
	if got := bankid.ErrorKey(errors.New("x")); got != "error_unknown_service" {
		t.Error(got)
	}
	if got := bankid.ErrorKey(fmt.Errorf("x: %w", fault.As(fault.Unavailable, "y", bankid.Maintenance))); got != "error_maintenance" {
		t.Error(got)
	}
}

// TestEveryCodeHasItsText also finds texts that no code leads to.
func TestEveryCodeHasItsText(t *testing.T) {
	keys := map[string]bool{}
	for status, hints := range map[string][]bankid.Hint{"pending": bankid.PendingHints, "failed": bankid.FailedHints} {
		keys[bankid.HintKey(status, "x")] = true
		for _, h := range hints {
			keys[bankid.HintKey(status, string(h))] = true
		}
	}
	for _, c := range append([]bankid.ErrorCode{bankid.Unreachable, bankid.Garbled, bankid.UnknownRequest, bankid.UnknownService}, bankid.ErrorCodes...) {
		keys[bankid.ErrorKey(c)] = true
	}
	if len(keys) != 15+2+9+4 {
		t.Errorf("%d keys", len(keys))
	}
	for _, l := range text.Langs {
		var file map[string]string
		if _, err := toml.DecodeFile("text."+string(l)+".toml", &file); err != nil {
			t.Fatal(err)
		}
		for key := range keys {
			got, ok := bankid.In(l).ByKey(key)
			if !ok || got != file[key] {
				t.Errorf("%s has no %s, or another than the file", l, key)
			}
		}
		for key := range file {
			if !keys[key] {
				t.Errorf("%s: nothing leads to %s", l, key)
			}
		}
	}
}

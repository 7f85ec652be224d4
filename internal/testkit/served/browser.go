package served

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"
)

// Browser is somebody's browser: it keeps cookies and follows no redirect by itself.
type Browser struct {
	site *Site
	http *http.Client
}

// Browser opens a browser that nobody is signed in to.
func (s *Site) Browser() *Browser {
	jar, _ := cookiejar.New(nil) // without options it can't fail
	return &Browser{site: s, http: &http.Client{Jar: jar, Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Cookies is what the browser sends to the front, as the header has it.
func (b *Browser) Cookies() string {
	u, _ := url.Parse(b.site.Public)
	var list []string
	for _, c := range b.http.Jar.Cookies(u) {
		list = append(list, c.Name+"="+c.Value)
	}
	return strings.Join(list, "; ")
}

// Page is an answer, read whole.
type Page struct {
	Status int
	Body   string
	To     string // where a redirect goes, as a path
}

// StatusError says that an answer was not the one that the step needs.
type StatusError struct {
	Step   string
	Status int
}

// Error names the step and the status.
func (e *StatusError) Error() string { return fmt.Sprintf("served: %s answered %d", e.Step, e.Status) }

// Get asks the public front for a path, or for a whole address.
func (b *Browser) Get(ctx context.Context, path string) (Page, error) {
	return b.do(ctx, http.MethodGet, path, nil, "")
}

// Post sends a form.
func (b *Browser) Post(ctx context.Context, path string, form url.Values) (Page, error) {
	return b.do(ctx, http.MethodPost, path, strings.NewReader(form.Encode()), "application/x-www-form-urlencoded")
}

// JSON sends an object and reads one.
func (b *Browser) JSON(ctx context.Context, path string, body map[string]string, into any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	p, err := b.do(ctx, http.MethodPost, path, bytes.NewReader(data), "application/json")
	if err != nil {
		return err
	}
	if p.Status >= 300 {
		return &StatusError{path, p.Status}
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal([]byte(p.Body), into)
}

func (b *Browser) do(ctx context.Context, method, path string, body io.Reader, kind string) (Page, error) {
	if strings.HasPrefix(path, "/") {
		path = b.site.Public + path
	}
	req, err := http.NewRequestWithContext(ctx, method, path, body)
	if err != nil {
		return Page{}, err
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if kind == "application/json" {
		req.Header.Set("Accept", kind)
	}
	resp, err := b.http.Do(req)
	if err != nil {
		return Page{}, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return Page{}, err
	}
	p := Page{Status: resp.StatusCode, Body: string(text)}
	if u, err := resp.Location(); err == nil {
		p.To = u.RequestURI()
	}
	return p, nil
}

// order is how an eID order stands.
type order struct {
	Order     string `json:"order"`
	AutoStart string `json:"autoStartToken"`
	Status    string `json:"status"`
	Hint      string `json:"hintCode"`
}

// ErrOrder says that an eID order ended without a signature: a new one is needed.
var ErrOrder = errors.New("served: the order came to nothing")

// SignIn signs in with BankID whoever has the number.
func (b *Browser) SignIn(ctx context.Context, number string) error {
	var o order
	if err := b.JSON(ctx, "/sign-in/bankid", nil, &o); err != nil {
		return err
	}
	if err := b.approve(ctx, o.AutoStart, number); err != nil {
		return errors.Join(ErrOrder, err)
	}
	if err := b.JSON(ctx, "/sign-in/bankid/"+o.Order, nil, &o); err != nil {
		return err
	}
	if o.Status != "complete" {
		return ErrOrder
	}
	return nil
}

func (b *Browser) approve(ctx context.Context, autoStart, number string) error {
	return b.JSON(ctx, b.site.World+"/bankid/approve", map[string]string{"autoStartToken": autoStart, "personalNumber": number}, nil)
}

// Staff signs in an employee of the cast.
func (b *Browser) Staff(ctx context.Context, key string) error {
	return b.JSON(ctx, "/sign-in/demo", map[string]string{"id": key}, nil)
}

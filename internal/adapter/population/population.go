package population

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"tillit/internal/kit/fault"
)

// Record is a person as the register has her. Numbers are canonical digits; days are
// YYYY-MM-DD. It prints as a placeholder.
type Record struct {
	Number     string     `json:"number"`
	Given      string     `json:"given"`
	Surname    string     `json:"surname"`
	Street     string     `json:"street"`
	Postcode   string     `json:"postcode"`
	City       string     `json:"city"`
	Dwelling   string     `json:"dwelling"`             // one key per dwelling
	Protection string     `json:"protection,omitempty"` // secrecy, protected_registration, fictitious, name_and_address
	Canary     bool       `json:"canary,omitempty"`
	Died       string     `json:"died,omitempty"`
	Guardians  []Guardian `json:"guardians,omitempty"` // of a child
}

// Guardian is one guardian's custody of the child whose record it stands in.
type Guardian struct {
	Number string `json:"number"`
	Kind   string `json:"kind"`   // joint, sole
	Living string `json:"living"` // main, alternate, visits, unknown
	From   string `json:"from"`
	To     string `json:"to,omitempty"` // the first day without it
}

// Format prints the placeholder for every verb.
func (Record) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "‹sealed›") }

// Format prints the placeholder for every verb.
func (Guardian) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "‹sealed›") }

// Client asks one register. It is safe for use by many.
type Client struct {
	base string
	http *http.Client
}

// largest is how much one answer may hold.
const largest = 4 << 20

// New makes a client of the register at an address, up to and with the path that lookup and
// changes are beneath. It asks nobody yet.
func New(base string) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("population: the register's address can't be read")
	}
	return &Client{base: u.String(), http: &http.Client{Timeout: 10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

// Lookup finds a person by number, canonical digits: NotFound when there is none, Unavailable
// when the register does not answer as it should, with another's record for one.
func (c *Client) Lookup(ctx context.Context, number string) (Record, error) {
	body, err := json.Marshal(map[string]string{"number": number})
	if err != nil {
		return Record{}, fault.As(fault.Internal, "population.Lookup", err)
	}
	var r Record
	err = c.ask(ctx, http.MethodPost, "/lookup", body, &r)
	if err == nil && r.Number != number {
		r, err = Record{}, unavailable("the record is of another")
	}
	return r, fault.Wrap("population.Lookup", err)
}

// Changes lists people who have changed after a cursor, and the cursor to go on from.
func (c *Client) Changes(ctx context.Context, after string) ([]Record, string, error) {
	var page struct {
		Changes []Record `json:"changes"`
		Next    string   `json:"next"`
	}
	err := c.ask(ctx, http.MethodGet, "/changes?"+url.Values{"after": {after}}.Encode(), nil, &page)
	if err == nil && len(page.Changes) > 0 && page.Next == after {
		err = unavailable("the cursor stands still")
	}
	return page.Changes, page.Next, fault.Wrap("population.Changes", err)
}

func (c *Client) ask(ctx context.Context, method, path string, body []byte, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return fault.As(fault.Internal, "population.ask", errors.New("malformed request"))
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return unavailable("no answer") // the error's own text would quote the address
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return fault.New(fault.NotFound, "population.ask", "")
	default:
		return unavailable(fmt.Sprintf("status %d", resp.StatusCode))
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, largest)).Decode(into); err != nil {
		return unavailable("the answer can't be read")
	}
	return nil
}

func unavailable(why string) error {
	return fault.As(fault.Unavailable, "population.ask", errors.New(why))
}

package served

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// family is the service that is applied for: a place in after-school care, which a child of
// any age may ask for.
const family = "childcare-application"

// Draft begins an application and gives the draft's path.
func (b *Browser) Draft(ctx context.Context) (string, error) {
	p, err := b.Post(ctx, "/services/"+family+"/start", nil)
	if err != nil {
		return "", err
	}
	if p.Status != http.StatusSeeOther || !strings.HasPrefix(p.To, "/my/drafts/") {
		return "", &StatusError{"start", p.Status}
	}
	return p.To, nil
}

// choice is a child that the form lets one choose: its key, and its name beside it.
var choice = regexp.MustCompile(`<input[^>]*name="child"[^>]*value="([0-9a-f-]{36})"[^>]*>\s*(?:<span[^>]*>)*([^<]*)`)

// Children are the keys of the signed-in guardian's children by name, as the form offers them.
func (b *Browser) Children(ctx context.Context, draft string) (map[string]string, error) {
	if err := b.step(ctx, draft, "kind", url.Values{"kind": {"after_school"}}); err != nil {
		return nil, err
	}
	p, err := b.Get(ctx, draft+"/steps/child")
	if err != nil {
		return nil, err
	}
	if p.Status != http.StatusOK {
		return nil, &StatusError{"the step of the child", p.Status}
	}
	keys := map[string]string{}
	for _, m := range choice.FindAllStringSubmatch(p.Body, -1) {
		keys[html.UnescapeString(strings.TrimSpace(m[2]))] = m[1]
	}
	return keys, nil
}

// Fill answers every question of a draft for a child, by the child's key. Filling in again
// changes nothing.
func (b *Browser) Fill(ctx context.Context, draft, child string, today time.Time) error {
	start := today.AddDate(0, 2, 0)
	for _, s := range []struct {
		step string
		form url.Values
	}{
		{"kind", url.Values{"kind": {"after_school"}}},
		{"child", url.Values{"child": {child}, "start-day": {strconv.Itoa(start.Day())}, "start-month": {strconv.Itoa(int(start.Month()))},
			"start-year": {strconv.Itoa(start.Year())}, "hours": {"25"}}},
		{"wishes", url.Values{"choices.1": {"ekorren"}}},
		{"everyday", url.Values{"basis": {"own_need"}, "siblings": {"no"}, "current_care": {"home"}}},
		{"contact", url.Values{"contact": {"my_pages"}}},
	} {
		if err := b.step(ctx, draft, s.step, s.form); err != nil {
			return err
		}
	}
	return nil
}

func (b *Browser) step(ctx context.Context, draft, step string, form url.Values) error {
	p, err := b.Post(ctx, draft+"/steps/"+step, form)
	if err == nil && !strings.HasPrefix(p.To, draft) {
		err = &StatusError{"the step " + step, p.Status}
	}
	return err
}

// Sign starts an order to sign a draft, and lets whoever has the number approve it in her
// BankID. It gives the order's path; or the case's, when the draft was sent in already.
func (b *Browser) Sign(ctx context.Context, draft, number string) (string, error) {
	p, err := b.do(ctx, http.MethodPost, draft+"/sign", strings.NewReader("{}"), "application/json")
	if err != nil {
		return "", err
	}
	if p.Status == http.StatusSeeOther && strings.HasPrefix(p.To, "/my/cases/") {
		return p.To, nil
	}
	var o order
	if err := json.Unmarshal([]byte(p.Body), &o); err != nil || p.Status != http.StatusCreated {
		return "", &StatusError{"sign", p.Status}
	}
	err = b.approve(ctx, o.AutoStart, number)
	if _, ok := errors.AsType[*StatusError](err); ok {
		err = ErrOrder // BankID does not know it any more
	}
	return draft + "/sign/" + o.Order, err
}

// ErrPending says that an order can't be collected yet.
var ErrPending = errors.New("served: the order is pending")

// Send sends a signed draft in and gives the path of its case, where the receipt is. Sending
// in again what was sent in gives the same. ErrOrder when a new order is needed.
func (b *Browser) Send(ctx context.Context, order string) (string, error) {
	if strings.HasPrefix(order, "/my/cases/") {
		return order, nil
	}
	var o struct {
		Status string `json:"status"`
		Next   string `json:"next"`
	}
	if err := b.JSON(ctx, order, nil, &o); err != nil {
		return "", err
	}
	next, _, _ := strings.Cut(o.Next, "?")
	switch {
	case strings.HasPrefix(next, "/my/cases/"):
		return next, nil
	case o.Status == "pending":
		return "", ErrPending
	case o.Status == "failed" || strings.HasSuffix(next, "/review"):
		return "", ErrOrder
	}
	return "", fmt.Errorf("served: sent in, and now %q at %q", o.Status, o.Next)
}

// Withdraw takes an application back.
func (b *Browser) Withdraw(ctx context.Context, casePath string) error {
	p, err := b.Post(ctx, casePath+"/withdraw", nil)
	if err == nil && !strings.HasPrefix(p.To, "/my") {
		err = &StatusError{"withdraw", p.Status}
	}
	return err
}

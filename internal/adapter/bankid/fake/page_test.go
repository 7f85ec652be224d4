package fake_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"tillit/internal/adapter/bankid"
)

// get reads the page, checks that it is well-formed, and gives its text.
func (s *stage) get(t *testing.T) string {
	t.Helper()
	res, err := http.Get(s.http.URL + "/bankid")
	if err != nil {
		t.Fatal(err)
	}
	return body(t, res, http.StatusOK)
}

func body(t *testing.T, res *http.Response, want int) string {
	t.Helper()
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != want {
		t.Fatalf("%d %v, want %d", res.StatusCode, err, want)
	}
	if _, err := html.Parse(bytes.NewReader(b)); err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPage(t *testing.T) {
	s := open(t)
	if p := s.get(t); !strings.Contains(p, "invented town") || !strings.Contains(p, "No order is waiting") {
		t.Error("the empty page does not say what it is")
	}
	o, err := s.client.Sign(t.Context(), bankid.Request{EndUserIP: ask.EndUserIP, Visible: "Jag <b>lovar</b>"})
	if err != nil {
		t.Fatal(err)
	}
	p := s.get(t)
	for _, want := range []string{"To sign, since", "Jag &lt;b&gt;lovar&lt;/b&gt;", "Alva Prov", "Bosse Prov Test", o.Ref, string(bankid.TransactionRiskBlocked)} {
		if !strings.Contains(p, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(p, o.QRStartSecret) {
		t.Error("the page gives the secret away")
	}
	res, err := http.PostForm(s.http.URL+"/bankid/approve", url.Values{"orderRef": {o.Ref}, "personalNumber": {bosse.Number}, "unhurried": {"yes"}})
	if err != nil {
		t.Fatal(err)
	}
	if p := body(t, res, http.StatusOK); res.Request.URL.Path != "/bankid" || strings.Contains(p, "Approve as") {
		t.Error("not led back to the page, or the order can be opened again there")
	}
	s.wants(t, o, bankid.Pending, bankid.Started)
	s.wants(t, o, bankid.Pending, bankid.UserSign)
	s.wants(t, o, bankid.Pending, bankid.Processing)
	s.wants(t, o, bankid.Complete, "")

	res, err = http.PostForm(s.http.URL+"/bankid/fail", url.Values{"orderRef": {o.Ref}, "hintCode": {"userCancel"}})
	if err != nil {
		t.Fatal(err)
	}
	if p := body(t, res, http.StatusConflict); !strings.Contains(p, "not waiting any more") {
		t.Error("the page does not say why nothing was done")
	}
}

func TestNamedPersonIsTheOnlyChoice(t *testing.T) {
	s := open(t)
	if _, err := s.client.Auth(t.Context(), bankid.Request{EndUserIP: ask.EndUserIP, Number: bosse.Number}); err != nil {
		t.Fatal(err)
	}
	if p := s.get(t); strings.Contains(p, "Alva") || !strings.Contains(p, "Bosse") {
		t.Error("others are offered, too")
	}
}

func TestListAsJSON(t *testing.T) {
	s := open(t)
	first := s.start(t)
	second := s.start(t)
	res, err := http.Get(s.http.URL + "/bankid?format=json")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var list []struct{ OrderRef, AutoStartToken, Kind, Status, HintCode string }
	if err := json.NewDecoder(res.Body).Decode(&list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[0].OrderRef != second.Ref || list[1].AutoStartToken != first.AutoStartToken ||
		list[0].Kind != "auth" || list[0].Status != "pending" || list[0].HintCode != "outstandingTransaction" {
		t.Errorf("%d orders, or not the newest first", len(list))
	}
}

func TestOtherSitesCannotApprove(t *testing.T) {
	s := open(t)
	o := s.start(t)
	req, err := http.NewRequest("POST", s.http.URL+"/bankid/approve",
		strings.NewReader(url.Values{"orderRef": {o.Ref}, "personalNumber": {alva.Number}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("status %d", res.StatusCode)
	}
	s.wants(t, o, bankid.Pending, bankid.OutstandingTransaction)
}

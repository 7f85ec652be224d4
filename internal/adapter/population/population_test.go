package population_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tillit/internal/adapter/population"
	"tillit/internal/adapter/population/fake"
	"tillit/internal/adapter/population/populationtest"
	"tillit/internal/kit/fault"
)

var people = []population.Record{
	{Number: "198803129926", Given: "Maria", Surname: "Lindqvist", Street: "Näckrosvägen 8"},
	{Number: "202501019989", Given: "Elsa", Surname: "Lindqvist Ek", Guardians: []population.Guardian{{Number: "198803129926", Kind: "joint", Living: "main", From: "2025-01-01"}}},
}

func register(t *testing.T) (*population.Client, string) {
	t.Helper()
	s := httptest.NewServer(fake.New(people))
	t.Cleanup(s.Close)
	c, err := population.New(s.URL + "/population")
	if err != nil {
		t.Fatal(err)
	}
	return c, s.URL
}

func TestFake(t *testing.T) {
	s := httptest.NewServer(fake.New(people))
	defer s.Close()
	populationtest.Run(t, populationtest.World{
		URL: s.URL + "/population", Child: people[1], Unknown: "199001019999",
		Move: func(t *testing.T, number, street string) {
			if status := set(t, s.URL, number, fmt.Sprintf(`{"street":%q}`, street)); status != http.StatusOK {
				t.Fatalf("change: %d", status)
			}
		},
	})
}

func TestAnotherPersonsRecordIsNoAnswer(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"number":"202501019989","given":"Elsa"}`))
	}))
	defer s.Close()
	c, err := population.New(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := c.Lookup(t.Context(), "198803129926"); !fault.Is(err, fault.Unavailable) || r.Given != "" {
		t.Errorf("%v, want unavailable and nobody", err)
	}
}

func set(t *testing.T, url, number, body string) int {
	t.Helper()
	resp, err := http.Post(url+"/population/persons/"+number, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

func TestAPersonIsFoundByNumberAndNobodyIsNotFound(t *testing.T) {
	c, _ := register(t)
	r, err := c.Lookup(t.Context(), "202501019989")
	if err != nil || r.Given != "Elsa" || len(r.Guardians) != 1 {
		t.Errorf("lookup: %v", err)
	}
	if _, err := c.Lookup(t.Context(), "199001019999"); !fault.Is(err, fault.NotFound) {
		t.Errorf("nobody: %v", err)
	}
	if s := fmt.Sprintf("%v %+v %s", r, r, r); strings.Contains(s, "Elsa") {
		t.Error("a record prints what it holds")
	}
}

func TestChangesComeOnceInOrderAndAsTheyAreNow(t *testing.T) {
	c, url := register(t)
	list, cursor, err := c.Changes(t.Context(), "")
	if err != nil || len(list) != 0 {
		t.Fatalf("at the beginning: %d %v", len(list), err)
	}
	for i := range 130 {
		if status := set(t, url, "198803129926", fmt.Sprintf(`{"street":"Storgatan %d"}`, i)); status != http.StatusOK {
			t.Fatalf("change: %d", status)
		}
	}
	set(t, url, "202501019989", `{"protection":"secrecy"}`)
	var seen []population.Record
	for {
		list, next, err := c.Changes(t.Context(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			break
		}
		seen, cursor = append(seen, list...), next
	}
	if len(seen) != 131 || seen[0].Street != "Storgatan 129" || seen[130].Protection != "secrecy" {
		t.Errorf("%d changes", len(seen))
	}
}

func TestWhatIsMalformedIsRefused(t *testing.T) {
	_, url := register(t)
	for body, want := range map[string]int{`{"surname":"Annan"}`: 400, `nonsense`: 400, `{}`: 200} {
		if got := set(t, url, "198803129926", body); got != want {
			t.Errorf("%s: %d", body, got)
		}
	}
	if got := set(t, url, "190001010000", `{}`); got != 404 {
		t.Errorf("nobody: %d", got)
	}
}

func TestARegisterThatMisbehavesIsUnavailableAndNothingIsRepeated(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"an error": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "198803129926", 500) },
		"nonsense": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>198803129926")) },
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.example/", http.StatusFound)
		},
		"a cursor that stands still": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"changes":[{"number":"1"}],"next":"7"}`))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(h)
			defer s.Close()
			c, err := population.New(s.URL)
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = c.Changes(context.Background(), "7")
			if !fault.Is(err, fault.Unavailable) || strings.Contains(err.Error(), "198803129926") {
				t.Errorf("%v", err)
			}
		})
	}
	c, err := population.New("http://127.0.0.1:1/population")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Lookup(t.Context(), "198803129926"); !fault.Is(err, fault.Unavailable) || strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("nobody there: %v", err)
	}
}

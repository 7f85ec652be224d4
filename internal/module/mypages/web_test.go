package mypages_test

import (
	"context"
	"crypto/rand"
	"encoding/csv"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"tillit/internal/core/access"
	"tillit/internal/core/ledger"
	"tillit/internal/kit/db"
	"tillit/internal/kit/id"
	"tillit/internal/testkit/house"
)

func TestMain(m *testing.M) { house.Main(m) }

// scene is a house with a resident in it, and a hand that writes what others looked at into
// the ledger, as the doors of other rooms do.
type scene struct {
	*house.House
	t      *testing.T
	audit  *pgxpool.Pool
	writer *ledger.Writer
	ids    *id.Source
	maria  *house.Browser
	mariaK access.PersonID
	johan  *house.Browser
	johanK access.PersonID
}

func newScene(t *testing.T) *scene {
	t.Helper()
	h := house.New(t)
	s := &scene{House: h, t: t, audit: h.DB.Pool(t, db.Audit), ids: id.NewSource(h.Clock, nil)}
	var err error
	s.writer, err = ledger.Open(t.Context(), h.DB.Pool(t, db.Ledger), h.Clock, s.ids, rand.Reader, "test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.writer.Close(context.Background()) })
	s.maria, s.mariaK = s.resident("maria-lindqvist")
	s.johan, s.johanK = s.resident("johan-ek")
	return s
}

// resident signs somebody in, looks at her first page, and reads in the ledger who she is.
func (s *scene) resident(key string) (*house.Browser, access.PersonID) {
	s.t.Helper()
	b := s.Resident(s.t, key)
	if p := b.Get("/my"); p.Status != http.StatusOK {
		s.t.Fatalf("/my of %s: %d", key, p.Status)
	}
	var who access.PersonID
	if err := s.audit.QueryRow(s.t.Context(), `select principal from ledger.response where kind = 1 order by at desc, id desc limit 1`).Scan(&who); err != nil {
		s.t.Fatal(err)
	}
	return b, who
}

// officer is an employee of the town, as her session makes her.
func (s *scene) officer(key string) access.Actor {
	s.t.Helper()
	a := access.Actor{Kind: access.Officer, Session: id.To[struct{}](id.New[any](s.ids)).any()}
	return a
}

package app

import (
	"tillit/internal/core/access"
	"tillit/internal/core/door"
	"tillit/internal/core/ledger"
	"tillit/internal/core/notify"
	"tillit/internal/core/person"
	"tillit/internal/core/session"
	"tillit/internal/kit/db"
	"tillit/internal/module/eservice"
)

// Inside is the services behind the doors, for tests that set up what happened before.
type Inside struct {
	DB       *db.DB
	Access   *access.Decider
	People   *person.Service
	Sessions *session.Service
	Notices  *notify.Service
	Cases    *eservice.Service
	Ledger   *ledger.Reader
	Doors    *door.Door
	Of       map[string]access.PersonID // who is who in the town
	Staff    map[string]access.PersonID
}

// Inside opens the house for tests of this package.
func (a *App) Inside() Inside {
	h := a.house
	return Inside{a.db, h.decider, h.people, h.sessions, h.notices, h.cases, a.reader, h.doors, h.cast.people, h.cast.staff}
}

// Policies are the texts that decide.
func Policies() map[string][]byte { return policies() }

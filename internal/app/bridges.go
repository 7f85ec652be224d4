package app

import (
	"context"

	"tillit/internal/adapter/bankid"
	"tillit/internal/core/access"
	"tillit/internal/core/closure"
	"tillit/internal/core/door"
	"tillit/internal/core/person"
	"tillit/internal/core/session"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/text"
	"tillit/internal/module/eservice"
	"tillit/internal/module/eservice/formpack"
	"tillit/internal/module/eservice/services/childcare"
	"tillit/internal/module/hall"
	"tillit/internal/module/incident"
	"tillit/internal/module/mypages"
	"tillit/internal/town"
)

// outside is what the hall needs from elsewhere.
func (a *App) outside() hall.Outside {
	t := a.house.town
	out := hall.Outside{
		BankID:   t.Country == "se",
		Services: a.offers,
		Hint: func(l text.Lang, status, code string) string {
			s, _ := bankid.In(l).ByKey(bankid.HintKey(status, code))
			return s
		},
		QRSVG:   bankid.QRSVG,
		Contact: hall.Contact{Phone: t.Phone, Mail: t.Email, Visit: t.Street},
	}
	for _, h := range t.Hours {
		out.Contact.Hours = append(out.Contact.Hours, hall.Hours{Day: h.Weekday, From: h.From, To: h.To})
	}
	if a.opts.Config.Demo {
		out.Cast, out.World = a.staff, a.World+"/bankid"
	}
	return out
}

// staff is the demo's cast of employees who work here now.
func (a *App) staff(context.Context) ([]hall.Member, error) {
	c := a.house.cast
	var list []hall.Member
	for _, m := range c.town.Staff {
		if !m.Left.IsZero() {
			continue
		}
		kind := access.Officer
		if m.Role == town.Steward {
			kind = access.Steward
		}
		unit := m.Unit
		for _, u := range c.town.Units {
			if u.Key == m.Unit {
				unit = u.Name
			}
		}
		list = append(list, hall.Member{ID: m.Key, Name: m.Name, Title: m.Title, Unit: unit, Person: c.staff[m.Key], Kind: kind})
	}
	return list, nil
}

// seedContact gives a person of the town a contact point that reaches her.
func (h *house) seedContact(ctx context.Context, tx *db.Tx, who person.ID, address string) error {
	return h.notices.Enter(ctx, tx, who, address)
}

// closable are the services that a steward can close.
func (h *house) closable(ctx context.Context, v *door.Visit) ([]incident.Service, error) {
	families, err := h.families(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]incident.Service, len(families))
	for i, f := range families {
		list[i] = incident.Service{Key: f.Key, Title: f.Live.Title(v.Lang)}
	}
	return list, nil
}

// families lists the services, for pages that are about nobody.
func (h *house) families(ctx context.Context) ([]eservice.Family, error) {
	var list []eservice.Family
	err := h.doors.DB.Tx(ctx, db.Local{Purpose: string(door.Information)}, func(ctx context.Context, tx *db.Tx) error {
		var err error
		list, err = h.cases.Families(ctx, tx)
		return err
	})
	return list, err
}

// seedServices publishes the services, their rates and the places that can be applied for.
func (h *house) seedServices(ctx context.Context, s *seeder) error {
	p, problems := formpack.Compile(childcare.Source, childcare.Env())
	if len(problems) > 0 {
		return &fault.Fault{Kind: fault.Internal, Op: "app.seedServices", Text: problems[0].Field + " " + problems[0].Rule}
	}
	if err := h.cases.Publish(ctx, s.tx, p, s.units[placingUnit[h.town.Country]], s.units[shieldedUnit[h.town.Country]]); err != nil {
		return err
	}
	if err := h.cases.SetRates(ctx, s.tx, childcare.Rates()); err != nil {
		return err
	}
	for _, f := range h.town.Preschools {
		if err := h.cases.AddFacility(ctx, s.tx, f.Key, f.Name, f.Kind, f.Area); err != nil {
			return err
		}
	}
	return nil
}

var (
	placingUnit  = map[string]string{"se": "forskoleadministrationen", "dk": "pladsanvisningen"}
	shieldedUnit = map[string]string{"se": "skyddade-arenden", "dk": "beskyttede-sager"}
)

// residents are the e-service pages, as the residents' own pages list them.
type residents struct{ web *eservice.Web }

func (r residents) Cases(ctx context.Context, v *door.Visit) ([]mypages.CaseCard, error) {
	cards, err := r.web.Cards(ctx, v)
	list := make([]mypages.CaseCard, len(cards))
	for i, c := range cards {
		list[i] = mypages.CaseCard{Title: c.Title, Href: c.Href, Ref: c.Ref, Sent: c.Sent, Steps: c.Steps, Next: c.Next, Ended: c.Ended}
		if w := c.Waiting; w != nil {
			list[i].Waiting = &mypages.Waiting{Title: w.Title, Text: w.Text, Button: w.Button, Href: w.Href}
		}
	}
	return list, err
}

func (r residents) Links(ctx context.Context, v *door.Visit, cases [][16]byte) (map[[16]byte]mypages.CaseLink, error) {
	links, err := r.web.Links(ctx, v, cases)
	out := make(map[[16]byte]mypages.CaseLink, len(links))
	for k, l := range links {
		out[k] = mypages.CaseLink(l)
	}
	return out, err
}

// offers lists the services for the hall, with the state of their switches.
func (a *App) offers(ctx context.Context, l text.Lang) ([]hall.ServiceCard, error) {
	list, err := a.house.residents.Services(ctx, l)
	cards := make([]hall.ServiceCard, len(list))
	for i, o := range list {
		cards[i] = hall.ServiceCard{Key: o.Key, Href: o.Href, Name: o.Name, Text: o.Text, Life: o.Life, Keywords: o.Keywords}
		if c, closed := a.board.Closed(closure.Service("eservice"), closure.Service(o.Key)); closed {
			cards[i].Closed, cards[i].Since = true, c.At
		}
	}
	return cards, err
}

// forms is what the residents' forms need from elsewhere.
func (a *App) forms() eservice.Outside {
	o := a.outside()
	return eservice.Outside{Hint: o.Hint, QRSVG: o.QRSVG, World: o.World, About: map[string]eservice.About{"childcare-application": {Name: childcare.Name, Life: "school"}}}
}

// none is the eID of an installation that has none set yet.
type none struct{ session.EID }

func (none) Auth(context.Context, string) (session.Started, error) {
	return session.Started{}, fault.New(fault.Unavailable, "app.eid", "")
}

package app_test

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"tillit/internal/core/access"
	"tillit/internal/core/notify"
	"tillit/internal/core/person"
	"tillit/internal/kit/db"
	"tillit/internal/kit/id"
	"tillit/internal/module/eservice"
	"tillit/internal/testkit/house"
)

var preschools = []string{"tallbacken", "hamnen"}

// populate lets everything happen.
func (w *world) populate() {
	placing, shielded := w.officer("anna-karin-mo"), w.officer("elin-thorsell")
	w.received(placing)
	w.decided(placing)
	w.identified()
	w.waiting()
	w.ended()
	w.declined()
	w.shielded(shielded)
	w.alone()
	w.conflict(placing)
	w.ofAStranger()
	w.signingIn()
	// A file opens only when a scanner has found it clean, and here is none.
	w.as("eservice", "update eservice.attachment set scan = 'clean'")
	for _, b := range w.bundles {
		w.private(b)
	}
	w.cast()
	w.renew()
}

func (w *world) put(b *bundle) *bundle {
	w.bundles = append(w.bundles, b)
	return b
}

// received is a case that both guardians have signed and an officer handles: letters in both
// threads, a note, a question that waits for its answer, a file. Beside it stands a draft of
// the applicant's with an order to sign.
func (w *world) received(officer guest) {
	sofia, peter := w.resident("sofia-berglund"), w.resident("peter-wallin")
	ctx := w.t.Context()
	c := w.apply(sofia, form{child: "alva-berglund-wallin", kind: "preschool", places: preschools, phone: true})
	w.coSign(peter, c)
	w.ref(c, "sofia-berglund", "peter-wallin", "anna-karin-mo", "jonas-viklund")
	w.must(w.Cases.Take(ctx, officer.by, c))
	w.correspond(officer, c, sofia, peter)
	w.must(w.Cases.AskCompletion(ctx, officer.by, c, w.mark("sofia-berglund", "ask", "sofia-berglund", "anna-karin-mo", "jonas-viklund")))
	w.put(&bundle{name: "received", owner: "sofia-berglund", officer: "anna-karin-mo", browser: sofia.Browser, people: []string{"sofia-berglund", "alva-berglund-wallin"},
		params: map[string]string{"case": c.String(), "file": w.file(c, "sofia-berglund"),
			"completion": w.one("select id::text from eservice.completion where case_id = $1", id.Key(c))}})

	// A letter and nothing else of his is what the other guardian has in it.
	w.put(&bundle{name: "the other guardian's", owner: "peter-wallin", browser: peter.Browser, people: []string{"peter-wallin"}, params: map[string]string{}})
}

// correspond lets parties and the officer write, and the officer note something.
func (w *world) correspond(officer guest, c eservice.CaseID, parties ...guest) {
	ctx := w.t.Context()
	unit := []string{officer.key, "jonas-viklund", "hamid-rostami"}
	for _, p := range parties {
		w.must(w.Cases.Write(ctx, p.by, c, w.mark(p.key, "letter", append(unit, p.key)...)))
		w.must(w.Cases.Tell(ctx, officer.by, c, p.by.Person, w.mark(p.key, "answer", append(unit, p.key)...)))
	}
	w.must(w.Cases.AddNote(ctx, officer.by, c, w.mark(parties[0].key, "note", unit...)))
}

// decided is a case with a decision that was served to both.
func (w *world) decided(officer guest) {
	maria, johan := w.resident("maria-lindqvist"), w.resident("johan-ek")
	ctx := w.t.Context()
	c := w.apply(maria, form{child: "nils-lindqvist-ek", kind: "preschool", places: preschools})
	w.coSign(johan, c)
	w.ref(c, "maria-lindqvist", "johan-ek", "anna-karin-mo", "jonas-viklund")
	w.must(w.Cases.Take(ctx, officer.by, c))
	w.correspond(officer, c, maria)
	w.must(w.Cases.Rule(ctx, officer.by, c, eservice.Ruling{Outcome: eservice.Queued,
		Reasons: w.mark("maria-lindqvist", "reasons", "maria-lindqvist", "johan-ek", "anna-karin-mo", "jonas-viklund")}))
	w.put(&bundle{name: "decided", owner: "maria-lindqvist", officer: "anna-karin-mo", browser: maria.Browser, people: []string{"maria-lindqvist", "nils-lindqvist-ek"},
		params: map[string]string{"case": c.String(), "file": w.file(c, "maria-lindqvist")}})
}

// identified is a case whose second guardian is about to sign.
func (w *world) identified() {
	maria, johan := w.resident("maria-lindqvist"), w.resident("johan-ek")
	c := w.apply(maria, form{child: "elsa-lindqvist-ek", kind: "preschool", places: preschools})
	w.identify(johan, c)
	w.ref(c, "maria-lindqvist", "johan-ek")
	b := w.put(&bundle{name: "about to be signed", owner: "johan-ek", browser: johan.Browser, people: []string{"maria-lindqvist", "elsa-lindqvist-ek"},
		params: map[string]string{"case": c.String()}})
	b.renew = func() { w.order(b, johan, "/my/cases/"+c.String()+"/sign") }
}

// waiting is a case to which the second guardian is invited, and a draft of the applicant's.
func (w *world) waiting() {
	signe := w.resident("canary-signe")
	c := w.apply(signe, form{child: "canary-rut", kind: "after_school", places: []string{"ekorren"}})
	w.ref(c, "canary-signe", "canary-valter")
	w.put(&bundle{name: "waiting for a signature", owner: "canary-signe", browser: signe.Browser, people: []string{"canary-signe", "canary-rut"},
		params: map[string]string{"case": c.String(), "file": w.file(c, "canary-signe")}})
}

// ended is a case to which a guardian was invited whose custody the register then ended: it is
// received without his signature, and he has nothing to do with it.
func (w *world) ended() {
	katarzyna := w.resident("katarzyna-nowicka")
	c := w.apply(katarzyna, form{child: "zofia-nowicka", kind: "preschool", places: preschools})
	w.ref(c, "katarzyna-nowicka", "anna-karin-mo", "jonas-viklund")
	w.Clock.Advance(time.Second)
	w.must(w.Inside.DB.Tx(w.t.Context(), access.Service("population").Local("population"), func(ctx context.Context, tx *db.Tx) error {
		return w.People.SetCustody(ctx, tx, w.Of["zofia-nowicka"], []person.Custody{
			{Guardian: w.Of["katarzyna-nowicka"], Kind: person.Sole, Living: person.Main, From: tx.Now()}})
	}))
	w.put(&bundle{name: "of an ended relation", owner: "katarzyna-nowicka", officer: "anna-karin-mo", browser: katarzyna.Browser, people: []string{"katarzyna-nowicka", "zofia-nowicka"},
		params: map[string]string{"case": c.String(), "file": w.file(c, "katarzyna-nowicka")}})
}

// declined is what the second guardian said no to: a draft again.
func (w *world) declined() {
	jenny, robert := w.resident("jenny-sandell"), w.resident("robert-falk")
	c := w.apply(jenny, form{child: "tuva-sandell-falk", kind: "preschool", places: preschools})
	w.identify(robert, c)
	w.must(w.Cases.Decline(w.t.Context(), robert.by, c))
	w.ref(c, "jenny-sandell")
	draft, err := id.Parse[any](w.one("select id::text from eservice.draft where applicant = $1", w.Of["jenny-sandell"]))
	w.must(err)
	b := w.put(&bundle{name: "declined", owner: "jenny-sandell", browser: jenny.Browser, people: []string{"jenny-sandell", "tuva-sandell-falk"},
		params: map[string]string{"case": c.String(), "draft": draft.String(), "file": w.file(draft, "jenny-sandell")}})
	b.renew = func() { w.order(b, jenny, "/my/drafts/"+draft.String()+"/sign") }
}

// shielded is the case of a protected person, with somebody from whom she is protected.
func (w *world) shielded(officer guest) {
	tove, henrik := w.resident("tove-almgren"), w.resident("henrik-rask")
	ctx := w.t.Context()
	c := w.apply(tove, form{child: "vilma-almgren", kind: "preschool", places: preschools})
	w.coSign(henrik, c)
	w.ref(c, "tove-almgren", "henrik-rask", "elin-thorsell", "hamid-rostami")
	w.must(w.Cases.Take(ctx, officer.by, c))
	w.correspond(officer, c, tove, henrik)
	w.must(w.Cases.AskCompletion(ctx, officer.by, c, w.mark("tove-almgren", "ask", "tove-almgren", "elin-thorsell", "hamid-rostami")))
	w.put(&bundle{name: "shielded", owner: "tove-almgren", officer: "elin-thorsell", browser: tove.Browser, people: []string{"tove-almgren", "vilma-almgren"},
		params: map[string]string{"case": c.String(), "file": w.file(c, "tove-almgren"),
			"completion": w.one("select id::text from eservice.completion where case_id = $1", id.Key(c))}})
}

// alone is a case with one guardian, whom another has ceased to be beside her.
func (w *world) alone() {
	karin := w.resident("karin-norling")
	c := w.apply(karin, form{child: "ebba-norling", kind: "after_school", places: []string{"ekorren"}})
	w.ref(c, "karin-norling", "anna-karin-mo", "jonas-viklund")
	w.put(&bundle{name: "unassigned", owner: "karin-norling", officer: "anna-karin-mo", browser: karin.Browser, people: []string{"karin-norling", "ebba-norling"},
		params: map[string]string{"case": c.String(), "file": w.file(c, "karin-norling")}})
}

// conflict is the case of an officer's own child in the queue that he handles at work.
func (w *world) conflict(officer guest) {
	siv, jonas := w.resident("siv-viklund"), w.resident("jonas-viklund-private")
	ctx := w.t.Context()
	c := w.apply(siv, form{child: "hjalmar-viklund", kind: "preschool", places: preschools})
	w.coSign(jonas, c)
	w.ref(c, "siv-viklund", "jonas-viklund-private", "anna-karin-mo")
	w.must(w.Cases.Take(ctx, officer.by, c))
	w.must(w.Cases.Write(ctx, siv.by, c, w.mark("siv-viklund", "letter", "siv-viklund", "anna-karin-mo")))
	w.must(w.Cases.AddNote(ctx, officer.by, c, w.mark("siv-viklund", "note", "anna-karin-mo")))
	w.put(&bundle{name: "in which an officer has an interest", owner: "siv-viklund", officer: "anna-karin-mo", browser: siv.Browser, people: []string{"siv-viklund", "hjalmar-viklund"},
		params: map[string]string{"case": c.String(), "file": w.file(c, "siv-viklund")}})
}

// ofAStranger is what one of the strangers has herself: she will try with it and with what is
// others' at once.
func (w *world) ofAStranger() {
	leila := w.resident("leila-haddad")
	c := w.apply(leila, form{child: "samir-haddad", kind: "preschool", places: preschools})
	draft := w.fill(leila, form{kind: "preschool", places: preschools})
	w.put(&bundle{name: "a stranger's own", owner: "leila-haddad", officer: "anna-karin-mo", browser: leila.Browser, people: []string{"leila-haddad", "samir-haddad"},
		params: map[string]string{"case": c.String(), "draft": draft.String(), "file": w.file(draft, "leila-haddad"), "order": w.key().String(), "completion": w.key().String()}})
}

// signingIn is what browsers have under way in which nobody is signed in yet: an order at the
// eID, and the questions that an employee's authenticator is asked.
func (w *world) signingIn() {
	b := w.put(&bundle{name: "a sign-in under way", params: map[string]string{}})
	b.renew = func() {
		b.browser = w.Browser(w.t)
		b.params["order"], _ = started(w.t, b.browser)
		b.params["challenge"] = w.challenge(b.browser, "/sign-in/staff", nil)
	}
	k := w.put(&bundle{name: "a passkey under way", params: map[string]string{}})
	k.renew = func() {
		invitation, err := w.Sessions.Invite(w.t.Context(), w.Inside.Staff["malin-frisk"])
		w.must(err)
		k.browser = w.Browser(w.t)
		k.params["code"] = invitation.Cookie()
		w.marks = append(w.marks, mark{k.params["code"], "invitation", "malin-frisk", nil})
		k.params["challenge"] = w.challenge(k.browser, "/staff/key", map[string]string{"code": k.params["code"]})
	}
}

// order starts an order to sign in somebody's browser, in which she signs in again, and leaves
// it pending.
func (w *world) order(b *bundle, g guest, path string) {
	w.t.Helper()
	g.SignIn(g.key)
	b.params["order"] = w.begin(g, path)
}

func (w *world) challenge(b *house.Browser, path string, body map[string]string) string {
	w.t.Helper()
	p := b.JSON(path+"/begin", body)
	var asked struct{ Challenge string }
	if err := json.Unmarshal([]byte(p.Body), &asked); err != nil || asked.Challenge == "" {
		w.t.Fatalf("%s: %d %v", path, p.Status, err)
	}
	return asked.Challenge
}

// private adds what every resident has: an address that waits for its code, a message, a line
// in the log of who has seen her data.
func (w *world) private(b *bundle) {
	if b.owner == "" {
		return
	}
	who := w.Of[b.owner]
	ctx := w.t.Context()
	w.must(w.Inside.DB.Tx(ctx, access.Service("notify").Local("test"), func(ctx context.Context, tx *db.Tx) error {
		return w.Notices.Notify(ctx, tx, who, string(notify.MessageNew), [16]byte{}, "childcare-application")
	}))
	b.params["notice"] = w.one("select id::text from notify.notice where person = $1 order by at limit 1", who)
	if !slices.Contains([]string{"tove-almgren"}, b.owner) { // a protected person has no address with us
		g := w.enter(b.browser, b.owner)
		point, err := w.Notices.AddPoint(ctx, g.by, w.mark(b.owner, "mail", b.owner)+"@brev.example")
		w.must(err)
		b.params["point"] = point.String()
	}
	if p := b.browser.Get("/my"); p.Status != 200 {
		w.t.Fatalf("/my of %s: %d", b.owner, p.Status)
	}
	b.params["response"] = w.one("select r.id::text from ledger.response r join ledger.disclosure d on d.response = r.id where d.subject = $1 order by r.at limit 1", who)
	b.params["person"] = who.String()
}

// cast says of everybody in it who may know what of them.
func (w *world) cast() {
	placing, shield := []string{"anna-karin-mo", "jonas-viklund"}, []string{"elin-thorsell", "hamid-rostami"}
	for child, officers := range map[string][]string{
		"alva-berglund-wallin": placing, "nils-lindqvist-ek": placing, "elsa-lindqvist-ek": nil, "canary-rut": nil, "tuva-sandell-falk": nil, "vilma-almgren": shield,
		"ebba-norling": placing, "hjalmar-viklund": {"anna-karin-mo"}, "zofia-nowicka": placing,
	} {
		both := guardians(w.Town, child)
		if child == "zofia-nowicka" {
			both = []string{"katarzyna-nowicka"}
		}
		knowing := append(slices.Clone(both), officers...)
		w.know(child, nil, knowing)
		w.given(child, knowing...)
		for _, g := range both {
			name := slices.Clone(both)
			if g == "tove-almgren" {
				name = nil
			}
			if g == "jonas-viklund-private" {
				name = append(name, "jonas-viklund")
			}
			w.know(g, name, officers)
		}
	}
	for i := range w.marks { // what officers may know of a case, its marks have said; of its parties' own parts they know all
		m := &w.marks[i]
		switch {
		case slices.Contains([]string{"occupation", "languages", "health", "message", "file", "body", "telephone", "address", "mail"}, m.what):
			m.seers = append(m.seers, w.handling(m.of)...)
		}
	}
}

// handling lists the officers who may see a person's own part of a case.
func (w *world) handling(key string) []string {
	for _, b := range w.bundles {
		if b.owner != key && !slices.Contains(b.people, key) || b.officer == "" {
			continue
		}
		switch b.officer {
		case "elin-thorsell":
			return []string{"elin-thorsell", "hamid-rostami"}
		case "anna-karin-mo":
			if b.owner == "siv-viklund" {
				return []string{"anna-karin-mo"}
			}
			return []string{"anna-karin-mo", "jonas-viklund"}
		}
	}
	return nil
}

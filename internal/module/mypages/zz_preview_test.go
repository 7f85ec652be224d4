package mypages

import (
	"net/http"
	"os"
	"os/exec"
	"net/http/httptest"
	"testing"
	"time"

	"tillit/internal/core/access"
	"tillit/internal/core/ledger"
	"tillit/internal/kit/text"
	"tillit/internal/kit/ui"
)

func TestPreview(t *testing.T) {
	zone := stockholm(t)
	at := time.Date(2026, 3, 9, 8, 12, 0, 0, time.UTC)
	now_ := at.AddDate(0, 0, 2)
	months := halfYear(now_, zone, []ledger.Month{{First: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Purpose: "handle_case", Count: 3}, {First: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), Purpose: "co_sign", Count: 3}, {First: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), Purpose: "handle_case", Count: 6}, {First: time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC), Purpose: "notify", Count: 2}})
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", ui.Assets)
	lang := text.Lang(os.Getenv("L"))
	frame := func() ui.PageProps {
		return ui.PageProps{Site: ui.Site{Name: "Granvik", Mark: ui.MarkSpruce, Owner: "Granviks kommun"}, Title: "x", Home: "/", Who: ui.Str("Maria Lindqvist"), Menu: []ui.Link{{Text: "Tjänster", Href: "/"}, {Text: "Mina sidor", Href: "/my", Current: true}}, Receipt: ui.Receipt(ui.ReceiptProps{Text: ui.Str("Vi visade dina egna uppgifter.")}), Crumbs: crumbs(In(lang), "/x", In(lang).WhoLooked())}
	}
	mux.HandleFunc("/looked", func(w http.ResponseWriter, r *http.Request) {
		seen := []ledger.Seen{
			{At: at, Kind: access.Officer, Title: "Handläggare för värme och energi", Name: "Ida Norén", Unit: "Miljöenheten", Board: "Miljönämnden", Purpose: "handle_case", Fields: []string{"person.given", "person.street", "case.body.x", "case.name"}, Response: access.RequestID{1}},
			{At: at.Add(-100 * time.Hour), Kind: access.Resident, Purpose: "co_sign", Fields: []string{"person.given"}, Response: access.RequestID{2}},
			{At: at.Add(-900 * time.Hour), Kind: "service:", Purpose: "notify", Fields: []string{"contact_point.address"}, Response: access.RequestID{3}},
		}
		var looks []look
		for _, s := range seen {
			looks = append(looks, lookIn(lang, s, now_, zone))
		}
		looks[0].Case = CaseLink{"K7M-4QX", "/my/cases/1"}
		looks[1].Objected = now_.Add(-time.Hour)
		p := lookedPage{Frame: frame(), Now: instant{now_, zone}, Half: chartOf(In(lang), months), Looks: looks, Earlier: "/x", Toggle: "/y"}
		_ = looked(p).Render(text.With(r.Context(), lang), w)
	})
	mux.HandleFunc("/home", func(w http.ResponseWriter, r *http.Request) {
		f := frame()
		f.Crumbs = nil
		steps := []ui.PathStep{{Text: "Mottaget", Note: ui.Str("24 februari"), Done: true}, {Text: "Komplett", Note: ui.Str("2 mars"), Done: true}, {Text: "Handläggs", Now: true, Note: ui.Str("till 23 mars")}, {Text: "Beslut", Note: ui.Str("senast 7 april")}}
		p := homePage{Frame: f, Now: instant{now_, zone}, Cases: stand([]CaseCard{
			{Title: ui.Str("Förskola åt Elsa"), Href: "/1", Ref: "K7M-4QX", Board: "Utbildningsnämnden", Sent: at.AddDate(0, -1, 0), Steps: steps, Next: ui.Str("Vi räknar fram en plats. Du behöver inte göra något."), Waiting: &Waiting{Title: ui.Str("Signera ansökan om förskola åt Elsa"), Text: ui.Str("Signera senast fredag 20 mars, annars går ansökan tillbaka."), Button: "Läs och signera", Href: "/2"}},
			{Title: ui.Str("Gammal"), Href: "/1", Ref: "AAA-BBB", Ended: true},
			{Waiting: &Waiting{Title: ui.Str("Ditt utkast: Ansök om förskola"), Button: "Fortsätt", Href: "/2"}},
		}), Looks: summary{Employees: 7, Last: ledger.Seen{At: at}}, Last: "Placeringshandläggare, Förskoleadministrationen", Messages: []message{{Title: "Din ansökan är mottagen", About: "Ärende K7M-4QX", Href: "/", When: "i dag klockan 9.12", New: true}, {Title: "Du har ett nytt meddelande", About: "Ärende K7M-4QX", Href: "/", When: "2 mars"}}}
		_ = home(p).Render(text.With(r.Context(), lang), w)
	})
	s := httptest.NewServer(mux)
	defer s.Close()
	for _, page := range []string{"looked", "home"} {
		for _, size := range []string{"1280,2300", "390,3000"} {
			out, err := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size="+size, "--screenshot=/tmp/my_"+page+"_"+size[:3]+".png", s.URL+"/"+page).CombinedOutput()
			if err != nil {
				t.Log(string(out))
			}
		}
	}
}

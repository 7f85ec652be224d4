package incident

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
	"time"

	"tillit/internal/core/closure"
	"tillit/internal/kit/text"
	"tillit/internal/kit/ui"
)

func TestPreview(t *testing.T) {
	zone, _ := time.LoadLocation("Europe/Stockholm")
	at := time.Date(2026, 3, 11, 1, 21, 0, 0, time.UTC)
	lang := text.Lang(os.Getenv("L"))
	mux := http.NewServeMux()
	mux.Handle("GET "+ui.AssetPath, ui.Assets)
	mux.HandleFunc("/steward", func(w http.ResponseWriter, r *http.Request) {
		p := boardPage{Me: "Rakel Sund", At: at, Zone: zone, Objections: 3, Offered: targets(In(lang), []Service{{"childcare", "Ansök om förskola"}}, house),
			Frame: ui.PageProps{Kind: ui.Steward, Small: "Vakt", Site: ui.Site{Name: "Granvik", Mark: ui.MarkSpruce}, Title: "Läge", Home: "/", Who: ui.Str("Rakel Sund, Digitaliseringsenheten"), Menu: []ui.Link{{Text: "Läge", Href: "/", Current: true}}, Receipt: ui.Receipt(ui.ReceiptProps{Text: ui.Str("Den här sidan visade inga personuppgifter."), Report: ui.Link{Text: "Fel person?", Href: "/"}})},
			Misses: []miss{{"GET /my/cases/{case}", 3, at.Add(-19 * time.Minute)}},
			Turns: []closure.Event{{Target: "service/childcare", What: "closed", Why: "Vi utreder ett fel i vem som får se svaren.", By: "Rakel Sund", At: at.Add(-12 * time.Minute)}, {Target: "route/my/cases/{case}", What: "closed", Why: "x", By: "guard", At: at.Add(-19 * time.Minute)}},
		}
		p.Closed, p.Open = board([]closure.Closure{
			{Target: "route/my/cases/{case}", Why: "x", By: "guard", At: at.Add(-19 * time.Minute), OpeningBy: "Amir Dahlgren"},
			{Target: "service/childcare", Why: "Vi utreder ett fel i vem som får se svaren.", By: "Rakel Sund", At: at.Add(-12 * time.Minute)},
		}, p.Offered)
		if r.URL.Query().Get("e") == "" {
			p.Done = p.done(In(lang), p.Turns, "service/childcare")
		} else {
			p.Typed = typed{TargetError: In(lang).ChooseTarget(), WhyError: In(lang).SayWhy(), Why: "x"}
		}
		_ = steward(p).Render(text.With(r.Context(), lang), w)
	})
	s := httptest.NewServer(mux)
	defer s.Close()
	for name, page := range map[string]string{"ok": "/steward", "err": "/steward?e=1"} {
		for _, size := range []string{"1280,1300", "390,3000"} {
			out, err := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size="+size, "--screenshot=/tmp/st_"+name+"_"+size[:3]+".png", s.URL+page).CombinedOutput()
			if err != nil {
				t.Log(string(out))
			}
		}
	}
}

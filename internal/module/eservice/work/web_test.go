package work_test

import (
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestLook(t *testing.T) {
	d := newDesk(t)
	var keys []string
	add := func(a application) string { k, _ := d.put(a); keys = append(keys, k); return k }
	day := 24 * time.Hour
	a := elsas("anna-karin-mo"); a.Due = -day
	elsa := add(a)
	d.say(elsa, "maria-lindqvist", "Kan Elsa börja tidigare om det blir en plats ledig?\nVi är flexibla.")
	d.send(elsa, "maria-lindqvist", "certificate", "intyg-biblioteket.pdf", "clean")
	d.send(elsa, "maria-lindqvist", "certificate", "schema.jpg", "held")
	add(application{Child: "alva-berglund-wallin", Applicant: "sofia-berglund", Guardian: "peter-wallin", Mine: "anna-karin-mo", Due: time.Hour})
	add(application{Child: "samir-haddad", Applicant: "leila-haddad", Mine: "anna-karin-mo", Due: 9*day})
	add(application{Child: "ebba-norling", Applicant: "karin-norling", Due: 23*day})
	zofia := add(application{Child: "zofia-nowicka", Applicant: "katarzyna-nowicka", Guardian: "piotr-nowicki", Mine: "jonas-viklund"})
	add(application{Child: "hjalmar-viklund", Applicant: "siv-viklund", Guardian: "jonas-viklund-private"})
	vilma := add(vilmas(""))
	b := d.Staff(t, "anna-karin-mo")
	shot := func(b interface{ Get(string) (p pageT) }, name, path string) {}
	_ = shot
	dump := func(name string, body string) { os.WriteFile("/tmp/look/"+name+".html", []byte(body), 0o644) }
	os.MkdirAll("/tmp/look", 0o755)
	p := b.Get("/work"); t.Log(p.Status); dump("inbox", p.Body)
	p = b.Get("/work/cases/"+elsa); t.Log(p.Status); dump("case", p.Body)
	p = b.Get("/work/cases/"+zofia); t.Log(p.Status); dump("colleague", p.Body)
	p = b.Post("/work/cases/"+elsa+"/preview", url.Values{"outcome": {"queued"}, "reasons": {"Elsa är gammal nog.\n\nPlatsen i kön räknas från den dag ansökan kom in."}}); t.Log(p.Status); dump("preview", p.Body)
	p = b.Post("/work/cases/"+elsa+"/preview", url.Values{"reasons": {" "}}); t.Log(p.Status); dump("errors", p.Body)
	p = b.Post("/work/cases/"+zofia+"/notes", url.Values{"note": {"Ringde sökanden."}}); t.Log(p.Status); dump("refused", p.Body)
	p = b.Post("/work/cases/"+elsa+"/ask", url.Values{"ask": {"Skicka ett schema."}}); t.Log(p.Status, p.To)
	p = b.Get("/work/cases/"+elsa); t.Log(p.Status); dump("waiting", p.Body)
	e := d.Staff(t, "elin-thorsell")
	p = e.Get("/work"); t.Log(p.Status); dump("inbox-elin", p.Body)
	p = e.Post("/work/cases/"+vilma+"/take", nil); t.Log(p.Status, p.To)
	p = e.Get("/work/cases/"+vilma); t.Log(p.Status); dump("protected", p.Body)
	p = d.Staff(t, "petra-astrom").Get("/work/cases/"+elsa); t.Log(p.Status)
	j := d.Staff(t, "jonas-viklund")
	p = j.Get("/work/cases/"+keys[5]); t.Log(p.Status, strings.Contains(p.Body, "själv part")); dump("own", p.Body)
	for _, l := range strings.Split(d.Logs.String(), "\n") { if strings.Contains(l, "ERROR") || strings.Contains(l, `"level":"error"`) { t.Log(l) } }
	_ = exec.Command; _ = http.StatusOK
	// serve for pictures
	if os.Getenv("LOOK") != "" { pictures(t, d) }
}
type pageT struct{}
func pictures(t *testing.T, d *desk) {
	mux := http.NewServeMux()
	_ = mux
}

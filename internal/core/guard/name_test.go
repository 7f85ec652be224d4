package guard_test

import (
	"fmt"
	"strings"
	"testing"

	"tillit/internal/core/guard"
)

func watching(names ...guard.Name) *guard.Guard {
	g := guard.New()
	g.Watch(guard.NewWatch(names))
	return g
}

func TestNamesThatAreFound(t *testing.T) {
	g := watching(names...)
	for text, kind := range map[string]guard.Kind{
		"Åsa Öberg": guard.ProtectedName, "ÅSA ÖBERG": guard.ProtectedName, "åsa öberg": guard.ProtectedName, "Öberg, Åsa": guard.ProtectedName,
		"Öberg Åsa": guard.ProtectedName, "A\u030asa O\u0308berg": guard.ProtectedName, "Asa Oberg": guard.ProtectedName,
		"&Aring;sa &Ouml;berg": guard.ProtectedName, "&#197;sa&nbsp;&#xd6;berg": guard.ProtectedName, "Åsa\u00a0Öberg": guard.ProtectedName,
		`\u00c5sa \u00d6berg`: guard.ProtectedName, "%C3%85sa%20%C3%96berg": guard.ProtectedName, "%C3%85sa+%C3%96berg": guard.ProtectedName,
		"<b>Åsa</b> <b>Öberg</b>": guard.ProtectedName, "<b>Åsa</b><b>Öberg</b>": guard.ProtectedName, "Åsa <mark>Öb</mark>erg": guard.ProtectedName,
		"<mark>Ås</mark>a Öberg": guard.ProtectedName, `<td>Åsa</td><td class="ds-table__cell">Öberg</td>`: guard.ProtectedName,
		"Åsa\n   Öberg": guard.ProtectedName, "Å&shy;sa Ö\u00adberg": guard.ProtectedName, "asa.oberg@example.org": guard.ProtectedName,
		`{"given":"Åsa","surname":"Öberg"}`: guard.ProtectedName, `{"given": "Åsa", "family_name" : "Öberg"}`: guard.ProtectedName,
		"&#34;given&#34;:&#34;Åsa&#34;,&#34;surname&#34;:&#34;Öberg&#34;": guard.ProtectedName, "N:Öberg;Åsa;;;": guard.ProtectedName,
		"<dt>Förnamn</dt><dd>Åsa</dd><dt>Efternamn</dt><dd>Öberg</dd>": guard.ProtectedName, "Åsa E. Öberg": guard.ProtectedName, "'Åsa','Öberg'": guard.ProtectedName,
		`<input value="Åsa Öberg">`: guard.ProtectedName, "Åsa<br>Öberg": guard.ProtectedName, "Åsa<!-- templ -->Öberg": guard.ProtectedName,
		"Kim Lindgren": guard.ProtectedName, "Sofia Lindgren": guard.ProtectedName, "Kim Sofia Lindgren": guard.ProtectedName, "LINDGREN KIM": guard.ProtectedName,
		"Lindgren, Kim Sofia": guard.ProtectedName, "K\u0131m Lindgren": guard.ProtectedName,
		"Anna-Karin Ek-Ros": guard.ProtectedName, "Annakarin Ekros": guard.ProtectedName, "Ek-Ros, Anna-Karin": guard.ProtectedName, "Anna\u2011Karin Ek&#8209;Ros": guard.ProtectedName,
		"René von Platen": guard.ProtectedName, "Rene Platen": guard.ProtectedName, "PLATEN, RENÉ VON": guard.ProtectedName, "von Platen, René": guard.ProtectedName,
		"Ren&eacute; v. Platen": guard.ProtectedName,
		"Søren Kjær Nielsen":    guard.ProtectedName, "SØREN NIELSEN": guard.ProtectedName, "S&oslash;ren Kj&aelig;r": guard.ProtectedName, "Sören Kjær": guard.ProtectedName,
		"Bo Ek": guard.ProtectedName, "EK, BO": guard.ProtectedName, "<b>B</b>o E<b>k</b>": guard.ProtectedName,
		"Siobhán O'Brien": guard.ProtectedName, "Siobhán O&#39;Brien": guard.ProtectedName, "Siobhan O’Brien": guard.ProtectedName, "OBRIEN SIOBHAN": guard.ProtectedName,
		"Łucja Dąbek": guard.ProtectedName, "Lucja Dabek": guard.ProtectedName, "&#321;ucja D&#261;bek": guard.ProtectedName,
		"Ольга Петрова": guard.ProtectedName, "ПЕТРОВА ОЛЬГА": guard.ProtectedName,
		"Fanny Fågelsång": guard.CanaryName, "Fågelsång, Fanny": guard.CanaryName,
		"kvitter.i.granvik@example.org": guard.Token, "KVITTER.I.GRANVIK@EXAMPLE.ORG": guard.Token, "kvitter.i.granvik&#64;example.org": guard.Token, "kvitter.i.granvik%40example.org": guard.Token,
	} {
		for _, around := range []string{"%", "<p>%</p>", "Hej %!", "(%)", `"%"`, "&nbsp;%&nbsp;", "2026 %, 3", "på % är", "Beslut för\u00a0%\u00a0kom", "1% 2", "%0A%%0A", `\n%\n`} {
			body := strings.Replace(around, "%", text, 1)
			if around == "%0A%%0A" {
				body = "%0A" + text + "%0A"
			}
			found := g.Scan([]byte(body), nil)
			if len(found) == 0 || found[0].Kind != kind {
				t.Errorf("%q: found %v, want %v", body, found, kind)
			}
		}
	}
}

func TestWordsThatAreNoWatchedName(t *testing.T) {
	g := watching(names...)
	for _, text := range []string{
		"Åsa", "Öberg", "Åsa Lindgren", "Kim Öberg", "Kåsa Öberg", "Åsa Öbergs", "Åsas Öberg", "Sjöberg Åsa", "Sj&ouml;berg &Aring;sa", "Asaa Oberg",
		"Åsa och Öberg", "Åsa 7 Öberg", "Åsa (Öberg)", "Åsa / Öberg", "Åsa = Öberg", "<li>Åsa</li><li>Öberg</li>", "<td>Åsa</td></tr><tr><td>Öberg</td>",
		"Åsa" + strings.Repeat(" ", 700) + "Öberg", "Åsa,,,,,,,,,,Öberg", "von Platen", "Anna Ek-Ros", "Karin Ros", "Karin Ek-Ros", "BoEk", "Åek Bo", "Bo E", "Bok Ek",
		"kvitter.i.granvik@example.or", "kvitter.i.granvik@example.orgs", "xkvitter.i.granvik@example.org", "Åsa<", "Åsa &", "Åsa %", `Åsa \`, "Åsa <b", `Åsa "x`, `Åsa,"Öberg`[:5],
	} {
		if found := g.Scan([]byte("Text. "+text), nil); found != nil {
			t.Errorf("%q: found %v", text, found)
		}
	}
}

func TestAnotherSpellingOfAnAllowedNameIsAllowed(t *testing.T) {
	g := watching(names...)
	for _, opened := range [][]string{{"Kim Sofia Lindgren"}, {"Lindgren, Kim Sofia"}, {"Kim Sofia", "Lindgren"}, {"KIM SOFIA", "LINDGREN"}, {"Sökande: Kim Sofia Lindgren, kom i dag med sin mor"}} {
		var a guard.Allowed
		a.Add(opened...)
		for _, sent := range []string{"Sofia Lindgren", "lindgren sofia", "<b>Sofia</b> LINDGREN", "Sofia&nbsp;Lindgren"} {
			if found := g.Scan([]byte(sent), &a); found != nil {
				t.Errorf("%q opened, %q sent: found %v", opened, sent, found)
			}
		}
		if found := g.Scan([]byte("Kim Sofia Lindgren och Åsa Öberg"), &a); len(found) != 1 {
			t.Errorf("%q opened: found %v beside it, want the other", opened, found)
		}
	}
	var a guard.Allowed
	a.Add("Kim")
	a.Add("Lindgren")
	a.Add(" Kvitter.i.granvik@example.org\n")
	if found := g.Scan([]byte("Kim Lindgren"), &a); len(found) != 1 {
		t.Error("two texts that were opened apart allow the name that they make together")
	}
	if found := g.Scan([]byte("Skriv till kvitter.i.granvik@example.org."), &a); found != nil {
		t.Errorf("found %v, an allowed token", found)
	}
}

// In a list a surname stands before the given name of the next person.
func TestListOfOthersDoesNotNameSomebody(t *testing.T) {
	g := watching(names...)
	list := []string{"Bo Öberg", "Åsa Ek", "Kim Platen", "René Lindgren", "Kim Ros"} // Öberg|Åsa, Platen|René, Lindgren|Kim
	var a guard.Allowed
	for _, n := range list {
		a.Add(n)
	}
	for _, between := range []string{", ", "; ", " ", "</td><td>", "<br>", "</span><span>", "</div>\n<div>"} {
		if found := g.Scan([]byte(strings.Join(list, between)), &a); found != nil {
			t.Errorf("divided by %q: found %v", between, found)
		}
		leak := strings.Join([]string{list[0], "Kim Lindgren", list[2]}, between)
		if found := g.Scan([]byte(leak), &a); len(found) != 1 {
			t.Errorf("divided by %q: found %v, want the one who is not in the list", between, found)
		}
	}
	for _, half := range []string{"Bo Öberg, Åsa", "Öberg, Åsa Ek", "Bo Öberg, Åsa Granberg", "Lars Öberg, Åsa Ek"} {
		if found := g.Scan([]byte(half), &a); len(found) != 1 {
			t.Errorf("%q: found %v, want her: only one of the words belongs to another", half, found)
		}
	}
}

func TestWatchIsSwappedWhileServing(t *testing.T) {
	g, body := guard.New(), []byte("Åsa Öberg")
	if found := g.Scan(body, nil); found != nil {
		t.Fatalf("found %v before anybody is watched", found)
	}
	stop := make(chan bool)
	go func() {
		defer close(stop)
		for range 200 {
			g.Watch(guard.NewWatch(names))
			g.Watch(nil)
		}
		g.Watch(guard.NewWatch(names))
	}()
	for done := false; !done; {
		select {
		case <-stop:
			done = true
		default:
			g.Scan(body, nil)
		}
	}
	if found := g.Scan(body, nil); len(found) != 1 {
		t.Errorf("found %v after she is watched", found)
	}
}

func TestProtectionOutweighsInvention(t *testing.T) {
	protected, canary := guard.Name{Given: "Kim", Surname: "Ek", Kind: guard.ProtectedName}, guard.Name{Given: "Kim", Surname: "Ek", Kind: guard.CanaryName}
	for _, both := range [][]guard.Name{{protected, canary}, {canary, protected}} {
		if found := watching(both...).Scan([]byte("Kim Ek"), nil); len(found) != 1 || found[0].Kind != guard.ProtectedName {
			t.Errorf("found %v, want the protected namesake", found)
		}
	}
}

func TestWhatCannotBeWatched(t *testing.T) {
	w := guard.NewWatch([]guard.Name{{Given: "Kim"}, {Surname: "Ek"}, {Given: "K.", Surname: "Ek"}, {Given: "abc", Kind: guard.Token}, {Given: "7070abc", Kind: guard.Token},
		{Given: "token-of-two", Surname: "parts", Kind: guard.Token}, {Given: "Bo", Surname: "Von"}, {}})
	if got := w.Unwatchable(); got != 7 {
		t.Errorf("%d can't be watched, want 7: all but the one whose surname looks like a particle", got)
	}
	g := guard.New()
	g.Watch(w)
	if found := g.Scan([]byte("Bo Von"), nil); len(found) != 1 || found[0].Kind != guard.ProtectedName {
		t.Errorf("found %v, want the one whose kind was not said", found)
	}
}

func TestNothingOfAPersonIsPrinted(t *testing.T) {
	var a guard.Allowed
	a.Add("Kim Lindgren 19121212-1212")
	found := watching(names...).Scan([]byte("Kim Lindgren 19121212-1212"), nil)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
		for _, x := range []any{a, &a, found, *guard.NewWatch(names[:2])} {
			if got := strings.ToLower(fmt.Sprintf(verb, x)); strings.Contains(got, "lindgren") || strings.Contains(got, "1212") {
				t.Errorf("%s prints what it must not", verb)
			}
		}
	}
	if len(found) != 2 || found[0].Kind.String() != "protected_name" || found[1].Kind.String() != "number" {
		t.Errorf("found %v, want a name and a number", found)
	}
}

func TestAtMostAHundred(t *testing.T) {
	body := strings.Repeat("19121212-1212 ", 300)
	if found := guard.New().Scan([]byte(body), nil); len(found) != 100 {
		t.Errorf("%d findings, want 100", len(found))
	}
}

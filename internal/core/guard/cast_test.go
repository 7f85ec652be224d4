package guard_test

import (
	"fmt"
	"html"
	"math/rand/v2"
	"strings"

	"tillit/internal/core/guard"
)

// luhn is the check digit of nine digits, counted in its own way.
func luhn(nine string) byte {
	sum := 0
	for i, c := range nine {
		n := int(c - '0')
		if i%2 == 0 {
			n *= 2
		}
		if n > 9 {
			n -= 9
		}
		sum += n
	}
	return byte('0' + (10-sum%10)%10)
}

// a Swedish number of the authorities' test series: the births 980 to 989 of a day.
func swede(year, month, day, serial int) string {
	nine := fmt.Sprintf("%02d%02d%02d%03d", year%100, month, day, 980+serial%10)
	return fmt.Sprintf("%02d%s%c", year/100, nine, luhn(nine))
}

// passesEleven makes a Danish number of a date and some digits that passes modulo 11.
func passesEleven(date string, serial int) string {
	for ; ; serial++ {
		s := fmt.Sprintf("%s%04d", date, serial%4000)
		sum := 0
		for i, w := range []int{4, 3, 2, 7, 6, 5, 4, 3, 2, 1} {
			sum += int(s[i]-'0') * w
		}
		if sum%11 == 0 {
			return s
		}
	}
}

// the cast: protected people and a canary
var names = []guard.Name{
	{Given: "Åsa", Surname: "Öberg", Kind: guard.ProtectedName},
	{Given: "Kim Sofia", Surname: "Lindgren", Kind: guard.ProtectedName},
	{Given: "Anna-Karin", Surname: "Ek-Ros", Kind: guard.ProtectedName},
	{Given: "René", Surname: "von Platen", Kind: guard.ProtectedName},
	{Given: "Søren", Surname: "Kjær Nielsen", Kind: guard.ProtectedName},
	{Given: "Bo", Surname: "Ek", Kind: guard.ProtectedName},
	{Given: "Siobhán", Surname: "O'Brien", Kind: guard.ProtectedName},
	{Given: "Łucja", Surname: "Dąbek", Kind: guard.ProtectedName},
	{Given: "Ольга", Surname: "Петрова", Kind: guard.ProtectedName},
	{Given: "Fanny", Surname: "Fågelsång", Kind: guard.CanaryName},
	{Given: "kvitter.i.granvik@example.org", Kind: guard.Token},
}

// manyNames are invented names, as many as a city has people to protect.
func manyNames(n int) []guard.Name {
	chance := rand.New(rand.NewPCG(1, 2))
	syllables := strings.Fields("an ber car dal ek fors gran holm il jan kar lund mar nil os per ri sten tor ulf vik åk öst älv")
	part := func() string {
		s := syllables[chance.IntN(len(syllables))] + syllables[chance.IntN(len(syllables))]
		return strings.ToUpper(s[:1]) + s[1:]
	}
	var made []guard.Name
	for range n {
		made = append(made, guard.Name{Given: part() + "ina", Surname: part() + "sson", Kind: guard.ProtectedName})
	}
	return made
}

// page is what the municipality sends: forms, tables, drawings, hashes, references, and
// nobody's number. Its length grows with the cases.
func page(chance *rand.Rand, cases int) string {
	var b strings.Builder
	hex := func(n int) string {
		s := make([]byte, n)
		for i := range s {
			s[i] = "0123456789abcdef"[chance.IntN(16)]
		}
		return string(s)
	}
	uuid := func() string {
		return "019a" + hex(4) + "-" + hex(4) + "-7" + hex(3) + "-a" + hex(3) + "-" + hex(12)
	}
	digits := func(n int) string {
		s := make([]byte, n)
		for i := range s {
			s[i] = byte('0' + chance.IntN(10))
		}
		return string(s)
	}
	fmt.Fprintf(&b, `<!doctype html><html lang="sv" data-color-scheme="auto"><head><meta charset="utf-8"><title>Mina ärenden – Granvik</title>`+
		`<link rel="stylesheet" href="/assets/app.%s.css" integrity="sha384-%s"><script src="/assets/upload.%s.js" defer></script>`+
		`<style>:root{--ds-size-1:4px;--c:#%s}@media(min-width:1280px){.app{grid-template-columns:280px 1fr}}</style></head>`+
		`<body data-color="accent" data-request="%s"><header class="app-header"><a class="ds-skip-link" href="#main">Hoppa till innehållet</a>`,
		hex(12), hex(64), hex(16), hex(6), uuid())
	fmt.Fprintf(&b, `<svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><path d="M12 2a10 10 0 100 20 10 10 0 000-20zm-.%s-%s%s %s.%sL%s-%s 850101-1236 8501011236z"/></svg></header><main id="main">`,
		digits(6), digits(4), digits(2), digits(2), digits(10), digits(6), digits(4))
	for i := range cases {
		id := uuid()
		fmt.Fprintf(&b, `<article class="ds-card" data-variant="tinted" id="case-%s"><h2 class="ds-heading" data-size="sm"><a class="ds-link" href="/my/cases/%s">Ansökan om förskoleplats, hösten %d</a></h2>`+
			`<dl class="app-facts"><dt>Ärende</dt><dd>BUN %d/%s</dd><dt>Kom in</dt><dd><time datetime="2026-%02d-%02dT08:%02d:00+01:00">%d november 2026 kl. 08.%02d</time></dd>`+
			`<dt>Avgift</dt><dd>1&nbsp;%s,50&nbsp;kr</dd><dt>Bankgiro</dt><dd>%s-%s</dd><dt>Organisationsnummer</dt><dd>212000-1355</dd>`+
			`<dt>Fastighet</dt><dd>GRANVIK 1:%s</dd><dt>Telefon</dt><dd><a href="tel:+4698%s">0980-319 200</a>, 070-174 06 %s</dd></dl>`,
			id, id, 2020+i, 2026, digits(5), 1+i%12, 1+i%28, i%60, 1+i%28, i%60, digits(3), digits(3), digits(4), digits(3), digits(7), digits(2))
		fmt.Fprintf(&b, `<p>Vi har tagit emot din ansökan. Du behöver inte göra något nu. Handläggaren hör av sig om något fattas, oftast inom två veckor. `+
			`Du kan följa ärendet här och läsa vem som har öppnat det &ndash; varje gång står med dag, tid och skäl. %s.</p>`+
			`<form method="post" action="/my/cases/%s/withdraw"><input type="hidden" name="nonce" value="%s"><button class="ds-button" data-variant="secondary" data-size="sm">Ta tillbaka</button></form>`+
			`<svg class="app-curve" viewBox="0 0 320 80"><polyline points="0,%s 12.%s,%s-%s 24,%s"/><path d='M0 0L%s %sZ'/></svg></article>`,
			html.EscapeString(`Frågor? Ring "kontaktcenter" på 0980-319 200, vardagar 8–17 & lördagar 10–14`), id, hex(43), digits(2), digits(6), digits(6), digits(4), digits(2), digits(6), digits(4))
	}
	b.WriteString(`</main><footer class="app-footer"><p>Granviks kommun, Box 12, 981 85 Granvik. Postgiro 12 34 56-7. IBAN SE45 5000 0000 0583 9825 7466.</p></footer></body></html>`)
	return b.String()
}

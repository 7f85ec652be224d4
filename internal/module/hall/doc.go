// Package hall is what everybody meets: the start page, the overview of services, contact,
// the choice of language, the way in by BankID and the way out, and the page for whoever
// sees something that is not hers. No door here opens anything about anybody; the name in
// the header is the frame's.
//
// Signing in is a POST that starts an order, a page that shows its code, and a POST that
// collects it. A GET never signs anybody in. Every page works before any script has run.
//
// An order, as its browser sees it:
//
//	pending -> complete   the session begins, and the browser goes to where it was going
//	pending -> failed     the page says why, in words, and what to do now
//	pending -> cancelled  stopped in this browser, by the button or by a newer order
//
// Employees come in by a passkey, which a browser gives to a script alone. A new one is made by
// an invitation: a code from the console, never in an address, that holds half an hour and once.
//
// Words (Swedish; Danish):
//
//	Service card  tjänst i översikten; selvbetjeningsløsning
//	Life          livshändelse; livsbegivenhed: a way in by what happens in life
//	Shared        dator som andra också använder; offentlig computer
//	Not me        det här är inte jag, eller inte mitt; det er ikke mig, eller ikke mit
//	Passkey       passernyckel; adgangsnøgle (WebAuthn)
//	Invitation    inbjudan; invitation: what lets an employee make a passkey
//	Cast          demons medarbetare; demoens medarbejdere
//
// Laws and standards: DOS-lagen (2018:1937) and lov om tilgængelighed (LOV nr 692 af
// 08/06/2018) for pages that everybody can use; RFC 9116 for security.txt.
package hall

// Package work is the officer's side of the e-services: the inbox of her units, and a case
// as one page from which she takes it, writes, asks for what is missing and decides.
//
// It decides nothing. A handler turns a form into a verb of package eservice and its answer
// into a page; what the service refuses comes back on the same page, with why, and with what
// she had typed. Everything about a person opens when it is rendered and nowhere before, so
// that the ledger has what the page showed. A protected person stands in no list by name.
//
// A decision is sent in two steps: the form shows what the parties will read, and only that
// page has the button that sends it.
//
// Words (Swedish; Danish):
//
//	Inbox    inkorg; indbakke. List: urval; udvalg, one of its choices.
//	Due      klart senast; senest færdig. Late: sen; forsinket.
//	Panel    beslutsrutan vid sidan av ärendet; afgørelsesboksen
//	Preview  förhandsgranskning; gennemsyn
//	Typed    det som handläggaren skrev och som ännu inte är skickat
//
// Law: förvaltningslagen (2017:900) 16 § (own interest), 32 § (reasons), 33 § (notice and how to appeal).
package work

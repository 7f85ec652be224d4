// Package session is sign-in and sessions: how a person becomes an Actor, stays that person,
// and stops being it. A session has one subject for life, which the database itself sees to.
// An order at an eID is bound to the browser that started it, is collected by one at a time,
// and never signs anybody in on a GET.
//
// Words (Swedish; Danish):
//
//	Session   inloggning som pågår; session
//	Order     beställning hos e-legitimationen: legitimera (auth) eller skriva under (sign)
//	EID       e-legitimation: BankID; eID: MitID
//	Shared    dator som andra också använder; offentlig computer
//	Strength  tillitsnivå; sikringsniveau
//	Evidence  underskriften, som e-legitimationen gav den
package session

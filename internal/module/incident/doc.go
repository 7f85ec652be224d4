// Package incident is the stewards' room. Today it is the switches: what is closed and what
// is open, who closed it and why, and what the guard has stopped.
//
// One steward closes, at once and alone: closing too much is put right in a minute, closing
// too late is not. Two open: the first asks, another one opens, and both say why. Nothing on
// these pages is about any resident.
//
// A switch is offered only where the house asks it before it acts: whole services, single
// routes, classes of data, sign-in and egress. The stewards' own routes and the way in and
// out are not offered, since a house whose stewards are locked out is opened by nobody.
//
// Words (Swedish; Danish):
//
//	Steward    vakten, den som har vakt; vagten
//	Closure    avstängning; lukning (core/closure)
//	Turn       vridning av en brytare; drejning. A line of the switches' log.
//	Near miss  nära ögat: an answer that the guard stopped; nærved-hændelse
//	Objection  "det här stämmer inte"; indsigelse: what a resident says of a line of her log
//
// Sources: GDPR (EU) 2016/679, articles 32 (security of processing) and 33 (breach).
package incident

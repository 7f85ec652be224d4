// Package population asks the population register about people: who a number is, and what has
// changed. It speaks a small JSON protocol of our own; the registers' own formats (Navet, CPR)
// become translators in front of it.
//
// The protocol. POST lookup {"number"} answers a record, or 404. GET changes?after=CURSOR
// answers {"changes": [record ...], "next": CURSOR}: people who have changed since, as they are
// now, at most a hundred at a time; none means that one is up to date. A number never stands in
// an address that we ask for.
//
// Words (Swedish; Danish): register: folkbokföringsregistret; Det Centrale Personregister.
// Record: personpost; personoplysninger. Custody: vårdnad; forældremyndighed.
package population

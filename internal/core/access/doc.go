// Package access decides. One question, "may this actor do this action on this record
// for this purpose now?", gets one answer: a Permit, or a refusal. The text of the
// policy is Cedar, one policy.cedar in each module's room; the facts are loaded in the
// transaction that the permit is for; deny is the default. Row-level security in the
// database answers the same question by its own logic, so that one mistake is not enough.
//
// Words (Swedish; Danish):
//
//	Actor     den som gör något nu; aktør. Always a parameter named by.
//	Subject   den registrerade; den registrerede. The person whom data is about.
//	Purpose   ändamål; formål. Why data is looked at, from a short list per module.
//	Permit    behörighet för stunden; tilladelse. Dies with the visit it was given for.
//	Class     skyddsklass; klasse. open, internal, personal, sensitive, protected.
//	Unit      enhet; enhed. Board: nämnd; udvalg (the controller, personuppgiftsansvarig).
package access

// Package mypages is the resident's own pages: what waits for her, her cases, who on the
// municipality has seen her data and why, the messages to her and where she is reached.
//
// Nothing here is anybody's but the signed-in resident's. The ledger is read with her own
// actor and gives her own log; an occasion on which somebody else looked names an employee
// by working name, role and unit, and another resident never by name: the other guardian of
// her child is called that and nothing more. What the ledger keeps as a key (a title, a
// purpose, a field) is put into words here; a key without words gets a neutral one, and the
// key itself is never shown.
//
// She may say of each occasion that it is not right. That is kept once, at once, and the
// stewards see it; she need not say why, and saying it twice changes nothing.
//
// Words (Swedish; Danish):
//
//	Look       tillfälle; tilfælde. One occasion in her log: a response of ours that showed
//	           something about her.
//	Objection  "det här stämmer inte"; indsigelse. What she says of a look.
//	Card       ärendekort; sagskort. One of her cases as it stands on her first page.
//	Waiting    det som väntar på dig; det, der venter på dig.
//
// Sources: GDPR (EU) 2016/679, article 15 (access, recipients included) and article 5(2);
// dataskyddslagen (2018:218); databeskyttelsesloven.
package mypages

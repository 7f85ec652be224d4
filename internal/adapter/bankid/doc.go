// Package bankid speaks to the Swedish BankID service as a relying party: RP API v6,
// JSON over HTTPS with the relying party's own certificate.
//
// Words
//
//	legitimera       auth     prove who one is; a sign order is not a sign-in
//	skriva under     sign     put one's name to a text
//	förlitande part  RP       relying party: us
//	personnummer     number   identity number, twelve digits; a samordningsnummer adds 60 to the day
//	säkerhetskod     PIN      what the holder types in the BankID app
//
// An order is started by Auth or Sign, asked about with Collect, and ended by its
// holder, by BankID or by Cancel:
//
//	pending -> complete | failed
//
// BankID tells how an order ended once: asking again answers InvalidParameters. So one
// collector owns an order and stops at its end, and when the last answer is lost on the
// way the sign-in has failed. Which collector owns an order is not decided here.
//
// Only Collect is tried again after a failure. A second Auth or Sign would start a
// second order, and a second order for the same person ends the first.
//
// Source: BankID, Relying Party API v6 (OpenAPI 6.1.9).
package bankid

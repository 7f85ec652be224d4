// Package smtp hands one prepared mail to the municipality's mail relay. It knows nothing of
// people: whom to write to, and that the address is proven, is decided before. A mail is sent
// as it was prepared, under the Message-ID that it was prepared with, so that sending it once
// more makes no second mail where receivers drop duplicates.
//
// # Words
//
//   - relay: the server that takes our mail and carries it on.
//   - return path: where a receiver's server sends what it could not deliver (bounces). One for
//     each mail (VERP) tells which mail came back.
//   - greylisting: a server refuses a sender it does not know for some minutes, to see whether
//     she comes again.
//
// Source: RFC 5321 (SMTP), RFC 5322 (mail), RFC 3207 (STARTTLS), RFC 8314 (implicit TLS), RFC
// 3463 (enhanced status codes).
package smtp

// Package antivirus asks a ClamAV daemon on the same machine whether a file is harmful. A
// file is Clean only when the daemon has read all of it and said so. Everything else keeps
// it closed: harmful, too large, too slow, cut off, or nobody there to ask.
//
// # Words
//
//   - clamd: the daemon of ClamAV. It is spoken to over a Unix socket.
//   - INSTREAM: the command by which a file is sent in pieces, each behind its length in four
//     bytes, big end first, and ended by a length of zero.
//   - StreamMaxLength: the daemon's own limit, beyond which it stops reading (25 MB as installed).
//   - EICAR: the text that every scanner reports though it harms nobody, for tests.
//
// Source: ClamAV, clamd(8).
package antivirus

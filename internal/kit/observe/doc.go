// Package observe is what the program says of itself while it runs: a log that can't
// tell who anybody is, one record for every request, and numbers for Prometheus.
//
// Sealed values print as placeholders by themselves. The log takes out what looks like
// an identity number, an address of mail or a telephone number all the same, because a
// value may reach it that nobody sealed: in an error of a library, in a path, in a key.
package observe

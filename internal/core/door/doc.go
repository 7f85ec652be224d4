// Package door is the way of one request: every route is a door that says beside its path
// which action it is for, by what relation, for which purpose and which classes of data may
// pass it. A door without that declaration does not open: nothing starts.
//
// In order: limits and headers, the closures, who it is, the handler, the page rendered into
// a buffer under the recorder, the ledger, the guard, and only then the bytes. No ledger
// line, no byte; a stranger in the bytes, no byte either.
//
// Words (Swedish; Danish):
//
//	Route    väg in; rute. Visit: ett besök, one request from first byte to last.
//	Receipt  kvittot sist på sidan: what was opened about whom
package door

// Package ledger keeps what was shown of whom, to whom, why, and under which policy and
// build. Rows are only ever added. Each process writes its own lane: a sequence without
// gaps and a chain of hashes over salted commitments, so that a missing or changed row
// shows, and a row can be erased without breaking the proof.
//
// Words (Swedish; Danish):
//
//	Disclosure  utlämnande, visning; videregivelse. One response and one person in it.
//	Ledger      loggen, behandlingshistorik; log
//	Lane        en skrivares egen följd; one process's sequence and chain
//	Commitment  åtagande; HMAC-SHA-256 of the row under a salt of its own
//	Erasure     gallring; sletning. Row and salt go, the commitment stays.
package ledger

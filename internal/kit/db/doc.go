// Package db is PostgreSQL that is just there. Without configuration it runs a
// cluster of its own in a folder: private socket, no port, no stored password, and
// no code path that deletes one. With a URL it uses the operator's server.
//
// Words used here:
//
//   - cluster: one PostgreSQL data directory and the server that runs on it
//   - engine: a folder with the programs postgres and initdb
//   - supervised: the cluster is ours to start, watch, restart and stop
//   - role: one of the five database roles; row-level security binds them all
//   - local: what a transaction tells the database about itself, for its own length
//
// All access goes through [DB.Tx]: one transaction, its settings sent along with
// BEGIN, retried when PostgreSQL asks for it.
//
// The package is for Linux: it relies on the parent-death signal, on flock and on
// /proc/self/fd.
package db

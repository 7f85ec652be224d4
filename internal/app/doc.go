// Package app puts the house together: settings, database, core, modules, one handler. It is
// the only place that knows adapters and the only one where two modules meet (bridges.go).
package app

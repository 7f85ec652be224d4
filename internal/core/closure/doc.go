// Package closure is the switches: what is closed to protect people. A switch is asked on
// every request, from memory; every process looks again several times a second, so that a
// closing reaches all of them within one. One steward closes; two open.
//
// Words (Swedish; Danish):
//
//	Closure  stängning; lukning. Never "fel" or "driftstopp": a sign on the door.
//	Target   det som stängs: service/..., route/..., controller/..., class/..., egress, sign-in
package closure

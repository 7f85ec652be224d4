// Package arch holds the house rules that a compiler can't: which way imports point,
// what a module's room is furnished with, where time and chance come from, and what
// SQL may ask. Every rule is a test that says the rule and the mend, and every rule
// is itself tried on a planted breach, so that it can't go blind.
//
// To change a rule, change its table and say why beside the line.
package arch

// Package ui is what people see: the page's frame, its parts and its fields, one style
// sheet, the drawings and a few small scripts. Everything is rendered on the server and
// works before any script has run; no part writes an inline style or script, so a page
// keeps a policy without unsafe-inline.
//
// A part takes plain text as string. Where a value about a person may stand it takes a
// templ.Component, which is rendered in reading order and only if the page comes that far;
// Str makes one of plain text.
//
// Words: a sheet is a box one acts on; a row is one thing of a list; a state is a shape,
// a word and a colour, in that order; a sign says that something is closed and which way
// is open; a note is said by the way; a receipt is the dashed line that says what the page
// opened about whom, and nothing else is dashed.
//
// Glossary: receipt, Swedish kvitto, Danish kvittering; sealed, förseglat, forseglet;
// step, steg, trin.
package ui

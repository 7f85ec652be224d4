// Package disclosure keeps personal values sealed until a live permit opens them, and
// notes what was opened. A sealed value prints, logs and marshals as a placeholder and
// can't be compared; opening it while an artefact is made is the ledger line.
//
// Words (Swedish; Danish):
//
//	Sealed      förseglad uppgift; forseglet oplysning
//	Disclosure  utlämnande, visning; videregivelse, visning. One subject's fields of one
//	            record, opened into one outgoing artefact.
//	Recorder    den som antecknar; collects the disclosures of one artefact.
//	Artefact    det som lämnar huset: page, API answer, file, mail, error.
package disclosure

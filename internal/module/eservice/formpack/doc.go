// Package formpack is the form package: what an author writes as YAML becomes one immutable
// document, known by its hash, and that document alone decides what is asked, who sees it,
// what is refused and what is signed. It is pure: no clock, no database, no files; the caller
// gives facts, rates and lists.
//
// The parts of a package: the schema (JSON Schema draft 2020-12, unevaluatedProperties false;
// each field with x-class, x-visible-to, x-retention, x-source and x-about), the flow (steps,
// texts, parties, signer rule, attachment slots, states, keys of fees and deadlines; its own
// shape is package.schema.json) and the rules (conditions, values and checks in the Common
// Expression Language, type-checked and costed when published).
//
// The path of a package: Compile publishes an author's source; Load opens a stored package
// and refuses one that was touched; With lays a municipality's override over it. The path of
// an answer: Parse reads a posted step, Apply puts it among the stored answers, Evaluate
// judges them and says what may be stored, Steps and Review show them, SharedPart and
// ApplicantPart cut them, Canonical, PayloadHash and SigningText are what is signed.
//
// What rules see. answers.x, facts.x and values.x may be absent: has(answers.x) asks, and a
// condition that reads something absent does not hold, a check that does is not made, a
// value that does is absent itself. rates.a.b is always there; a rate or fact that the caller
// failed to give stops the form, it never lets it through. Days are CEL timestamps at
// midnight UTC, with addDays, addMonths, addYears, monthsTo, date and newDate beside CEL's own.
//
// Masking is no setting. A field is shown to another party only if it is about the child
// that both answer for (x-about child, at most personal) or about the matter and no person
// (x-about matter, at most internal), and never if it holds a number, address or contact.
// Nor may its value, presence or words depend on what that party does not see.
//
// Words: ansökan (da ansøgning) = application; sökande (da ansøger) = applicant;
// medundertecknare (da medunderskriver) = co-signer; vårdnadshavare (da
// forældremyndighedsindehaver) = guardian; handläggare (da sagsbehandler) = officer; bilaga
// (da bilag) = attachment, its place a slot; komplettering = completion; gallring (da
// kassation) = disposal, ruled by retention; avgift, taxa (da gebyr, takst) = fee, rate.
package formpack

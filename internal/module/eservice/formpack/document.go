package formpack

// The package as it is stored: one JSON document in three parts. Its shape is
// checked by package.schema.json; these types only carry it.

const documentFormat = "tillit.formpack/1"

type document struct {
	Format string         `json:"format"`
	Family string         `json:"family"`
	Number int            `json:"number"`
	Schema map[string]any `json:"schema"`
	Flow   flowDoc        `json:"flow"`
	Rules  rulesDoc       `json:"rules"`
}

type flowDoc struct {
	Languages []string                     `json:"languages"`
	Parties   []string                     `json:"parties"`
	Signers   Signers                      `json:"signers"`
	States    []string                     `json:"states"`
	Deadlines map[string]string            `json:"deadlines"`
	Fees      map[string]string            `json:"fees"`
	Steps     []stepDoc                    `json:"steps"`
	Fields    map[string]fieldDoc          `json:"fields"`
	Slots     map[string]slotDoc           `json:"slots"`
	Texts     map[string]map[string]string `json:"texts"` // language, key
}

// Signers says who must sign beside the applicant.
type Signers struct {
	Rule     string   `json:"rule" yaml:"rule"`         // none | all_guardians | guardians_other_address
	Allowed  []string `json:"allowed" yaml:"allowed"`   // what a municipality may choose instead
	Deadline string   `json:"deadline" yaml:"deadline"` // rate key, days
	Reminder string   `json:"reminder" yaml:"reminder"` // rate key, days
}

type stepDoc struct {
	Key   string    `json:"key"`
	Items []itemDoc `json:"items"`
}

// itemDoc names a field or a slot, never both.
type itemDoc struct {
	Field string `json:"field,omitempty"`
	Slot  string `json:"slot,omitempty"`
}

type fieldDoc struct {
	Kind    Kind       `json:"kind"`
	Options []string   `json:"options,omitempty"`
	From    *optionDoc `json:"options_from,omitempty"`
	Type    string     `json:"type"` // under which rules see it: text | int | bool | date | list
}

// optionDoc says that the options are a list of the caller's; with Match, only those of
// its entries that carry the answer to that field.
type optionDoc struct {
	List  string `json:"list" yaml:"list"`
	Match string `json:"match,omitempty" yaml:"match"`
}

type slotDoc struct {
	Type         string   `json:"type"`
	LaterAllowed bool     `json:"later_allowed"`
	MaxFiles     int      `json:"max_files"`
	MaxBytes     int64    `json:"max_bytes"`
	Mime         []string `json:"mime"`
	Class        string   `json:"class"`
	VisibleTo    []string `json:"visible_to"`
	Retention    string   `json:"retention"`
}

type rulesDoc struct {
	Facts    map[string]factDoc     `json:"facts"`
	Rates    map[string]string      `json:"rates"` // key, unit
	Lists    []string               `json:"lists"`
	Values   map[string]valueDoc    `json:"values"`
	Phrases  map[string][]phraseDoc `json:"phrases"`
	Visible  map[string]string      `json:"visible"`  // "field.x", "slot.x", "step.x", "option.x.value"
	Required map[string]string      `json:"required"` // "field.x", "slot.x"
	Computed map[string]string      `json:"computed"` // field
	Checks   []checkDoc             `json:"checks"`
}

// valueDoc is a value that rules and texts use by name; it is worked out and never stored.
type valueDoc struct {
	Type string `json:"type" yaml:"type"` // text | int | bool | date | list
	Is   string `json:"is" yaml:"is"`
}

// factDoc is a fact that the caller gives: always, or once the field When has an answer.
type factDoc struct {
	Type string `json:"type"`
	When string `json:"when,omitempty"`
}

// phraseDoc is one case of a phrase; its words are the text "phrase.<key>.<n>".
type phraseDoc struct {
	If string `json:"if,omitempty"`
}

type checkDoc struct {
	Key   string `json:"key"`
	Field string `json:"field"`
	Level string `json:"level"` // refuse | warn
	Holds string `json:"holds"`
}

// Kind is what a question looks like.
type Kind string

// The kinds. KindSlot is that of an attachment slot, which is no field.
const (
	KindChoice    Kind = "choice"    // one of a few
	KindChoices   Kind = "choices"   // some of a few
	KindRanked    Kind = "ranked"    // some of a list, in order
	KindText      Kind = "text"      // one line
	KindMultiline Kind = "multiline" // several lines
	KindInteger   Kind = "integer"
	KindDate      Kind = "date"
	KindBoolean   Kind = "boolean"
	KindRegister  Kind = "register" // one of the caller's list, from a register and never typed
	KindComputed  Kind = "computed" // not asked: worked out
	KindSlot      Kind = "slot"
)

// The classes of data, from open to protected.
var classRank = map[string]int{"open": 0, "internal": 1, "personal": 2, "sensitive": 3, "protected": 4}

// Roles that may be named as seeing a field, and of them those who may see what is about
// the applicant herself. The rest are other parties of the case.
var (
	roles    = []string{"applicant", "co_signer", "guardian", "signatory", "circle_member", "representative", "invoice_recipient", "account_holder", "neighbour", "referral_body", "certifier", "confirmer", "officer"}
	insiders = []string{"applicant", "representative", "officer"}
)

// States of a case as residents see them, and the signer rules.
var (
	states      = []string{"NEW", "WAITING_FOR_MULTISIGN", "WAITING_FOR_PAYMENT", "SUBMITTED", "WAITING_FOR_COMPLETION", "IN_PROGRESS", "ARCHIVED"}
	signerRules = []string{"none", "all_guardians", "guardians_other_address"}
)

// Retention rules that a field may follow: with the case, only until the decision stands,
// or only as long as the draft.
var retentions = []string{"case", "decision", "draft"}

// maskedFormats are those of a person's number, address or account.
var maskedFormats = []string{"phone", "email", "address", "se-personnummer", "dk-cpr", "se-account"}

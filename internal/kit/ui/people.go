package ui

import "github.com/a-h/templ"

// TraceProps is one time that somebody opened something about the reader. Role and unit
// stand first, the purpose is a sentence ("För att ..."), Kinds are what was opened, About
// is the case and the name. Report is where the reader says that it is not right.
type TraceProps struct {
	At      string // for machines, RFC 3339
	Day     string // "Måndag 9 mars"
	Clock   string // "klockan 9.12"
	Role    string
	Unit    string
	Purpose templ.Component
	Kinds   []string
	About   templ.Component
	Report  string
}

// PartyProps is one of those whom a case concerns, each with a part of their own. The
// children are what is known and the way to that part. Protected draws the shield; Name is
// then a word such as "Skyddad person", never a name.
type PartyProps struct {
	Name      templ.Component
	As        string
	Color     Color
	Protected bool
}

// DueProps is when something must be done, in words of days.
type DueProps struct {
	When string // "I går", "17 mars"
	Note string // "1 dag sen"
	Late bool
	Soon bool
}

// ClockProps is one clock of what goes on now: how long since, or how long is left. Part is
// how much of the time has gone, 0 to 1.
type ClockProps struct {
	Label string
	Value string
	Note  string
	Color Color
	Part  float64
}

// PatrolCell is the outcome of one round: what was tried was refused as it should (the
// default), was not (Bad), or was not tried (Skipped).
type PatrolCell struct {
	Text    string
	Bad     bool
	Skipped bool
}

func (c PatrolCell) attrs() templ.Attributes {
	switch {
	case c.Bad:
		return templ.Attributes{"data-s": "bad"}
	case c.Skipped:
		return templ.Attributes{"data-s": "skip"}
	}
	return nil
}

// PatrolRow is one thing that is tried, round after round.
type PatrolRow struct {
	Name  string
	Cells []PatrolCell
}

// PatrolProps shows the rounds, one column a round.
type PatrolProps struct {
	Caption string
	Rounds  []string
	Rows    []PatrolRow
}

// BoardRow is a number that is called and where to go. The first row is the newest.
type BoardRow struct{ Number, Place string }

// BoardProps is a screen on a wall: numbers and places, and nothing about anyone.
type BoardProps struct {
	Mark    MarkName
	Place   string
	Clock   string
	Caption string
	Number  string // head of the first column
	Where   string // head of the second
	Rows    []BoardRow
	Below   string
}

// TouchProps is one choice on a screen that is touched. At most six on a page.
type TouchProps struct {
	Name  string
	Value string
	Icon  IconName
	Text  string
	Note  string
}

// EventProps is one way in from a start page: an icon, a link and a few words.
type EventProps struct {
	Icon IconName
	Text string
	Href string
	Note string
}

// ContactProps is a way to reach somebody: an icon, the way, and a word about it.
type ContactProps struct {
	Icon IconName
	Text templ.Component
	Note templ.Component
}

// SearchProps is the large search of a start page. Hint stands in the empty field, besides
// the label, which is read and not seen.
type SearchProps struct {
	Action string
	Name   string
	Label  string
	Hint   string
	Button string
	Value  string
}

package text

import (
	"strconv"
	"strings"
	"time"
)

// words are one language's words and marks for dates and numbers.
type words struct {
	months   [12]string
	days     [7]string // Sunday first, as time.Weekday counts
	counts   [13]string
	dayMark  string // after the day of the month
	and      string
	clock    string // before a time of day in running text
	hourMark string // between hour and minute
	today    string
	before   string // yesterday
	after    string // tomorrow
	group    string // between thousands
	decimal  string
	bytes    string // the word for a handful of bytes
	byte     string
}

const hardSpace = "\u00a0" // keeps a number and its unit on one line

var swedish = words{
	months:  [12]string{"januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"},
	days:    [7]string{"söndag", "måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag"},
	counts:  [13]string{"noll", "en", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv"},
	and:     "och",
	clock:   "klockan ",
	today:   "i dag",
	before:  "i går",
	after:   "i morgon",
	dayMark: "", hourMark: ".", group: hardSpace, decimal: ",", byte: "byte", bytes: "byte",
}

var danish = words{
	months:  [12]string{"januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november", "december"},
	days:    [7]string{"søndag", "mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag"},
	counts:  [13]string{"nul", "en", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni", "ti", "elleve", "tolv"},
	and:     "og",
	clock:   "klokken ",
	today:   "i dag",
	before:  "i går",
	after:   "i morgen",
	dayMark: ".", hourMark: ".", group: ".", decimal: ",", byte: "byte", bytes: "byte",
}

var english = words{
	months:  [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	days:    [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	counts:  [13]string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"},
	and:     "and",
	clock:   "at ",
	today:   "today",
	before:  "yesterday",
	after:   "tomorrow",
	dayMark: "", hourMark: ":", group: ",", decimal: ".", byte: "byte", bytes: "bytes",
}

func wordsOf(l Lang) *words {
	switch l {
	case DA:
		return &danish
	case EN:
		return &english
	}
	return &swedish
}

func (w *words) dayMonth(t time.Time) string {
	return strconv.Itoa(t.Day()) + w.dayMark + " " + w.months[t.Month()-1]
}

// Date writes the day that t falls on in zone: "10 juli 2026", "10. juli 2026", "10 July 2026".
func Date(l Lang, t time.Time, zone *time.Location) string {
	t = t.In(zone)
	return wordsOf(l).dayMonth(t) + " " + strconv.Itoa(t.Year())
}

// DayDate writes the weekday and the day: "fredag 20 mars", "fredag 20. marts", "Friday 20 March".
func DayDate(l Lang, t time.Time, zone *time.Location) string {
	t = t.In(zone)
	w := wordsOf(l)
	return w.days[t.Weekday()] + " " + w.dayMonth(t)
}

// Clock writes the time of day for tables and lists, always five characters: "09.12", in English "09:12".
func Clock(l Lang, t time.Time, zone *time.Location) string {
	t = t.In(zone)
	return two(t.Hour()) + wordsOf(l).hourMark + two(t.Minute())
}

// At writes the time of day as people say it in a sentence: "klockan 9", "klockan 14.06",
// "klokken 9.12", "at 9:00". The hours of the night keep their zero ("klockan 02.21"), so
// that nobody takes them for the afternoon.
func At(l Lang, t time.Time, zone *time.Location) string {
	t = t.In(zone)
	w := wordsOf(l)
	if t.Hour() < 6 {
		return w.clock + Clock(l, t, zone)
	}
	if t.Minute() == 0 && l != EN {
		return w.clock + strconv.Itoa(t.Hour())
	}
	return w.clock + strconv.Itoa(t.Hour()) + w.hourMark + two(t.Minute())
}

// When writes an instant as it is seen from now: "i dag klockan 14.06", "i går", "i morgon",
// "10 juli", and with the year where it is another: "10 juli 2025".
func When(l Lang, t, now time.Time, zone *time.Location) string {
	t, now = t.In(zone), now.In(zone)
	w := wordsOf(l)
	switch dayNumber(t) - dayNumber(now) {
	case 0:
		return w.today + " " + At(l, t, zone)
	case -1:
		return w.before
	case 1:
		return w.after
	}
	if t.Year() == now.Year() {
		return w.dayMonth(t)
	}
	return Date(l, t, zone)
}

// List joins as in speech: "a, b och c".
func List(l Lang, items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	last := len(items) - 1
	return strings.Join(items[:last], ", ") + " " + wordsOf(l).and + " " + items[last]
}

// Count writes a count as a word up to twelve and in figures from there: "två", "13", "1 200".
// One is "en" in Swedish and Danish; a text where it must be "ett" or "et" says so itself.
func Count(l Lang, n int) string {
	w := wordsOf(l)
	if n >= 0 && n < len(w.counts) {
		return w.counts[n]
	}
	return Number(l, n)
}

// Number writes a whole number in figures with the thousands set apart: "12 400", "12.400", "12,400".
func Number(l Lang, n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	var b strings.Builder
	b.WriteString(sign)
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(wordsOf(l).group)
		}
		b.WriteRune(d)
	}
	return b.String()
}

// Bytes writes a size in decimal units: "340 byte", "12 kB", "1,2 MB". One decimal under ten.
func Bytes(l Lang, n int64) string {
	w := wordsOf(l)
	switch {
	case n == 1:
		return "1" + hardSpace + w.byte
	case n < 1000:
		return strconv.FormatInt(n, 10) + hardSpace + w.bytes
	}
	size, unit := float64(n), 0
	units := [...]string{"", "kB", "MB", "GB", "TB", "PB", "EB"}
	for size >= 999.5 && unit < len(units)-1 {
		size, unit = size/1000, unit+1
	}
	figures := strconv.FormatFloat(size, 'f', 0, 64)
	if size < 10 {
		figures = strings.TrimSuffix(strconv.FormatFloat(size, 'f', 1, 64), ".0")
	}
	return strings.Replace(figures, ".", w.decimal, 1) + hardSpace + units[unit]
}

// dayNumber counts days of the calendar, which hours can't where clocks are set forward and back.
func dayNumber(t time.Time) int {
	return int(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// MonthYear writes the month that t falls in: "januari 2025", "januar 2025", "January 2025".
func MonthYear(l Lang, t time.Time, zone *time.Location) string {
	t = t.In(zone)
	return wordsOf(l).months[t.Month()-1] + " " + strconv.Itoa(t.Year())
}

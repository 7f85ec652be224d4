package hall

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"tillit/internal/core/access"
	"tillit/internal/kit/text"
	"tillit/internal/kit/ui"
)

// The parts of the house that one comes to after signing in.
const (
	myPages   = "/my"
	workplace = "/work"
	watch     = "/steward"
)

// longest is how long a path may be that somebody is sent on to.
const longest = 1000

// localPath gives to when it is a path of our own, and instead when it is anything else: a
// scheme, another host in any of the ways that browsers read one, a control, a path that is
// not written in its shortest form. An open redirect lends our name to whoever asks.
func localPath(to, instead string) string {
	if len(to) > longest || !strings.HasPrefix(to, "/") || strings.ContainsFunc(to, strange) {
		return instead
	}
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || strings.ContainsFunc(u.Path, strange) {
		return instead
	}
	if clean := path.Clean(u.Path); u.Path != clean && u.Path != clean+"/" {
		return instead
	}
	return to
}

// strange is what no address of ours has and some browsers read as something else.
func strange(r rune) bool {
	return r <= ' ' || r >= utf8.RuneSelf || r == 0x7f || r == '\\' || r == '#'
}

// homeOf is where somebody comes to: to, when it is in her part of the house.
func homeOf(kind access.Kind, to string) string {
	switch staff := within(workplace, to) || within(watch, to); {
	case kind == access.Officer && !within(workplace, to):
		return workplace
	case kind == access.Steward && !within(watch, to):
		return watch
	case kind == access.Resident && (to == "" || staff):
		return myPages
	}
	return to
}

func within(home, to string) bool {
	return to == home || strings.HasPrefix(to, home+"/") || strings.HasPrefix(to, home+"?")
}

// life is something that happens in life, as a way in to services.
type life struct {
	key  string
	icon ui.IconName
	name func(Text) string
}

var lives = []life{
	{"baby", ui.IconPram, Text.LifeBaby},
	{"school", ui.IconSchool, Text.LifeSchool},
	{"home", ui.IconHome, Text.LifeHome},
	{"build", ui.IconBuild, Text.LifeBuild},
	{"eat", ui.IconEat, Text.LifeEat},
	{"support", ui.IconSupport, Text.LifeSupport},
	{"farewell", ui.IconFarewell, Text.LifeFarewell},
	{"newcomer", ui.IconNewcomer, Text.LifeNewcomer},
}

// Lives lists the keys of the life events, in the order of the start page.
func Lives() []string {
	keys := make([]string, len(lives))
	for i, l := range lives {
		keys[i] = l.key
	}
	return keys
}

// noted is how many services a life event names.
const noted = 3

// events are the life events that some service belongs to, each with what it leads to.
func events(t Text, cards []ServiceCard) []ui.EventProps {
	var list []ui.EventProps
	for _, l := range lives {
		var names []string
		for _, c := range cards {
			if c.Life == l.key && len(names) < noted {
				names = append(names, c.Name)
			}
		}
		if len(names) > 0 {
			list = append(list, ui.EventProps{Icon: l.icon, Text: l.name(t), Note: strings.Join(names, " · "), Href: "/services?" + url.Values{"life": {l.key}}.Encode()})
		}
	}
	return list
}

// fold writes a text as people search it: small letters, no marks, so that "forskola" finds
// förskola, and "born" børn.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'æ':
			b.WriteString("ae")
		case r == 'ø':
			b.WriteByte('o')
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// stem is the shortest word of a service that may be the beginning of a longer one that is
// searched: "förskola" answers to "förskolan".
const stem = 4

// answers reports whether a folded text answers to every word of a folded search.
func answers(said string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(said, w) && !slices.ContainsFunc(strings.Fields(said), func(own string) bool {
			return utf8.RuneCountInString(own) >= stem && strings.HasPrefix(w, own)
		}) {
			return false
		}
	}
	return true
}

// find picks the services that answer to a search within a life event, those whose name does
// so first, each group by name. An empty search or life event picks all.
func find(l text.Lang, cards []ServiceCard, query, event string) []ServiceCard {
	words := strings.Fields(fold(query))
	var byName, byMore []ServiceCard
	for _, c := range cards {
		switch {
		case event != "" && c.Life != event:
		case answers(fold(c.Name), words):
			byName = append(byName, c)
		case answers(fold(c.Name+" "+c.Text+" "+strings.Join(c.Keywords, " ")), words):
			byMore = append(byMore, c)
		}
	}
	order := collate.New(language.Make(string(l)))
	for _, group := range [][]ServiceCard{byName, byMore} {
		slices.SortStableFunc(group, func(a, b ServiceCard) int { return order.CompareString(a.Name, b.Name) })
	}
	return append(byName, byMore...)
}

// openDays are the days that have the same hours beside each other, in words.
type openDays struct{ Days, Hours string }

// week says when the house is open, Monday first, days with the same hours together.
func week(t Text, hours []Hours) []openDays {
	sorted := slices.Clone(hours)
	monday := func(h Hours) int { return (int(h.Day) + 6) % 7 }
	slices.SortStableFunc(sorted, func(a, b Hours) int { return monday(a) - monday(b) })
	var list []openDays
	for i := 0; i < len(sorted); {
		last := i
		for last+1 < len(sorted) && sorted[last+1].From == sorted[i].From && sorted[last+1].To == sorted[i].To && monday(sorted[last+1]) == monday(sorted[last])+1 {
			last++
		}
		days := day(t, sorted[i].Day)
		if last > i {
			days = t.DaysTo(days, day(t, sorted[last].Day))
		}
		list = append(list, openDays{days, hour(t.Lang(), sorted[i].From) + "–" + hour(t.Lang(), sorted[i].To)})
		i = last + 1
	}
	return list
}

func day(t Text, d time.Weekday) string {
	return [...]string{t.Day0(), t.Day1(), t.Day2(), t.Day3(), t.Day4(), t.Day5(), t.Day6()}[d]
}

// hour writes "08:00" as people say it: 8, or 8.30.
func hour(l text.Lang, s string) string {
	h, m, _ := strings.Cut(s, ":")
	h = strings.TrimPrefix(h, "0")
	if m == "00" {
		return h
	}
	return h + text.Pick(l, ".", ".", ":") + m
}

// dial is the address that calls a number.
func dial(phone string) string {
	return "tel:" + strings.Map(func(r rune) rune {
		if r == '+' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
}

// onTheWay says where one comes to after signing in.
func onTheWay(t Text, to string) string {
	if to == myPages {
		return t.SignInToMy()
	}
	return t.SignInToPage()
}

// The hints of failed orders after which nobody is asked to try again at once: somebody may
// be fooling her (transactionRiskBlocked, userDeclinedCall of BankID's RP API v6).
func mayRetry(hint string) bool {
	return hint != "transactionRiskBlocked" && hint != "userDeclinedCall"
}

// failedTitle says what became of a failed order, in a few words.
func failedTitle(t Text, hint string) string {
	switch hint {
	case "cancelled":
		return t.FailedCancelled()
	case "transactionRiskBlocked":
		return t.FailedBlocked()
	case "userDeclinedCall":
		return t.FailedDeclined()
	case "unknownPerson":
		return t.FailedUnknownPerson()
	}
	return t.FailedTitle()
}

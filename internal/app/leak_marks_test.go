package app_test

import (
	"slices"
	"strings"

	"tillit/internal/town"
)

// mark is a text that stands nowhere but in somebody's data, and who may see it.
type mark struct {
	text  string
	what  string
	of    string
	seers []string // keys of residents and staff
}

// mark makes a text that somebody writes, and gives it.
func (w *world) mark(of, what string, seers ...string) string {
	text := "X" + what + strings.ReplaceAll(of, "-", "") + "X"
	if !slices.ContainsFunc(w.marks, func(m mark) bool { return m.text == text }) {
		w.marks = append(w.marks, mark{text, what, of, seers})
	}
	return text
}

// know marks who somebody is: by name to those who may know the name, by number and by
// address to fewer.
func (w *world) know(key string, name, number []string) {
	p := w.Town.Person(key)
	put := func(what string, seers []string, texts ...string) {
		for _, text := range texts {
			if text != "" {
				w.marks = append(w.marks, mark{text, what, key, append(slices.Clone(seers), key)})
			}
		}
	}
	n := p.Number
	if !slices.ContainsFunc(w.Town.Staff, func(s town.Staff) bool { return s.Name == p.Name() }) { // colleagues and residents know who works here
		put("name", append(name, number...), p.Name(), p.Surname+", "+p.Given)
	}
	put("number", number, n, n[2:], n[:8]+"-"+n[8:], n[2:8]+"-"+n[8:])
	var home []string // who lives there knows the address, and would not take it for hers
	for _, q := range w.Town.People {
		if q.AddressID == p.AddressID {
			home = append(home, q.Key)
		}
	}
	put("address", home, p.Street, p.AddressID)
	put("mail", nil, p.Email)
	put("telephone", nil, p.Phone)
}

// given marks the given name of a child, which pages call it by.
func (w *world) given(key string, seers ...string) {
	w.marks = append(w.marks, mark{w.Town.Person(key).Given, "given name", key, append(seers, key)})
}

// leaked tells which marks stand in a text that somebody got, who may see none of them. What
// she sent herself may be said again.
func (w *world) leaked(to, text string, sent ...string) []string {
	var found []string
	for _, m := range w.marks {
		if slices.Contains(m.seers, to) || !stands(text, m.text) || slices.ContainsFunc(sent, func(s string) bool { return strings.Contains(s, m.text) }) {
			continue
		}
		found = append(found, m.what+" of "+m.of)
	}
	return found
}

// stands reports whether a whole word or words stand in a text.
func stands(text, words string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], words)
		if i < 0 {
			return false
		}
		from, to := at+i, at+i+len(words)
		if (from == 0 || !wordByte(text[from-1])) && (to == len(text) || !wordByte(text[to])) {
			return true
		}
		at = from + 1
	}
}

func wordByte(b byte) bool {
	return b == '-' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b >= 0x80
}

// guardians are who has custody of a child.
func guardians(t town.Town, child string) []string {
	var list []string
	for _, c := range t.Custody {
		if c.Child == child && c.To.IsZero() {
			list = append(list, c.Guardian)
		}
	}
	return list
}

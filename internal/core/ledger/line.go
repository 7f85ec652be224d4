package ledger

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"strings"
	"time"

	"tillit/internal/core/access"
)

// Level is how far a value went.
type Level uint8

// The levels, from least to most.
const (
	Listed Level = 1 + iota
	Opened
	Exported
	Sent
	Printed
)

// Channel is the kind of artefact.
type Channel uint8

// The channels.
const (
	HTML Channel = 1 + iota
	API
	PDF
	Mail
	File
	Problem
)

// Line is one disclosure: one subject's fields of one record. Never a value, never a number.
type Line struct {
	Subject access.PersonID
	Record  access.Ref
	Version int64
	Fields  []string
	Classes access.Class
	Level   Level
	Purpose access.Purpose
}

// Response is one outgoing artefact, with what is the same for every line of it.
type Response struct {
	ID         access.RequestID
	By         access.Actor
	Controller access.BoardID
	Case       [16]byte // the case it was for, when there is one
	Route      string
	Policy     string
	Purpose    access.Purpose
	Channel    Channel
	Digest     [32]byte // SHA-256 of the bytes
	Lines      []Line
}

// format is the name of the row's byte form; a new form gets a new name.
const format = "tillit/disclosure/v1"

// rowBytes writes the fields in fixed order: a big-endian length of four bytes and the
// bytes; an absent field has length FFFFFFFF. No JSON, no locale.
func rowBytes(fields ...*string) []byte {
	var b []byte
	put := func(s *string) {
		if s == nil {
			b = binary.BigEndian.AppendUint32(b, 0xFFFFFFFF)
			return
		}
		b = binary.BigEndian.AppendUint32(b, uint32(len(*s)))
		b = append(b, *s...)
	}
	name := format
	put(&name)
	for _, f := range fields {
		put(f)
	}
	return b
}

// commit is the salted commitment to a row.
func commit(salt, row []byte) [32]byte {
	m := hmac.New(sha256.New, salt)
	m.Write(row)
	return [32]byte(m.Sum(nil))
}

// chain is the head after a row: SHA-256 of the head before it and its commitment.
func chain(head, commitment [32]byte) [32]byte {
	return sha256.Sum256(append(head[:], commitment[:]...))
}

// instant is the one spelling of a time in a row.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

// bytesOf is the row of a line of a response, as it is committed to.
func bytesOf(seq int64, at time.Time, r *Response, l *Line) []byte {
	text := func(s string) *string { return &s }
	var acting, caseID *string
	if r.Case != [16]byte{} {
		caseID = text(access.RequestID(r.Case).String())
	}
	return rowBytes(text(strconv.FormatInt(seq, 10)), text(instant(at)), text(r.By.Person.String()), text(l.Subject.String()), acting,
		text(r.ID.String()), text(r.By.Session.String()), text(string(r.By.Kind)), text(r.By.At.Unit.String()),
		text(l.Record.Kind), text(access.RequestID(l.Record.ID).String()), text(strconv.FormatInt(l.Version, 10)),
		text(strings.Join(l.Fields, " ")), text(strconv.Itoa(int(l.Classes))), text(strconv.Itoa(int(l.Level))),
		text(r.Route), text(r.Policy), text(string(l.Purpose)), caseID, text(strconv.Itoa(int(r.Channel))), text(string(r.Digest[:])))
}

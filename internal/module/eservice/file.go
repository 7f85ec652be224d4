package eservice

import (
	"bytes"
	"context"
	"crypto/sha256"
	"net/http"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"tillit/internal/core/access"
	"tillit/internal/core/disclosure"
	"tillit/internal/core/door"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
	"tillit/internal/kit/text"
	"tillit/internal/module/eservice/formpack"
)

// signatures are how the kinds of file that we take begin. A file is what its bytes say,
// whatever its name does.
var signatures = map[string][]byte{
	"application/pdf": []byte("%PDF-"),
	"image/jpeg":      {0xFF, 0xD8, 0xFF},
	"image/png":       []byte("\x89PNG\r\n\x1a\n"),
}

// kindOf tells what a file is by its first bytes; empty when it is nothing that we take.
func kindOf(body []byte) string {
	for media, begins := range signatures {
		if bytes.HasPrefix(body, begins) && strings.HasPrefix(http.DetectContentType(body), media) {
			return media
		}
	}
	return ""
}

// fileName keeps the name a person gave her file, without what could do harm: paths, signs
// that are no letters, more than 120 of them.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, "\\", "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || strings.ContainsRune(`<>:"|?*`, r) || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, name)
	for utf8.RuneCountInString(name) > 120 {
		_, n := utf8.DecodeRuneInString(name)
		name = name[n:]
	}
	if name == "" || name == "." || name == "/" {
		return "fil"
	}
	return name
}

// refuse is a problem with an upload, tied to its slot.
func refuse(slot, rule string) error {
	return &fault.Fault{Kind: fault.Invalid, Op: "eservice.Attach", Fields: []fault.Field{{Name: slot, Text: rule}}}
}

// Attach adds a file to a slot of a draft; the same file again is there already. Refused (Invalid): a kind that the slot does not
// take by what its bytes say, one too large or too many, one with malware in it. Without a
// scanner the file is held: it is kept, and nobody opens it. For the applicant.
func (s *Service) Attach(ctx context.Context, by access.Actor, draft DraftID, slot, name string, body []byte) error {
	verdict := s.scanner.Scan(ctx, body)
	if verdict == Infected {
		return refuse(slot, "file_infected")
	}
	state := string(verdict)
	if verdict == Unscanned {
		state = "pending" // tried again by the sweep
	}
	err := s.db.Tx(ctx, by.Local(Apply), func(ctx context.Context, tx *db.Tx) error {
		d, f, err := s.draft(ctx, tx, by, WriteDraft, draft)
		if err != nil {
			return err
		}
		in, _, err := f.Input(disclosure.Use, text.SV)
		if err != nil {
			return err
		}
		view, ok := slotOf(f.Package.Steps(in, nil), slot)
		if !ok {
			return fault.New(fault.NotFound, "eservice.Attach", "")
		}
		sum := sha256.Sum256(body)
		have, err := New(tx).attachmentsOfDraft(ctx, id.Key(d.ID))
		if err != nil {
			return err
		}
		for _, a := range have {
			if a.Slot == slot && bytes.Equal(a.Sha, sum[:]) {
				return nil
			}
		}
		media := kindOf(body)
		switch {
		case media == "" || !slices.Contains(view.Mime, media):
			return refuse(slot, "file_kind")
		case int64(len(body)) > view.MaxBytes:
			return refuse(slot, "file_too_large")
		case f.Files[slot] >= view.MaxFiles:
			return refuse(slot, "file_too_many")
		}
		return New(tx).insertAttachment(ctx, insertAttachmentParams{ID: id.New[any](s.ids), DraftID: id.Key(d.ID), Slot: slot, Owner: by.Person,
			Name: disclosure.NewPersonal(fileName(name)), Media: media, Size: int64(len(body)), Sha: sum[:], Scan: state, Body: disclosure.NewBytes(body), At: tx.Now()})
	})
	return fault.Wrap("eservice.Attach", err)
}

func slotOf(steps []formpack.StepView, slot string) (*formpack.SlotView, bool) {
	for _, st := range steps {
		for _, f := range st.Fields {
			if f.Key == slot && f.Slot != nil && f.Visible {
				return f.Slot, true
			}
		}
	}
	return nil, false
}

// AttachToCase adds a file to a case, as an answer to what was asked for; the same file again
// is there already. For the applicant.
func (s *Service) AttachToCase(ctx context.Context, by access.Actor, caseID CaseID, name string, body []byte) error {
	verdict := s.scanner.Scan(ctx, body)
	media := kindOf(body)
	switch {
	case verdict == Infected:
		return refuse("file", "file_infected")
	case media == "":
		return refuse("file", "file_kind")
	case len(body) > maxFile:
		return refuse("file", "file_too_large")
	}
	state := string(verdict)
	if verdict == Unscanned {
		state = "pending"
	}
	err := s.db.Tx(ctx, by.Local(Follow), func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.access.Permit(ctx, tx, by, AnswerCompletion, CaseRef(caseID), Follow); err != nil {
			return err
		}
		q := New(tx)
		have, err := q.attachmentsOfCase(ctx, id.Key(caseID))
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		for _, a := range have {
			if a.Owner == by.Person && bytes.Equal(a.Sha, sum[:]) {
				return nil
			}
		}
		if len(have) >= maxFiles {
			return refuse("file", "file_too_many")
		}
		return q.insertAttachment(ctx, insertAttachmentParams{ID: id.New[any](s.ids), CaseID: id.Key(caseID), Slot: "completion", Owner: by.Person,
			Name: disclosure.NewPersonal(fileName(name)), Media: media, Size: int64(len(body)), Sha: sum[:], Scan: state, Body: disclosure.NewBytes(body), At: tx.Now()})
	})
	return fault.Wrap("eservice.AttachToCase", err)
}

// Limits of a case's files.
const (
	maxFile  = 10 << 20
	maxFiles = 20
)

// DraftFiles lists a draft's files for its applicant.
func (s *Service) DraftFiles(ctx context.Context, by access.Actor, draft DraftID) ([]Attachment, error) {
	var list []Attachment
	err := s.db.Tx(ctx, by.Local(Apply), func(ctx context.Context, tx *db.Tx) error {
		list = nil
		p, err := s.access.Permit(ctx, tx, by, ReadDraft, DraftRef(draft), Apply)
		if err != nil {
			return err
		}
		rows, err := New(tx).attachmentsOfDraft(ctx, id.Key(draft))
		if err != nil {
			return err
		}
		for _, r := range rows {
			disclosure.Tie(p, r.Owner, p.Ref(), 1, &r)
			list = append(list, Attachment{ID: AttachmentID(r.ID), Slot: r.Slot, Owner: r.Owner, Name: r.Name, Media: r.Media, Size: r.Size, Scan: Verdict(r.Scan), At: r.At})
		}
		return nil
	})
	return list, fault.Wrap("eservice.DraftFiles", err)
}

// files counts what is in each slot of a draft, for the form's rules.
func (s *Service) files(ctx context.Context, tx *db.Tx, draft DraftID) (map[string]int, error) {
	rows, err := New(tx).attachmentsOfDraft(ctx, id.Key(draft))
	if err != nil {
		return nil, fault.Wrap("eservice.files", err)
	}
	n := map[string]int{}
	for _, r := range rows {
		n[r.Slot]++
	}
	return n, nil
}

// Detach takes a file out of a draft. For its applicant.
func (s *Service) Detach(ctx context.Context, by access.Actor, draft DraftID, file AttachmentID) error {
	err := s.db.Tx(ctx, by.Local(Apply), func(ctx context.Context, tx *db.Tx) error {
		if _, _, err := s.draft(ctx, tx, by, WriteDraft, draft); err != nil { // locked: it may be on its way in, signed with this file
			return err
		}
		n, err := New(tx).deleteAttachment(ctx, id.Key(file), id.Key(draft))
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "eservice.Detach", "")
		}
		return err
	})
	return fault.Wrap("eservice.Detach", err)
}

// File reads a file: of a draft for its applicant, of a case for a party who may see its slot
// and for the case's officers. Only a clean file opens: a held one is Conflict.
func (s *Service) File(ctx context.Context, by access.Actor, file AttachmentID) (door.File, *Case, error) {
	var out door.File
	var c *Case
	err := s.db.Tx(ctx, by.Local(Follow), func(ctx context.Context, tx *db.Tx) error {
		q := New(tx)
		row, err := q.attachmentOf(ctx, id.Key(file))
		if err != nil {
			return missing("eservice.File", err)
		}
		var p access.Permit
		switch {
		case !row.DraftID.IsZero():
			p, err = s.access.Permit(ctx, tx, by, ReadDraft, DraftRef(DraftID(row.DraftID)), Apply)
		case by.Kind == access.Officer:
			p, err = s.access.Permit(ctx, tx, by, ReadCase, CaseRef(CaseID(row.CaseID)), Handle)
		case row.Owner == by.Person, row.Shared:
			p, err = s.access.Permit(ctx, tx, by, ReadShared, CaseRef(CaseID(row.CaseID)), Follow)
		default:
			err = fault.New(fault.NotFound, "eservice.File", "")
		}
		if err != nil {
			return err
		}
		if Verdict(row.Scan) != Clean {
			return fault.New(fault.Conflict, "eservice.File", "file_held")
		}
		body, err := q.attachmentBody(ctx, id.Key(file))
		if err != nil {
			return missing("eservice.File", err)
		}
		disclosure.Tie(p, row.Owner, p.Ref(), 1, &body)
		out = door.File{Name: body.Name, Media: body.Media, Body: body.Body}
		if !row.CaseID.IsZero() {
			c, err = s.frame(ctx, tx, CaseID(row.CaseID))
		}
		return err
	})
	return out, c, fault.Wrap("eservice.File", err)
}

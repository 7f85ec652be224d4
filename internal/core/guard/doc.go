// Package guard is the third lock: it scans the bytes that are about to leave for people
// who should not be in them. It believes nothing that the rest of the core says. It reads
// numbers and names with its own eyes, and shares no code with what decided, sealed and
// opened them, so that their bugs are not its bugs.
//
// # Words
//
//   - personnummer, samordningsnummer (SE): a person's number, ten or twelve digits; a
//     samordningsnummer has 60 added to the day. Folkbokföringslagen (1991:481) 18 §,
//     lag (2022:1697) om samordningsnummer.
//   - CPR-nummer (DK): a person's number, day, month, year and four digits. CPR-loven § 3.
//   - skyddade personuppgifter (SE), navne- og adressebeskyttelse (DK): the people whose
//     names a Watch holds as ProtectedName.
//   - canary: an invented person who lives in every installation. Her name, or a token that
//     stands nowhere but in her data, is seen by others only when something is broken.
//
// # What is a number
//
// Digits are read as a reader sees them: plain, full-width, as character references, percent
// or JSON escapes, and through invisible characters, comments and tags that set no box of
// their own (<b>85</b>0101). Between date and tail may stand nothing, a space, a dash of
// any kind, an underline or a plus. Accepted are
//
//   - Swedish, ten or twelve digits: a real date (or a coordination number's) and the check
//     digit modulo 10. Twelve digits begin with 18, 19 or 20.
//   - Danish, with a separator: a real date, the century by the seventh digit. The check
//     modulo 11 is not asked for: since 2007 numbers are given out without it. The day may
//     have 60 added, as administrative numbers have. It is no piece of a longer row of groups
//     divided in the same way (2026-010123-1234), as case references and columns are.
//   - Danish, ten bare digits: also the check modulo 11, or the first of January, the day on
//     which the numbers without a check digit fell first. Without this every 27th order
//     number would be a person; with it every 300th is. Swedish check digits let every 130th
//     through. So no page of ours prints references of ten bare digits, nor stamps of date and
//     time as eight and four.
//
// Not a number, since digits stand there that nobody chose: inside a UUID; inside a run of
// hexadecimal letters and digits (asset hashes); in the drawing of an SVG (attributes d and
// points); decimals after a point; and the seconds of a registered time claim of a token
// ("exp", "iat", "nbf", "auth_time", "updated_at"), without quotes.
//
// # What is a name
//
// Two words beside each other that are a given name and a surname of a watched person, in
// either order and any case, with åäöæøé and the like reduced to plain letters. Between
// them may stand space, tags, a comma and the like, an initial, a particle (von, af, de), a
// label (Surname:) or the next key of a JSON object.
//
// # What it does not see
//
// Bytes that are not text yet to be read: compressed, encrypted, base64, quoted-printable,
// folded lines of vCard and iCalendar, pictures. What is encoded so is scanned before. Nor
// does it see a name split over two form fields' attributes, or a Danish number without
// separator outside the rule above.
package guard

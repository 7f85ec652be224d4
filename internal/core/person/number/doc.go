// Package number reads the numbers by which the state knows people and organisations,
// and keeps them sealed: a Number prints, logs and marshals as a placeholder. Only
// Canonical and Display give the digits, and who calls them answers for where the
// digits go. A number is an attribute of a person, never her key, and may be absent.
//
// # Words
//
//   - personnummer (SE): number of a person in the population register; kind Personal.
//     Folkbokföringslagen (1991:481) 18 §.
//   - samordningsnummer (SE): number of a person who is not registered, 60 added to the
//     day of birth, which may be 0, as the month may, when nobody knows; kind
//     Coordination. Lag (2022:1697) om samordningsnummer.
//   - interimsnummer (SE): number lent by a school or clinic until there is a real one, a
//     letter where the birth number begins; kind Interim. No authority stands behind it.
//   - organisationsnummer (SE): number of a legal person; kind Organisation. Lag (1974:174).
//   - CPR-nummer, personnummer (DK): number of a person; kind Personal. CPR-loven.
//   - CVR-nummer (DK): number of a business; kind Organisation. CVR-loven.
//   - kontrollsiffra, kontrolciffer: check digit. Sweden counts it modulo 10 (Luhn), Denmark
//     modulo 11.
//
// A sole trader in Sweden uses her personnummer as organisation number. It stays a
// person's number here: ParseOrganisation answers ErrPerson, and the caller reads it
// with Parse and treats it as personal data.
package number

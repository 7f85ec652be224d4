// Package person keeps the people: who they are, their identity numbers, how they are
// related, and who is protected. One row a person, whatever roles she has. Names, numbers
// and addresses stand in rows of their own, since who may see them differs; a protected
// person is in none of those tables but in two that no list, search or export reads.
//
// Words (Swedish; Danish):
//
//	Person       person i befolkningen; person
//	Number       personnummer, samordningsnummer; CPR-nummer (package number)
//	Guardian     vårdnadshavare; forældremyndighedsindehaver
//	Custody      vårdnad: gemensam (joint) eller ensam (sole); forældremyndighed
//	Living       boende: växelvis boende (alternate); delt bopæl
//	Protection   sekretessmarkering (secrecy), skyddad folkbokföring (protected_registration),
//	             fingerade personuppgifter (fictitious); navne- og adressebeskyttelse
//	Dwelling     bostad i registret: lägenhetens id, aldrig adressens text
//
// Law: föräldrabalken (1949:381) 6 kap. (custody); offentlighets- och sekretesslagen
// (2009:400) 22:1 and folkbokföringslagen (1991:481) 16 § (protection);
// CPR-loven (LBK 1010/2023) § 28 (name and address protection).
package person

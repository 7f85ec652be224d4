// Package notify tells people that there is something to read, and tells nobody else. What
// there is stands behind the sign-in; a mail says only that it is there. It goes to a proven
// contact point or nowhere: the code that proves one is the only thing that an unproven
// address ever gets.
//
// Words (Swedish; Danish):
//
//	Contact point  kontaktadress; kontaktadresse. An address with proof that it reaches who
//	               it should: unproven, proven, withdrawn.
//	Proof          a code from the mail, typed in by the person who is signed in. A click is
//	               none, since scanners follow links.
//	Notice         avisering, meddelande; advisering. That something has happened: a template,
//	               a case and a service by key, no personal data.
//	Delivery       utskick; udsendelse. One mail: queued, accepted, refused by the other side,
//	               stopped by us. Never its text.
//
// Rules: the address by RFC 5321 4.1.2 and 4.5.3.1 and RFC 5890 (names of domains in other
// letters); security of what is sent by the General Data Protection Regulation, art. 32;
// nothing personal in a mail by art. 5(1)(c).
package notify

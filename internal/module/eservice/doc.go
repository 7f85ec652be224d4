// Package eservice is the municipality's services: a resident fills in a form, the others who
// must sign do so, an officer asks for what is missing and decides, and everybody who is a
// party reads the decision. What one party may not see lives in a row of its own.
//
// States of a case. A draft is no case: nothing is received until all have signed.
//
//	draft -> waiting_for_multisign -> submitted -> in_progress <-> waiting_for_completion -> archived
//	waiting_for_multisign -> returned: declined, expired or taken back; the answers are a draft again
//
// The gates signed and complete are instants of their own; the time to answer runs from
// complete, and stands still while the case waits for a completion.
//
// Words (Swedish; Danish):
//
//	Case        ärende; sag. Ref: ärendebeteckning, short and says nothing.
//	Draft       utkast; kladde
//	Party       part. Applicant: sökande; ansøger. Guardian: vårdnadshavare who co-signs.
//	Package     formuläret som det publicerades (package formpack)
//	Completion  komplettering; supplering
//	Note        tjänsteanteckning; notat. Officers only.
//	Decision    beslut; afgørelse. Served: delgivet; meddelt.
//	Appeal      överklagande; klage
//	Shielded    hör till gruppen för skyddade ärenden
//
// Law: förvaltningslagen (2017:900) 20 § (completion), 32–33 §§ (reasons, notice, how to appeal),
// 43–44 §§ (appeal within three weeks); föräldrabalken 6:13 (guardians decide together);
// skollagen (2010:800) 8 and 14 kap. (childcare).
package eservice

package notify

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// Address is an address that a permit has opened for one letter. Only this package makes
// one, and a [Mailer] takes nothing else: no string leads to a receiver. It prints as a
// placeholder.
type Address struct{ mailbox string }

// Mailbox is the address as SMTP writes it, local@domain, in ASCII. For the mail port.
func (a Address) Mailbox() string { return a.mailbox }

// Format implements fmt.Formatter for all verbs.
func (Address) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("‹address›")) }

// The lengths of RFC 5321 4.5.3.1: a path is 256 with its brackets.
const (
	longestAddress = 254
	longestLocal   = 64
)

// domains reads domain names as a browser does, and refuses those that no DNS can hold.
var domains = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(true), idna.VerifyDNSLength(true))

// readAddress reads what a person has typed as one address and writes it as SMTP does: the
// domain small and in ASCII. What is wrong comes back as the key of a text.
//
// It is stricter than RFC 5321: the local part in ASCII, not quoted and not routed (% and !), no address
// of a machine in brackets, no comment, no name before it, nothing invisible, and no label
// of a domain that mixes Latin, Greek and Cyrillic.
func readAddress(typed string) (mailbox, wrong string) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return "", "address_missing"
	}
	local, domain, ok := strings.Cut(typed, "@")
	if !ok || !plainLocal(local) || !plainDomain(domain) {
		return "", "address_malformed"
	}
	ascii, err := domains.ToASCII(domain)
	if err != nil || !strings.Contains(ascii, ".") || allDigits(ascii[strings.LastIndexByte(ascii, '.')+1:]) {
		return "", "address_malformed"
	}
	mailbox = local + "@" + ascii
	if len(mailbox) > longestAddress || len(local) > longestLocal {
		return "", "address_too_long"
	}
	return mailbox, ""
}

// plainLocal reports whether s is a dot-atom (RFC 5322 3.2.3) that routes nowhere else.
func plainLocal(s string) bool {
	afterDot := true
	for _, r := range s {
		switch {
		case r == '.':
			if afterDot {
				return false
			}
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', strings.ContainsRune("#$&'*+-/=?^_`{|}~", r):
		default:
			return false
		}
		afterDot = r == '.'
	}
	return !afterDot
}

// plainDomain reports whether s holds nothing but letters, digits, dashes and dots, in
// labels of one alphabet each. The names themselves are judged by domains.
func plainDomain(s string) bool {
	for label := range strings.SplitSeq(s, ".") {
		alphabets := 0
		for _, alphabet := range []*unicode.RangeTable{unicode.Latin, unicode.Greek, unicode.Cyrillic} {
			if strings.ContainsFunc(label, func(r rune) bool { return unicode.Is(alphabet, r) }) {
				alphabets++
			}
		}
		if alphabets > 1 {
			return false
		}
		for _, r := range label {
			if r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
				return false
			}
		}
	}
	return true
}

func allDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

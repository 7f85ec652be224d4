package notify

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestReadAddress(t *testing.T) {
	long := strings.Repeat("a", 60)
	for _, c := range []struct{ name, typed, mailbox, wrong string }{
		{"plain", "maria@brev.example", "maria@brev.example", ""},
		{"spaces around", "  maria@brev.example\n", "maria@brev.example", ""},
		{"large letters", "Maria.L@Brev.Example", "Maria.L@brev.example", ""},
		{"plus", "maria+kommun@brev.example", "maria+kommun@brev.example", ""},
		{"a Swedish domain", "maria@blåbärsskog.example", "maria@xn--blbrsskog-x2aj.example", ""},
		{"the same in ASCII", "maria@xn--blbrsskog-x2aj.example", "maria@xn--blbrsskog-x2aj.example", ""},
		{"å of two characters", "maria@bla\u030aba\u0308rsskog.example", "maria@xn--blbrsskog-x2aj.example", ""},
		{"an ideographic full stop", "maria@brev。example", "", "address_malformed"},

		{"nothing", " \t", "", "address_missing"},
		{"no at", "maria", "", "address_malformed"},
		{"no local part", "@brev.example", "", "address_malformed"},
		{"no domain", "maria@", "", "address_malformed"},
		{"two at", "maria@brev@brev.example", "", "address_malformed"},
		{"two addresses", "maria@brev.example,johan@brev.example", "", "address_malformed"},
		{"two addresses, apart", "maria@brev.example johan@brev.example", "", "address_malformed"},
		{"a name before", "Maria <maria@brev.example>", "", "address_malformed"},
		{"brackets", "<maria@brev.example>", "", "address_malformed"},
		{"a header more", "maria@brev.example\r\nBcc: johan@brev.example", "", "address_malformed"},
		{"a header before", "maria\nBcc:x@brev.example", "", "address_malformed"},
		{"a zero byte", "maria\x00@brev.example", "", "address_malformed"},
		{"no UTF-8", "maria@br\xffev.example", "", "address_malformed"},
		{"quotes", `"maria l"@brev.example`, "", "address_malformed"},
		{"routed by percent", "maria%brev.example@relay.example", "", "address_malformed"},
		{"routed by bang", "brev.example!maria@relay.example", "", "address_malformed"},
		{"a route", "@relay.example:maria@brev.example", "", "address_malformed"},
		{"a comment", "maria(x)@brev.example", "", "address_malformed"},
		{"a machine's number", "maria@[192.0.2.1]", "", "address_malformed"},
		{"a machine's number, bare", "maria@192.0.2.1", "", "address_malformed"},
		{"one label", "maria@localhost", "", "address_malformed"},
		{"a dot behind", "maria@brev.example.", "", "address_malformed"},
		{"two dots", "maria@brev..example", "", "address_malformed"},
		{"a dot first", ".maria@brev.example", "", "address_malformed"},
		{"a dot last", "maria.@brev.example", "", "address_malformed"},
		{"two dots in the local part", "ma..ria@brev.example", "", "address_malformed"},
		{"a dash first", "maria@-brev.example", "", "address_malformed"},
		{"an underline", "maria@br_ev.example", "", "address_malformed"},
		{"invisible in the domain", "maria@br\u200bev.example", "", "address_malformed"},
		{"a soft hyphen", "maria@br\u00adev.example", "", "address_malformed"},
		{"invisible in the local part", "mar\u200bia@brev.example", "", "address_malformed"},
		{"a wide at", "maria＠brev.example", "", "address_malformed"},
		{"a local part of other letters", "märta@brev.example", "", "address_malformed"},
		{"a Cyrillic letter among Latin", "maria@fr\u0435d.example", "", "address_malformed"},
		{"false punycode", "maria@xn--a.example", "", "address_malformed"},
		{"a label too long", "maria@" + strings.Repeat("b", 64) + ".example", "", "address_malformed"},
		{"a local part too long", strings.Repeat("a", 65) + "@brev.example", "", "address_too_long"},
		{"as long as it may be", strings.Repeat("a", 64) + "@" + long + "." + long + "." + long + ".bbb.se", strings.Repeat("a", 64) + "@" + long + "." + long + "." + long + ".bbb.se", ""},
		{"one longer", strings.Repeat("a", 64) + "@" + long + "." + long + "." + long + ".bbbb.se", "", "address_too_long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			mailbox, wrong := readAddress(c.typed)
			if mailbox != c.mailbox || wrong != c.wrong {
				t.Errorf("read as %q, said %q", mailbox, wrong)
			}
			if _, ok := In("sv").ByKey(c.wrong); c.wrong != "" && !ok {
				t.Error("there is no text for that")
			}
		})
	}
	if n := len(strings.Repeat("a", 64) + "@" + long + "." + long + "." + long + ".bbb.se"); n != longestAddress {
		t.Errorf("the longest one tried is %d", n)
	}
}

// Whatever is typed, what is accepted can stand in an envelope and a header as it is.
func TestWhatIsReadIsOneAddress(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "ö", "Z", "7", ".", "-", "@", "+", "%", "!", "\"", "<", ">", ",", ";", ":", " ", "\r", "\n", "\x00", "\u200b", "\u0435", "ß", "xn--", "brev.example", "maria"})
	rapid.Check(t, func(t *rapid.T) {
		typed := strings.Join(rapid.SliceOfN(piece, 1, 12).Draw(t, "typed"), "")
		if rapid.Bool().Draw(t, "whole") {
			typed = "maria@" + typed + ".example"
		}
		mailbox, wrong := readAddress(typed)
		if (mailbox == "") == (wrong == "") {
			t.Fatal("neither read nor refused")
		}
		if mailbox == "" {
			return
		}
		if strings.Count(mailbox, "@") != 1 || strings.ContainsAny(mailbox, "<>\"(),:;[]\\ %!") || len(mailbox) > 254 {
			t.Fatalf("%q", mailbox)
		}
		for i := range len(mailbox) {
			if mailbox[i] <= ' ' || mailbox[i] > '~' {
				t.Fatalf("%q", mailbox)
			}
		}
		if again, _ := readAddress(mailbox); again != mailbox {
			t.Fatalf("%q is read again as %q", mailbox, again)
		}
	})
}

func TestAnAddressPrintsAsAPlaceholder(t *testing.T) {
	l := Letter{To: Address{"maria@brev.example"}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if s := fmt.Sprintf(verb+verb, l.To, l); strings.Contains(s, "maria") || strings.Contains(s, fmt.Sprintf("%x", "maria")) {
			t.Errorf("%s prints %s", verb, s)
		}
	}
	if l.To.Mailbox() != "maria@brev.example" {
		t.Error("the mail port gets none")
	}
}

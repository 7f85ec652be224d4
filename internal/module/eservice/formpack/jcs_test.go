package formpack

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The examples of RFC 8785, sections 3.2.2 to 3.2.4 and appendix B.
func TestCanonicalExamples(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"section 3.2.2",
			`{ "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
			   "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
			   "literals": [null, true, false] }`,
			`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`},
		{"section 3.2.3",
			`{ "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
			   "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis" }`,
			"{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}"},
		{"nested", `[56,{"d":true,"10":null,"1":[]}]`, `[56,{"1":[],"10":null,"d":true}]`},
		{"short escapes", `"\u0008\u0009\u000a\u000c\u000d\u001f\u007f"`, "\"\\b\\t\\n\\f\\r\\u001f\u007f\""},
		{"no escape for HTML", `"\u003c\u0026\u2028"`, "\"<&\u2028\""},
		{"nothing", ` { } `, `{}`},
	} {
		got, err := Transform([]byte(c.in))
		if err != nil || string(got) != c.want {
			t.Errorf("%s: got %s, %v", c.name, got, err)
		}
	}
}

func TestCanonicalNumbers(t *testing.T) {
	for bits, want := range map[uint64]string{
		0x0000000000000000: "0",
		0x8000000000000000: "0",
		0x0000000000000001: "5e-324",
		0x8000000000000001: "-5e-324",
		0x7fefffffffffffff: "1.7976931348623157e+308",
		0xffefffffffffffff: "-1.7976931348623157e+308",
		0x4340000000000000: "9007199254740992",
		0xc340000000000000: "-9007199254740992",
		0x4430000000000000: "295147905179352830000",
		0x44b52d02c7e14af5: "9.999999999999997e+22",
		0x44b52d02c7e14af6: "1e+23",
		0x44b52d02c7e14af7: "1.0000000000000001e+23",
		0x444b1ae4d6e2ef4e: "999999999999999700000",
		0x444b1ae4d6e2ef4f: "999999999999999900000",
		0x444b1ae4d6e2ef50: "1e+21",
		0x3eb0c6f7a0b5ed8c: "9.999999999999997e-7",
		0x3eb0c6f7a0b5ed8d: "0.000001",
		0x41b3de4355555553: "333333333.3333332",
		0x41b3de4355555554: "333333333.33333325",
		0x41b3de4355555555: "333333333.3333333",
		0x41b3de4355555556: "333333333.3333334",
		0x41b3de4355555557: "333333333.33333343",
		0xbecbf647612f3696: "-0.0000033333333333333333",
		0x43143ff3c1cb0959: "1424953923781206.2",
	} {
		got, err := appendNumber(nil, math.Float64frombits(bits))
		if err != nil || string(got) != want {
			t.Errorf("%016x: got %s, want %s", bits, got, want)
		}
	}
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if _, err := appendNumber(nil, f); err == nil {
			t.Errorf("%v has no form, and got one", f)
		}
	}
	got, _ := appendNumber(nil, 1e100)
	if string(got) != "1e+100" {
		t.Errorf("a three-figure exponent: %s", got)
	}
}

func TestCanonicalRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"twice":           `{"a":1,"a":2}`,
		"twice, escaped":  `{"a":1,"\u0061":2}`,
		"twice, deep":     `[{"a":{"b":1,"b":1}}]`,
		"lone high":       `"\ud800"`,
		"lone low":        `"\udc00"`,
		"high, then text": `"\ud800x"`,
		"two high":        `"\ud800\ud800"`,
		"in a name":       `{"\udead":1}`,
		"bad UTF-8":       "\"\xff\"",
		"too large":       `1e400`,
		"two values":      `1 2`,
		"cut short":       `{"a":`,
		"too deep":        strings.Repeat("[", 100) + strings.Repeat("]", 100),
		"nothing":         ``,
	} {
		if got, err := Transform([]byte(in)); err == nil {
			t.Errorf("%s: got %s", name, got)
		}
	}
	for name, v := range map[string]any{
		"a struct": struct{}{}, "an unsafe integer": int64(1) << 60, "bad UTF-8": "\xff", "a channel": make(chan int),
	} {
		if got, err := Canonical(map[string]any{"a": v}); err == nil {
			t.Errorf("%s: got %s", name, got)
		}
	}
	if got, err := Transform([]byte(`"\\ud800"`)); err != nil || string(got) != `"\\ud800"` {
		t.Errorf("an escaped backslash begins no surrogate: %s, %v", got, err)
	}
}

// jsonValue draws values as JSON has them.
func jsonValue(depth int) *rapid.Generator[any] {
	leaf := []*rapid.Generator[any]{
		rapid.Just[any](nil),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.Map(rapid.Float64(), func(f float64) any { return f }),
		rapid.Map(rapid.Int64Range(-maxSafeInt, maxSafeInt), func(n int64) any { return float64(n) }),
	}
	if depth == 0 {
		return rapid.OneOf(leaf...)
	}
	return rapid.OneOf(append(leaf,
		rapid.Map(rapid.SliceOfN(rapid.Deferred(func() *rapid.Generator[any] { return jsonValue(depth - 1) }), 0, 4), func(l []any) any { return l }),
		rapid.Map(rapid.MapOfN(rapid.String(), rapid.Deferred(func() *rapid.Generator[any] { return jsonValue(depth - 1) }), 0, 4), func(m map[string]any) any { return m }),
	)...)
}

// shuffled writes a value with its names in any order and with spaces: what Transform must undo.
func shuffled(b *strings.Builder, v any, r *rand.Rand) {
	space := func() { b.WriteString([]string{"", " ", "\n\t"}[r.IntN(3)]) }
	switch v := v.(type) {
	case map[string]any:
		names := sortedKeys(v)
		r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		b.WriteByte('{')
		for i, n := range names {
			if i > 0 {
				b.WriteByte(',')
			}
			space()
			text, _ := json.Marshal(n)
			b.Write(text)
			b.WriteByte(':')
			shuffled(b, v[n], r)
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			space()
			shuffled(b, v[i], r)
		}
		b.WriteByte(']')
	default:
		text, _ := json.Marshal(v)
		b.Write(text)
	}
}

// One value has one form, whatever order and spaces it came in; and the form reads back to the value.
func TestCanonicalIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := jsonValue(3).Draw(t, "value")
		want, err := appendValue(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		shuffled(&b, v, rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0)))
		got, err := Transform([]byte(b.String()))
		if err != nil || string(got) != string(want) {
			t.Fatalf("%s became %s, not %s (%v)", b.String(), got, want, err)
		}
		again, err := Transform(got)
		if err != nil || string(again) != string(got) {
			t.Fatalf("%s is not its own form: %s (%v)", got, again, err)
		}
	})
}

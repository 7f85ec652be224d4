package ui

import (
	"maps"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// themes reads the colours of theme.css: light, dark, and dark because the device is.
func themes(t *testing.T) map[string]map[string]string {
	t.Helper()
	css, err := os.ReadFile("assets/theme.css")
	if err != nil {
		t.Fatal(err)
	}
	token := regexp.MustCompile(`(--[a-z0-9-]+):\s*(#[0-9a-fA-F]{6})\s*;`)
	found := map[string]map[string]string{}
	for name, selector := range map[string]string{
		"light": `:root, [data-color-scheme="light"], [data-color-scheme="auto"] {`,
		"dark":  "\n" + `[data-color-scheme="dark"] {`,
		"auto":  "\n" + `  [data-color-scheme="auto"] {`,
	} {
		_, after, ok := strings.Cut(string(css), selector)
		if !ok {
			t.Fatalf("theme.css has no %s colours", name)
		}
		block, _, _ := strings.Cut(after, "}")
		tokens := map[string]string{}
		for _, m := range token.FindAllStringSubmatch(block, -1) {
			tokens[m[1]] = strings.ToLower(m[2])
		}
		found[name] = tokens
	}
	return found
}

// contrast is the ratio of two colours (WCAG 2.2, 1.4.3).
func contrast(t *testing.T, tokens map[string]string, a, b string) float64 {
	t.Helper()
	lum := func(name string) float64 {
		hex, ok := tokens[name]
		if !ok {
			t.Fatalf("there is no %s", name)
		}
		var l float64
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
			if err != nil {
				t.Fatal(err)
			}
			c := float64(n) / 255
			if c <= 0.04045 {
				c /= 12.92
			} else {
				c = math.Pow((c+0.055)/1.055, 2.4)
			}
			l += weight * c
		}
		return l
	}
	la, lb := lum(a), lum(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// TestColoursCanBeRead holds the roles of the colours to what the look promises, one decimal.
func TestColoursCanBeRead(t *testing.T) {
	const c = "--ds-color-"
	page := c + "neutral-background-default"
	all := themes(t)
	for _, pair := range []struct {
		what, front, back string
		light, dark       float64
	}{
		{"text on the page", c + "neutral-text-default", page, 14.2, 15.7},
		{"quiet text on the page", c + "neutral-text-subtle", page, 7.0, 9.3},
		{"a link", c + "accent-text-subtle", page, 7.9, 10.2},
		{"a button's text", c + "accent-base-contrast-default", c + "accent-base-default", 8.1, 8.8},
		{"done, on the page", c + "success-text-subtle", page, 6.6, 10.6},
		{"done, on its tint", c + "success-text-subtle", c + "success-surface-tinted", 6.1, 7.9},
		{"closed, on the page", c + "warning-text-subtle", page, 6.6, 10.2},
		{"closed, on its tint", c + "warning-text-subtle", c + "warning-surface-tinted", 6.0, 8.0},
		{"an error, on the page", c + "danger-text-subtle", page, 7.8, 9.5},
		{"an error, on its tint", c + "danger-text-subtle", c + "danger-surface-tinted", 6.7, 7.8},
		{"protection, on the page", c + "info-text-subtle", page, 7.3, 10.8},
		{"protection, on its tint", c + "info-text-subtle", c + "info-surface-tinted", 6.5, 8.3},
		{"a control's border on a sheet", c + "neutral-border-default", c + "neutral-surface-default", 4.0, 4.4},
		{"a control's border on the page", c + "neutral-border-default", page, 3.7, 4.4},
		{"the focus ring on the page", c + "focus-outer", page, 14, 14},
		{"the focus ring in its inner ring", c + "focus-outer", c + "focus-inner", 14, 14},
		{"text of the green slab", "--t-slab-ink", "--t-slab", 7.9, 7.9},
	} {
		for scheme, want := range map[string]float64{"light": pair.light, "dark": pair.dark, "auto": pair.dark} {
			got := math.Round(10*contrast(t, all[scheme], pair.front, pair.back)) / 10
			if got < want {
				t.Errorf("%s, %s: %.1f, promised %.1f", pair.what, scheme, got, want)
			}
		}
	}
}

// TestEveryRoleCanBeRead goes through all roles and all grounds that a part may give them.
func TestEveryRoleCanBeRead(t *testing.T) {
	grounds := []string{"background-default", "background-tinted", "surface-default", "surface-tinted", "surface-hover"}
	for scheme, tokens := range themes(t) {
		for _, role := range []string{"accent", "neutral", "success", "warning", "danger", "info"} {
			c := "--ds-color-" + role + "-"
			for _, ground := range grounds {
				for text, least := range map[string]float64{"text-default": 7, "text-subtle": 4.5} {
					if got := contrast(t, tokens, c+text, c+ground); got < least {
						t.Errorf("%s %s on %s, %s: %.2f, at least %.1f", role, text, ground, scheme, got, least)
					}
				}
			}
			for _, fill := range []string{"base-default", "base-hover", "base-active"} {
				if got := contrast(t, tokens, c+"base-contrast-default", c+fill); got < 4.5 {
					t.Errorf("%s text on its %s, %s: %.2f, at least 4.5", role, fill, scheme, got)
				}
			}
			for _, ground := range grounds[:3] { // WCAG 2.2, 1.4.11
				if got := contrast(t, tokens, c+"border-default", c+ground); got < 3 {
					t.Errorf("%s border on %s, %s: %.2f, at least 3", role, ground, scheme, got)
				}
			}
		}
	}
}

// TestDarkIsDark: the colours of the dark board are those of a device that is set to dark.
func TestDarkIsDark(t *testing.T) {
	all := themes(t)
	if !maps.Equal(all["dark"], all["auto"]) {
		t.Error("the two dark palettes differ")
	}
	light, dark := slices.Sorted(maps.Keys(all["light"])), slices.Sorted(maps.Keys(all["dark"]))
	if !slices.Equal(light, dark) || len(light) < 100 {
		t.Errorf("light has %d colours and dark %d", len(light), len(dark))
	}
}

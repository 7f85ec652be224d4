package observe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"
)

const personal = "900201-2396"

type valuer struct{ s string }

func (v valuer) LogValue() slog.Value { return slog.GroupValue(slog.String("inner", v.s)) }

type shaped struct {
	Number string `json:"number"`
	Count  int    `json:"count"`
}

// stamped is the time that every line begins with.
var stamped = regexp.MustCompile(`"time":"[^"]*",`)

func TestLogSaysNothingOfAnybody(t *testing.T) {
	for name, say := range map[string]func(*slog.Logger){
		"message":          func(l *slog.Logger) { l.Info("found " + personal) },
		"text":             func(l *slog.Logger) { l.Info("x", "a", personal) },
		"key":              func(l *slog.Logger) { l.Info("x", personal, 1) },
		"whole number":     func(l *slog.Logger) { l.Info("x", "a", int64(9002012396)) },
		"unsigned":         func(l *slog.Logger) { l.Info("x", "a", uint64(199002012396)) },
		"error":            func(l *slog.Logger) { l.Info("x", "a", errors.New("no "+personal)) },
		"group":            func(l *slog.Logger) { l.Info("x", slog.Group("g", slog.Group("h", "a", personal))) },
		"group's name":     func(l *slog.Logger) { l.WithGroup(personal).Info("x", "a", 1) },
		"attribute before": func(l *slog.Logger) { l.With("a", personal).Info("x") },
		"valuer":           func(l *slog.Logger) { l.Info("x", "a", valuer{personal}) },
		"struct":           func(l *slog.Logger) { l.Info("x", "a", shaped{Number: personal}) },
		"slice":            func(l *slog.Logger) { l.Info("x", "a", []string{"b", personal}) },
		"map key":          func(l *slog.Logger) { l.Info("x", "a", map[string]int{personal: 1}) },
		"what has no JSON": func(l *slog.Logger) {
			l.Info("x", "a", struct {
				C chan int
				S string
			}{nil, personal})
		},
		"pointer to struct": func(l *slog.Logger) { l.Info("x", "a", &shaped{Number: personal}) },
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			say(NewLog(&out, slog.LevelInfo))
			if !json.Valid(out.Bytes()) {
				t.Fatalf("no JSON: %s", out.String())
			}
			// The time's own digits are nobody's.
			said := stamped.ReplaceAllString(out.String(), "")
			if !strings.Contains(said, Sealed) {
				t.Errorf("nothing was taken out: %s", said)
			}
			for _, trace := range []string{"900201", "2396", "9002012396"} {
				if strings.Contains(said, trace) {
					t.Errorf("%q is left: %s", trace, said)
				}
			}
		})
	}
}

func TestLogKeepsTheRest(t *testing.T) {
	var out bytes.Buffer
	l := NewLog(&out, slog.LevelInfo)
	l.Debug("too small to say")
	l.Info("job", "n", 12345, "kind", "mail", "took", time.Second, "ok", true, "part", 0.5, "none", nil, "shape", shaped{Count: 3})
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	if got["msg"] != "job" || got["n"] != 12345.0 || got["kind"] != "mail" || got["took"] != 1e9 || got["ok"] != true || got["part"] != 0.5 {
		t.Errorf("got %v", got)
	}
	if shape, ok := got["shape"].(map[string]any); !ok || shape["count"] != 3.0 {
		t.Errorf("the shape became %v", got["shape"])
	}
}

func TestRecordIsOneLine(t *testing.T) {
	var out bytes.Buffer
	r := Record{
		ID: "018f3c2a-0701-7234-8567-199002012396", Route: "GET /work/cases/{case}", Method: "GET", Status: 200,
		Duration: 12345 * time.Microsecond, Build: "3f0a9c1d2b", Actor: "officer", Disclosures: 3, Bytes: 22000,
	}
	r.Write(context.Background(), NewLog(&out, slog.LevelInfo))
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	delete(got, "time")
	want := map[string]any{
		"level": "INFO", "msg": "request", "id": r.ID, "route": r.Route, "method": "GET", "status": 200.0, "ms": 12.345,
		"build": r.Build, "actor": "officer", "fault": "", "disclosures": 3.0, "bytes": 22000.0,
	}
	for k, w := range want {
		if got[k] != w {
			t.Errorf("%s is %v, want %v", k, got[k], w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("the record has %d fields, want %d: %v", len(got), len(want), got)
	}

	out.Reset()
	Record{Status: 500, Method: "anna@example.se", Fault: "internal"}.Write(context.Background(), NewLog(&out, slog.LevelInfo))
	if s := out.String(); !strings.Contains(s, `"level":"ERROR"`) || !strings.Contains(s, `"method":"other"`) {
		t.Errorf("a failure of ours: %s", s)
	}
}

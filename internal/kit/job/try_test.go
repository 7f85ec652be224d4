package job

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river/rivertype"
)

func TestTheLastTryIsSaidAndGivenUpAloud(t *testing.T) {
	failed := errors.New("no answer")
	for _, c := range []struct {
		name    string
		attempt int
		err     error
		last    bool
		says    string
	}{
		{"first fails", 1, failed, false, "level=WARN msg=\"a job failed and will be tried again\" job=note id=3 try=1"},
		{"last but one", 13, failed, false, "level=WARN"},
		{"last fails", 14, failed, true, "level=ERROR msg=\"a job is given up\" job=note id=3 tries=14"},
		{"last works", 14, nil, true, ""},
		{"waits", 2, Later(time.Second), false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log bytes.Buffer
			q := &Queue{log: slog.New(slog.NewTextHandler(&log, nil))}
			var last bool
			err := q.try(&rivertype.JobRow{ID: 3, Kind: "note", Attempt: c.attempt, MaxAttempts: tries}, func(l bool) error { last = l; return c.err })
			if !errors.Is(err, c.err) || last != c.last {
				t.Errorf("error %v, last %v", err, last)
			}
			if text := log.String(); !strings.Contains(text, c.says) || c.says == "" && text != "" {
				t.Error(text)
			}
		})
	}
}

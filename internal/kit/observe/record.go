package observe

import (
	"context"
	"log/slog"
	"time"
)

// Record is what remains of a request when it is over. It says nothing about anybody:
// Route is the route's pattern and never the path, Actor and Fault are kinds.
type Record struct {
	ID          string // the request's key
	Route       string // "GET /work/cases/{case}"; empty where no route matched
	Method      string
	Status      int
	Duration    time.Duration
	Build       string // the build that answered
	Actor       string // kind: "resident", "officer", "client", "service"; empty for nobody
	Fault       string // kind; empty where nothing went wrong
	Disclosures int    // lines in the ledger
	Bytes       int64  // of the answer's body
}

// Write logs the record, once. What is our own failure (500 and over) is an error.
func (r Record) Write(ctx context.Context, log *slog.Logger) {
	level := slog.LevelInfo
	if r.Status >= 500 {
		level = slog.LevelError
	}
	log.LogAttrs(ctx, level, "request",
		slog.String("id", r.ID),
		slog.String("route", r.Route),
		slog.String("method", method(r.Method)),
		slog.Int("status", r.Status),
		slog.Float64("ms", float64(r.Duration.Microseconds())/1000),
		slog.String("build", r.Build),
		slog.String("actor", r.Actor),
		slog.String("fault", r.Fault),
		slog.Int("disclosures", r.Disclosures),
		slog.Int64("bytes", r.Bytes),
	)
}

// method keeps what a stranger may write in that place from becoming a text in the log
// and a series of its own in the metrics.
func method(m string) string {
	switch m {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		return m
	}
	return "other"
}

package observe

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strconv"
)

// NewLog writes a line of JSON for every entry, redacted.
func NewLog(w io.Writer, level slog.Leveler) *slog.Logger {
	return slog.New(Redacting(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})))
}

// Redacting passes entries on with Redact applied to the message, to every key and to
// every value, inside groups as well.
func Redacting(next slog.Handler) slog.Handler { return handler{next} }

type handler struct{ next slog.Handler }

func (h handler) Enabled(ctx context.Context, l slog.Level) bool { return h.next.Enabled(ctx, l) }

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, Redact(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(attr(a))
		return true
	})
	return h.next.Handle(ctx, clean)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.next.WithAttrs(each(attrs))}
}

func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.next.WithGroup(Redact(name))}
}

func each(attrs []slog.Attr) []slog.Attr {
	out := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		out[i] = attr(a)
	}
	return out
}

func attr(a slog.Attr) slog.Attr {
	return slog.Attr{Key: Redact(a.Key), Value: value(a.Value.Resolve())}
}

func value(v slog.Value) slog.Value {
	switch v.Kind() {
	case slog.KindString:
		return slog.StringValue(Redact(v.String()))
	case slog.KindInt64:
		return whole(v, strconv.FormatInt(v.Int64(), 10))
	case slog.KindUint64:
		return whole(v, strconv.FormatUint(v.Uint64(), 10))
	case slog.KindGroup:
		return slog.GroupValue(each(v.Group())...)
	case slog.KindAny:
		return anything(v)
	}
	return v // truth, time, duration, fraction
}

// whole lets a number through unless it is an identity number that lost its text. A date
// that began with zeros has lost them as well.
func whole(v slog.Value, figures string) slog.Value {
	for len(figures) < 10 && len(figures) >= 8 {
		figures = "0" + figures
	}
	if identity(figures, 0) == len(figures) {
		return slog.StringValue(Sealed)
	}
	return v
}

// anything is redacted as it would have been written.
func anything(v slog.Value) slog.Value {
	switch x := v.Any().(type) {
	case nil:
		return v
	case error:
		return slog.StringValue(Redact(x.Error()))
	default:
		written, err := json.Marshal(x)
		if err != nil {
			return slog.StringValue(Redact(fmt.Sprintf("%+v", x)))
		}
		if clean := Redact(string(written)); clean != string(written) {
			return slog.StringValue(clean)
		}
		return slog.AnyValue(json.RawMessage(written))
	}
}

package antivirus_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"tillit/internal/adapter/antivirus"
	"tillit/internal/adapter/antivirus/antivirustest"
	"tillit/internal/adapter/antivirus/fake"
)

func listen(t *testing.T) (*fake.Daemon, string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "clamd") // a socket's path has at most 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "clamd.sock")
	d, err := fake.Listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d, socket
}

func TestFake(t *testing.T) {
	d, socket := listen(t)
	const limit = 1 << 20
	d.Limit(limit)
	antivirustest.Run(t, socket, limit)
}

// The real one, where its socket is named by TILLIT_CLAMD.
func TestRealDaemon(t *testing.T) {
	socket := os.Getenv("TILLIT_CLAMD")
	if socket == "" {
		t.Log("no clamd named")
		return
	}
	antivirustest.Run(t, socket, 25<<20)
}

func TestWithoutDaemonFilesAreHeld(t *testing.T) {
	s := antivirus.New(antivirus.Config{})
	if r := s.Scan(t.Context(), iotest.ErrReader(os.ErrInvalid)); r != (antivirus.Result{Verdict: antivirus.Held}) {
		t.Errorf("%+v, want held", r)
	}
	if err := s.Ready(t.Context()); err != nil {
		t.Errorf("not ready: %v", err)
	}
}

func TestMisbehavingDaemonIsNeverClean(t *testing.T) {
	for name, c := range map[string]struct {
		behaviour fake.Behaviour
		size      int
		want      antivirus.Reason
	}{
		"hangs":                       {fake.Hang, 10, antivirus.TimedOut},
		"is deaf":                     {fake.Deaf, 8 << 20, antivirus.TimedOut},
		"is deaf to a small file":     {fake.Deaf, 10, antivirus.TimedOut},
		"hangs up":                    {fake.CutOff, 10, antivirus.CutOff},
		"hangs up in the middle":      {fake.CutOff, 8 << 20, antivirus.CutOff},
		"fails":                       {fake.Fail, 10, antivirus.Refused},
		"babbles":                     {fake.Babble, 10, antivirus.CutOff},
		"says clean before the end":   {fake.TooEarly, 8 << 20, antivirus.CutOff},
		"says something like a clean": {fake.Unsure, 10, antivirus.Refused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, socket := listen(t)
			d.Behave(c.behaviour)
			s := antivirus.New(antivirus.Config{Socket: socket, Timeout: 200 * time.Millisecond})
			r := s.Scan(t.Context(), bytes.NewReader(make([]byte, c.size)))
			if r.Verdict != antivirus.Unscanned || r.Reason != c.want || !r.Passing() {
				t.Errorf("%+v, want unscanned, %s", r, c.want)
			}
		})
	}
}

func TestNobodyThere(t *testing.T) {
	s := antivirus.New(antivirus.Config{Socket: filepath.Join(t.TempDir(), "none")})
	if r := s.Scan(t.Context(), strings.NewReader("Hej")); r.Verdict != antivirus.Unscanned || r.Reason != antivirus.Unreachable {
		t.Errorf("%+v, want unscanned, unreachable", r)
	}
	if s.Ready(t.Context()) == nil {
		t.Error("ready with nobody there")
	}
	d, socket := listen(t)
	d.Behave(fake.Hang)
	s = antivirus.New(antivirus.Config{Socket: socket, Timeout: 50 * time.Millisecond})
	if s.Ready(t.Context()) == nil {
		t.Error("ready though no sign of life came")
	}
}

func TestOwnLimit(t *testing.T) {
	_, socket := listen(t)
	s := antivirus.New(antivirus.Config{Socket: socket, MaxBytes: 10})
	if r := s.Scan(t.Context(), strings.NewReader("0123456789")); r.Verdict != antivirus.Clean {
		t.Errorf("%+v at the limit, want clean", r)
	}
	if r := s.Scan(t.Context(), strings.NewReader("0123456789a")); r.Verdict != antivirus.Unscanned || r.Reason != antivirus.TooLarge {
		t.Errorf("%+v beyond the limit, want too large", r)
	}
}

func TestContextEnds(t *testing.T) {
	d, socket := listen(t)
	d.Behave(fake.Hang)
	ctx, cancel := context.WithCancel(t.Context())
	file := readerFunc(func(p []byte) (int, error) { cancel(); return 0, os.ErrInvalid })
	s := antivirus.New(antivirus.Config{Socket: socket})
	if r := s.Scan(ctx, file); r.Verdict != antivirus.Unscanned {
		t.Errorf("%+v, want unscanned", r)
	}
	if r := s.Scan(ctx, strings.NewReader("Hej")); r.Verdict != antivirus.Unscanned || r.Reason != antivirus.TimedOut {
		t.Errorf("%+v, want unscanned, timed out", r)
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestTooLargeIsNotPassing(t *testing.T) {
	if (antivirus.Result{Reason: antivirus.TooLarge}).Passing() {
		t.Error("a file does not shrink")
	}
	var zero antivirus.Result
	if zero.Verdict == antivirus.Clean || zero.Verdict.String() != "unscanned" {
		t.Error("a verdict that nobody gave opens the file")
	}
}

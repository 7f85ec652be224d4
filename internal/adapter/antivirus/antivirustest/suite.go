// Package antivirustest holds a clamd, played or real, to what the platform relies on.
// Tests import it, and nothing else does.
package antivirustest

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"tillit/internal/adapter/antivirus"
)

// EICAR in two halves, written down apart from the fake's.
var eicar = strings.Join([]string{`X5O!P%@AP[4\PZX54(P^)7CC)7`, `$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`}, "}")

// Run sends files to the clamd that answers at a socket and takes files of up to limit bytes.
func Run(t *testing.T, socket string, limit int) {
	t.Helper()
	s := antivirus.New(antivirus.Config{Socket: socket, Timeout: 30 * time.Second, MaxBytes: 10 * int64(limit)})
	wants := func(t *testing.T, file io.Reader, verdict antivirus.Verdict, reason antivirus.Reason) {
		t.Helper()
		r := s.Scan(t.Context(), file)
		if r.Verdict != verdict || r.Reason != reason {
			t.Errorf("%v %q, want %v %q", r.Verdict, r.Reason, verdict, reason)
		}
		if (r.Signature != "") != (verdict == antivirus.Infected) {
			t.Errorf("%v with signature %q", r.Verdict, r.Signature)
		}
	}
	t.Run("sign of life", func(t *testing.T) {
		if err := s.Ready(t.Context()); err != nil {
			t.Error(err)
		}
	})
	t.Run("harmless", func(t *testing.T) {
		wants(t, strings.NewReader("Hej"), antivirus.Clean, "")
		wants(t, strings.NewReader(""), antivirus.Clean, "")
		wants(t, bytes.NewReader(make([]byte, 300_000)), antivirus.Clean, "")
	})
	t.Run("harmful", func(t *testing.T) {
		wants(t, strings.NewReader(eicar), antivirus.Infected, "")
		wants(t, iotest.OneByteReader(strings.NewReader(eicar)), antivirus.Infected, "")
	})
	t.Run("too large", func(t *testing.T) {
		wants(t, bytes.NewReader(make([]byte, 3*limit)), antivirus.Unscanned, antivirus.TooLarge)
		wants(t, bytes.NewReader(make([]byte, 11*limit)), antivirus.Unscanned, antivirus.TooLarge)
	})
	t.Run("cannot be read", func(t *testing.T) {
		wants(t, io.MultiReader(strings.NewReader(eicar), iotest.ErrReader(io.ErrClosedPipe)), antivirus.Unscanned, antivirus.Unreadable)
	})
	t.Run("many at a time", func(t *testing.T) {
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				if i%2 == 0 {
					wants(t, strings.NewReader(eicar), antivirus.Infected, "")
				} else {
					wants(t, bytes.NewReader(make([]byte, 100_000)), antivirus.Clean, "")
				}
			})
		}
		all.Wait()
	})
}

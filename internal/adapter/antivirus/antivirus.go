package antivirus

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"time"
)

// Verdict is what is known of a file. Only Clean opens it.
type Verdict uint8

// The verdicts. The zero value opens nothing.
const (
	Unscanned Verdict = iota // nothing is known: ask again, or refuse
	Clean                    // read whole and found harmless
	Infected                 // harmful: refuse
	Held                     // no scanner is configured: a person decides
)

var verdicts = [...]string{"unscanned", "clean", "infected", "held"}

// String names the verdict for logs, metrics and columns.
func (v Verdict) String() string { return verdicts[v] }

// Reason says why a file is Unscanned.
type Reason string

// The reasons.
const (
	Unreachable Reason = "unreachable" // nobody answers on the socket
	TimedOut    Reason = "timed_out"   // no verdict within Config.Timeout or before the context ended
	TooLarge    Reason = "too_large"   // more than Config.MaxBytes or than the daemon takes
	CutOff      Reason = "cut_off"     // the daemon went away before its verdict
	Refused     Reason = "refused"     // the daemon said that it failed, or something unknown
	Unreadable  Reason = "unreadable"  // the file could not be read to its end
)

// Result is a verdict with what belongs to it. It says nothing of the file's owner or content.
type Result struct {
	Verdict   Verdict
	Reason    Reason // with Unscanned
	Signature string // with Infected: what the daemon calls it
}

// Passing reports whether asking again later may end better.
func (r Result) Passing() bool {
	return r.Verdict == Unscanned && r.Reason != TooLarge
}

// Config is how to reach the daemon.
type Config struct {
	Socket   string        // path of its Unix socket; empty means that there is none
	Timeout  time.Duration // for one file, sending it included; 0 means a minute
	MaxBytes int64         // larger files are not sent; 0 means 25 MB, the daemon's own limit as installed
}

// Scanner asks one daemon. It is safe for use by many; each file has a connection of its own.
type Scanner struct{ config Config }

// New makes a scanner. Nothing is asked yet.
func New(c Config) *Scanner {
	if c.Timeout == 0 {
		c.Timeout = time.Minute
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = 25 << 20
	}
	return &Scanner{config: c}
}

// Scan sends file to the daemon and tells its verdict. It never fails: what goes wrong is
// Unscanned with a Reason, and without a daemon the verdict is Held. The file is read at most
// once and not closed.
func (s *Scanner) Scan(ctx context.Context, file io.Reader) Result {
	if s.config.Socket == "" {
		return Result{Verdict: Held}
	}
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	conn, err := s.dial(ctx)
	if err != nil {
		return s.failed(ctx, Unreachable)
	}
	defer conn.Close()
	defer endWith(ctx, conn)()

	sent := s.send(conn, file)
	if sent == Unreadable || sent == TooLarge {
		return Result{Reason: sent} // the daemon has seen a part only: what it thinks of that is nothing
	}
	// Also when sending failed: a daemon that stops reading says why.
	reply, err := readReply(conn)
	if err != nil {
		return s.failed(ctx, CutOff)
	}
	r := understand(reply)
	if r.Verdict == Clean && sent != "" {
		return s.failed(ctx, CutOff) // clean, but not of the whole
	}
	return r
}

// Ready asks the daemon for a sign of life, for the probe of readiness. Without a configured
// daemon it is nil.
func (s *Scanner) Ready(ctx context.Context) error {
	if s.config.Socket == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	conn, err := s.dial(ctx)
	if err != nil {
		return errors.New("antivirus: nobody answers")
	}
	defer conn.Close()
	defer endWith(ctx, conn)()
	if _, err := io.WriteString(conn, "zPING\x00"); err != nil {
		return errors.New("antivirus: cut off")
	}
	if reply, err := readReply(conn); err != nil || reply != "PONG" {
		return errors.New("antivirus: no sign of life")
	}
	return nil
}

func (s *Scanner) dial(ctx context.Context) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "unix", s.config.Socket)
}

// endWith breaks off what conn does when ctx ends.
func endWith(ctx context.Context, conn net.Conn) (stop func() bool) {
	return context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
}

// failed is Unscanned for the reason, or for time when that ran out.
func (s *Scanner) failed(ctx context.Context, why Reason) Result {
	if ctx.Err() != nil {
		why = TimedOut
	}
	return Result{Reason: why}
}

// piece is how much is sent at a time.
const piece = 64 << 10

// send sends the whole file and its end, and returns no reason when it could. Of a file that
// can't be read whole the end is not sent.
func (s *Scanner) send(conn net.Conn, file io.Reader) Reason {
	if _, err := io.WriteString(conn, "zINSTREAM\x00"); err != nil {
		return CutOff
	}
	buf := make([]byte, 4+piece)
	var total int64
	for {
		n, err := io.ReadFull(file, buf[4:])
		if total += int64(n); total > s.config.MaxBytes {
			return TooLarge
		}
		if n > 0 {
			binary.BigEndian.PutUint32(buf, uint32(n))
			if _, err := conn.Write(buf[:4+n]); err != nil {
				return CutOff
			}
		}
		switch {
		case err == io.EOF || err == io.ErrUnexpectedEOF:
			if _, err := conn.Write(make([]byte, 4)); err != nil {
				return CutOff
			}
			return ""
		case err != nil:
			return Unreadable
		}
	}
}

// longestReply bounds an answer, which is a name and a word.
const longestReply = 1 << 10

// readReply reads one answer up to its zero byte.
func readReply(conn net.Conn) (string, error) {
	buf := make([]byte, 0, longestReply)
	for len(buf) < cap(buf) {
		n, err := conn.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if i := bytes.IndexByte(buf, 0); i >= 0 {
			return string(buf[:i]), nil
		}
		if err != nil {
			return "", err
		}
	}
	return "", errors.New("antivirus: answer without end")
}

// understand reads an answer to INSTREAM. What is not known word for word is no verdict.
func understand(reply string) Result {
	if reply == "stream: OK" {
		return Result{Verdict: Clean}
	}
	if name, ok := strings.CutSuffix(reply, " FOUND"); ok {
		if name, ok := strings.CutPrefix(name, "stream: "); ok {
			return Result{Verdict: Infected, Signature: name}
		}
	}
	if reply == "INSTREAM size limit exceeded. ERROR" {
		return Result{Reason: TooLarge}
	}
	return Result{Reason: Refused}
}

// Package fake is a clamd that knows one thing: the EICAR text. The demo town scans with it,
// and the tests make it misbehave in the ways in which the real one does.
package fake

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
)

// EICAR is the text that every scanner reports. It stands here in two halves, or a scanner
// would take this file away.
const EICAR = `X5O!P%@AP[4\PZX54(P^)7CC)7}$` + `EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`

// Signature is what the fake calls it.
const Signature = "Eicar-Test-Signature"

// Behaviour is how the fake answers.
type Behaviour int

// The behaviours.
const (
	Well     Behaviour = iota
	Hang               // reads, and says nothing until it is closed
	Deaf               // takes connections and reads nothing
	CutOff             // hangs up after the first piece
	Fail               // says that it failed
	Babble             // answers without end
	TooEarly           // says OK after the first piece, and goes on reading
	Unsure             // says what no scanner says
)

// Daemon is a playing clamd.
type Daemon struct {
	listener net.Listener
	closed   chan struct{}
	serving  sync.WaitGroup

	mu        sync.Mutex
	behaviour Behaviour
	maxBytes  int
}

// Listen starts a daemon on a Unix socket that does not exist yet.
func Listen(socket string) (*Daemon, error) {
	l, err := net.Listen("unix", socket)
	if err != nil {
		return nil, err
	}
	d := &Daemon{listener: l, closed: make(chan struct{}), maxBytes: 25 << 20}
	d.serving.Go(d.accept)
	return d, nil
}

// Behave changes how the next files are answered.
func (d *Daemon) Behave(b Behaviour) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.behaviour = b
}

// Limit sets StreamMaxLength, in bytes.
func (d *Daemon) Limit(maxBytes int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.maxBytes = maxBytes
}

// Close hangs up on everybody and removes the socket.
func (d *Daemon) Close() error {
	close(d.closed)
	err := d.listener.Close()
	d.serving.Wait()
	return err
}

func (d *Daemon) accept() {
	for {
		conn, err := d.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			d.serving.Go(func() { d.serve(conn) })
		}
	}
}

func (d *Daemon) serve(conn net.Conn) {
	done := make(chan struct{})
	defer close(done)
	d.serving.Go(func() {
		select {
		case <-d.closed:
		case <-done:
		}
		_ = conn.Close()
	})
	d.mu.Lock()
	behaviour, limit := d.behaviour, d.maxBytes
	d.mu.Unlock()
	if behaviour == Deaf {
		<-d.closed
		return
	}
	in := bufio.NewReader(conn)
	command, err := in.ReadString(0)
	if err != nil {
		return
	}
	switch command {
	case "zPING\x00":
		if behaviour == Hang {
			<-d.closed
		}
		say(conn, "PONG")
	case "zINSTREAM\x00":
		d.stream(conn, in, behaviour, limit)
	default:
		say(conn, "UNKNOWN COMMAND")
	}
}

func say(conn net.Conn, reply string) { _, _ = io.WriteString(conn, reply+"\x00") }

func (d *Daemon) stream(conn net.Conn, in io.Reader, behaviour Behaviour, limit int) {
	var file bytes.Buffer
	for {
		var size uint32
		if binary.Read(in, binary.BigEndian, &size) != nil {
			return
		}
		if size == 0 {
			break
		}
		if file.Len()+int(size) > limit {
			say(conn, "INSTREAM size limit exceeded. ERROR")
			return
		}
		if _, err := io.CopyN(&file, in, int64(size)); err != nil {
			return
		}
		switch behaviour {
		case CutOff:
			return
		case TooEarly:
			say(conn, "stream: OK")
			return
		}
	}
	switch {
	case behaviour == Hang:
		<-d.closed
	case behaviour == Fail:
		say(conn, "stream: Can't allocate memory ERROR")
	case behaviour == Babble:
		for err := error(nil); err == nil; {
			_, err = io.WriteString(conn, "stream: OK stream: OK ")
		}
	case behaviour == Unsure:
		say(conn, "stream: OK?")
	case bytes.Contains(file.Bytes(), []byte(EICAR)):
		say(conn, "stream: "+Signature+" FOUND")
	default:
		say(conn, "stream: OK")
	}
}

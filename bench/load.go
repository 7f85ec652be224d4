package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// target is a page to be asked for again and again: one address, one visitor each client.
type target struct {
	name    string
	address string // http://HOST:PORT
	path    string
	cookies []string // each a session of its own
	size    int      // of the page, as it was when it was looked at
}

// client is one connection that asks for one page. It does no more than it must, since it
// shares the machine with what it measures.
type client struct {
	conn net.Conn
	in   *bufio.Reader
	ask  []byte
}

func (t target) dial(n int) (*client, error) {
	host := strings.TrimPrefix(t.address, "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		return nil, err
	}
	ask := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nAccept: text/html\r\n\r\n", t.path, host, t.cookies[n%len(t.cookies)])
	return &client{conn, bufio.NewReaderSize(conn, 64<<10), []byte(ask)}, nil
}

// page asks for the page once and reads all of it.
func (c *client) page() (int, error) {
	if err := c.conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return 0, err
	}
	if _, err := c.conn.Write(c.ask); err != nil {
		return 0, err
	}
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if !bytes.HasPrefix(line, []byte("HTTP/1.1 200 ")) {
		return 0, fmt.Errorf("bench: the page answers %q", bytes.TrimSpace(line))
	}
	length := -1
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return 0, err
		}
		if len(line) <= 2 {
			break
		}
		if name, value, _ := bytes.Cut(line, []byte(": ")); bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, err
			}
		}
	}
	if length < 0 {
		return 0, errors.New("bench: the page has no length")
	}
	_, err = io.CopyN(io.Discard, c.in, int64(length))
	return length, err
}

// saturate lets n clients ask one page after another for a while, and counts the pages.
func saturate(t target, n int, for_ time.Duration) (pages int64, took time.Duration, err error) {
	var count atomic.Int64
	begun := time.Now()
	end := begun.Add(for_)
	err = each(t, n, func(c *client, _ int) error {
		for time.Now().Before(end) {
			size, err := c.page()
			if err != nil {
				return err
			}
			if size*10 < t.size*9 {
				return fmt.Errorf("bench: a page of %d bytes, where %d are usual", size, t.size)
			}
			count.Add(1)
		}
		return nil
	})
	return count.Load(), time.Since(begun), err
}

// steady asks for pages at a fixed rate, whatever becomes of those before, and gives how long
// each took from the moment at which it was due. A page that had to wait for a free connection
// has waited: nothing is left out because the server was slow.
func steady(t target, rate int, for_ time.Duration) ([]time.Duration, error) {
	const connections = 100
	total := rate * int(for_/time.Second)
	took := make([]time.Duration, total)
	var next atomic.Int64
	begun := time.Now().Add(100 * time.Millisecond)
	err := each(t, connections, func(c *client, _ int) error {
		for {
			i := int(next.Add(1)) - 1
			if i >= total {
				return nil
			}
			due := begun.Add(time.Second * time.Duration(i) / time.Duration(rate))
			time.Sleep(time.Until(due))
			if _, err := c.page(); err != nil {
				return err
			}
			took[i] = time.Since(due)
		}
	})
	slices.Sort(took)
	return took, err
}

// each runs n clients at once, and gives their errors.
func each(t target, n int, do func(c *client, i int) error) error {
	errs := make([]error, n)
	var wait sync.WaitGroup
	for i := range n {
		c, err := t.dial(i)
		if err != nil {
			return err
		}
		wait.Go(func() {
			defer c.conn.Close()
			errs[i] = do(c, i)
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}

// at is the value that a share of a sorted list does not exceed.
func at(sorted []time.Duration, share float64) time.Duration {
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

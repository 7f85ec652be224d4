package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"tillit/internal/testkit/served"
)

// tick is how Linux counts a process's time: hundredths of a second.
const tick = 10 * time.Millisecond

// stat is what /proc tells of one process.
type stat struct {
	parent   int
	own      time.Duration // user and system
	children time.Duration // of those that it has waited for
}

func statOf(pid int) (stat, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return stat{}, err
	}
	// The name stands in brackets and may have anything in it.
	_, rest, _ := strings.Cut(string(text), ") ")
	f := strings.Fields(rest)
	if len(f) < 15 {
		return stat{}, fmt.Errorf("bench: /proc/%d/stat is too short", pid)
	}
	n := func(i int) int64 { v, _ := strconv.ParseInt(f[i], 10, 64); return v } // the kernel wrote it
	return stat{parent: int(n(1)), own: tick * time.Duration(n(11)+n(12)), children: tick * time.Duration(n(13)+n(14))}, nil
}

// family is a process and its children.
func family(pid int) []int {
	list := []int{pid}
	dirs, _ := filepath.Glob("/proc/[0-9]*") // the pattern is well formed
	for _, dir := range dirs {
		p, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			continue
		}
		if s, err := statOf(p); err == nil && s.parent == pid {
			list = append(list, p)
		}
	}
	return list
}

// spent is the processor time of a site since it began: its own and its PostgreSQL's.
func spent(s *served.Site) (server, postgres time.Duration, err error) {
	own, err := statOf(s.PID())
	if err != nil {
		return 0, 0, err
	}
	pid, err := s.Postgres()
	if err != nil {
		return 0, 0, err
	}
	for _, p := range family(pid) {
		st, err := statOf(p)
		if err != nil {
			continue // it ended meanwhile, and counts among the children
		}
		postgres += st.own
		if p == pid {
			postgres += st.children
		}
	}
	return own.own, postgres, nil
}

// resident is the memory of a site in bytes: the server's resident set, and its PostgreSQL's
// proportional share, in which pages that its processes have in common count once.
func resident(s *served.Site) (server, postgres int64, err error) {
	if server, err = kilobytes(fmt.Sprintf("/proc/%d/status", s.PID()), "VmRSS:"); err != nil {
		return 0, 0, err
	}
	pid, err := s.Postgres()
	if err != nil {
		return 0, 0, err
	}
	for _, p := range family(pid) {
		if n, err := kilobytes(fmt.Sprintf("/proc/%d/smaps_rollup", p), "Pss:"); err == nil {
			postgres += n
		}
	}
	return server, postgres, nil
}

// kilobytes reads a line such as "VmRSS:  1234 kB", in bytes.
func kilobytes(file, name string) (int64, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		if f := strings.Fields(line); len(f) >= 2 && f[0] == name {
			n, err := strconv.ParseInt(f[1], 10, 64)
			return n << 10, err
		}
	}
	return 0, fmt.Errorf("bench: %s has no %s", file, name)
}

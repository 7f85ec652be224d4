package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
)

// row is one promise and what was measured of it.
type row struct {
	What     string  `json:"what"`
	Bar      string  `json:"bar"`
	Measured string  `json:"measured"`
	Holds    string  `json:"holds"` // yes, no, or empty where there is no bar
	Load     float64 `json:"load"`  // the machine's load average over the last minute, when it was measured
}

// report is everything that a run says.
type report struct {
	Machine machine `json:"machine"`
	Rows    []row   `json:"rows"`
	log     io.Writer
}

type machine struct {
	CPU        string `json:"cpu"`
	Cores      int    `json:"cores"`
	Go         string `json:"go"`
	PostgreSQL string `json:"postgresql"`
	Kernel     string `json:"kernel"`
}

// holds is a bar that holds or does not.
func holds(ok bool) string {
	if ok {
		return "yes"
	}
	return "no"
}

// add notes a row, and says it at once to whoever waits.
func (r *report) add(what, bar, holds, measured string, args ...any) {
	n := row{what, bar, fmt.Sprintf(measured, args...), holds, load()}
	r.Rows = append(r.Rows, n)
	fmt.Fprintf(r.log, "%s: %s\n", n.What, n.Measured)
}

// load is the machine's load average over the last minute.
func load() float64 {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0
	}
	var l float64
	_, _ = fmt.Sscan(string(text), &l) // 0 where it can't be told
	return l
}

func thisMachine(postgres string) machine {
	m := machine{Cores: runtime.NumCPU(), Go: runtime.Version(), PostgreSQL: postgres}
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.SplitSeq(string(text), "\n") {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				m.CPU = strings.TrimSpace(value)
				break
			}
		}
	}
	if text, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = strings.TrimSpace(string(text))
	}
	return m
}

func (r *report) json(out io.Writer) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

func (r *report) table(out io.Writer) error {
	m := r.Machine
	fmt.Fprintf(out, "%s, %d cores, Linux %s, %s, PostgreSQL %s\n\n", m.CPU, m.Cores, m.Kernel, m.Go, m.PostgreSQL)
	w := tabwriter.NewWriter(out, 2, 8, 2, ' ', 0)
	fmt.Fprintln(w, "What\tBar\tMeasured\tHolds\tLoad")
	for _, n := range r.Rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%.1f\n", n.What, n.Bar, n.Measured, n.Holds, n.Load)
	}
	return w.Flush()
}

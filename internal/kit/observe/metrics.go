package observe

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics counts what happens. Labels are names from the program's own lists, never
// something that came with a request.
type Metrics struct {
	requests    *prometheus.CounterVec
	duration    *prometheus.HistogramVec
	disclosures *prometheus.CounterVec
	jobs        *prometheus.CounterVec
	jobTime     *prometheus.HistogramVec
	guardStops  *prometheus.CounterVec
	closures    *prometheus.GaugeVec
}

// seconds are the buckets of durations; the bar for a signed-in page is 25 ms.
var seconds = []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}

// NewMetrics registers the numbers. It panics when reg has them already, as two would
// count the same.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "tillit", Name: name, Help: help}, labels)
		reg.MustRegister(v)
		return v
	}
	histogram := func(name, help string, labels ...string) *prometheus.HistogramVec {
		v := prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "tillit", Name: name, Help: help, Buckets: seconds}, labels)
		reg.MustRegister(v)
		return v
	}
	m := &Metrics{
		requests:    counter("requests_total", "Requests that are over.", "route", "method", "status"),
		duration:    histogram("request_seconds", "How long requests took.", "route", "method"),
		disclosures: counter("disclosures_total", "Disclosures written to the ledger.", "route"),
		jobs:        counter("jobs_total", "Jobs that are over.", "kind", "outcome"),
		jobTime:     histogram("job_seconds", "How long jobs took.", "kind"),
		guardStops:  counter("guard_stops_total", "Answers that the guard held back.", "route"),
		closures: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Namespace: "tillit", Name: "closures", Help: "What is closed now, by kind of target."}, []string{"kind"}),
	}
	reg.MustRegister(m.closures)
	return m
}

// NewRegistry makes a registry that also tells of the process and of Go.
func NewRegistry() *prometheus.Registry {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return reg
}

// Handler serves the registry's numbers. It asks nobody who they are: it belongs on the
// admin listener.
func Handler(reg *prometheus.Registry) http.Handler {
	return promhttp.HandlerFor(reg, promhttp.HandlerOpts{Registry: reg})
}

// Request counts a request that is over.
func (m *Metrics) Request(r Record) {
	route, method := r.Route, method(r.Method)
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(route, method, strconv.Itoa(r.Status)).Inc()
	m.duration.WithLabelValues(route, method).Observe(r.Duration.Seconds())
	if r.Disclosures > 0 {
		m.disclosures.WithLabelValues(route).Add(float64(r.Disclosures))
	}
}

// Job counts a job that is over; outcome is "done", "retry" or "dead".
func (m *Metrics) Job(kind, outcome string, took time.Duration) {
	m.jobs.WithLabelValues(kind, outcome).Inc()
	m.jobTime.WithLabelValues(kind).Observe(took.Seconds())
}

// GuardStop counts an answer of a route that the guard held back.
func (m *Metrics) GuardStop(route string) { m.guardStops.WithLabelValues(route).Inc() }

// Closures tells how many targets of a kind ("service", "route", "class") are closed now.
func (m *Metrics) Closures(kind string, now int) { m.closures.WithLabelValues(kind).Set(float64(now)) }

package observe

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestMetrics(t *testing.T) {
	reg := NewRegistry()
	m := NewMetrics(reg)
	page := Record{Route: "GET /my", Method: "GET", Status: 200, Duration: 4 * time.Millisecond, Disclosures: 3}
	m.Request(page)
	m.Request(page)
	m.Request(Record{Method: "BREW", Status: 404})
	m.Job("mail", "done", 30*time.Millisecond)
	m.GuardStop("GET /my")
	m.Closures("service", 2)
	m.Closures("service", 1)

	out := httptest.NewRecorder()
	Handler(reg).ServeHTTP(out, httptest.NewRequest("GET", "/metrics", nil))
	text := out.Body.String()
	for _, line := range []string{
		`tillit_requests_total{method="GET",route="GET /my",status="200"} 2`,
		`tillit_requests_total{method="other",route="none",status="404"} 1`,
		`tillit_request_seconds_bucket{method="GET",route="GET /my",le="0.002"} 0`,
		`tillit_request_seconds_bucket{method="GET",route="GET /my",le="0.005"} 2`,
		`tillit_disclosures_total{route="GET /my"} 6`,
		`tillit_jobs_total{kind="mail",outcome="done"} 1`,
		`tillit_job_seconds_count{kind="mail"} 1`,
		`tillit_guard_stops_total{route="GET /my"} 1`,
		`tillit_closures{kind="service"} 1`,
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("not among the metrics: %s", line)
		}
	}
	if !strings.Contains(text, "go_goroutines ") || !strings.Contains(text, "process_resident_memory_bytes ") {
		t.Error("nothing of Go or the process")
	}
}

func TestTwoRegistriesShareNothing(t *testing.T) {
	a, b := NewRegistry(), NewRegistry()
	NewMetrics(a).GuardStop("GET /a")
	NewMetrics(b)
	out := httptest.NewRecorder()
	Handler(b).ServeHTTP(out, httptest.NewRequest("GET", "/metrics", nil))
	if strings.Contains(out.Body.String(), "tillit_guard_stops_total{") {
		t.Error("one registry's count is in the other")
	}
}

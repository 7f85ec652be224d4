package ui

import (
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func drawChart(t *rapid.T, most int) ChartProps {
	p := ChartProps{Series: []ChartSeries{{Paint: 1}, {Paint: 2}, {Paint: 3, Faint: true}}, Newest: rapid.Bool().Draw(t, "newest")}
	counts := rapid.SliceOfN(rapid.IntRange(0, most), 3, 3)
	for i := range rapid.IntRange(0, 48).Draw(t, "columns") {
		p.Columns = append(p.Columns, ChartColumn{Label: "m" + strconv.Itoa(i), Counts: counts.Draw(t, "counts")})
	}
	return p
}

// TestBlocksCanBeCounted: under fifteen in every column there is a block for each.
func TestBlocksCanBeCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawChart(t, 4)
		want := 0
		for _, c := range p.Columns {
			want += c.sum()
		}
		if got := len(p.shape().rects); got != want {
			t.Fatalf("%d blocks for %d", got, want)
		}
	})
}

// TestDrawingStaysInside: nothing is drawn outside the picture, on top of something else or
// left out because it is small.
func TestDrawingStaysInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawChart(t, rapid.SampledFrom([]int{4, 40, 4000}).Draw(t, "most"))
		s := p.shape()
		floor := map[int]int{} // by column, the top of what has been drawn
		for _, r := range s.rects {
			if r.x < 0 || r.x+r.w > chartWidth || r.y < 0 || r.y+r.h > s.base || r.w < 1 || r.h < 1 {
				t.Fatalf("%+v is outside %d by %d", r, chartWidth, s.base)
			}
			if top, ok := floor[r.x]; ok && r.y+r.h > top {
				t.Fatalf("%+v is on top of what starts at %d", r, top)
			}
			floor[r.x] = r.y
		}
		drawn := 0
		for _, c := range p.Columns {
			if c.sum() > 0 {
				drawn++
			}
		}
		if len(floor) != drawn {
			t.Fatalf("%d columns drawn of %d", len(floor), drawn)
		}
		for _, x := range s.texts {
			if x.y < 12 || x.y > s.height {
				t.Fatalf("%+v is outside %d", x, s.height)
			}
		}
	})
}

// TestTableSaysTheSame: the table has every column once, in its order.
func TestTableSaysTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawChart(t, 20)
		rows := p.rows()
		if len(rows) != len(p.Columns) {
			t.Fatalf("%d rows for %d columns", len(rows), len(p.Columns))
		}
		for i, r := range rows {
			want := p.Columns[i].Label
			if p.Newest {
				want = p.Columns[len(rows)-1-i].Label
			}
			if r.name() != want {
				t.Fatalf("row %d is %s, want %s", i, r.name(), want)
			}
		}
	})
}

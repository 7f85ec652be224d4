package ui

import (
	"strconv"
	"strings"
)

// ChartSeries is what one paint stands for. Paint is 1 to 3.
type ChartSeries struct {
	Name  string
	Short string // head of the table's column; Name if empty
	Paint int
	Faint bool // not yet so: what is awaited
}

// ChartColumn is one stretch of time: a count for each series. Label stands under it and may
// be empty when there are many; Row is its name in the table.
type ChartColumn struct {
	Label  string
	Row    string
	Counts []int
}

// ChartProps is numbers over time. Under fifteen in every column it draws blocks that one can
// count, above that bars. Title is read in place of the drawing: what it shows and what
// stands out. Total heads a last column with the sum, "" leaves it out. The table stands
// beside the drawing, or folded below it.
type ChartProps struct {
	ID      string
	Title   string
	Caption string
	RowHead string
	Total   string
	Series  []ChartSeries
	Columns []ChartColumn
	Newest  bool // the table has the last column first
	Beside  bool
}

const (
	chartWidth = 720
	blockStep  = 23
	blockTall  = 20
	barsTall   = 120
	labelTall  = 34
)

// chartShape is the drawing in numbers.
type chartShape struct {
	height, base int
	rects        []chartRect
	texts        []chartText
}

type chartRect struct {
	class             string
	x, y, w, h, round int
}

type chartText struct {
	x, y   int
	anchor string
	value  bool
	text   string
}

func (c ChartColumn) sum() int {
	sum := 0
	for _, n := range c.Counts {
		sum += n
	}
	return sum
}

// paint is the class of a series; a column may have fewer or more counts than there are series.
func (p ChartProps) paint(i int) string {
	if i >= len(p.Series) {
		return "t-c1"
	}
	c := "t-c" + strconv.Itoa(p.Series[i].Paint)
	if p.Series[i].Faint {
		c += " t-faint"
	}
	return c
}

func (p ChartProps) shape() chartShape {
	tallest := 1
	for _, c := range p.Columns {
		tallest = max(tallest, c.sum())
	}
	blocks := tallest < 15
	room := barsTall
	if blocks {
		room = tallest * blockStep
	}
	s := chartShape{base: room + 30}
	s.height = s.base + labelTall
	if len(p.Columns) == 0 {
		return s
	}
	step := chartWidth / len(p.Columns)
	width := min(62, step*3/4)
	for i, c := range p.Columns {
		x := i*step + (step-width)/2
		top := s.base
		for series, n := range c.Counts {
			if blocks {
				for range n {
					top -= blockStep
					s.rects = append(s.rects, chartRect{class: p.paint(series), x: x, y: top + 1, w: width, h: blockTall, round: 2})
				}
			} else if h := n * room / tallest; n > 0 {
				h = max(h, 2) // one of a thousand is still drawn
				top -= h
				s.rects = append(s.rects, chartRect{class: p.paint(series), x: x, y: top, w: width, h: h, round: 3})
			}
		}
		middle := x + width/2
		if len(p.Columns) <= 12 && c.sum() > 0 {
			s.texts = append(s.texts, chartText{x: middle, y: top - 8, anchor: "middle", value: true, text: strconv.Itoa(c.sum())})
		}
		if c.Label != "" {
			s.texts = append(s.texts, chartText{x: middle, y: s.base + 25, anchor: "middle", text: c.Label})
		}
	}
	return s
}

func (s chartShape) viewBox() string {
	return strings.Join([]string{"0", "0", strconv.Itoa(chartWidth), strconv.Itoa(s.height)}, " ")
}

func (s chartShape) axis() string {
	return "M0 " + strconv.Itoa(s.base) + ".5H" + strconv.Itoa(chartWidth)
}

// rows are the table's, in its order.
func (p ChartProps) rows() []ChartColumn {
	rows := make([]ChartColumn, 0, len(p.Columns))
	for i := range p.Columns {
		if p.Newest {
			i = len(p.Columns) - 1 - i
		}
		rows = append(rows, p.Columns[i])
	}
	return rows
}

func (c ChartColumn) name() string {
	if c.Row != "" {
		return c.Row
	}
	return c.Label
}

func (s ChartSeries) head() string {
	if s.Short != "" {
		return s.Short
	}
	return s.Name
}

func (p ChartProps) heads() []string {
	heads := []string{p.RowHead}
	for _, s := range p.Series {
		heads = append(heads, s.head())
	}
	if p.Total != "" {
		heads = append(heads, p.Total)
	}
	return heads
}

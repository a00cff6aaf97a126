package diag

import "fmt"

// MostOfAKind is how many findings of one code, severity and effect a Collector
// lists. Nobody reads more, and a file of a million wrong lines has a million.
const MostOfAKind = 2000

// Collector gathers findings. Of each kind it keeps the first ones and counts the
// rest, so that its size does not depend on that of the text. The zero Collector
// is empty.
type Collector struct {
	list  List
	kinds map[kind]*tally
}

// kind is what findings have in common that are counted together.
type kind struct {
	code     string
	severity Severity
	effect   Effect
}

type tally struct {
	listed   int
	unlisted int
	first    Diagnostic // that is not listed
}

// Add takes findings.
func (c *Collector) Add(findings ...Diagnostic) {
	for _, d := range findings {
		if c.kinds == nil {
			c.kinds = make(map[kind]*tally)
		}
		k := kind{d.Code, d.Severity, d.Effect}
		t := c.kinds[k]
		if t == nil {
			t = new(tally)
			c.kinds[k] = t
		}
		if t.listed == 0 || t.listed < MostOfAKind && d.Unlisted == 0 {
			t.listed++
			c.list = append(c.list, d)
			continue
		}
		if t.unlisted == 0 {
			t.first = d
		}
		t.unlisted += max(1, d.Unlisted)
	}
}

// List returns what was gathered, in the order it came, and empties the collector.
// Where findings of a kind are not listed, one more at the place of the first of
// them says how many.
func (c *Collector) List() List {
	list := c.list
	for _, d := range c.list {
		k := kind{d.Code, d.Severity, d.Effect}
		t := c.kinds[k]
		if t.unlisted == 0 {
			continue
		}
		rest := t.first
		rest.Unlisted = t.unlisted
		rest.Summary = fmt.Sprintf("there are %d more findings of this kind", t.unlisted)
		rest.Detail = fmt.Sprintf("The first %d are listed.", MostOfAKind)
		rest.Related, rest.Fixes = nil, nil
		list = append(list, rest)
		t.unlisted = 0 // told
	}
	*c = Collector{}
	return list
}

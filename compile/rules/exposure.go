package rules

import (
	"cmp"
	"slices"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/late"
)

// Exposure is one row of what a container's configuration lets near the host. Points are
// tenths: a container whose exposures come to 100 of them is as good as no container.
type Exposure struct {
	Name    string // stable, in words: "host-root"
	Title   string // a few words
	Most    int    // points it can come to
	Doc     string // why it matters
	Missing bool   // it comes of something that is not there: not weighed where part of the configuration is not known
	Told    bool   // it is weighed all the same of a file of Proxmox's, whose own options tell
	weigh   func(*config.Config) weight
}

// weight is what a row comes to for a configuration. No points: it is not exposed.
type weight struct {
	points  int
	at      config.Origin // the line it comes from, the zero value for one that is missing
	summary string
	lower   string // what to write
}

// Weighed is an exposure of one configuration.
type Weighed struct {
	Row     *Exposure
	Points  int
	At      config.Origin
	Summary string // empty without points
	Lower   string // what would lower it
	Known   bool   // false: it depends on a part of the configuration that is not known
}

// MostPoints is where the score ends: 10.0.
const MostPoints = 100

// Assessment is what the exposures of a configuration come to.
type Assessment struct {
	Points    int       // tenths, at most MostPoints
	Exposures []Weighed // every row, those with the most points first
	Complete  bool      // the whole configuration is known
}

// Assess weighs what a configuration exposes.
func Assess(c *config.Config) Assessment {
	a := Assessment{Complete: !c.Incomplete && !c.Proxmox} // Proxmox adds lines of its own
	for i := range exposures.Get() {
		row := &exposures.Get()[i]
		w := Weighed{Row: row, Known: a.Complete || !row.Missing || row.Told && !c.Incomplete}
		if w.Known {
			found := row.weigh(c)
			w.Points, w.At, w.Summary, w.Lower = min(found.points, row.Most), found.at, found.summary, found.lower
		}
		a.Points += w.Points
		a.Exposures = append(a.Exposures, w)
	}
	a.Points = min(a.Points, MostPoints)
	slices.SortStableFunc(a.Exposures, func(x, y Weighed) int { return -cmp.Compare(x.Points, y.Points) })
	return a
}

// Level is a score in a word, as systemd-analyze(1) has them.
func (a Assessment) Level() string {
	const unsafe, exposed, medium = 80, 50, 25
	switch {
	case a.Points >= unsafe:
		return "unsafe"
	case a.Points >= exposed:
		return "exposed"
	case a.Points >= medium:
		return "medium"
	}
	return "ok"
}

// Exposures returns every row, group by group.
func Exposures() []Exposure { return slices.Clone(exposures.Get()) }

// exposures is made when they are weighed: a launch needs none.
var exposures = late.Value[[]Exposure]{Make: func() []Exposure {
	return slices.Concat(idExposures(), capabilityExposures(), confinementExposures(), mountExposures(), deviceExposures(), namespaceExposures(), limitExposures())
}}

// Range is the line of the configuration that the exposure comes from, false for what
// is missing.
func (w Weighed) Range() (diag.Place, bool) {
	r := w.At.Range()
	return diag.Place{File: r.File, Line: r.Start.Line}, r.File != ""
}

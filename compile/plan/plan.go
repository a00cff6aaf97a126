package plan

import (
	"errors"
	"fmt"
	"iter"
	"strings"
)

// Origin is the configuration line a step comes from.
type Origin struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Key    string `json:"key"` // in LXC's canonical spelling
}

// String gives "file:line (key)".
func (o Origin) String() string { return fmt.Sprintf("%s:%d (%s)", o.File, o.Line, o.Key) }

// Source is a file the plan was compiled from.
type Source struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"` // of the bytes read, in hexadecimal
}

// Setting is what the configuration sets a key to, or LXC's default.
type Setting struct {
	Key   string `json:"key"` // in LXC's canonical spelling
	Value string `json:"value"`
}

// Step is one entry of a plan.
type Step struct {
	Name    string       // unique, "kind:object"
	Place   Place        // where in the order it stands
	Origins List[Origin] // the lines that asked for it
	Because string       // why it is there when no line asked for it, or besides
	Op      Op           // what to do
}

// Phase returns the phase the step runs in.
func (s Step) Phase() Phase { return s.Place.Phase() }

// Side returns the process that carries the step out.
func (s Step) Side() Side { return s.Phase().Side() }

// Why says in words where the step comes from: its lines, its reason, or both.
func (s Step) Why() string {
	var words []string
	for _, o := range s.Origins.All() {
		words = append(words, o.String())
	}
	if s.Because != "" {
		words = append(words, s.Because)
	}
	return strings.Join(words, "; ")
}

// Plan is a launch, ready to be printed, stored or executed. The zero Plan is
// empty and launches nothing.
type Plan struct {
	container  string
	lxcPath    string
	configFile string
	sources    List[Source]
	facts      Facts
	settings   List[Setting]
	steps      List[Step]
	masked     bool // values have been replaced by Mask
	draft      bool // steps may be missing
}

// Container returns the name of the container.
func (p Plan) Container() string { return p.container }

// LXCPath returns the directory that holds the container, as LXC's tools know it.
func (p Plan) LXCPath() string { return p.lxcPath }

// ConfigFile returns the configuration's path, as hooks are told it (LXC_CONFIG_FILE);
// empty when it was no file.
func (p Plan) ConfigFile() string { return p.configFile }

// Sources returns the files the plan was compiled from, in the order they were read.
func (p Plan) Sources() List[Source] { return p.sources }

// Settings returns what there is to tell those who ask the container's monitor for keys of
// its configuration, and how its log is written. Only a plan that is stored needs them.
func (p Plan) Settings() List[Setting] { return p.settings }

// WithSettings returns the plan with settings to be stored along.
func (p Plan) WithSettings(s List[Setting]) Plan {
	p.settings = s
	return p
}

// Facts returns what the plan assumes of the host.
func (p Plan) Facts() Facts { return p.facts }

// Len returns the number of steps.
func (p Plan) Len() int { return p.steps.Len() }

// At returns step i.
func (p Plan) At(i int) Step { return p.steps.At(i) }

// Steps yields the steps in the order they run, with their index.
func (p Plan) Steps() iter.Seq2[int, Step] { return p.steps.All() }

// Find returns the first op of type O and its step's index, or ok false when
// the plan has none.
func Find[O Op](p Plan) (op O, index int, ok bool) {
	for i, s := range p.Steps() {
		if o, is := s.Op.(O); is {
			return o, i, true
		}
	}
	return op, -1, false
}

// Launchable returns nil for a plan that can be executed, and says why another is
// to be read only.
func (p Plan) Launchable() error {
	switch {
	case p.masked:
		return errors.New("the plan has its secret values left out: it is to be read, not launched")
	case p.draft:
		return errors.New("the plan is a draft that lacks steps: it is to be read, not launched")
	}
	return nil
}

// Fits returns nil when a host is the one that the plan was made for, else a
// *StaleError.
func (p Plan) Fits(host Facts) error {
	if changed := p.facts.Differences(host); len(changed) > 0 {
		return &StaleError{changed}
	}
	return nil
}

// StaleError lists how a host differs from the one a plan was made for.
type StaleError struct{ Changed []Difference }

// Harmless reports whether nothing of a plan rests on what has changed.
func (e *StaleError) Harmless() bool {
	for _, d := range e.Changed {
		if !d.Harmless {
			return false
		}
	}
	return true
}

// Error is a line, and for each difference one or two more.
func (e *StaleError) Error() string {
	var text strings.Builder
	text.WriteString("the plan was made for another host, or this one has changed since:")
	for _, d := range e.Changed {
		text.WriteString("\n  " + d.Words)
		if d.Means != "" {
			text.WriteString("\n      " + d.Means)
		}
	}
	return text.String()
}

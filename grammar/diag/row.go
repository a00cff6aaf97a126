package diag

import (
	"cmp"
	"slices"
	"strings"
)

// Row documents a code: one row a code, beside what reports it. `lxcfg explain`,
// the documentation and the formats with a list of rules are made of these rows,
// and the examples are run as tests.
type Row struct {
	Code     string    // stable words, "group/what", never reused
	Verdicts []Verdict // what its findings say, the usual first
	Title    string    // a few words, lower case, no full stop
	Doc      string    // sentences: what is wrong, why, and what comes of it at the launch
	Since    string    // the lxcfg that reported it first; empty for 0.1.0, the first

	Bad, Good string // what has the finding and what has not, see Files
	Command   string // the command that reports it; empty for lint
	Options   string // of the command, for the examples
	Host      string // in a word, the host that the examples need; empty where it does not matter
	NoExample string // why there are no examples, in a sentence
}

// Verdict is a severity and an effect, which findings have together.
type Verdict struct {
	Severity Severity
	Effect   Effect
}

// The usual verdicts.
var (
	Refused   = Verdict{Error, RejectedAtLoad}
	Failing   = Verdict{Error, FailsAtStart}
	Differing = Verdict{Warning, SilentlyDifferent}
	Hint      = Verdict{Info, Advice}
)

// firstVersion is the lxcfg that every code without a version was there from.
const firstVersion = "0.1.0"

// First returns the lxcfg that reported the code first.
func (r *Row) First() string { return cmp.Or(r.Since, firstVersion) }

// Reporter returns the command that reports the code.
func (r *Row) Reporter() string { return cmp.Or(r.Command, "lint") }

// Allows reports whether a finding says what the row says of its code.
func (r *Row) Allows(d *Diagnostic) bool {
	return slices.Contains(r.Verdicts, Verdict{d.Severity, d.Effect})
}

// ExampleFile is one file of an example.
type ExampleFile struct {
	Name, Text string
}

// mainFile is what the file of an example is called that the command is given.
const mainFile = "config"

// Files takes an example apart, as txtar does: the configuration, and behind lines
// `-- NAME --` the files that it speaks of.
func Files(example string) []ExampleFile {
	files := []ExampleFile{{Name: mainFile}}
	for line := range strings.Lines(example) {
		if name, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "-- "); ok && strings.HasSuffix(name, " --") {
			files = append(files, ExampleFile{Name: strings.TrimSuffix(name, " --")})
			continue
		}
		last := &files[len(files)-1]
		last.Text += line
	}
	return files
}

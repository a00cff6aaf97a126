package lint

import (
	"runtime"
	"sync"
	"sync/atomic"

	"lxcfg/compile"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// Request says what to check.
type Request struct {
	Names     []string                    // the files, in the order their findings are told
	Files     compile.Files               // the files and what they refer to; several goroutines ask at once
	LookupEnv func(string) (string, bool) // of who starts the containers, nil when nobody knows
	// Settings returns what holds for the findings in a file that is read because of
	// the one named. Nil: nothing is said. Several goroutines ask at once.
	Settings func(named, file string) Settings
	// Host is the host to judge by too, nil for none.
	Host *Host
	// Baseline returns the known findings of a file named, nil for none. Nil: there
	// are none at all.
	Baseline func(named string) *Baseline
}

// Result is what came of it.
type Result struct {
	Findings diag.List         // that are shown
	Fails    []bool            // for each of them, whether it makes the run fail
	Errors   []error           // about files that could not be read
	Checked  []string          // the files named that were read
	Texts    map[string]string // of all files that were read
	Left     Left
}

// Left counts the findings that are not shown, by the reason.
type Left struct {
	Suppressed int // by a comment
	Known      int // they stand in the baseline
}

// settings is Settings, where there are any.
func (r *Request) settings(named, file string) Settings {
	if r.Settings == nil {
		return Settings{}
	}
	return r.Settings(named, file)
}

// Run checks files. The result does not depend on which of them is read first.
func Run(r Request) *Result {
	results := make([]checked, len(r.Names))
	var shared documents
	var next atomic.Int64
	work := func() {
		for i := int(next.Add(1)) - 1; i < len(r.Names); i = int(next.Add(1)) - 1 {
			results[i] = r.check(r.Names[i], &shared)
		}
	}
	// The caller works too: for one file no thread has to be started.
	var others sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(r.Names)) - 1 {
		others.Go(work)
	}
	work()
	others.Wait()
	return r.collect(results)
}

// collecting puts the results of a run together.
type collecting struct {
	request  *Request
	result   *Result
	comments map[string]*suppressions // by file
	told     map[identity]bool
}

// identity is what is the same of a finding in a file that several others include.
type identity struct {
	code, summary string
	subject       source.Range
	severity      diag.Severity
	effect        diag.Effect
}

// collect leaves out what is not to be shown and says what is to be said about
// leaving out.
func (r *Request) collect(results []checked) *Result {
	c := collecting{request: r, result: &Result{Texts: make(map[string]string)}, comments: make(map[string]*suppressions), told: make(map[identity]bool)}
	kept := make([]diag.List, len(results))
	owner := make([][]string, len(results)) // the files whose comments are told with the one named
	for i := range results {
		one := &results[i]
		if one.err != nil {
			c.result.Errors = append(c.result.Errors, one.err)
			continue
		}
		c.result.Checked = append(c.result.Checked, one.name)
		for _, f := range one.sources {
			if _, seen := c.comments[f.Name]; !seen {
				c.comments[f.Name] = findSuppressions(f)
				c.result.Texts[f.Name] = f.Text
				owner[i] = append(owner[i], f.Name)
			}
		}
		kept[i] = c.unsuppressed(one.findings)
	}
	// Only now is it known which comments suppressed nothing.
	for i := range results {
		for _, name := range owner[i] {
			kept[i] = append(kept[i], c.comments[name].findings...)
			kept[i] = append(kept[i], c.comments[name].unused()...)
		}
		if len(owner[i]) > 0 {
			kept[i].Sort(sourceNames(results[i].sources)...)
		}
		c.show(results[i].name, kept[i])
	}
	c.staleBaselines(results)
	return c.result
}

func sourceNames(files []source.File) []string {
	names := make([]string, 0, len(files))
	for _, f := range files {
		names = append(names, f.Name)
	}
	return names
}

// unsuppressed are the findings that no comment is about and that were not told
// with another file.
func (c *collecting) unsuppressed(list diag.List) diag.List {
	kept := make(diag.List, 0, len(list))
	for i := range list {
		d := &list[i]
		id := identity{d.Code, d.Summary, d.Subject, d.Severity, d.Effect}
		again := c.told[id]
		c.told[id] = true
		if comments := c.comments[d.Subject.File]; comments != nil && comments.suppresses(d) {
			if !again {
				c.result.Left.Suppressed++
			}
			continue
		}
		if !again {
			kept = append(kept, *d)
		}
	}
	return kept
}

// show adds the findings of one file named to the result, those that are new and
// asked for.
func (c *collecting) show(named string, list diag.List) {
	var known *Baseline
	if c.request.Baseline != nil {
		known = c.request.Baseline(named)
	}
	list = c.result.unknown(list, known)
	var settings Settings
	file := ""
	for i := range list {
		d := &list[i]
		if i == 0 || d.Subject.File != file {
			file = d.Subject.File
			settings = c.request.settings(named, file)
		}
		if !settings.shows(d) {
			continue
		}
		c.result.Findings = append(c.result.Findings, *d)
		c.result.Fails = append(c.result.Fails, settings.fails(d))
	}
}

//go:build !elsewhere

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
	"lxcfg/launch"
	"lxcfg/launch/lxclog"
)

// journal is the log of a launch, and who decided on it.
type journal struct {
	log   *lxclog.Log
	fixed bool // the command line names the file: the configuration has no say in it

	facility string // of syslog(3), empty: none
}

// journalNote is what a daemon that executes itself remembers of its journal.
type journalNote struct {
	Program   string       `json:"program"`
	Container string       `json:"container"`
	Level     lxclog.Level `json:"level"`
	Old       bool         `json:"old"`
	File      string       `json:"file"`
	Facility  string       `json:"facility"`
}

// note is what there is to remember.
func (j *journal) note() []byte {
	n := journalNote{Program: j.log.Program, Container: j.log.Container, Level: j.log.Level, Old: j.log.Old, Facility: j.facility}
	if name := j.file(); name != "" {
		n.File, _ = filepath.Abs(name) // the caller's directory is there
	}
	text, _ := json.Marshal(n) // which cannot fail: it is texts and numbers
	return text
}

// reopenJournal goes on with a journal that was remembered. What cannot be opened any more
// is not written to.
func (a *app) reopenJournal(note []byte) *journal {
	var n journalNote
	_ = json.Unmarshal(note, &n)
	j := a.newJournal(&lxclog.Log{Program: n.Program, Container: n.Container, Level: n.Level, Old: n.Old})
	if n.Facility != "" {
		_ = j.log.Syslog(n.Facility)
	}
	if n.File != "" {
		_ = j.log.Open(n.File)
	}
	return j
}

// openJournal opens the log as LXC's programs do:
//
//   - the file of -o, with the level of -l or ERROR, over all that the configuration says;
//   - with -l alone the first of the usual files that can be opened, unless the
//     configuration names one;
//   - without either no file, unless the configuration names one.
func (a *app) openJournal(p personality, r *request) (*journal, error) {
	j := a.newJournal(&lxclog.Log{Program: p.program, Container: r.name, Level: lxclog.Error, Old: p.manners().oldLog})
	if r.logLevel != "" {
		level, known := lxclog.ParseLevel(r.logLevel)
		if known {
			j.log.Level = level
		} else {
			a.errorWithHint(fmt.Sprintf("there is no log priority %q, so it is ERROR", r.logLevel), "There are "+strings.Join(lxclog.Levels(), ", ")+".")
		}
	}
	switch {
	case r.logFile == "none":
	case r.logFile != "":
		j.fixed = true
		if err := j.log.Open(r.logFile); err != nil {
			return j, fmt.Errorf("Failed to enable logfile: %w", err)
		}
	case r.logLevel != "":
		for _, name := range lxclog.DefaultFiles(r.lxcPath, r.name, os.Geteuid() == 0) {
			if j.log.Open(name) == nil {
				break
			}
		}
	}
	return j, nil
}

// configuredJournal opens the log that the configuration says, for `lxcfg start`.
func (a *app) configuredJournal(container string, conf config.Log) (*journal, error) {
	j := a.newJournal(&lxclog.Log{Program: a.program, Container: container, Level: lxclog.Error})
	return j, j.configure(conf)
}

// newJournal has errors written to a log.
func (a *app) newJournal(log *lxclog.Log) *journal {
	a.onError = func(text string) { log.Write(lxclog.Error, "start", lxclog.Place{What: "launch"}, text) }
	return &journal{log: log}
}

// configure takes what the configuration says of the log. A file that cannot be opened
// fails, as under LXC.
func (j *journal) configure(conf config.Log) error {
	if conf.Syslog.V != "" {
		j.facility = conf.Syslog.V
		if err := j.log.Syslog(conf.Syslog.V); err != nil {
			j.log.Write(lxclog.Warn, "conf", placeOf(conf.Syslog.Origin), err.Error())
		}
	}
	if j.fixed {
		return nil
	}
	if level, known := lxclog.ParseLevel(conf.Level.V); conf.Level.Set && known {
		j.log.Level = level
	}
	if conf.File.V == "" {
		return nil
	}
	if err := j.log.Open(conf.File.V); err != nil {
		return fmt.Errorf("open the log of lxc.log.file: %w", err)
	}
	return nil
}

// file is where the log is, empty for nowhere.
func (j *journal) file() string {
	if f := j.log.File(); f != nil {
		return f.Name()
	}
	return ""
}

// findings logs what was found in the configuration.
func (j *journal) findings(list diag.List) {
	for _, f := range list {
		level := map[diag.Severity]lxclog.Level{diag.Info: lxclog.Info, diag.Warning: lxclog.Warn, diag.Error: lxclog.Error}[f.Severity]
		if j.log.Wants(level) {
			j.log.Write(level, "conf", lxclog.Place{File: f.Subject.File, What: f.Key, Line: f.Subject.Start.Line}, fmt.Sprintf("%s [%s]", f.Summary, f.Code))
		}
	}
}

// observe logs what the launch does.
func (j *journal) observe(e launch.Event) {
	at := stepPlace(e.Step)
	if e.Done {
		level := lxclog.Debug
		switch e.Step.Op.(type) {
		case plan.Spawn, plan.Exec, plan.Init:
			level = lxclog.Info
		}
		if e.Step.Origins.Len() == 0 && level == lxclog.Debug {
			level = lxclog.Trace
		}
		if j.log.Wants(level) {
			j.log.Write(level, "start", at, e.Step.Op.Describe())
		}
	}
	if e.Output == "" || !j.log.Wants(lxclog.Debug) {
		return
	}
	for line := range strings.Lines(e.Output) {
		j.log.Write(lxclog.Debug, "start", at, "Script exec "+e.Step.Op.Object()+" produced output: "+strings.TrimRight(line, "\n"))
	}
}

// ended logs how init ended.
func (j *journal) ended(result launch.Result, err error) {
	var step *launch.StepError
	at := lxclog.Place{What: "init"}
	switch status := result.Status; {
	case errors.As(err, &step):
		j.log.Write(lxclog.Info, "start", stepPlace(step.Step), "the launch was given up and what was made taken back")
	case err != nil:
	case status.Signal != 0:
		j.log.Write(lxclog.Info, "start", at, fmt.Sprintf("init ended on signal %d (%v)", status.Signal, status.Signal))
	default:
		j.log.Write(lxclog.Info, "start", at, fmt.Sprintf("init ended with %d", status.Code))
	}
}

// stepPlace is the line that a step comes from, the first of several.
func stepPlace(s plan.Step) lxclog.Place {
	at := lxclog.Place{What: string(s.Op.Kind())}
	for _, o := range s.Origins.All() {
		at.File, at.Line = o.File, o.Line
		break
	}
	return at
}

// placeOf is a line of the configuration.
func placeOf(o config.Origin) lxclog.Place {
	r := o.Range()
	return lxclog.Place{File: r.File, What: o.Key, Line: r.Start.Line}
}

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"lxcfg/compile/rules"
	"lxcfg/grammar/diag"
)

func securityCommand() command {
	return command{
		name: "security", usage: sourceUsage + " [OPTION]…", summary: "say how exposed the host is to a container, and what would lower it", run: runSecurity,
		detail: "Each setting that lets the container near the host is weighed, and the sum is a score from 0.0 to 10.0. Nothing of this host is looked at. " +
			"The exit status is 1 when the score is above --threshold, 2 when the configuration cannot be read or LXC would not load it.",
	}
}

// securing is one run of the command.
type securing struct {
	app *app
	common
	target
	threshold int  // points, -1 for none
	all       bool // print what exposes nothing too
}

func runSecurity(a *app, c command, args []string) int {
	s := securing{app: a, threshold: -1}
	opts := append(append(s.target.options(), s.common.options()...),
		option{"threshold", "", "SCORE", "the highest score, 0.0 to 10.0, that makes the exit status 0", s.setThreshold},
		option{"all", "a", "", "print what exposes nothing too", toggle(&s.all)})
	if a.wantsHelp(c, opts, args) {
		return exitOK
	}
	words, _, err := opts.parse(args)
	if err == nil {
		err = s.resolve(words, systemConf().LXCPath)
	}
	if err != nil {
		return a.usageError(c, err)
	}
	l, err := a.load(s.target, s.common)
	if err != nil {
		a.error(err)
		return exitUsage
	}
	if fatal := refused(l); len(fatal) > 0 {
		s.format = "text"
		if err := a.printFindings(a.stderr, fatal, s.common, l.Text); err != nil {
			a.error(err)
		}
		return exitUsage
	}
	assessment := rules.Assess(l.Config)
	status := a.answer(s.format, func(w io.Writer) error { return s.json(w, assessment) }, func(w io.Writer) { s.text(w, assessment) })
	if status == exitOK && s.threshold >= 0 && assessment.Points > s.threshold {
		return exitFindings
	}
	return status
}

// setThreshold reads a score.
func (s *securing) setThreshold(word string) error {
	score, err := strconv.ParseFloat(word, 64)
	if err != nil || !(score >= 0 && score <= float64(rules.MostPoints)/10) {
		return fmt.Errorf("%q is no score from 0.0 to 10.0", word)
	}
	s.threshold = int(score*10 + 0.5)
	return nil
}

// tenths is a number of points as a score.
func tenths(points int) string { return fmt.Sprintf("%d.%d", points/10, points%10) }

// text prints for people: the score, and below it what it is made of.
func (s *securing) text(w io.Writer, a rules.Assessment) {
	columns := 100
	if terminal := terminalWidth(s.app.stdout); terminal > 0 {
		columns = max(40, min(columns, terminal-1))
	}
	fmt.Fprintf(w, "%s: exposure %s of 10 (%s)\n", diag.Visible(s.name), tenths(a.Points), strings.ToUpper(a.Level()))
	for _, e := range a.Exposures {
		if e.Points == 0 {
			continue
		}
		from := ""
		if at, ok := e.Range(); ok {
			from = fmt.Sprintf(" (%s:%d)", diag.Visible(at.File), at.Line)
		}
		fmt.Fprintln(w)
		indent := fmt.Sprintf("%5s  ", tenths(e.Points))
		for _, line := range wrap(diag.Visible(e.Summary)+from+" ["+e.Row.Name+"]", columns-len(indent)) {
			fmt.Fprintf(w, "%s%s\n", indent, line)
			indent = strings.Repeat(" ", len(indent))
		}
		for _, line := range wrap(e.Lower, columns-len(indent)) {
			fmt.Fprintf(w, "%s%s\n", indent, line)
		}
	}
	if !a.Complete {
		fmt.Fprintln(w, "\nPart of the configuration is not known here: what is missing in the rest is not weighed.")
	}
	if !s.all {
		return
	}
	fmt.Fprintln(w)
	for _, e := range a.Exposures {
		switch {
		case !e.Known:
			fmt.Fprintf(w, "    ?  %s [%s]\n", e.Row.Title, e.Row.Name)
		case e.Points == 0:
			fmt.Fprintf(w, "   ok  %s [%s]\n", e.Row.Title, e.Row.Name)
		}
	}
}

// exposureRow is an exposure as scripts read it.
type exposureRow struct {
	Name    string  `json:"name"`
	Title   string  `json:"title"`
	Points  score   `json:"points"`
	Most    score   `json:"most"`
	Known   bool    `json:"known"`
	Summary string  `json:"summary"`
	Lower   string  `json:"lower"`
	Key     string  `json:"key"`
	Origin  *origin `json:"origin"`
}

type origin struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

// score is written with one digit behind the point.
type score int

// MarshalJSON writes it.
func (s score) MarshalJSON() ([]byte, error) { return []byte(tenths(int(s))), nil }

// json prints for scripts.
func (s *securing) json(w io.Writer, a rules.Assessment) error {
	rows := make([]exposureRow, 0, len(a.Exposures))
	for _, e := range a.Exposures {
		row := exposureRow{Name: e.Row.Name, Title: e.Row.Title, Points: score(e.Points), Most: score(e.Row.Most), Known: e.Known, Summary: e.Summary, Lower: e.Lower, Key: e.At.Key}
		if at, ok := e.Range(); ok {
			row.Origin = &origin{at.File, at.Line}
		}
		rows = append(rows, row)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(struct {
		Format    int           `json:"format"`
		Container string        `json:"container"`
		Score     score         `json:"score"`
		Level     string        `json:"level"`
		Complete  bool          `json:"complete"`
		Exposures []exposureRow `json:"exposures"`
	}{1, s.name, score(a.Points), a.Level(), a.Complete, rows})
}

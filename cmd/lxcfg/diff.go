package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
)

func diffCommand() command {
	return command{
		name: "diff", usage: "[OPTION]… A B", summary: "say how two launch plans differ", run: runDiff,
		detail: "A and B are plan files, configuration files or names of containers; plans of the last two are made for this host, those of files as if " +
			"the container had A's name. " +
			"Steps that only A has are marked -, those that only B has +, and those that do something else both. " +
			"The exit status is 0 when they do the same, 1 when they differ, 2 when one of them is no plan.",
	}
}

func runDiff(a *app, c command, args []string) int {
	var o common
	var facts string
	opts := append(o.options(), factsOption(&facts))
	if a.wantsHelp(c, opts, args) {
		return exitOK
	}
	words, rest, err := opts.parse(args)
	words = append(words, rest...)
	if err == nil && len(words) != 2 {
		err = fmt.Errorf("two plans are compared, and %d are named", len(words))
	}
	if err != nil {
		return a.usageError(c, err)
	}
	host, err := a.openHost(facts)
	if err != nil {
		a.error(err)
		return exitUsage
	}
	var plans [2]plan.Plan
	for i, word := range words {
		if plans[i], err = a.planOf(host, word, nameFor(words[0]), o); err != nil {
			a.error(fmt.Errorf("%s: %w", word, err))
			return exitUsage
		}
	}
	changes := plan.Compare(plans[0], plans[1])
	if o.format == "json" {
		err = a.diffJSON(changes)
	} else {
		a.diffText(changes)
	}
	if err != nil {
		a.error(err)
		return exitUsage
	}
	if len(changes) > 0 {
		return exitFindings
	}
	return exitOK
}

// errNoPlan says that findings, which are printed, stop the launch.
var errNoPlan = errors.New("there is no plan because of the errors above")

// planOf reads a plan file, or compiles a configuration for this host: of a
// container, or a file as that of a container of the name.
func (a *app) planOf(h *host, word, name string, o common) (plan.Plan, error) {
	t := target{name: word}
	if info, err := os.Stat(word); err == nil && !info.IsDir() {
		t = target{file: word, name: name}
		text, err := hostFiles{}.ReadFile(word)
		if err != nil {
			return plan.Plan{}, err
		}
		if strings.HasPrefix(text, "{") {
			return plan.Read([]byte(text))
		}
	}
	if err := t.resolve(nil, h.lxcPath); err != nil {
		return plan.Plan{}, err
	}
	p, ok, err := a.plan(h, t, o, nil)
	if err == nil && !ok {
		err = errNoPlan
	}
	return p, err
}

// diffText prints the changes for people.
func (a *app) diffText(changes []plan.StepChange) {
	line := func(mark string, s *plan.Step) {
		if s != nil {
			fmt.Fprintf(a.stdout, "%s %s: %s\n    %s\n", mark, s.Phase(), diag.Visible(s.Op.Describe()), diag.Visible(s.Why()))
		}
	}
	for _, c := range changes {
		line("-", c.Before)
		line("+", c.After)
	}
}

// diffJSON prints the form that scripts read.
func (a *app) diffJSON(changes []plan.StepChange) error {
	type change struct {
		Step   string `json:"step"`
		Before string `json:"before,omitempty"`
		After  string `json:"after,omitempty"`
	}
	list := make([]change, 0, len(changes))
	for _, c := range changes {
		row := change{Step: c.Name}
		if c.Before != nil {
			row.Before = c.Before.Op.Describe()
		}
		if c.After != nil {
			row.After = c.After.Op.Describe()
		}
		list = append(list, row)
	}
	enc := json.NewEncoder(a.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		Format  int      `json:"format"`
		Changes []change `json:"changes"`
	}{1, list})
}

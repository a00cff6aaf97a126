package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"lxcfg/compile/plan"
)

func diffCommand() command {
	return command{
		name: "diff", usage: "[OPTION]… A B", summary: "say what a change does to the launch", run: runDiff,
		detail: "A and B are plan files, configuration files or names of containers; plans of the last two are made for this host, or for the one given with " +
			"--facts, those of files as if the container had A's name. Every step that B does and A does not, does otherwise or at another time is told in words, with " +
			"the lines behind it on both sides. Where the plans were made for different hosts, that is told apart. " +
			"The exit status is 0 when the plans are the same, 1 when they differ, 2 when one of them is no plan.",
	}
}

func runDiff(a *app, c command, args []string) int {
	var o common
	var facts, lxcPath string
	showValues := false
	opts := append(o.options(), lxcPathOption(&lxcPath), factsOption(&facts), showValuesOption(&showValues))
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
	if lxcPath != "" {
		host.lxcPath = lxcPath
	}
	plans, err := a.plansOf(host, [2]string{words[0], words[1]}, o)
	if err != nil {
		a.error(err)
		return exitUsage
	}
	d := difference{names: [2]string{words[0], words[1]}, plans: plans,
		changes: plan.Compare(plans[0], plans[1], showValues), facts: plans[0].Facts().Differences(plans[1].Facts())}
	if o.format == "json" {
		err = a.diffJSON(d)
	} else {
		v := diffView{paint: paint(o.colored(a.stdout)), width: terminalWidth(a.stdout)}
		err = v.print(a.stdout, d)
	}
	switch {
	case err != nil:
		a.error(err)
		return exitUsage
	case d.none():
		return exitOK
	}
	return exitFindings
}

// errNoPlan says that findings, which are printed, stop the launch.
var errNoPlan = errors.New("there is no plan because of the errors above")

// plansOf reads plan files, and compiles configurations for a host. A configuration
// file is that of a container of the other's name, so that a name that nobody gave
// makes no difference.
func (a *app) plansOf(h *host, words [2]string, o common) (plans [2]plan.Plan, err error) {
	var targets [2]*target
	name, lxcPath := nameFor(words[0]), h.lxcPath
	for i, word := range words {
		var ready bool
		if plans[i], ready, targets[i], err = a.side(word); err != nil {
			return plans, fmt.Errorf("%s: %w", word, err)
		}
		if ready {
			name, lxcPath = plans[i].Container(), plans[i].LXCPath()
		}
	}
	for i, t := range targets {
		if t == nil {
			continue
		}
		if t.file != "" {
			t.name = name
		}
		err := t.resolve(nil, lxcPath)
		ok := false
		if err == nil {
			plans[i], ok, err = a.plan(h, *t, o)
		}
		if err == nil && !ok {
			err = errNoPlan
		}
		if err != nil {
			return plans, fmt.Errorf("%s: %w", words[i], err)
		}
	}
	return plans, nil
}

// side finds out what a word stands for: a plan that is ready, or what one is to be
// made of.
func (a *app) side(word string) (p plan.Plan, ready bool, t *target, err error) {
	if info, err := os.Stat(word); word != "-" && (err != nil || info.IsDir()) {
		return p, false, &target{name: word}, nil
	}
	text, err := a.readConfig(word)
	if err != nil {
		return p, false, nil, err
	}
	if strings.HasPrefix(text, "{") {
		p, err = plan.Read([]byte(text))
		return p, err == nil, nil, err
	}
	return p, false, &target{file: word, text: &text}, nil
}

// difference is what is to be told of two plans.
type difference struct {
	names   [2]string // as they were given
	plans   [2]plan.Plan
	changes []plan.Change
	facts   []plan.Difference
}

// none reports whether the plans are the same launch on the same host.
func (d difference) none() bool {
	return len(d.changes) == 0 && len(d.facts) == 0 && len(d.identity()) == 0
}

// identity says how the plans differ in what container they are of.
func (d difference) identity() []string {
	var words []string
	if a, b := d.plans[0].Container(), d.plans[1].Container(); a != b {
		words = append(words, fmt.Sprintf("the container is now called %s (was %s)", b, a))
	}
	if a, b := d.plans[0].LXCPath(), d.plans[1].LXCPath(); a != b {
		words = append(words, fmt.Sprintf("its directory is now in %s (was in %s)", b, a))
	}
	return words
}

// diffJSON prints the form that scripts read.
func (a *app) diffJSON(d difference) error {
	type change struct {
		Step        string          `json:"step"`
		Change      plan.ChangeKind `json:"change"`
		Phase       plan.Phase      `json:"phase"`
		Words       []string        `json:"words"`
		Before      string          `json:"before,omitempty"`
		After       string          `json:"after,omitempty"`
		BeforeLines []plan.Origin   `json:"before_lines,omitempty"`
		AfterLines  []plan.Origin   `json:"after_lines,omitempty"`
	}
	type fact struct {
		Fact  string `json:"fact"`
		Words string `json:"words"`
		Means string `json:"means"`
	}
	out := struct {
		Format    int      `json:"format"`
		Same      bool     `json:"same"`
		Container []string `json:"container"`
		Changes   []change `json:"changes"`
		Facts     []fact   `json:"facts"`
	}{1, d.none(), append([]string{}, d.identity()...), make([]change, 0, len(d.changes)), make([]fact, 0, len(d.facts))}
	for _, c := range d.changes {
		row := change{Step: c.Step().Name, Change: c.Kind, Phase: c.Step().Phase(), Words: c.Words}
		if c.Before.Op != nil {
			row.Before, row.BeforeLines = c.Before.Op.Describe(), c.Before.Origins.Slice()
		}
		if c.After.Op != nil {
			row.After, row.AfterLines = c.After.Op.Describe(), c.After.Origins.Slice()
		}
		out.Changes = append(out.Changes, row)
	}
	for _, f := range d.facts {
		out.Facts = append(out.Facts, fact{f.Fact, f.Words, f.Means})
	}
	enc := json.NewEncoder(a.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

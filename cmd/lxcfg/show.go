package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"lxcfg/compile"
	"lxcfg/compile/keys"
	"lxcfg/grammar/diag"
)

func showCommand() command {
	return command{
		name: "show", usage: sourceUsage + " [OPTION]…", summary: "print the resolved configuration and where each value comes from", run: runShow,
		detail: "Includes are followed, repeated lines folded, old names replaced by those of today. " +
			"The exit status is 1 when LXC would not load the configuration.",
	}
}

func runShow(a *app, c command, args []string) int {
	var o common
	var t target
	all := false
	opts := append(append(t.options(), o.options()...), option{"all", "a", "", "print LXC's defaults too", toggle(&all)})
	if a.wantsHelp(c, opts, args) {
		return exitOK
	}
	words, _, err := opts.parse(args)
	if err == nil {
		err = t.resolve(words, systemConf().LXCPath)
	}
	if err != nil {
		return a.usageError(c, err)
	}
	l, err := a.load(t, o)
	if err != nil {
		a.error(err)
		return exitUsage
	}
	var shown []keys.Setting
	for _, s := range keys.Show(l.Config) {
		if all || !s.Default || o.format == "json" {
			shown = append(shown, s)
		}
	}
	typesFirst(shown)
	if o.format == "json" {
		err = showJSON(a.stdout, shown)
	} else {
		showText(a.stdout, shown)
	}
	if err != nil {
		a.error(err)
		return exitUsage
	}
	fatal := refused(l)
	if len(fatal) == 0 {
		return exitOK
	}
	o.format = "text"
	if err := a.printFindings(a.stderr, fatal, o, l.Text); err != nil {
		a.error(err)
	}
	return exitFindings
}

// refused are the findings that keep LXC from loading a configuration. Lint says the
// rest.
func refused(l *compile.Loaded) (fatal diag.List) {
	for _, f := range l.Findings {
		if f.Severity == diag.Error && f.Effect == diag.RejectedAtLoad {
			fatal = append(fatal, f)
		}
	}
	return fatal
}

// typesFirst groups the settings of each network interface and puts its type
// before the others, because LXC forgets at lxc.net.N.type what stands above it
// for the same interface.
func typesFirst(settings []keys.Setting) {
	const prefix = "lxc.net."
	isNetwork := func(s keys.Setting) bool { return strings.HasPrefix(s.Key, prefix) }
	from := max(0, slices.IndexFunc(settings, isNetwork))
	to := from
	for to < len(settings) && isNetwork(settings[to]) {
		to++
	}
	slices.SortStableFunc(settings[from:to], func(a, b keys.Setting) int {
		indexA, nameA, _ := strings.Cut(a.Key[len(prefix):], ".")
		indexB, nameB, _ := strings.Cut(b.Key[len(prefix):], ".")
		switch {
		case indexA != indexB: // plain decimals: the shorter is the smaller
			return cmp.Or(cmp.Compare(len(indexA), len(indexB)), cmp.Compare(indexA, indexB))
		case nameA == "type" && nameB != "type":
			return -1
		case nameB == "type" && nameA != "type":
			return 1
		}
		return 0
	})
}

// showText prints a setting a line, below its origin as a comment: LXC reads the
// output as the same configuration, unless a value holds bytes that do not print.
func showText(w io.Writer, settings []keys.Setting) {
	above := ""
	for _, s := range settings {
		from := "default"
		if !s.Default {
			from = diag.Visible(s.Origin.Range().String())
			for i := len(s.Origin.Trail()) - 1; i >= 0; i-- {
				from += fmt.Sprintf(", included from %s:%d", diag.Visible(s.Origin.Trail()[i].File), s.Origin.Trail()[i].Line)
			}
		}
		if from != above {
			fmt.Fprintf(w, "# %s\n", from)
			above = from
		}
		fmt.Fprintf(w, "%s = %s\n", diag.Visible(s.Key), diag.Visible(quoted(s.Value)))
	}
}

// quoted puts quotes around a value that LXC would read differently without
// them: it cuts blanks at both ends, and one pair of quotes.
func quoted(value string) string {
	n := len(value)
	blanks := strings.Trim(value, " \t") != value
	pair := n > 1 && value[0] == value[n-1] && (value[0] == '"' || value[0] == '\'')
	if blanks || pair {
		return `"` + value + `"`
	}
	return value
}

// showJSON prints the form that scripts read.
func showJSON(w *os.File, settings []keys.Setting) error {
	type place struct {
		File string `json:"file"`
		Line int    `json:"line"`
	}
	type origin struct {
		File   string `json:"file"`
		Line   int    `json:"line"`
		Column int    `json:"column"`
	}
	type value struct {
		Key     string  `json:"key"`
		Value   string  `json:"value"`
		Origin  *origin `json:"origin,omitempty"`
		Trail   []place `json:"include_trail"`
		Default bool    `json:"default"`
	}
	values := make([]value, 0, len(settings))
	for _, s := range settings {
		v := value{Key: s.Key, Value: s.Value, Default: s.Default, Trail: []place{}}
		if !s.Default {
			v.Origin = &origin{s.Origin.Range().File, s.Origin.Range().Start.Line, s.Origin.Range().Start.Column}
		}
		for _, p := range s.Origin.Trail() {
			v.Trail = append(v.Trail, place{p.File, p.Line})
		}
		values = append(values, v)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		Format int     `json:"format"`
		Values []value `json:"values"`
	}{1, values})
}

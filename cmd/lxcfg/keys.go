package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"lxcfg/compile/keys"
)

func keysCommand() command {
	return command{
		name: "keys", usage: "[OPTION]…", summary: "list every configuration key", run: runKeys,
		detail: "For each key: how its values are written, the LXC that brought and removed it, what holds without a line, what it does, " +
			"how it was different in older LXC and what it was called there, and whether lxcfg can launch containers that set it.",
	}
}

// keyRow is a key as scripts read it.
type keyRow struct {
	Name     string `json:"name"`
	Since    string `json:"since"`
	Removed  string `json:"removed,omitempty"`
	Language string `json:"language"`
	Syntax   string `json:"syntax"`
	Repeat   string `json:"repeat"`
	Default  string `json:"default,omitempty"`
	Without  string `json:"without,omitempty"`
	Doc      string `json:"doc"`
	Example  string `json:"example"`
	NoSteps  string `json:"no_steps_because,omitempty"`

	Changes     []changeRow `json:"changes,omitempty"`
	LegacyNames []legacyRow `json:"legacy_names,omitempty"`
}

// changeRow is how a key was different in older LXC.
type changeRow struct {
	Before string `json:"before"`
	Doc    string `json:"doc"`
}

// legacyRow is a name of LXC 1 and 2.
type legacyRow struct {
	Name    string `json:"name"`
	Since   string `json:"since"`
	Removed string `json:"removed"`
	Modern  string `json:"modern,omitempty"`
	Doc     string `json:"doc,omitempty"`
}

func runKeys(a *app, c command, args []string) int {
	var o common
	opts := o.options()
	if a.wantsHelp(c, opts, args) {
		return exitOK
	}
	words, rest, err := opts.parse(args)
	if err == nil && len(words)+len(rest) > 0 {
		err = errors.New("the command takes no words")
	}
	if err != nil {
		return a.usageError(c, err)
	}
	rows, gone := keyRows()
	if o.format == "json" {
		enc := json.NewEncoder(a.stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		err = enc.Encode(struct {
			Format int         `json:"format"`
			Keys   []keyRow    `json:"keys"`
			Gone   []legacyRow `json:"gone"`
		}{1, rows, gone})
		if err != nil {
			a.error(err)
			return exitUsage
		}
		return exitOK
	}
	for _, r := range rows {
		r.print(a.stdout)
	}
	for _, l := range gone {
		l.print(a.stdout)
	}
	return exitOK
}

// keyRows is the table, and the names of older LXC that have no successor.
func keyRows() (rows []keyRow, gone []legacyRow) {
	for _, k := range keys.All() {
		rows = append(rows, rowOf(k))
	}
	for _, l := range keys.LegacyNames() {
		if l.Modern == "" {
			gone = append(gone, legacyRowOf(l))
		}
	}
	return rows, gone
}

// rowOf is one key as scripts read it.
func rowOf(k *keys.Key) keyRow {
	row := keyRow{Name: k.Name, Since: k.Since.String(), Language: k.Language(), Syntax: k.Syntax(), Repeat: string(k.Repeat()),
		Default: k.Default, Without: k.Without, Doc: k.Doc, Example: k.Example, NoSteps: k.Launch.Reason()}
	if k.Removed != 0 {
		row.Removed = k.Removed.String()
	}
	for _, c := range k.History() {
		row.Changes = append(row.Changes, changeRow{c.Before.String(), c.Doc})
	}
	for _, l := range k.LegacyNames() {
		row.LegacyNames = append(row.LegacyNames, legacyRow{Name: l.Name, Since: l.Since.String(), Removed: keys.LegacyRemoved.String(), Doc: l.Doc})
	}
	return row
}

// legacyRowOf is a name of LXC 1 and 2 as scripts read it.
func legacyRowOf(l keys.Legacy) legacyRow {
	return legacyRow{Name: l.Name, Since: l.Since.String(), Removed: keys.LegacyRemoved.String(), Modern: l.Modern, Doc: l.Doc}
}

// print prints one row for people.
func (r keyRow) print(w io.Writer) {
	since := "since " + r.Since
	if r.Removed != "" {
		since += ", removed in " + r.Removed
	}
	fmt.Fprintf(w, "%s (%s, %s)\n", r.Name, r.Language, since)
	printIndented(w, r.Doc)
	printIndented(w, "Values: "+r.Syntax)
	switch {
	case r.Default != "":
		printIndented(w, "Without a line: "+r.Default)
	case r.Without != "":
		printIndented(w, "Without a line: "+r.Without)
	}
	fmt.Fprintf(w, "    Example: %s\n", r.Example)
	for _, c := range r.Changes {
		printIndented(w, "Before LXC "+c.Before+": "+c.Doc)
	}
	for _, l := range r.LegacyNames {
		printIndented(w, fmt.Sprintf("Also called %s, since %s, until %s removed the name.", l.Name, l.Since, l.Removed))
	}
}

// print prints an old name for people.
func (l legacyRow) print(w io.Writer) {
	fmt.Fprintf(w, "%s (since %s, removed in %s)\n", l.Name, l.Since, l.Removed)
	if l.Modern != "" {
		printIndented(w, fmt.Sprintf("It is called %s now. `lxcfg migrate` rewrites it.", l.Modern))
	}
	if l.Doc != "" {
		printIndented(w, l.Doc)
	}
}

// printIndented prints text below a name.
func printIndented(w io.Writer, text string) {
	for _, line := range wrap(text, 76) {
		fmt.Fprintf(w, "    %s\n", line)
	}
}

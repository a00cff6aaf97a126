package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"lxcfg/compile/keys"
)

func keysCommand() command {
	return command{
		name: "keys", usage: "[OPTION]…", summary: "list every configuration key", run: runKeys,
		detail: "For each key: how its values are written, the LXC that brought and removed it, its default, what it does, " +
			"and whether lxcfg can launch containers that set it.",
	}
}

// keyRow is a key as scripts read it.
type keyRow struct {
	Name      string `json:"name"`
	Since     string `json:"since"`
	Removed   string `json:"removed,omitempty"`
	Language  string `json:"language"`
	Syntax    string `json:"syntax"`
	Repeat    string `json:"repeat"`
	Default   string `json:"default,omitempty"`
	Doc       string `json:"doc"`
	Example   string `json:"example"`
	Supported bool   `json:"launch_supported"`
	NoSteps   string `json:"no_steps_because,omitempty"`
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
	var rows []keyRow
	for _, k := range keys.All() {
		row := keyRow{Name: k.Name, Since: k.Since.String(), Language: k.Language(), Syntax: k.Syntax(), Repeat: string(k.Repeat()),
			Default: k.Default, Doc: k.Doc, Example: k.Example, Supported: k.Launch.Supported(), NoSteps: k.Launch.Reason()}
		if k.Removed != 0 {
			row.Removed = k.Removed.String()
		}
		rows = append(rows, row)
	}
	if o.format == "json" {
		enc := json.NewEncoder(a.stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		err = enc.Encode(struct {
			Format int      `json:"format"`
			Keys   []keyRow `json:"keys"`
		}{1, rows})
		if err != nil {
			a.error(err)
			return exitUsage
		}
		return exitOK
	}
	for _, r := range rows {
		since := "since " + r.Since
		if r.Removed != "" {
			since += ", removed in " + r.Removed
		}
		fmt.Fprintf(a.stdout, "%s (%s, %s)\n", r.Name, r.Language, since)
		for _, line := range wrap(r.Doc, 76) {
			fmt.Fprintf(a.stdout, "    %s\n", line)
		}
		fmt.Fprintf(a.stdout, "    Example: %s\n", r.Example)
		if !r.Supported {
			fmt.Fprintf(a.stdout, "    lxcfg start cannot carry it out yet.\n")
		}
	}
	return exitOK
}

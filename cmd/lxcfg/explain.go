package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"lxcfg/compile/keys"
	"lxcfg/compile/lint"
	"lxcfg/grammar/diag"
)

func explainCommand() command {
	return command{
		name: "explain", usage: "[OPTION]… [CODE|KEY]…", summary: "say what a finding or a configuration key is about", run: runExplain,
		detail: "CODE is what stands in brackets behind a finding, such as mount/no-target, or a group of them, such as mount; KEY is a key of a configuration. " +
			"Without one, all codes are listed. The exit status is 2 for what is neither.",
	}
}

func runExplain(a *app, c command, args []string) int {
	var o common
	opts := o.options()
	if a.wantsHelp(c, opts, args) {
		return exitOK
	}
	words, rest, err := opts.parse(args)
	if err != nil {
		return a.usageError(c, err)
	}
	e := explaining{app: a, common: o}
	for _, word := range append(words, rest...) {
		if !e.find(word) {
			a.errorWithHint(fmt.Sprintf("there is no code and no key %q", word), suggestTopic(word))
			return exitUsage
		}
	}
	if len(e.codes)+len(e.keys)+len(e.legacy) == 0 {
		e.codes, e.list = lint.Codes(), o.format == "text"
	}
	return a.answer(o.format, e.json, e.text)
}

// explaining is one run of the command.
type explaining struct {
	app *app
	common
	codes  []diag.Row
	keys   []keyRow
	legacy []legacyRow // names of older LXC
	list   bool        // the codes with their titles only
}

// find looks a word up, false for one that is neither a code nor a key.
func (e *explaining) find(word string) bool {
	patterns := lint.Patterns{word, word + "/*"} // a group may be named alone
	before := len(e.codes) + len(e.keys) + len(e.legacy)
	for _, row := range lint.Codes() {
		if patterns.Match(row.Code) {
			e.codes = append(e.codes, row)
		}
	}
	if match, ok := keys.Lookup(word); ok {
		e.keys = append(e.keys, rowOf(match.Key))
	} else if i := slices.IndexFunc(keys.All(), func(k *keys.Key) bool { return k.Name == word }); i >= 0 {
		e.keys = append(e.keys, rowOf(keys.All()[i])) // with its pattern, lxc.net.[i].type
	} else if l, ok := keys.LookupLegacy(word); ok {
		row := legacyRowOf(l)
		e.legacy = append(e.legacy, row)
		if match, ok := keys.Lookup(l.Modern); ok {
			e.keys = append(e.keys, rowOf(match.Key))
		}
	}
	return len(e.codes)+len(e.keys)+len(e.legacy) > before
}

// suggestTopic says what a word was most likely meant to be.
func suggestTopic(word string) string {
	best := lint.SuggestCode(word)
	if best == "" || strings.HasPrefix(strings.ToLower(word), "lxc.") {
		if key, ok := diag.Suggest(strings.ToLower(word), keys.Names()); ok {
			best = key
		}
	}
	if best != "" {
		return fmt.Sprintf("Did you mean `lxcfg explain %s`?", best)
	}
	return "`lxcfg explain` lists the codes, `lxcfg keys` the keys."
}

// text prints for people.
func (e *explaining) text(w io.Writer) {
	group := ""
	for i := range e.codes {
		row := &e.codes[i]
		if !e.list {
			if i > 0 {
				fmt.Fprintln(w)
			}
			e.code(w, row)
			continue
		}
		if g, _, _ := strings.Cut(row.Code, "/"); g != group {
			if group != "" {
				fmt.Fprintln(w)
			}
			group = g
		}
		fmt.Fprintf(w, "%-34s %s\n", row.Code, row.Title)
	}
	for i, l := range e.legacy {
		if i+len(e.codes) > 0 {
			fmt.Fprintln(w)
		}
		l.print(w)
	}
	for i, row := range e.keys {
		if i+len(e.codes)+len(e.legacy) > 0 {
			fmt.Fprintln(w)
		}
		row.print(w)
	}
}

// code prints the documentation of one code.
func (e *explaining) code(w io.Writer, row *diag.Row) {
	fmt.Fprintf(w, "%s: %s\n\n", row.Code, row.Title)
	columns := 76
	if terminal := terminalWidth(e.app.stdout); terminal > 0 {
		columns = min(columns, max(30, terminal-4))
	}
	paragraph := func(text string) {
		for _, line := range wrap(text, columns) {
			fmt.Fprintf(w, "    %s\n", line)
		}
		fmt.Fprintln(w)
	}
	paragraph(row.Doc)
	for _, line := range consequences(row) {
		paragraph(line)
	}
	paragraph(fmt.Sprintf("Reported by `lxcfg %s` as %s, since lxcfg %s.", row.Reporter(), row.Says(), row.First()))
	if row.NoExample != "" {
		fmt.Fprintf(w, "    No example: %s\n", row.NoExample)
		return
	}
	with := ""
	if row.Options != "" {
		with = " (" + row.Options + ")"
	}
	fmt.Fprintf(w, "  Wrong%s:\n\n%s\n", with, indented(row.Bad))
	if result := lint.Demonstrate(row); result != nil {
		var said strings.Builder
		diag.Text(&said, result.Findings, diag.Options{Width: columns, LXC: keys.Newest.String(), Source: result.Text})
		fmt.Fprintf(w, "%s\n", indented(said.String()))
	}
	fmt.Fprintf(w, "  Right:\n\n%s", indented(row.Good))
}

// consequences says what LXC does, for each of the effects that findings with the
// code have.
func consequences(row *diag.Row) []string {
	var list []string
	for _, v := range row.Verdicts {
		if s := v.Effect.Sentence(""); s != "" && !slices.Contains(list, s) && !strings.HasPrefix(row.Code, diag.ProxmoxGroup) {
			list = append(list, s)
		}
	}
	if len(list) > 1 {
		return []string{"The finding says which: " + strings.Join(list, " Or: ")}
	}
	return list
}

// indented is a text of several lines, to be printed below a heading.
func indented(text string) string {
	var out strings.Builder
	for line := range strings.Lines(diag.VisibleLines(text)) {
		if line = strings.TrimSuffix(line, "\n"); line != "" {
			out.WriteString("    " + line)
		}
		out.WriteByte('\n')
	}
	return out.String()
}

// codeRow is a code as scripts read it.
type codeRow struct {
	Code     string       `json:"code"`
	Title    string       `json:"title"`
	Doc      string       `json:"doc"`
	Verdicts []verdictRow `json:"verdicts"`
	Since    string       `json:"since"`
	Command  string       `json:"command"`
	Options  string       `json:"options,omitempty"`
	Bad      string       `json:"bad,omitempty"`
	Good     string       `json:"good,omitempty"`
}

type verdictRow struct {
	Severity string      `json:"severity"`
	Effect   diag.Effect `json:"effect"`
}

// json prints for scripts.
func (e *explaining) json(w io.Writer) error {
	codes := make([]codeRow, 0, len(e.codes))
	for i := range e.codes {
		r := &e.codes[i]
		row := codeRow{Code: r.Code, Title: r.Title, Doc: r.Doc, Since: r.First(), Command: r.Reporter(), Options: r.Options, Bad: r.Bad, Good: r.Good}
		for _, v := range r.Verdicts {
			row.Verdicts = append(row.Verdicts, verdictRow{v.Severity.String(), v.Effect})
		}
		codes = append(codes, row)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		Format int         `json:"format"`
		Codes  []codeRow   `json:"codes"`
		Keys   []keyRow    `json:"keys"`
		Legacy []legacyRow `json:"legacy_names"`
	}{1, codes, append([]keyRow{}, e.keys...), append([]legacyRow{}, e.legacy...)})
}

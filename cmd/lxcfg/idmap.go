package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"lxcfg/compile/idmap"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

func idmapCommand() command {
	return command{
		name: "idmap", usage: "[OPTION]… ID…", summary: "print lxc.idmap lines that pass ids of the host through", run: runIDMap,
		detail: "ID is u:1000 for a user, g:44 for a group, b:1000 for both, u:1000-1005 for several, u:1000=33 for user 1000 of the container who is user 33 of the host. " +
			"All other ids of the container are mapped to a range of the host. The lines of /etc/subuid and /etc/subgid that allow the map stand below as comments. " +
			"The exit status is 2 for what cannot be mapped.",
	}
}

// mapping is one run of the command.
type mapping struct {
	format string
	pve    string // how lines are written, as --dialect has it
	user   string // who starts the container
	ids    idmap.Range
}

func (m *mapping) options() options {
	*m = mapping{format: "text", pve: "lxc", user: "root", ids: idmap.Range{Host: 100000, Count: 65536}}
	return options{
		{"base", "", "ID", "the first id of the host that the others are mapped to; 100000 when not given", id(&m.ids.Host)},
		{"count", "", "N", "how many ids the container has; 65536 when not given", id(&m.ids.Count)},
		{"user", "", "NAME", "who starts the container; root when not given", text(&m.user)},
		{"dialect", "", "lxc|pve", "how lines are written: as LXC or as Proxmox reads them", oneOf(&m.pve, "lxc", "pve")},
		{"format", "", "text|json", "how to print", oneOf(&m.format, "text", "json")},
	}
}

// id sets a number of 32 bits.
func id(into *uint64) func(string) error {
	return func(word string) error {
		n, err := strconv.ParseUint(word, 10, 32)
		if err != nil {
			return fmt.Errorf("%q is no id", word)
		}
		*into = n
		return nil
	}
}

func runIDMap(a *app, c command, args []string) int {
	var m mapping
	opts := m.options()
	if a.wantsHelp(c, opts, args) {
		return exitOK
	}
	words, rest, err := opts.parse(args)
	words = append(words, rest...)
	if err == nil && len(words) == 0 {
		err = errors.New("no id is named")
	}
	if err != nil {
		return a.usageError(c, err)
	}
	through := make(map[idmap.Kind][]idmap.Through)
	for _, word := range words {
		r, err := idmap.ParseRequest(word)
		if err != nil {
			a.error(err)
			return exitUsage
		}
		for _, kind := range r.Kinds {
			through[kind] = append(through[kind], r.Through)
		}
	}
	var maps []kindMap
	for _, kind := range [...]idmap.Kind{idmap.User, idmap.Group} {
		lines, err := idmap.Map(kind, m.ids, through[kind])
		if err != nil {
			a.error(err)
			return exitUsage
		}
		file := map[idmap.Kind]string{idmap.User: "/etc/subuid", idmap.Group: "/etc/subgid"}[kind]
		maps = append(maps, kindMap{lines: lines, file: file, grants: idmap.Grants(m.ids, lines)})
	}
	return a.answer(m.format, func(w io.Writer) error { return m.json(w, maps) }, func(w io.Writer) { m.text(w, maps) })
}

// kindMap is the map of one kind of ids and what allows it.
type kindMap struct {
	lines  []grammar.IDMap
	file   string
	grants []idmap.Grant
}

// granted are the lines that a user needs in the file.
func (k kindMap) granted(user string) (lines []string) {
	for _, g := range k.grants {
		lines = append(lines, fmt.Sprintf("%s:%d:%d", user, g.First, g.Count))
	}
	return lines
}

// text prints lines that a configuration can be made of as they are.
func (m *mapping) text(w io.Writer, maps []kindMap) {
	separator := " ="
	if m.pve == "pve" {
		separator = ":"
	}
	for _, k := range maps {
		for _, l := range k.lines {
			fmt.Fprintf(w, "lxc.idmap%s %c %d %d %d\n", separator, l.Kind, l.Container, l.Host, l.Range)
		}
	}
	for _, k := range maps {
		fmt.Fprintf(w, "\n# %s has to grant the ids to %s:\n", k.file, diag.Visible(m.user))
		for _, line := range k.granted(diag.Visible(m.user)) {
			fmt.Fprintf(w, "# %s\n", line)
		}
	}
}

// json prints for scripts.
func (m *mapping) json(w io.Writer, maps []kindMap) error {
	type line struct {
		Kind      string `json:"kind"`
		Container uint64 `json:"container"`
		Host      uint64 `json:"host"`
		Count     uint64 `json:"count"`
	}
	var result struct {
		Format int      `json:"format"`
		Maps   []line   `json:"idmap"`
		SubUID []string `json:"subuid"`
		SubGID []string `json:"subgid"`
	}
	result.Format = 1
	for _, k := range maps {
		for _, l := range k.lines {
			result.Maps = append(result.Maps, line{string(l.Kind), l.Container, l.Host, l.Range})
		}
	}
	result.SubUID, result.SubGID = maps[0].granted(m.user), maps[1].granted(m.user)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(result)
}

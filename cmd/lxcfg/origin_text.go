package main

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"lxcfg/compile/plan"
)

// fileNames are the files of a plan by names that are short and tell them apart.
type fileNames map[string]string

// shortFileNames cuts the directories off that the files of a plan are known
// without.
func shortFileNames(lists ...plan.List[plan.Source]) fileNames {
	names := make(fileNames)
	for _, list := range lists {
		for _, s := range list.All() {
			names[s.Name] = path.Base(s.Name)
		}
	}
	for again := true; again; {
		again = false
		users := make(map[string]int)
		for _, short := range names {
			users[short]++
		}
		for name, short := range names {
			if users[short] > 1 && len(short) < len(name) {
				above := path.Dir(strings.TrimSuffix(name, "/"+short))
				names[name] = strings.TrimPrefix(strings.TrimPrefix(name, above), "/")
				again = true
			}
		}
	}
	return names
}

// short is the name of a file; one that is no source keeps the name it has.
func (f fileNames) short(name string) string {
	if short, ok := f[name]; ok {
		return short
	}
	return name
}

// why says where a step comes from: "config:5 lxc.mount.entry", its reason, or both.
func (f fileNames) why(s plan.Step) string {
	words := f.lines(s.Origins.Slice())
	if s.Because != "" {
		words = append(words, s.Because)
	}
	return strings.Join(words, "; ")
}

// lines names lines, those of one file and key together: "config:5,7-9 lxc.cap.drop".
func (f fileNames) lines(origins []plan.Origin) []string {
	type group struct {
		file, key string
		lines     []int
	}
	var groups []*group
	for _, o := range origins {
		i := slices.IndexFunc(groups, func(g *group) bool { return g.file == o.File && g.key == o.Key })
		if i < 0 {
			groups = append(groups, &group{file: o.File, key: o.Key})
			i = len(groups) - 1
		}
		groups[i].lines = append(groups[i].lines, o.Line)
	}
	words := make([]string, 0, len(groups))
	for _, g := range groups {
		words = append(words, fmt.Sprintf("%s:%s %s", f.short(g.file), ranges(g.lines), g.key))
	}
	return words
}

// ranges writes numbers as people list lines: "5,7-9". Of very many it names the
// first and the last.
func ranges(lines []int) string {
	slices.Sort(lines)
	lines = slices.Compact(lines)
	var words []string
	for i := 0; i < len(lines); {
		j := i
		for j+1 < len(lines) && lines[j+1] == lines[j]+1 {
			j++
		}
		word := fmt.Sprint(lines[i])
		if j > i {
			word += fmt.Sprintf("-%d", lines[j])
		}
		words = append(words, word)
		i = j + 1
	}
	const most = 5
	if len(words) > most {
		return fmt.Sprintf("%d…%d", lines[0], lines[len(lines)-1])
	}
	return strings.Join(words, ",")
}

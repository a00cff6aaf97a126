package compile

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"lxcfg/compile/keys"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// The most files one configuration may read, and how deep they may include each
// other. LXC has no limit and dies of a loop.
const (
	maxFiles = 10000
	maxDepth = 64
)

// include reads what an lxc.include line names, at its place: a file, or all
// *.conf files of a directory, in the order the file system has them.
func (l *loader) include(value grammar.Text, trail []diag.Place) {
	if l.request.Files == nil {
		l.reject(value, trail, "include/no-files", "Give a file's name instead of its text to have includes read.", "%q cannot be included here", value.String)
		return
	}
	trail = append(trail[:len(trail):len(trail)], diag.Place{File: value.Range.File, Line: value.Range.Start.Line})
	name := value.String
	names, err := IncludedNames(l.request.Files, name)
	if err != nil {
		l.reject(value, trail[:len(trail)-1], "include/unreadable", "Check the path and its permissions.", "the directory %q cannot be read: %v", name, err)
		return
	}
	if len(names) == 1 && names[0] == name {
		l.includeFile(name, value, trail)
		return
	}
	if l.request.Version < keys.V1_1 {
		l.findings.Add(diag.Diagnostic{
			Code: "include/directory", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Summary: fmt.Sprintf("LXC %s reads nothing from a directory", l.request.Version),
			Detail:  "Include its files one by one; LXC 1.1 is the first to include directories.",
			Subject: value.Range, Key: keys.Include, Trail: trail[:len(trail)-1],
		})
	}
	order := readOrder{first: make(map[string]setIn)}
	for _, path := range names {
		before := len(l.loaded.Documents)
		l.includeFile(path, value, trail)
		order.add(path, l.loaded.Documents[before:])
	}
	l.findings.Add(order.findings(value, trail[:len(trail)-1])...)
}

// IncludedNames lists the files that a value of lxc.include stands for, in the
// order LXC reads them: those of a directory that end in .conf, or the one file.
// LXC takes a directory that is missing for an empty one if its name ends in a
// slash; a file whose name does is an error.
func IncludedNames(files Files, value string) ([]string, error) {
	if !strings.HasSuffix(value, "/") && !files.IsDir(value) {
		return []string{value}, nil
	}
	entries, err := files.ReadDir(value)
	if errors.Is(err, fs.ErrNotExist) && strings.HasSuffix(value, "/") {
		return nil, nil
	}
	var names []string
	for _, n := range entries {
		path := strings.TrimSuffix(value, "/") + "/" + n
		if strings.HasSuffix(n, ".conf") && len(n) > len(".conf") && !files.IsDir(path) {
			names = append(names, path)
		}
	}
	return names, err
}

func (l *loader) includeFile(name string, value grammar.Text, trail []diag.Place) {
	l.count++
	above := trail[:len(trail)-1]
	switch {
	case slices.Contains(l.open, name):
		l.reject(value, above, "include/loop", "Remove one of the lines.", "%q includes itself: %s", name, strings.Join(append(l.open, name), " → "))
		return
	case len(l.open) >= maxDepth, l.count > maxFiles:
		l.reject(value, above, "include/too-many", "The files include each other without end, or nearly so.", "%q is one include too many", name)
		return
	}
	text, err := l.request.Files.ReadFile(name)
	if err != nil {
		l.reject(value, above, "include/unreadable", "Check the path and its permissions.", "%q cannot be included: %v", name, err)
		return
	}
	l.file(source.File{Name: name, Text: text}, trail)
}

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
		l.unread = true
		l.reject(value, trail, "include/no-files", "Give a file's name instead of its text to have includes read.", "%q cannot be included here", value.String)
		return
	}
	l.includeRelative(value, trail)
	trail = append(trail[:len(trail):len(trail)], diag.Place{File: value.Range.File, Line: value.Range.Start.Line})
	name := value.String
	names, err := IncludedNames(l.request.Files, name)
	if err != nil {
		l.unread = true
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
	if err != nil && l.isLXCMissing(name) {
		l.notInstalled(name, value, above)
		return
	}
	if err != nil {
		l.unread = true
		detail, fixes := unreadableInclude(name, value)
		l.rejectWith(fixes, value, above, "include/unreadable", detail, "%q cannot be included: %v", name, err)
		return
	}
	l.includedAgain(name, value, above)
	l.file(source.File{Name: name, Text: text}, trail)
}

// includeRelative tells of a path that does not begin at the root.
func (l *loader) includeRelative(value grammar.Text, trail []diag.Place) {
	if strings.HasPrefix(value.String, "/") {
		return
	}
	f := diag.Diagnostic{
		Code: "include/relative", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
		Summary: fmt.Sprintf("where %q is depends on the directory that LXC runs in", value.String),
		Detail:  "LXC does not look beside the file that holds the line. Write the path from / on.",
		Subject: value.Range, Key: keys.Include, Trail: trail,
	}
	if strings.HasPrefix(value.String, "~") {
		f.Summary = `LXC knows no home directory "~": the path begins where it runs`
	}
	l.findings.Add(f)
}

// includedAgain tells of a file that was included before: lists get its items twice.
func (l *loader) includedAgain(name string, value grammar.Text, trail []diag.Place) {
	first, again := l.included[name]
	if l.included == nil {
		l.included = make(map[string]grammar.Text)
	}
	if !again {
		l.included[name] = value
		return
	}
	l.findings.Add(diag.Diagnostic{
		Code: "include/twice", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
		Summary: fmt.Sprintf("%q is included for the second time", name),
		Detail:  "Its lines count twice: mounts are made twice, and what stands between the two includes may be overruled. Remove one of the lines.",
		Subject: value.Range, Key: keys.Include, Trail: trail,
		Related: []diag.Related{{Range: first.Range, Summary: "included first here"}},
	})
}

// packaged is where the files of LXC's packages are.
const packaged = "/usr/share/lxc/"

// isLXCMissing reports whether a file belongs to LXC, of which nothing is installed here:
// that says nothing about where the container is started.
func (l *loader) isLXCMissing(name string) bool {
	return strings.HasPrefix(name, packaged) && !l.request.Files.IsDir(packaged)
}

// notInstalled tells that a file of LXC's is taken for granted.
func (l *loader) notInstalled(name string, value grammar.Text, trail []diag.Place) {
	l.unread = true
	l.findings.Add(diag.Diagnostic{
		Code: "include/not-installed", Severity: diag.Warning, Effect: diag.Advice,
		Summary: fmt.Sprintf("LXC is not installed here, and what %q says is not known", name),
		Detail:  "It is one of LXC's own files. What the rest of the configuration needs may stand there, so that less is found. Install LXC's package to have it read.",
		Subject: value.Range, Key: keys.Include, Trail: trail,
	})
}

// unreadableInclude says what to do about a file that is not there. Those for single
// distributions went to lxc-templates with LXC 3.0.
func unreadableInclude(name string, value grammar.Text) (detail string, fixes []diag.Fix) {
	file, isPackaged := strings.CutPrefix(name, packaged+"config/")
	for _, kind := range [...]string{"common.conf", "userns.conf"} {
		if distribution, ok := strings.CutSuffix(file, "."+kind); isPackaged && ok && distribution != "" {
			better := packaged + "config/" + kind
			return fmt.Sprintf("LXC 3.0 has given the files for single distributions to lxc-templates. Install that, or include %s.", better),
				[]diag.Fix{{Title: "include " + kind, Edits: []diag.Edit{{Range: value.Range, Text: better}}}}
		}
	}
	return "Check the path and its permissions.", nil
}

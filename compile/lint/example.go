package lint

import (
	"io/fs"
	"slices"
	"strings"

	"lxcfg/compile/keys"
	"lxcfg/compile/plan"
	"lxcfg/grammar/diag"
)

// Demonstrate checks the bad example of a code, for its documentation to show what
// is said of it. It is nil where another command reports the code, or there is no
// example.
func Demonstrate(row *diag.Row) *Result {
	if row.NoExample != "" || row.Reporter() != "lint" {
		return nil
	}
	files := make(exampleFiles)
	parts := diag.Files(row.Bad)
	for _, f := range parts {
		files[f.Name] = f.Text
	}
	s := Settings{Only: Patterns{row.Code}}
	words := strings.Fields(row.Options)
	for i := 0; i+1 < len(words); i += 2 {
		switch words[i] {
		case "--lxc-version":
			s.Version, _ = keys.ParseVersion(words[i+1])
		case "--dialect":
			s.Dialect = words[i+1]
		}
	}
	return Run(Request{Names: []string{parts[0].Name}, Files: files, Settings: func(string, string) Settings { return s }, Host: exampleHost(row, files)})
}

// exampleHost is a host for the examples of a row, nil where they need none: one with
// the scripts of the example, and an LXC that was built without what it can do without.
// The launch of an example is no matter here.
func exampleHost(row *diag.Row, files exampleFiles) *Host {
	if row.Host == "" {
		return nil
	}
	return &Host{
		Facts: func(plan.Needs) (plan.Facts, error) {
			return plan.Facts{LXCLacks: plan.ListOf(plan.LXCAppArmor, plan.LXCCapabilities, plan.LXCSeccomp, plan.LXCSELinux)}, nil
		},
		Name: func(string) string { return "web" },
		Script: func(path string) (string, bool) {
			text, ok := files[path]
			return text, ok
		},
		Examine: func(plan.Plan, diag.List, func(string) (string, bool)) diag.List { return nil },
	}
}

// exampleFiles are the files of an example. Directories are what stands before the
// slashes of their names.
type exampleFiles map[string]string

func (e exampleFiles) ReadFile(name string) (string, error) {
	text, ok := e[name]
	if !ok {
		return "", &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return text, nil
}

func (e exampleFiles) ReadDir(name string) ([]string, error) {
	var names []string
	for file := range e {
		if rest, ok := strings.CutPrefix(file, strings.TrimSuffix(name, "/")+"/"); ok && !strings.Contains(rest, "/") {
			names = append(names, rest)
		}
	}
	slices.Sort(names)
	if names == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return names, nil
}

func (e exampleFiles) IsDir(name string) bool {
	names, _ := e.ReadDir(name)
	return names != nil
}

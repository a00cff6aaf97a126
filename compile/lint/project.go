package lint

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/go-multierror"
	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"lxcfg/compile/keys"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// ProjectFile is the name of the file with the settings of a project. It counts for
// the files in its directory and below, up to the next one.
const ProjectFile = ".lxcfg.toml"

// Project is the settings of a project file.
type Project struct {
	Settings            // of all files
	paths    []pathRule // of some; a later one stands above an earlier one
}

// pathRule is one [[path]] table.
type pathRule struct {
	globs []string
	Settings
}

// ParseProject reads a project file strictly: a setting that it does not know, or a
// value that says nothing, is an error with its place. All errors are told.
func ParseProject(f source.File) (*Project, error) {
	// The syntax first: a table written twice is one error, and not several.
	if err := toml.Unmarshal([]byte(f.Text), new(map[string]any)); err != nil {
		var syntax *toml.DecodeError
		if errors.As(err, &syntax) {
			line, column := syntax.Position()
			return nil, fmt.Errorf("%s:%d:%d: %s", f.Name, line, column, strings.TrimPrefix(syntax.Error(), "toml: "))
		}
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	r := projectReader{file: f, project: &Project{}}
	r.parser.Reset([]byte(f.Text))
	r.into = &r.project.Settings
	for r.parser.NextExpression() {
		switch e := r.parser.Expression(); e.Kind {
		case unstable.KeyValue:
			r.setting(e)
		case unstable.Table, unstable.ArrayTable:
			r.table(e)
		}
	}
	if err := r.parser.Error(); err != nil {
		r.failed = multierror.Append(r.failed, fmt.Errorf("%s: %w", f.Name, err))
	}
	for _, rule := range r.tables {
		if len(rule.globs) == 0 {
			r.failed = multierror.Append(r.failed, fmt.Errorf("%s: the table [[path]] has no files, which it is about", rule.place))
		}
		r.project.paths = append(r.project.paths, rule.pathRule)
	}
	return r.project, r.failed.ErrorOrNil()
}

// projectReader is the state of reading one file.
type projectReader struct {
	file    source.File
	parser  unstable.Parser
	project *Project
	tables  []*openTable
	into    *Settings  // what the settings of the table go to, nil for one that is not known
	path    *openTable // the [[path]] table that is read
	failed  *multierror.Error
}

// openTable is a [[path]] table and where it starts.
type openTable struct {
	pathRule
	place string
}

// projectSettings are the settings of a project file, one row a setting.
var projectSettings = []struct {
	name string
	set  func(r *projectReader, value *unstable.Node)
}{
	{"version", func(r *projectReader, value *unstable.Node) {
		word, isText := r.text(value)
		v, ok := keys.ParseVersion(word)
		if isText && !ok {
			r.fail(value, "%q is no version of LXC; there are %v", word, keys.Versions())
		}
		r.into.Version = v
	}},
	{"dialect", func(r *projectReader, value *unstable.Node) { r.into.Dialect = r.oneOf(value, "lxc", "pve", "auto") }},
	{"fail-on", func(r *projectReader, value *unstable.Node) { r.into.FailOn = r.severity(value) }},
	{"severity", func(r *projectReader, value *unstable.Node) { r.into.Severity = r.severity(value) }},
	{"only", func(r *projectReader, value *unstable.Node) { r.into.Only = r.patterns(value) }},
	{"except", func(r *projectReader, value *unstable.Node) { r.into.Except = r.patterns(value) }},
	{"baseline", func(r *projectReader, value *unstable.Node) {
		if r.path != nil {
			r.fail(value, "a project has one baseline; write it above the tables")
		}
		r.into.Baseline, _ = r.text(value)
	}},
	{"files", func(r *projectReader, value *unstable.Node) {
		if r.path == nil {
			r.fail(value, "files belongs into a table [[path]]")
			return
		}
		for _, glob := range r.list(value) {
			text, isText := r.text(glob)
			if isText && !validGlob(text) {
				r.fail(glob, "%q is no pattern of files", text)
			}
			r.path.globs = append(r.path.globs, text)
		}
	}},
}

// table begins a table. The one there is, is [[path]].
func (r *projectReader) table(e *unstable.Node) {
	r.into, r.path = nil, nil
	name, first := r.key(e)
	switch {
	case name == "path" && e.Kind == unstable.ArrayTable:
		r.path = &openTable{place: r.place(first)}
		r.into = &r.path.Settings
		r.tables = append(r.tables, r.path)
	case name == "path":
		r.fail(first, "write [[path]]: there may be several")
	default:
		r.fail(first, "there is no table %q; did you mean [[path]]?", name)
	}
}

// setting reads one setting.
func (r *projectReader) setting(e *unstable.Node) {
	if r.into == nil {
		return // of a table that was refused
	}
	name, first := r.key(e)
	i := slices.IndexFunc(projectSettings, func(s struct {
		name string
		set  func(*projectReader, *unstable.Node)
	}) bool {
		return s.name == name
	})
	if i < 0 {
		known := func(yield func(string) bool) {
			for _, s := range projectSettings {
				if !yield(s.name) {
					return
				}
			}
		}
		hint := ""
		if best, ok := diag.Suggest(name, known); ok {
			hint = fmt.Sprintf("; did you mean %q?", best)
		}
		r.fail(first, "there is no setting %q%s", name, hint)
		return
	}
	projectSettings[i].set(r, e.Value())
}

// key returns the name of a table or setting, dots included, and its first part.
func (r *projectReader) key(e *unstable.Node) (name string, first *unstable.Node) {
	var parts []string
	for it := e.Key(); it.Next(); {
		part := it.Node()
		if first == nil {
			first = part
		}
		parts = append(parts, string(part.Data))
	}
	return strings.Join(parts, "."), first
}

// fail tells of an error at a place of the file.
func (r *projectReader) fail(at *unstable.Node, format string, args ...any) {
	r.failed = multierror.Append(r.failed, fmt.Errorf("%s: %s", r.place(at), fmt.Sprintf(format, args...)))
}

// place is where a node stands. Arrays and tables within a line have no place of
// their own, but their first element has.
func (r *projectReader) place(at *unstable.Node) string {
	for at.Raw.Length == 0 && at.Child().Valid() {
		at = at.Child()
	}
	start := r.parser.Shape(at.Raw).Start
	return fmt.Sprintf("%s:%d:%d", r.file.Name, start.Line, start.Column)
}

// text reads a value that is a text. Another one is an error, and told.
func (r *projectReader) text(value *unstable.Node) (text string, ok bool) {
	if value.Kind != unstable.String {
		r.fail(value, "a text in quotes is expected here")
		return "", false
	}
	return string(value.Data), true
}

// list reads a value that is a list, or one element of it.
func (r *projectReader) list(value *unstable.Node) []*unstable.Node {
	if value.Kind != unstable.Array {
		return []*unstable.Node{value}
	}
	var list []*unstable.Node
	for it := value.Children(); it.Next(); {
		list = append(list, it.Node())
	}
	return list
}

// oneOf reads a word out of a few.
func (r *projectReader) oneOf(value *unstable.Node, choices ...string) string {
	word, isText := r.text(value)
	if isText && !slices.Contains(choices, word) {
		r.fail(value, "%q is none of %s", word, strings.Join(choices, ", "))
	}
	return word
}

func (r *projectReader) severity(value *unstable.Node) diag.Severity {
	s, _ := diag.ParseSeverity(r.oneOf(value, diag.Error.String(), diag.Warning.String(), diag.Info.String()))
	return s
}

func (r *projectReader) patterns(value *unstable.Node) Patterns {
	list := Patterns{} // an empty list says something too
	for _, e := range r.list(value) {
		word, isText := r.text(e)
		if err := checkPattern(word); isText && err != nil {
			r.fail(e, "%v", err)
		}
		list = append(list, word)
	}
	return list
}

// For returns what a project says of a file, by its path below the project file.
func (p *Project) For(file string) Settings {
	s := p.Settings
	for _, rule := range p.paths {
		if slices.ContainsFunc(rule.globs, func(glob string) bool { return matchesPath(glob, file) }) {
			s = rule.Settings.Over(s)
		}
	}
	return s
}

// matchesPath reports whether a pattern stands for a path: `*`, `?` and `[…]` match
// within one part of it, `**` any number of parts. A pattern without a slash is
// about the last part, and one that ends in a slash about all below.
func matchesPath(glob, file string) bool {
	if !strings.Contains(glob, "/") {
		glob = "**/" + glob
	}
	if strings.HasSuffix(glob, "/") {
		glob += "**"
	}
	return matchesParts(strings.Split(strings.TrimPrefix(glob, "/"), "/"), strings.Split(file, "/"))
}

func matchesParts(glob, file []string) bool {
	switch {
	case len(glob) == 0:
		return len(file) == 0
	case glob[0] == "**":
		return matchesParts(glob[1:], file) || len(file) > 0 && matchesParts(glob, file[1:])
	case len(file) == 0:
		return false
	}
	ok, err := path.Match(glob[0], file[0])
	return ok && err == nil && matchesParts(glob[1:], file[1:])
}

func validGlob(glob string) bool {
	_, err := path.Match(glob, "")
	return err == nil && glob != ""
}

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hashicorp/go-multierror"

	"lxcfg/compile/lint"
	"lxcfg/grammar/source"
)

// projects are the project files that count for the files of a run.
type projects struct {
	stated lint.Settings       // on the command line
	byFile map[string]*project // by the name of a file of the run, nil for none
}

// project is one project file and where it stands.
type project struct {
	*lint.Project
	dir string // absolute
}

// findProjects finds and reads the project file of each file: the nearest one in its
// directory or above, or the one that --config names.
func (l *linting) findProjects(names []string) (*projects, error) {
	p := &projects{stated: l.stated, byFile: make(map[string]*project)}
	var failed *multierror.Error
	switch l.config {
	case "none":
		return p, nil
	case "":
		byDir := make(map[string]*project)
		for _, name := range names {
			dir, err := filepath.Abs(filepath.Dir(name)) // of standard input: where lxcfg was started
			if err == nil {
				p.byFile[name], err = nearestProject(dir, byDir)
			}
			failed = multierror.Append(failed, err)
		}
	default:
		one, err := readProject(l.config)
		failed = multierror.Append(failed, err)
		for _, name := range names {
			p.byFile[name] = one
		}
	}
	return p, failed.ErrorOrNil()
}

// nearestProject finds the project file that counts in a directory. An error of one
// file is returned once.
func nearestProject(dir string, known map[string]*project) (*project, error) {
	if found, ok := known[dir]; ok {
		return found, nil
	}
	found, err := readProject(filepath.Join(dir, lint.ProjectFile))
	if errors.Is(err, fs.ErrNotExist) {
		found, err = nil, nil
		if above := filepath.Dir(dir); above != dir {
			found, err = nearestProject(above, known)
		}
	}
	known[dir] = found
	return found, err
}

func readProject(name string) (*project, error) {
	text, err := hostFiles{}.ReadFile(name)
	if err != nil {
		return nil, err
	}
	shown := name
	if relative := relativeTo(".", name); !isAbove(relative) {
		shown = relative
	}
	content, err := lint.ParseProject(source.File{Name: shown, Text: text})
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(filepath.Dir(name))
	if content.Baseline != "" && !filepath.IsAbs(content.Baseline) {
		content.Baseline = filepath.Join(filepath.Dir(shown), content.Baseline)
	}
	return &project{content, dir}, err
}

// settings are what holds for the findings in a file that is read because of the
// one named.
func (p *projects) settings(named, file string) lint.Settings {
	found := p.byFile[named]
	if found == nil {
		return p.stated
	}
	return p.stated.Over(found.For(relativeTo(found.dir, file)))
}

// baselines reads the baselines of the files, each once.
func (p *projects) baselines(names []string) (func(string) *lint.Baseline, error) {
	byPath := make(map[string]*lint.Baseline)
	byFile := make(map[string]*lint.Baseline)
	var failed *multierror.Error
	for _, name := range names {
		path := p.settings(name, name).Baseline
		if path == "" {
			continue
		}
		b, read := byPath[path]
		if !read {
			var err error
			b, err = readBaseline(path)
			failed = multierror.Append(failed, err)
			byPath[path] = b
		}
		byFile[name] = b
	}
	return func(named string) *lint.Baseline { return byFile[named] }, failed.ErrorOrNil()
}

func readBaseline(path string) (*lint.Baseline, error) {
	text, err := hostFiles{}.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the baseline: %w", err)
	}
	gone := func(file string) bool {
		_, err := os.Lstat(filepath.Join(filepath.Dir(path), file))
		return errors.Is(err, fs.ErrNotExist)
	}
	return lint.ParseBaseline(source.File{Name: path, Text: text}, nameBeside(path), gone)
}

// write writes the findings as a baseline.
func (l *linting) write(result *lint.Result) error {
	text, err := lint.WriteBaseline(result, nameBeside(l.writeBaseline))
	if err != nil {
		return err
	}
	return createFile(l.writeBaseline, text)
}

// nameBeside calls files by their paths from the directory of another file, so that
// a project can be moved as a whole.
func nameBeside(path string) func(file string) string {
	dir := filepath.Dir(path)
	return func(file string) string { return relativeTo(dir, file) }
}

// relativeTo is a path as seen from a directory, with slashes; the path itself
// where there is no such way, and for standard input.
func relativeTo(dir, file string) string {
	if file == "-" || file == "" {
		return file
	}
	from, err := filepath.Abs(dir)
	if err != nil {
		return file
	}
	to, err := filepath.Abs(file)
	if err != nil {
		return file
	}
	relative, err := filepath.Rel(from, to)
	if err != nil {
		return file
	}
	return filepath.ToSlash(relative)
}

// isAbove reports whether a relative path leads out of its directory.
func isAbove(relative string) bool {
	return relative == ".." || len(relative) > 2 && relative[:3] == "../"
}

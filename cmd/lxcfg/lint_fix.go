package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/hashicorp/go-multierror"

	"lxcfg/compile/lint"
)

// fixAll applies fixes, gives the new texts as the options say, and reports what is
// left. Where standard output is taken by a text or a difference, the report goes to
// standard error.
func (l *linting) fixAll(request lint.Request) int {
	files, applied, result := lint.Fix(request, lint.Fixing{
		Unsafe: l.fix.unsafe,
		May: func(file string) bool {
			return slices.Contains(request.Names, file) || l.fix.includes && !isPackaged(file)
		},
		Same: sameFile(),
	})
	stdin := l.stdinOf(request.Names)
	to := l.app.stdout
	if l.fix.diff || stdin != "" {
		to = l.app.stderr
	}
	for _, f := range files {
		switch {
		case l.fix.diff:
			_, err := io.WriteString(l.app.stdout, unifiedDiff(f.Name, f.Old, f.New))
			l.failed = multierror.Append(l.failed, err)
		case f.Name != stdin:
			l.failed = multierror.Append(l.failed, writeFile(f.Name, f.Old, f.New))
		}
	}
	if text, read := result.Text(stdin); read && !l.fix.diff {
		_, err := io.WriteString(l.app.stdout, text)
		l.failed = multierror.Append(l.failed, err)
	}
	if applied > 0 && !l.fix.diff && !l.quiet {
		fmt.Fprintf(l.app.stderr, "lxcfg: fixed %s in %s\n", count(applied, "finding"), count(len(files), "file"))
	}
	return l.end(result, to, l.fix.diff && len(files) > 0)
}

// stdinOf is the name of standard input among those of a run, empty for none.
func (l *linting) stdinOf(names []string) string {
	for _, name := range names {
		if name == "-" || name == l.stdinName && name != "" {
			return name
		}
	}
	return ""
}

// sameFile returns a function that gives one name to all paths of a file, however
// they lead there.
func sameFile() func(string) string {
	known := onceMap[string]{}
	return func(file string) string {
		same, _ := known.get(file, func() (string, error) {
			if real, err := filepath.EvalSymlinks(file); err == nil {
				file = real
			}
			return filepath.Abs(file)
		})
		return same
	}
}

// count is a number of things in words.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

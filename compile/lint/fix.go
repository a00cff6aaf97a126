package lint

import (
	"cmp"
	"slices"

	"lxcfg/compile"
	"lxcfg/grammar/diag"
)

// Fixing says which fixes are applied.
type Fixing struct {
	Unsafe bool // those too that may change what LXC makes of a file
	// May reports whether a file may be changed. A fix that concerns another one is
	// not applied.
	May func(file string) bool
	// Same returns one name for all names of a file. Nil: files have one name each.
	Same func(file string) string
}

// Fixed is one file before and after.
type Fixed struct {
	Name     string
	Old, New string
}

// mostRounds is how often files are checked again after fixes: one fix can make
// way for another. It is a guard against two that undo each other.
const mostRounds = 100

// Fix applies fixes until there is none left to apply, and returns the files that
// have changed in the order of the run, how many fixes were applied, and what the
// last check found.
func Fix(r Request, how Fixing) (files []Fixed, applied int, last *Result) {
	if how.Same == nil {
		how.Same = func(file string) string { return file }
	}
	o := &overlay{Files: r.Files, same: how.Same, texts: make(map[string]string)}
	r.Files = o
	old := make(map[string]string) // by name
	var order []string
	for round := 0; ; round++ {
		last = Run(r)
		edits, n := chooseFixes(last.Findings, how)
		if n == 0 || round == mostRounds {
			break
		}
		applied += n
		for _, e := range edits {
			if _, seen := old[e.key]; !seen {
				old[e.key] = last.Texts[e.file]
				order = append(order, e.key)
				files = append(files, Fixed{Name: e.file, Old: last.Texts[e.file]})
			}
			o.texts[e.key] = diag.Apply(last.Texts[e.file], e.edits)
		}
	}
	for i, key := range order {
		files[i].New = o.texts[key]
	}
	return files, applied, last
}

// fileEdits is what is changed in one file.
type fileEdits struct {
	key, file string
	edits     []diag.Edit
}

// chooseFixes picks the fixes that can be made at once: of two that touch the same
// text the one of the earlier finding, whole or not at all. The others have their
// turn when the files are checked again.
func chooseFixes(list diag.List, how Fixing) (files []*fileEdits, n int) {
	chosen := make(map[string]*fileEdits)
	for i := range list {
		fix := fixOf(&list[i], how)
		if fix == nil {
			continue
		}
		fits := !slices.ContainsFunc(fix.Edits, func(e diag.Edit) bool {
			f := chosen[how.Same(e.Range.File)]
			return f != nil && slices.ContainsFunc(f.edits, func(other diag.Edit) bool { return touch(e, other) })
		})
		if !fits {
			continue
		}
		n++
		for _, e := range fix.Edits {
			key := how.Same(e.Range.File)
			if chosen[key] == nil {
				chosen[key] = &fileEdits{key: key, file: e.Range.File}
				files = append(files, chosen[key])
			}
			chosen[key].edits = append(chosen[key].edits, e)
		}
	}
	return files, n
}

// fixOf is the fix of a finding that is to be applied: the first that is safe, or
// else the first, where unsafe ones are asked for.
func fixOf(d *diag.Diagnostic, how Fixing) *diag.Fix {
	var best *diag.Fix
	for i := range d.Fixes {
		f := &d.Fixes[i]
		may := len(f.Edits) > 0 && !slices.ContainsFunc(f.Edits, func(e diag.Edit) bool { return !how.May(e.Range.File) })
		if may && (f.Safe || how.Unsafe) && (best == nil || f.Safe && !best.Safe) {
			best = f
		}
	}
	return best
}

// touch reports whether two edits of a file cannot both be made: they share text,
// or stand at one place.
func touch(a, b diag.Edit) bool {
	first, second := a.Range, b.Range
	if c := cmp.Compare(first.Start.Offset, second.Start.Offset); c > 0 {
		first, second = second, first
	}
	return first.Start.Offset == second.Start.Offset || second.Start.Offset < first.End.Offset
}

// overlay is files of which some have another text.
type overlay struct {
	compile.Files
	same  func(string) string
	texts map[string]string
}

// ReadFile prefers the other text.
func (o *overlay) ReadFile(name string) (string, error) {
	if len(o.texts) > 0 {
		if text, ok := o.texts[o.same(name)]; ok {
			return text, nil
		}
	}
	return o.Files.ReadFile(name)
}

package lint_test

import (
	"slices"
	"testing"

	"lxcfg/compile/keys"
	"lxcfg/compile/lint"
	"lxcfg/grammar/diag"
)

// lintText checks one text, and what it refers to, for a version.
func lintText(files tree, name string, s lint.Settings) lint.Request {
	return lint.Request{Names: []string{name}, Files: files, Settings: func(string, string) lint.Settings { return s }}
}

// fixable are the texts that findings with fixes are looked for in, each with the
// settings it is meant for.
func fixable(t *testing.T) map[string]struct {
	files tree
	name  string
	lint.Settings
} {
	type text = struct {
		files tree
		name  string
		lint.Settings
	}
	all := make(map[string]text)
	for _, r := range lint.Codes() {
		files, name := example(r.Bad)
		s, _ := exampleSettings(t, r.Options)
		all["example of "+r.Code] = text{files, name, s}
	}
	bom := "\ufeff2\ndenylist\nmount errno 1\n"
	all["a byte order mark"] = text{tree{"x.seccomp": bom}, "x.seccomp", lint.Settings{}}
	for name, content := range corpus(t) {
		all[name] = text{tree{name: content}, name, lint.Settings{}}
		all[name+" for LXC 1.0"] = text{tree{name: content}, name, lint.Settings{Version: keys.V1_0}}
		all[name+" for Proxmox"] = text{tree{name: content}, name, lint.Settings{Dialect: "pve"}}
	}
	return all
}

// like counts the findings of a code that say the same.
func like(list diag.List, d *diag.Diagnostic) int {
	n := 0
	for _, f := range list {
		if f.Code == d.Code && f.Summary == d.Summary {
			n++
		}
	}
	return n
}

// Whatever carries a fix: after it the finding is gone.
func TestEachFixMendsItsFinding(t *testing.T) {
	codes := make(map[string]int)
	for where, text := range fixable(t) {
		before := lint.Run(lintText(text.files, text.name, text.Settings)).Findings
		for i := range before {
			d := &before[i]
			for _, fix := range d.Fixes {
				codes[d.Code]++
				mended := make(tree)
				for name, content := range text.files {
					edits := slices.DeleteFunc(slices.Clone(fix.Edits), func(e diag.Edit) bool { return e.Range.File != name })
					mended[name] = diag.Apply(content, edits)
				}
				after := lint.Run(lintText(mended, text.name, text.Settings)).Findings
				if like(after, d) >= like(before, d) {
					t.Errorf("%s: %s at %s stays after %q", where, d.Code, d.Subject, fix.Title)
				}
			}
		}
	}
	for code, n := range codes {
		t.Logf("%4d fixes of %s", n, code)
	}
	if len(codes) < 15 {
		t.Errorf("only %d codes carry fixes", len(codes))
	}
}

// All fixes together come to an end: what is left has no fix to apply, fixing again
// changes nothing, and what was fixed loads no worse.
func TestFixingEnds(t *testing.T) {
	everything := func(string) bool { return true }
	for where, text := range fixable(t) {
		for _, unsafe := range []bool{false, true} {
			how := lint.Fixing{Unsafe: unsafe, May: everything}
			files, applied, last := lint.Fix(lintText(text.files, text.name, text.Settings), how)
			for i := range last.Findings {
				for _, f := range last.Findings[i].Fixes {
					if f.Safe || unsafe {
						t.Errorf("%s, unsafe %v: %s still has the fix %q after %d", where, unsafe, last.Findings[i].Code, f.Title, applied)
					}
				}
			}
			mended := make(tree)
			for name, content := range text.files {
				mended[name] = content
			}
			for _, f := range files {
				if f.Old == f.New {
					t.Errorf("%s: %s is said to have changed", where, f.Name)
				}
				mended[f.Name] = f.New
			}
			if again, _, _ := lint.Fix(lintText(mended, text.name, text.Settings), how); len(again) > 0 {
				t.Errorf("%s: fixing again changes %s", where, again[0].Name)
			}
		}
	}
}

// Files that may not be changed are not, and a fix that concerns one is left alone.
func TestFixKeepsToItsFiles(t *testing.T) {
	files := tree{"config": "lxc.include = /common\nlxc.cap.drop  mknod\n", "/common": "lxc.cap.drop  sys_module\n"}
	request := lintText(files, "config", lint.Settings{})
	named := lint.Fixing{May: func(file string) bool { return file == "config" }}
	fixed, applied, last := lint.Fix(request, named)
	if len(fixed) != 1 || fixed[0].New != "lxc.include = /common\nlxc.cap.drop = mknod\n" || applied != 1 || len(last.Findings) != 1 {
		t.Errorf("%+v, %d applied, left %v", fixed, applied, last.Findings)
	}
	named.May = func(string) bool { return true }
	if fixed, _, last := lint.Fix(request, named); len(fixed) != 2 || len(last.Findings) != 0 {
		t.Errorf("%+v, left %v", fixed, last.Findings)
	}
}

// A file that has two names is changed once.
func TestFixKnowsAFileByAllItsNames(t *testing.T) {
	files := tree{"config": "lxc.include = ./common\nlxc.include = common\n", "common": "lxc.cap.drop  sys_module\n", "./common": "lxc.cap.drop  sys_module\n"}
	same := func(file string) string {
		if file == "./common" {
			return "common"
		}
		return file
	}
	fixed, applied, _ := lint.Fix(lintText(files, "config", lint.Settings{}), lint.Fixing{May: func(string) bool { return true }, Same: same})
	if len(fixed) != 1 || applied != 1 || fixed[0].New != "lxc.cap.drop = sys_module\n" {
		t.Errorf("%+v, %d applied", fixed, applied)
	}
}

// Of fixes that touch the same text one is made at a time, and each is made whole.
func TestOverlappingFixes(t *testing.T) {
	files := tree{"config": "\tlxc.utz.name = web # the first\n"}
	for range 20 {
		fixed, _, _ := lint.Fix(lintText(files, "config", lint.Settings{}), lint.Fixing{Unsafe: true, May: func(string) bool { return true }})
		const want = "\t# the first\n\tlxc.uts.name = web\n"
		if len(fixed) != 1 || fixed[0].New != want {
			t.Fatalf("fixed to %+v, want %q", fixed, want)
		}
	}
}

// FuzzFix: whatever a text holds, fixing it comes to an end, and there is nothing
// to fix then.
func FuzzFix(f *testing.F) {
	f.Add("lxc.utz.name = web # x\nlcx.a = b\n", true)
	f.Add("\ufeff2\ndenylist \n[amd64]\n open killall\n", true)
	f.Add("# lxcfg: ignore=key/unknown,mount/*\nlxc.cap.drop  mknod\n", false)
	f.Fuzz(func(t *testing.T, text string, unsafe bool) {
		how := lint.Fixing{Unsafe: unsafe, May: func(string) bool { return true }}
		fixed, _, last := lint.Fix(lintText(tree{"config": text}, "config", lint.Settings{}), how)
		for i := range last.Findings {
			for _, fix := range last.Findings[i].Fixes {
				if fix.Safe || unsafe {
					t.Errorf("%s still has the fix %q", last.Findings[i].Code, fix.Title)
				}
			}
		}
		if len(fixed) == 1 {
			if again, _, _ := lint.Fix(lintText(tree{"config": fixed[0].New}, "config", lint.Settings{}), how); len(again) > 0 {
				t.Errorf("%q becomes %q, and that %q", text, fixed[0].New, again[0].New)
			}
		}
	})
}

//go:build linux

package conformance

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lxcfg/compile/keys"
)

// notCompared are keys that make steps and that no configuration is compared with stock
// LXC for: each with the reason, and the test that looks at it instead.
var notCompared = map[string]string{
	"lxc.rootfs.managed":       "it is about ephemeral containers: TestEphemeralElsewhere",
	"lxc.environment.runtime":  "LXC 5.0 does not know it: compile/testdata/plan",
	"lxc.seccomp.notify.proxy": "TestProxyIsToldAsByStock compares it, with a line that a helper writes",
	"lxc.environment.hooks":    "LXC 5.0 does not know it: compile/hook_test.go",
	"lxc.sched.core":           "kernels of virtual machines are built without it, and stock LXC then fails: launch/payload's steps",
}

// ofTemplate are keys of every configuration that is compared: lxc-create writes them.
var ofTemplate = []string{"lxc.rootfs.path", "lxc.uts.name", "lxc.signal.halt", "lxc.signal.reboot", "lxc.tty.max", "lxc.pty.max", "lxc.cap.drop", "lxc.autodev",
	"lxc.mount.auto", "lxc.mount.entry"}

var (
	keyOfLine   = regexp.MustCompile(`(?m)(?:^|[^\w.])(lxc\.[\w.-]+)\s*=`)
	startsStock = regexp.MustCompile(`^(stock|stockExecute|comparison)$`)
	// partOfKey are tables whose strings begin with a part of a key, with what stands
	// before it.
	partOfKey = map[string]string{"networks": "lxc.net.0.", "hookNames": "lxc.hook."}
	part      = regexp.MustCompile(`^[a-z0-9_.-]+`)
)

// TestEveryKeyIsCompared walks the table of keys and demands for each that makes steps a
// configuration that is started by stock LXC and by lxcfg.
func TestEveryKeyIsCompared(t *testing.T) {
	compared := comparedKeys(t)
	for _, k := range keys.All() {
		reason, excused := notCompared[k.Name]
		switch {
		case k.Launch.Reason() != "":
		case compared[k.Name] && excused:
			t.Errorf("%s is compared after all: %s", k.Name, reason)
		case !compared[k.Name] && !excused:
			t.Errorf("no configuration with %s is started by both stock LXC and lxcfg", k.Name)
		}
	}
}

// comparedKeys are the keys in the texts of tests that start stock LXC: in what such a
// function says itself, and in the tables that it names.
func comparedKeys(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string]ast.Node{} // of the package, by name
	var functions []*ast.FuncDecl
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				functions = append(functions, d)
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if v, ok := spec.(*ast.ValueSpec); ok {
						for _, name := range v.Names {
							tables[name.Name] = v
						}
					}
				}
			}
		}
	}
	compared := map[string]bool{}
	for _, name := range ofTemplate {
		note(compared, name)
	}
	starts := map[string]bool{} // functions that start stock LXC, or call one that does
	for more := true; more; {
		more = false
		for _, f := range functions {
			if !starts[f.Name.Name] && slices.ContainsFunc(identifiers(f.Body), func(name string) bool { return startsStock.MatchString(name) || starts[name] }) {
				starts[f.Name.Name], more = true, true
			}
		}
	}
	for _, f := range functions {
		if !starts[f.Name.Name] {
			continue
		}
		names := identifiers(f)
		nodes := map[string]ast.Node{"": f}
		for _, name := range names {
			if table, ok := tables[name]; ok {
				nodes[name] = table
			}
		}
		for name, node := range nodes {
			for _, text := range literals(node) {
				for _, m := range keyOfLine.FindAllStringSubmatch(text, -1) {
					note(compared, m[1])
				}
				if before, ok := partOfKey[name]; ok {
					note(compared, before+part.FindString(text))
				}
			}
		}
	}
	return compared
}

func note(compared map[string]bool, name string) {
	if m, ok := keys.Lookup(name); ok {
		compared[m.Key.Name] = true
	}
}

// identifiers are the names that stand in a piece of source.
func identifiers(n ast.Node) (names []string) {
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			names = append(names, id.Name)
		}
		return true
	})
	return names
}

// literals are the strings that stand in it, one behind the other where they are added.
func literals(n ast.Node) (texts []string) {
	ast.Inspect(n, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil {
				texts = append(texts, strings.TrimSpace(text))
			}
		}
		return true
	})
	return texts
}

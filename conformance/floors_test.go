package conformance

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// floors is the import order of the module: what stands left of a "<" may be
// imported by what stands right of it, in this line and in those that follow
// from it. An import of ours that no line allows is an error.
const floors = `
grammar/late < grammar/diag;
grammar/source < grammar/diag < grammar, grammar/seccomp < compile/config;
compile/config < compile/keys < compile/rules < compile;
compile/keys < compile/migrate < cmd/lxcfg;
grammar/seccomp, compile/plan < compile/seccomp < compile;
compile/apparmor < compile;
grammar < compile/idmap < cmd/lxcfg;
compile, compile/migrate < compile/lint < cmd/lxcfg;
compile/plan < compile/plan/schema;
grammar/seccomp, compile/plan < compile/seccomp/filtertest;

compile/plan < launch/program < launch/payload < launch/monitor < launch;
launch/reaper < launch/payload;
launch/epoll < launch/command, launch/terminal < launch/life < launch/monitor;
launch/remains < launch/monitor;
compile/plan, launch/netlink < launch/probe < launch;
launch/netlink, launch/dbus < launch/monitor < launch;
compile/plan, launch/command, launch/netlink, launch/probe, launch/remains < launch/doctor;
launch/rlimit/started < launch/rlimit < launch;
launch/daemon < launch;
launch/payload, launch/terminal, launch/command, launch/rlimit < launch/attach < cmd/lxcfg;

compile, compile/config, compile/keys, launch, launch/daemon, launch/doctor, launch/payload, launch/probe < cmd/lxcfg;
launch/command < launch/ondisk;
launch/command, launch/terminal, launch/keepcaps, launch/lxclog, launch/ondisk < cmd/lxcfg;
`

// forbidden are the imports the design turns on, each with its reason. They
// speak of direct imports; a pattern ending in /... covers a folder and all below it.
var forbidden = []struct {
	importer, imported string
	except             []string // importers below the pattern that may
	because            string
}{
	{"launch/...", "grammar/...", nil, "start --plan must not build a parser"},
	{"launch/...", "compile/...", []string{"compile/plan"}, "a launch knows the plan and nothing of configurations"},
	{"compile/...", "launch/...", nil, "a plan is made without touching the host"},
	{"grammar/...", "compile/...", nil, "the grammar knows no key"},
	{"compile/plan", "grammar/...", nil, "any tool can read plans without our parser"},
	{"grammar/...", "os", nil, "text in, document out: the same on every machine"},
	{"compile/...", "os", nil, "what the host is like arrives as plan.Facts, files arrive through compile.Files"},
	{"grammar/...", "golang.org/x/sys/unix", nil, "the grammar builds on every system"},
	{"compile/...", "golang.org/x/sys/unix", nil, "the compiler builds on every system"},
	{"grammar/...", "syscall", nil, "the grammar builds on every system"},
	{"compile/...", "syscall", nil, "the compiler builds on every system"},
	{"grammar/...", "time", nil, "the same text gives the same document at any time of day"},
	{"compile/...", "time", nil, "the same configuration and facts give the same plan at any time of day"},
	{"compile/...", "github.com/alecthomas/participle/...", nil, "texts are parsed in grammar, once"},
	{"launch/...", "github.com/alecthomas/participle/...", nil, "start --plan must not build a parser"},
	{"cmd/...", "github.com/alecthomas/participle/...", nil, "texts are parsed in grammar, once"},
	{"launch/...", "encoding/gob", nil, "plans and reports are JSON"},
	{"...", "C", nil, "the binary is static and needs no C compiler"},
	{"...", "plugin", nil, "the binary is static"},
}

// TestImportFloors holds the imports of every package against the two tables.
func TestImportFloors(t *testing.T) {
	allowed := parseFloors(t, floors)
	for _, file := range goFiles(t) {
		if strings.HasSuffix(file.path, "_test.go") {
			continue
		}
		importer := path.Dir(file.path)
		if path.Base(importer) == "gen" {
			continue // a generator is run by hand and is no part of lxcfg
		}
		for _, imported := range file.imports {
			ours, isOurs := strings.CutPrefix(imported, "lxcfg/")
			if isOurs && !slices.Contains(allowed[importer], ours) {
				t.Errorf("%s imports %s, which no floor allows", file.path, ours)
			}
			if !isOurs {
				ours = imported
			}
			for _, edge := range forbidden {
				if matches(edge.importer, importer) && matches(edge.imported, ours) && !slices.Contains(edge.except, ours) && ours != importer {
					t.Errorf("%s imports %s: %s", file.path, ours, edge.because)
				}
			}
		}
	}
}

// TestUnsafeStandsInItsOwnFiles demands that a reader finds every use of unsafe
// by file name.
func TestUnsafeStandsInItsOwnFiles(t *testing.T) {
	for _, file := range goFiles(t) {
		named := strings.HasSuffix(file.path, "_unsafe.go") || strings.HasSuffix(file.path, "_unsafe_test.go")
		if slices.Contains(file.imports, "unsafe") && !named {
			t.Errorf("%s imports unsafe: only files named *_unsafe.go may", file.path)
		}
	}
}

// TestBinaryIsStatic demands that no package, a library's included, brings in the C
// library where cgo is on: `go run` has to make the same static binary.
func TestBinaryIsStatic(t *testing.T) {
	list := exec.Command("go", "list", "-deps", "lxcfg/cmd/lxcfg")
	list.Env = append(os.Environ(), "CGO_ENABLED=1")
	packages, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(strings.Fields(string(packages)), "runtime/cgo") {
		t.Error("a package uses cgo: `go list -deps lxcfg/cmd/lxcfg` lists those that may, such as net and os/user")
	}
}

// TestBuildsElsewhere builds everything there is for systems that are not Linux,
// and type-checks what works there, tests included: the grammar, the compiler and
// the command line.
func TestBuildsElsewhere(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles for other systems, which -short leaves out")
	}
	for _, system := range []struct{ os, arch string }{{"darwin", "arm64"}, {"windows", "amd64"}} {
		for _, args := range [][]string{{"build", "./..."}, {"vet", "./grammar/...", "./compile/...", "./cmd/..."}} {
			command := exec.Command("go", args...)
			command.Dir = repository(t)
			command.Env = append(os.Environ(), "GOOS="+system.os, "GOARCH="+system.arch, "CGO_ENABLED=0")
			if out, err := command.CombinedOutput(); err != nil {
				t.Errorf("go %s for %s/%s: %v\n%s", args[0], system.os, system.arch, err, out)
			}
		}
	}
}

// goFile is one source file of the module: its path below the module's root and
// the paths it imports.
type goFile struct {
	path    string
	imports []string
}

// goFiles reads the import clauses of every Go file of the module, whatever its
// build constraints.
func goFiles(t *testing.T) []goFile {
	t.Helper()
	root := repository(t)
	var files []goFile
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && name != root && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata") {
			return filepath.SkipDir
		}
		if entry.IsDir() || filepath.Ext(name) != ".go" {
			return nil
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		files = append(files, goFile{path: filepath.ToSlash(relative), imports: importPaths(syntax)})
		return nil
	})
	if err != nil {
		t.Fatalf("read the module's imports: %v", err)
	}
	return files
}

func importPaths(file *ast.File) []string {
	var paths []string
	for _, spec := range file.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, p)
		}
	}
	return paths
}

// parseFloors turns the text of floors into the set of packages each package may
// import, with everything that follows: a < b and b < c give a < c.
func parseFloors(t *testing.T, text string) map[string][]string {
	t.Helper()
	below := map[string][]string{}
	for _, rule := range strings.Split(text, ";") {
		var lower []string
		for i, floor := range strings.Split(rule, "<") {
			var packages []string
			for _, name := range strings.Split(floor, ",") {
				if name = strings.TrimSpace(name); name != "" {
					packages = append(packages, name)
				}
			}
			for _, name := range packages {
				if i > 0 {
					below[name] = append(below[name], lower...)
				}
			}
			lower = packages
		}
	}
	var all func(name string, seen []string) []string
	all = func(name string, seen []string) []string {
		for _, lower := range below[name] {
			if !slices.Contains(seen, lower) {
				seen = all(lower, append(seen, lower))
			}
		}
		return seen
	}
	closed := map[string][]string{}
	for name := range below {
		closed[name] = all(name, nil)
		if slices.Contains(closed[name], name) {
			t.Fatalf("the floors say that %s stands above itself", name)
		}
	}
	return closed
}

// matches reports whether a package path falls under a pattern such as
// "compile/...".
func matches(pattern, name string) bool {
	folder, below := strings.CutSuffix(pattern, "...")
	if !below {
		return pattern == name
	}
	return strings.HasPrefix(name+"/", folder)
}

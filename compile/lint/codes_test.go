package lint_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"lxcfg/compile"
	"lxcfg/compile/keys"
	"lxcfg/compile/lint"
	"lxcfg/compile/migrate"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// tree is files in memory.
type tree = lint.ExampleFiles

// example loads the files of an example and returns the name of the first.
func example(text string) (tree, string) {
	files := tree{}
	parts := diag.Files(text)
	for _, f := range parts {
		files[f.Name] = f.Text
	}
	return files, parts[0].Name
}

// exampleSettings reads the options that examples use.
func exampleSettings(t *testing.T, options string) (s lint.Settings, defines []string) {
	t.Helper()
	words := strings.Fields(options)
	for i := 0; i+1 < len(words); i += 2 {
		switch words[i] {
		case "--lxc-version":
			v, ok := keys.ParseVersion(words[i+1])
			if !ok {
				t.Fatalf("%q is no version", words[i+1])
			}
			s.Version = v
		case "--dialect":
			s.Dialect = words[i+1]
		case "-s":
			defines = append(defines, words[i+1])
		default:
			t.Fatalf("no example has had the option %q", words[i])
		}
	}
	return s, defines
}

// findingsOf runs an example as the command of its row does.
func findingsOf(t *testing.T, row *diag.Row, text string) diag.List {
	t.Helper()
	files, name := example(text)
	s, defines := exampleSettings(t, row.Options)
	f := source.File{Name: name, Text: files[name]}
	switch row.Reporter() {
	case "lint":
		r := lint.Run(lint.Request{Names: []string{name}, Files: files, Settings: func(string, string) lint.Settings { return s }, Host: lint.ExampleHost(row, files)})
		return r.Findings
	case "show":
		if text == row.Good {
			defines = nil
		}
		return compile.Load(compile.Request{File: f, Files: files, Defines: defines, Version: s.Version}).Findings
	case "migrate":
		include := func(value string) []source.File {
			names, err := compile.IncludedNames(files, value)
			var list []source.File
			for _, n := range names {
				text, readErr := files.ReadFile(n)
				if readErr != nil || err != nil {
					return nil
				}
				list = append(list, source.File{Name: n, Text: text})
			}
			return list
		}
		return migrate.Rewrite(migrate.Request{File: f, From: s.Version, Include: include}).Notes
	}
	t.Fatalf("no test runs the examples of %q", row.Reporter())
	return nil
}

// Every row is complete.
func TestRows(t *testing.T) {
	form := regexp.MustCompile(`^[a-z]+/[A-Za-z0-9]+(-[A-Za-z0-9]+)*$`)
	above := ""
	for _, r := range lint.Codes() {
		if !form.MatchString(r.Code) || r.Code == above {
			t.Errorf("%q is no code, or stands in two rows", r.Code)
		}
		above = r.Code
		if len(r.Verdicts) == 0 || r.Title == "" || strings.HasSuffix(r.Title, ".") || !strings.HasSuffix(r.Doc, ".") {
			t.Errorf("%s: the row is incomplete: %+v", r.Code, r)
		}
		if hasExamples := r.Bad != "" && r.Good != ""; hasExamples == (r.NoExample != "") {
			t.Errorf("%s: a row has a bad and a good example, or says why it has none", r.Code)
		}
	}
}

// The bad example of every row has the finding, the good one has nothing to be told.
// Those that need a host run where the compiler is tested.
func TestExamples(t *testing.T) {
	for _, r := range lint.Codes() {
		if r.NoExample != "" || r.Reporter() == "plan" {
			continue
		}
		t.Run(r.Code, func(t *testing.T) {
			found := false
			for _, f := range findingsOf(t, &r, r.Bad) {
				if f.Code == r.Code {
					found = true
				}
			}
			if !found {
				t.Errorf("the bad example has no such finding: %v", findingsOf(t, &r, r.Bad))
			}
			for _, f := range findingsOf(t, &r, r.Good) {
				if f.Code != r.Code && r.Reporter() == "migrate" {
					continue // a rewrite says more than what is wrong
				}
				t.Errorf("the good example has the finding %s: %s", f.Code, f.Summary)
			}
		})
	}
}

// checkRow demands that what a finding says is in the row of its code.
func checkRow(t *testing.T, d *diag.Diagnostic, where string) {
	t.Helper()
	row := lint.LookupCode(d.Code)
	switch {
	case row == nil:
		t.Errorf("%s: the code %q has no row; write one in the Codes of the package that reports it", where, d.Code)
	case !row.Allows(d):
		t.Errorf("%s: %s is %s, %s, and its row says %s", where, d.Code, d.Severity, d.Effect, row.Says())
	}
}

// Everything that is reported of any text at hand has a row.
func TestReportedCodesHaveRows(t *testing.T) {
	versions := keys.Versions()
	check := func(where, text string, files compile.Files) {
		f := source.File{Name: where, Text: text}
		for _, v := range []keys.Version{versions[0], keys.V2_1, keys.V4_0, keys.Newest} {
			for _, dialect := range []string{"lxc", "pve"} {
				l := compile.Load(compile.Request{File: f, Files: files, Dialect: lint.DialectOf(dialect, f, v), Version: v, Stated: v != keys.Newest})
				for i := range l.Findings {
					checkRow(t, &l.Findings[i], where)
				}
			}
		}
		for _, list := range []diag.List{compile.CheckPolicy(f, 0), keys.CheckSystem(f), migrate.Rewrite(migrate.Request{File: f}).Notes} {
			for i := range list {
				checkRow(t, &list[i], where)
			}
		}
	}
	for _, text := range exampleTexts() {
		files, name := example(text)
		check(name, files[name], files)
	}
	for name, text := range corpus(t) {
		check(name, text, tree{})
	}
}

// exampleTexts are the examples of all rows.
func exampleTexts() []string {
	var texts []string
	for _, r := range lint.Codes() {
		texts = append(texts, r.Bad, r.Good)
	}
	return texts
}

// corpus is every configuration and every fuzzed text of the repository, by name.
func corpus(t *testing.T) map[string]string {
	t.Helper()
	texts := make(map[string]string)
	err := filepath.WalkDir("../..", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		isFuzz := strings.Contains(name, "/testdata/fuzz/")
		if !isFuzz && (!strings.Contains(name, "/testdata/") || filepath.Ext(name) != ".conf" && filepath.Ext(name) != ".seccomp") {
			return nil
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if !isFuzz {
			texts[name] = string(data)
			return nil
		}
		for line := range strings.Lines(string(data)) {
			if quoted, ok := strings.CutPrefix(strings.TrimSpace(line), "string("); ok {
				if text, err := strconv.Unquote(strings.TrimSuffix(quoted, ")")); err == nil {
					texts[name] += text
				}
			}
		}
		return nil
	})
	if err != nil || len(texts) < 200 {
		t.Fatalf("%d texts, %v", len(texts), err)
	}
	return texts
}

// Every code that the source reports has a row: what is given as a parameter called
// code, and what becomes the Code of a finding.
func TestCodesInSourceHaveRows(t *testing.T) {
	form := regexp.MustCompile(`^[a-z]+/[a-z0-9]+(-[a-z0-9]+)*$`)
	seen := 0
	for dir, files := range packages(t) {
		takesCode := make(map[string][]int) // functions with such a parameter, and which it is
		for _, file := range files {
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					takesCode[n.Name.Name] = append(takesCode[n.Name.Name], codeParameters(n.Type)...)
				case *ast.AssignStmt:
					if f, ok := n.Rhs[0].(*ast.FuncLit); ok {
						if name, ok := n.Lhs[0].(*ast.Ident); ok {
							takesCode[name.Name] = append(takesCode[name.Name], codeParameters(f.Type)...)
						}
					}
				}
				return true
			})
		}
		check := func(e ast.Expr, prefix string) {
			code, ok := literal(e)
			if code = prefix + code; ok && form.MatchString(code) {
				seen++
				if lint.LookupCode(code) == nil {
					t.Errorf("%s: the code %q has no row; write one in the Codes of the package", dir, code)
				}
			}
		}
		for _, file := range files {
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					name := calleeOf(n)
					prefix := ""
					if file.Name.Name == "migrate" && name == "note" {
						prefix = "migrate/"
					}
					for _, i := range takesCode[name] {
						if i < len(n.Args) {
							check(n.Args[i], prefix)
						}
					}
				case *ast.KeyValueExpr:
					if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Code" {
						check(n.Value, "")
					}
				case *ast.AssignStmt:
					if field, ok := n.Lhs[0].(*ast.SelectorExpr); ok && field.Sel.Name == "Code" {
						check(n.Rhs[0], "")
					}
				}
				return true
			})
		}
	}
	if seen < 200 { // a row is one place, what reports it another
		t.Errorf("only %d codes were found in the source", seen)
	}
}

// packages are the source files of the folders that report findings, by folder.
func packages(t *testing.T) map[string][]*ast.File {
	t.Helper()
	all := make(map[string][]*ast.File)
	for _, root := range []string{"../../grammar", "../../compile", "../../launch", "../../cmd"} {
		err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			all[filepath.Dir(name)] = append(all[filepath.Dir(name)], file)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// codeParameters are the positions of the parameters called code.
func codeParameters(f *ast.FuncType) []int {
	var found []int
	i := 0
	for _, field := range f.Params.List {
		for _, name := range field.Names {
			if name.Name == "code" {
				found = append(found, i)
			}
			i++
		}
	}
	return found
}

// calleeOf is the name of what a call calls.
func calleeOf(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// literal is the text of a literal.
func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

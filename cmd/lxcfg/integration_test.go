package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lxcfg/compile/keys"
	"lxcfg/compile/lint"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// lxcfgFor builds the program for what other programs run.
func lxcfgFor(t *testing.T, dir string) string {
	t.Helper()
	name := filepath.Join(dir, "lxcfg")
	build := exec.Command("go", "build", "-o", name, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return name
}

// The hooks of pre-commit name commands that there are, and files that those check.
func TestPreCommitHooks(t *testing.T) {
	text, err := os.ReadFile("../../.pre-commit-hooks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	lxcfg := lxcfgFor(t, dir)
	config := filepath.Join(dir, "web.conf")
	if err := os.WriteFile(config, []byte("lxc.uts.name = web\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	entries := regexp.MustCompile(`(?m)^  entry: lxcfg (.*)$`).FindAllStringSubmatch(string(text), -1)
	files := regexp.MustCompile(`(?m)^  files: (.*)$`).FindAllStringSubmatch(string(text), -1)
	if len(entries) == 0 || len(entries) != len(files) {
		t.Fatalf("%d entries, %d patterns of files", len(entries), len(files))
	}
	for i, entry := range entries {
		if out, err := exec.Command(lxcfg, append(strings.Fields(entry[1]), config)...).CombinedOutput(); err != nil {
			t.Errorf("lxcfg %s: %v\n%s", entry[1], err, out)
		}
		pattern := regexp.MustCompile(files[i][1])
		for _, name := range []string{"config", "web/config", "web.conf", "a/web.conf"} {
			if !pattern.MatchString(name) {
				t.Errorf("the hook of lxcfg %s leaves out %s", entry[1], name)
			}
		}
		for _, name := range []string{".git/configuration", "web.conf.bak", "myconfig"} {
			if pattern.MatchString(name) {
				t.Errorf("the hook of lxcfg %s takes %s", entry[1], name)
			}
		}
	}
}

// The step of the action annotates, writes the log, and fails as lint does.
func TestAction(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("the step is a bash script, and bash is not installed")
	}
	text, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	_, script, ok := strings.Cut(string(text), "      run: |\n")
	if !ok {
		t.Fatal("action.yml has no script")
	}
	dir := t.TempDir()
	lxcfgFor(t, dir)
	if err := os.WriteFile(filepath.Join(dir, "web.conf"), []byte("lxc.utz.name = web\nlcx.a = b\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(options string) (string, error) {
		step := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script) // as GitHub runs it
		step.Dir = dir
		step.Env = append(os.Environ(), "RUNNER_TEMP="+dir, "PATHS=web.conf", "OPTIONS="+options, "SARIF=log.sarif")
		out, err := step.CombinedOutput()
		return string(out), err
	}
	out, err := run("")
	if err == nil || strings.Count(out, "::error file=web.conf,line=1,") != 1 || strings.Count(out, "::warning file=web.conf,line=2,") != 1 {
		t.Errorf("%v\n%s", err, out)
	}
	if log, err := os.ReadFile(filepath.Join(dir, "log.sarif")); err != nil || strings.Count(string(log), `"ruleIndex"`) != 2 {
		t.Errorf("the log: %v\n%s", err, log)
	}
	if out, err := run("--except key/unknown"); err != nil || strings.Contains(out, "::error") {
		t.Errorf("without the error: %v\n%s", err, out)
	}
	if out, err := run("--only nope"); err == nil {
		t.Errorf("a usage error passes:\n%s", out)
	}
}

// docs/lint.md speaks of every option and format, and its project file is one.
func TestLintDocumentation(t *testing.T) {
	data, err := os.ReadFile("../../docs/lint.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	var l linting
	for _, o := range l.options() {
		if !strings.Contains(text, "--"+o.long) {
			t.Errorf("docs/lint.md does not speak of --%s", o.long)
		}
	}
	for _, f := range diag.Formats() {
		if !strings.Contains(text, "| `"+f.Name+"` |") {
			t.Errorf("docs/lint.md does not speak of the format %s", f.Name)
		}
	}
	_, example, _ := strings.Cut(text, "```toml\n")
	example, _, _ = strings.Cut(example, "```")
	p, err := lint.ParseProject(source.File{Name: lint.ProjectFile, Text: example})
	if err != nil {
		t.Fatal(err)
	}
	if s := p.For("vendor/a.conf"); s.Version != keys.V2_0 || !s.Except.Match("key/unknown") {
		t.Errorf("the example says %+v of a file of a vendor", s)
	}
}

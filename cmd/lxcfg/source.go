package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"lxcfg/compile"
	"lxcfg/compile/keys"
	"lxcfg/grammar/diag"
	"lxcfg/grammar/source"
)

// target is a container as the command line names it: SOURCE.
type target struct {
	name    string
	lxcPath string
	file    string
	text    *string // of the file, when it has been read
	defines []string
	argv    []string // the command to run instead of the configuration's
	execute bool     // below a minimal init
	now     bool     // it is started at once
	listen  compile.Listen
}

// sourceUsage is how SOURCE is written.
const sourceUsage = "[-n] NAME [-P LXCPATH] [-f FILE] [-s KEY=VALUE]…"

func (t *target) options() options {
	return options{
		{"name", "n", "NAME", "the container's name; the first word is taken for it when the option is not given", text(&t.name)},
		lxcPathOption(&t.lxcPath),
		{"rcfile", "f", "FILE", "the configuration to use instead of LXCPATH/NAME/config; - for standard input", text(&t.file)},
		{"define", "s", "KEY=VALUE", "a setting that stands behind the file; may be repeated", func(v string) error {
			t.defines = append(t.defines, v)
			return nil
		}},
	}
}

// lxcPathOption sets the directory that names of containers stand for.
func lxcPathOption(dir *string) option {
	return option{"lxcpath", "P", "DIR", "the directory of containers; the default is LXC's", absolute(dir)}
}

// resolve takes the words of the command line and finds the file, as LXC does, in
// a directory of containers when none is given.
func (t *target) resolve(words []string, lxcPath string) error {
	if t.name == "" && len(words) > 0 {
		t.name, words = words[0], words[1:]
	}
	if len(words) > 0 {
		return fmt.Errorf("%q is one word too many; a command to run stands behind --", words[0])
	}
	if t.lxcPath == "" {
		t.lxcPath = lxcPath
	}
	t.lxcPath = strings.TrimRight(t.lxcPath, "/")
	switch {
	case t.name == "" && t.file == "":
		return errors.New("no container is named")
	case t.name == "":
		t.name = nameFor(t.file)
	case t.file == "" && (t.name == "-" || strings.Contains(t.name, "/")):
		// A path is no container's name, so it can only be meant as a file.
		t.file, t.name = t.name, nameFor(t.name)
	case t.file == "":
		t.file = filepath.Join(t.lxcPath, t.name, "config")
	}
	return nil
}

// executeOption plans what `lxcfg execute` does.
func executeOption(t *target) option {
	return option{"execute", "", "", "plan what `lxcfg execute` does: a command below a minimal init", toggle(&t.execute)}
}

// launch is what a launch of the target is told beside the configuration.
func (t target) launch() compile.Options {
	directory := filepath.Join(t.lxcPath, t.name)
	if whole, err := filepath.Abs(directory); err == nil {
		directory = whole
	}
	return compile.Options{Name: t.name, LXCPath: t.lxcPath, Directory: directory, ConfigFile: t.configFile(),
		Argv: t.argv, Execute: t.execute, Now: t.now, Listen: t.listen}
}

// configFile is the configuration as hooks are told it: LXC gives them the name as it
// was given, which is none for a hook in another directory.
func (t target) configFile() string {
	if t.file == "-" {
		return ""
	}
	abs, err := filepath.Abs(t.file)
	if err != nil {
		return t.file
	}
	return abs
}

// nameFor derives a container's name from its configuration file: the directory
// of a file called config, else the file's base name.
func nameFor(file string) string {
	if file == "-" {
		return "stdin"
	}
	base := filepath.Base(file)
	if abs, err := filepath.Abs(file); err == nil && base == "config" {
		return filepath.Base(filepath.Dir(abs))
	}
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// load reads and resolves the target's configuration.
func (a *app) load(t target, o common) (*compile.Loaded, error) {
	if t.text == nil {
		content, err := a.readConfig(t.file)
		if err != nil {
			return nil, t.explain(err)
		}
		t.text = &content
	}
	return a.loadText(source.File{Name: t.file, Text: *t.text}, t.defines, o), nil
}

// loadText resolves a configuration that was read.
func (a *app) loadText(f source.File, defines []string, o common) *compile.Loaded {
	return a.loadWith(compile.Request{File: f, Defines: defines, Files: hostFiles{}, Dialect: o.dialectOf(f), Version: o.version, Stated: o.stated})
}

// loadWith resolves a configuration in the caller's environment.
func (a *app) loadWith(r compile.Request) *compile.Loaded {
	r.LookupEnv = os.LookupEnv
	return compile.Load(r)
}

// readConfig reads a file, or standard input for "-".
func (a *app) readConfig(name string) (string, error) {
	if name == "-" {
		data, err := io.ReadAll(a.stdin)
		if err != nil {
			return "", fmt.Errorf("read standard input: %w", err)
		}
		return string(data), nil
	}
	return hostFiles{}.ReadFile(name)
}

// explain adds to a missing configuration what is there instead.
func (t target) explain(err error) error {
	if !errors.Is(err, fs.ErrNotExist) || t.file != filepath.Join(t.lxcPath, t.name, "config") {
		return err
	}
	if info, fileErr := os.Stat(t.name); fileErr == nil && info.Mode().IsRegular() {
		return fmt.Errorf("there is no container %q; the file of that name is meant with -f %s", t.name, t.name)
	}
	entries, dirErr := os.ReadDir(t.lxcPath)
	if dirErr != nil {
		return fmt.Errorf("there is no container %q: %w", t.name, dirErr)
	}
	names := func(yield func(string) bool) {
		for _, e := range entries {
			if !yield(e.Name()) {
				return
			}
		}
	}
	if best, ok := diag.Suggest(t.name, names); ok {
		return fmt.Errorf("there is no container %q in %s; did you mean %q?", t.name, t.lxcPath, best)
	}
	return fmt.Errorf("there is no container %q: %s does not exist", t.name, t.file)
}

// hostVersion asks the installed LXC.
func hostVersion() (keys.Version, error) {
	out, err := exec.Command("lxc-start", "--version").Output()
	if err != nil {
		return 0, fmt.Errorf("--lxc-version host: lxc-start cannot be asked for its version: %w", err)
	}
	v, ok := keys.ParseVersion(strings.TrimSpace(string(out)))
	if !ok {
		return 0, fmt.Errorf("--lxc-version host: lxc-start says its version is %q", out)
	}
	return v, nil
}

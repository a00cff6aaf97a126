//go:build linux

package conformance

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// hostile are inputs no launcher should be given. Each says how lint ends and a
// word of what it prints. Every command has to end by itself, without a panic.
var hostile = []struct {
	name string
	make func(dir string) (path string, err error)
	lint int    // exit status of lint: 0 fine or warnings, 1 findings, 2 not readable
	says string // in what lint prints
}{
	{"an empty file", text(""), 0, ""},
	{"binary junk", func(dir string) (string, error) {
		junk := make([]byte, 256<<10)
		source := rand.New(rand.NewPCG(1, 2))
		for i := range junk {
			junk[i] = byte(source.Uint32())
		}
		return text(string(junk))(dir)
	}, 0, "syntax/"},
	{"a program", func(dir string) (string, error) {
		program, err := os.ReadFile("/proc/self/exe")
		path, more := text(string(program))(dir)
		return path, errors.Join(err, more)
	}, 0, "syntax/"},
	{"bytes that are not UTF-8", text("lxc.uts.name = \xff\xfe\xfd\nlxc.\xff = \x80\n"), 1, "key/unknown"},
	{"control characters", text("lxc.uts.name = \x1b[31mred\x07\nlxc.\x1b]0;title\x07 = 1\n"), 1, "key/unknown"},
	{"a NUL in the middle", text("lxc.uts.name = one\x00two\nlxc.nosuch = 1\n"), 0, "syntax/nul"},
	{"carriage returns", text("lxc.uts.name = one\r\nlxc.nosuch = 1\r\n"), 1, "key/unknown"},
	{"a carriage return in a line", text("lxc.uts.name = one\rlxc.nosuch = 1\n"), 1, "key/unknown"},
	{"a byte order mark", text("\ufefflxc.uts.name = one\n"), 0, "syntax/bom"},
	{"a line of 10 MB", text("lxc.uts.name = " + strings.Repeat("x", 10<<20) + "\n"), 1, "value/host-name"},
	{"a key of 10 MB", text("lxc." + strings.Repeat("x", 10<<20) + " = 1\n"), 1, "key/unknown"},
	{"a million lines", text(strings.Repeat("\n", 1_000_000)), 0, ""},
	{"no line end", text("lxc.nosuch"), 1, "syntax/missing-equals"},
	{"only an equals sign", text("= = =\n=\n"), 0, "syntax/ignored-line"},
	{"a file that includes itself", text("lxc.include = config\nlxc.include = DIR/config\n"), 1, "include/"},
	{"two files that include each other", func(dir string) (string, error) {
		err := os.WriteFile(filepath.Join(dir, "other"), []byte("lxc.include = "+dir+"/config\n"), 0o644)
		path, more := text("lxc.include = DIR/other\n")(dir)
		return path, errors.Join(err, more)
	}, 1, "include/loop"},
	{"an include that is missing", text("lxc.include = /nonexistent/file\n"), 1, "include/"},
	{"an include of a directory of junk", func(dir string) (string, error) {
		err := os.WriteFile(filepath.Join(dir, "junk.conf"), []byte("\x00\x01junk\n"), 0o644)
		path, more := text("lxc.include = DIR/\n")(dir)
		return path, errors.Join(err, more)
	}, 0, "syntax/"},
	{"numbers out of range", text("lxc.tty.max = 99999999999999999999\nlxc.idmap = u 0 0 -1\nlxc.init.uid = 4294967296\n"), 1, "lxc.tty.max"},
	{"a directory", func(dir string) (string, error) { return dir, nil }, 0, ""},
	{"a file that is missing", func(dir string) (string, error) { return filepath.Join(dir, "missing"), nil }, 2, "no such file"},
	{"a file nobody may read", func(dir string) (string, error) {
		path, err := text("lxc.uts.name = one\n")(dir)
		return path, errors.Join(err, os.Chmod(path, 0))
	}, 2, "permission denied"},
	{"a link to itself", func(dir string) (string, error) {
		path := filepath.Join(dir, "config")
		return path, os.Symlink(path, path)
	}, 2, "too many levels of symbolic links"},
	{"a path through a file", func(dir string) (string, error) {
		path, err := text("")(dir)
		return filepath.Join(path, "below"), err
	}, 2, "not a directory"},
	{"a pipe without a writer", func(dir string) (string, error) {
		path := filepath.Join(dir, "config")
		return path, errors.Join(unix.Mkfifo(path, 0o644), os.Chmod(path, 0o644))
	}, 2, "regular file"},
	{"a file without an end", func(string) (string, error) { return "/dev/zero", nil }, 2, "regular file"},
}

// text returns a maker of a configuration file. The word DIR in it stands for the
// file's directory.
func text(content string) func(dir string) (string, error) {
	return func(dir string) (string, error) {
		path := filepath.Join(dir, "config")
		return path, os.WriteFile(path, []byte(strings.ReplaceAll(content, "DIR", dir)), 0o644)
	}
}

// TestHostileInput gives each input to each command that reads configurations.
func TestHostileInput(t *testing.T) {
	program := lxcfg(t)
	for _, input := range hostile {
		t.Run(input.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for name := dir; name != os.TempDir() && name != "/"; name = filepath.Dir(name) {
				if err := os.Chmod(name, 0o755); err != nil { // the reader is not root
					t.Fatal(err)
				}
			}
			path, err := input.make(dir)
			if err != nil {
				t.Fatal(err)
			}
			status, output := asNobody(t, dir, program, "lint", path)
			if status != input.lint {
				t.Errorf("lint ends with %d, want %d:\n%s", status, input.lint, excerpt(output))
			}
			if !strings.Contains(strings.ToLower(output), strings.ToLower(input.says)) {
				t.Errorf("lint does not say %q:\n%s", input.says, excerpt(output))
			}
			for _, command := range [][]string{
				{"lint", "--format", "json", path},
				{"show", "-f", path},
				{"show", "--format", "json", "-f", path},
				{"plan", "-f", path, "--", "/bin/true"},
				{"plan", "--syscalls", "-f", path, "--", "/bin/true"},
				{"start", "-F", "-f", path, "--", "/bin/true"},
				{"start", "--plan", path},
			} {
				status, output := asNobody(t, dir, program, command...)
				if status != 0 && strings.TrimSpace(output) == "" {
					t.Errorf("%s ends with %d and says nothing", command[0], status)
				}
				if command[0] == "start" && status != 125 && status != 2 {
					t.Errorf("%s ends with %d, want 125 or 2:\n%s", strings.Join(command, " "), status, excerpt(output))
				}
			}
		})
	}
}

// asNobody runs a program as the user nobody where the test is root, because root
// may read everything. It demands that the program ends and does not panic.
func asNobody(t *testing.T, dir, program string, arguments ...string) (status int, output string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, arguments...)
	cmd.Dir = dir
	var both bytes.Buffer
	cmd.Stdout, cmd.Stderr = &both, &both
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	err := cmd.Run()
	output = both.String()
	what := strings.Join(arguments, " ")
	if ctx.Err() != nil {
		t.Fatalf("%s does not end within %s", what, patience)
	}
	if cmd.ProcessState == nil {
		t.Fatalf("%s: %v", what, err)
	}
	if strings.Contains(output, "goroutine ") || strings.Contains(output, "panic:") {
		t.Errorf("%s panics:\n%s", what, excerpt(output))
	}
	if strings.ContainsAny(output, "\x00\x07\x1b") {
		t.Errorf("%s passes control characters on to the terminal:\n%q", what, excerpt(output))
	}
	return exitStatus(cmd.ProcessState), output
}

// excerpt is the beginning of a long output.
func excerpt(output string) string {
	const enough = 2000
	if len(output) > enough {
		return output[:enough] + " …"
	}
	return output
}

//go:build linux

package conformance

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lxcfg/compile/plan"
	"lxcfg/launch"
)

// TestPlanFile stores a plan, starts it, and has every altered copy refused: a
// launch from a file does what the file's author saw, or nothing.
func TestPlanFile(t *testing.T) {
	c := newContainer(t, 0, all(first(common), with("lxc.environment = TOKEN=secret")))
	c.fresh(t)
	file := filepath.Join(c.lxcpath, "plan.json")
	make := exec.Command(lxcfg(t), "plan", "-P", c.lxcpath, "-n", containerName, "-o", file, "--", "/bin/sh", "-c", "exit 3")
	make.Env = withoutHelpers
	if out, err := make.CombinedOutput(); err != nil {
		t.Fatalf("lxcfg plan -o: %v\n%s", err, out)
	}
	sound, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	start := isolated(nil, lxcfg(t), "start", "-F", "--plan", file)
	if ended := onTerminal(t, start, withoutHelpers, nil); ended.status != 3 {
		t.Fatalf("the stored plan ends with %d, want init's 3:\n%s", ended.status, ended.output)
	}

	t.Run("starts from standard input", func(t *testing.T) {
		piped := isolated(nil, "/bin/sh", "-c", `exec "$0" start -F --plan - <"$1"`, lxcfg(t), file)
		if ended := onTerminal(t, piped, withoutHelpers, nil); ended.status != 3 {
			t.Errorf("the plan ends with %d, want init's 3:\n%s", ended.status, ended.output)
		}
	})
	t.Run("is the same after its launch", func(t *testing.T) {
		p, err := plan.Read(sound)
		if err != nil {
			t.Fatal(err)
		}
		silence, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer silence.Close()
		result, err := launch.Start(p, launch.Options{Stdin: silence, Stdout: silence})
		if err != nil || result.Status.ExitStatus() != 3 {
			t.Fatalf("the launch ends with %v, %v", result.Status, err)
		}
		if after, err := p.JSON(); err != nil || !bytes.Equal(after, sound) {
			t.Errorf("the plan is another after its launch (%v):\n%s", err, after)
		}
		masked, _ := p.Masked()
		if _, err := launch.Start(masked, launch.Options{Stdout: silence}); err == nil || !strings.Contains(err.Error(), "to be read, not launched") {
			t.Errorf("a plan with masked values is launched: %v", err)
		}
	})

	replace := func(from, to string) []byte {
		changed := bytes.Replace(sound, []byte(from), []byte(to), 1)
		if bytes.Equal(changed, sound) {
			t.Fatalf("the plan file does not contain %q", from)
		}
		return changed
	}
	for _, test := range []struct {
		name, says string
		content    []byte
	}{
		{"of another format", "format", replace(`"format": 1`, `"format": 2`)},
		{"with an unknown field", "surprise", replace(`"format": 1`, `"format": 1, "surprise": true`)},
		{"with one letter changed", "altered", replace(`exit 3`, `exit 4`)},
		{"cut short", "plan", sound[:len(sound)/2]},
		{"with something behind it", "plan", append(bytes.Clone(sound), "{}"...)},
		{"that is empty", "plan", nil},
		{"that is a configuration", "plan", []byte("lxc.uts.name = one\n")},
	} {
		t.Run("refuses one "+test.name, func(t *testing.T) {
			if err := os.WriteFile(file, test.content, 0o600); err != nil {
				t.Fatal(err)
			}
			ended := onTerminal(t, start, withoutHelpers, nil)
			if ended.status != 125 && ended.status != 2 {
				t.Errorf("exit status %d, want 125 or 2", ended.status)
			}
			if !strings.Contains(ended.output, test.says) {
				t.Errorf("the message does not say %q:\n%s", test.says, ended.output)
			}
		})
	}
	for at := 0; at < len(sound); at += 997 { // a prime: every field kind is met
		altered := bytes.Clone(sound)
		altered[at] ^= 1
		if err := os.WriteFile(file, altered, 0o600); err != nil {
			t.Fatal(err)
		}
		if ended := onTerminal(t, start, withoutHelpers, nil); ended.status != 125 && ended.status != 2 {
			t.Errorf("with byte %d altered the plan ends with %d, want 125 or 2:\n%s", at, ended.status, ended.output)
		}
	}
}

// TestStalePlans starts plans that were made with other facts than this host's:
// what has changed and what it means is said in words, and only what nothing rests
// on can be forced.
func TestStalePlans(t *testing.T) {
	c := newContainer(t, 0, first(common))
	c.fresh(t)
	facts, file := filepath.Join(c.lxcpath, "facts.json"), filepath.Join(c.lxcpath, "plan.json")
	here, err := exec.Command(lxcfg(t), "facts", "-P", c.lxcpath, "-n", containerName).Output()
	if err != nil {
		t.Fatalf("lxcfg facts: %v", err)
	}
	for _, test := range []struct {
		name     string
		from, to string // in the file of facts
		says     []string
		harmless bool
	}{
		{"of another kernel", `"kernel": "`, `"kernel": "9.`,
			[]string{"release of the kernel: was 9.", "what a plan needs of the kernel is compared by itself", "--force executes it all the same"}, true},
		{"of a kernel with more capabilities", `"last_cap": `, `"last_cap": 1`,
			[]string{"newest capability of the kernel: was 1", "lxc.cap.keep drops every other", "Make the plan again"}, false},
		{"of another user", `"gid": 0`, `"gid": 7`, []string{"caller's gid: was 7, is 0"}, false},
		{"of another directory of containers", `"lxcpath": "`, `"lxcpath": "/data`, []string{"lxc.lxcpath: was /data", "containers are looked up there"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if !bytes.Contains(here, []byte(test.from)) {
				t.Fatalf("the facts do not contain %q:\n%s", test.from, here)
			}
			if err := os.WriteFile(facts, bytes.Replace(here, []byte(test.from), []byte(test.to), 1), 0o600); err != nil {
				t.Fatal(err)
			}
			make := exec.Command(lxcfg(t), "plan", "--facts", facts, "-P", c.lxcpath, "-n", containerName, "-o", file, "--", "/bin/sh", "-c", "exit 3")
			if out, err := make.CombinedOutput(); err != nil {
				t.Fatalf("lxcfg plan --facts: %v\n%s", err, out)
			}
			ended := onTerminal(t, isolated(nil, lxcfg(t), "start", "-F", "--plan", file), withoutHelpers, nil)
			if ended.status != 125 {
				t.Errorf("exit status %d, want 125", ended.status)
			}
			for _, words := range test.says {
				if !strings.Contains(ended.output, words) {
					t.Errorf("the message does not say %q:\n%s", words, ended.output)
				}
			}
			status := 125
			if test.harmless {
				status = 3
			}
			if ended := onTerminal(t, isolated(nil, lxcfg(t), "start", "-F", "--force", "--plan", file), withoutHelpers, nil); ended.status != status {
				t.Errorf("with --force the plan ends with %d, want %d:\n%s", ended.status, status, ended.output)
			}
		})
	}
}

// TestPlanFileInTheBackground starts a stored plan: who asks its monitor for keys of the
// configuration is told, and there is the log that it sets.
func TestPlanFileInTheBackground(t *testing.T) {
	requireStock(t)
	dir := t.TempDir()
	log, file := filepath.Join(dir, "log"), filepath.Join(dir, "plan.json")
	c := newContainer(t, 0, with("lxc.log.file = "+log, "lxc.log.level = INFO", "lxc.environment = COLOUR=blue"))
	c.fresh(t)
	make := exec.Command(lxcfg(t), "plan", "-P", c.lxcpath, "-n", containerName, "-o", file, "--", "/bin/sleep", "1000")
	if out, err := make.CombinedOutput(); err != nil {
		t.Fatalf("lxcfg plan -o: %v\n%s", err, out)
	}
	l := ours(t)
	l.argv = func(container, ...string) []string {
		return isolated(nil, lxcfg(t), "start", "--plan", file, "-p", c.pidFile())
	}
	s := start(t, l, c)
	s.expect(t, 0, `lxc.environment = COLOUR=blue`, "lxc-info", "-c", "lxc.environment")
	s.expect(t, 0, ``, "lxc-stop", "-k")
	s.awaitEnd(t)
	if text, err := os.ReadFile(log); err != nil || !strings.Contains(string(text), " INFO ") {
		t.Errorf("the log says %q, %v", text, err)
	}
}

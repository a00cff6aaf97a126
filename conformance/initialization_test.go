//go:build linux

package conformance

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestNothingIsMadeAtProcessStart demands that no package of ours runs code before
// main, which each command would pay for, a launch most of all: tables are laid out by
// the linker or made at their first use.
func TestNothingIsMadeAtProcessStart(t *testing.T) {
	allowed := map[string]string{
		"lxcfg/launch/daemon":         "a monitor that has executed itself has to stay on its first thread, which only an init function can keep",
		"lxcfg/launch/rlimit/started": "the limit has to be read before the os package raises it",
	}
	command := exec.Command(lxcfg(t), "version")
	command.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	var trace strings.Builder
	command.Stderr = &trace
	if err := command.Run(); err != nil {
		t.Fatal(err)
	}
	ran := make(map[string]bool)
	for line := range strings.Lines(trace.String()) {
		words := strings.Fields(line)
		if len(words) < 2 || words[0] != "init" {
			t.Fatalf("the runtime does not print its trace as expected: %q", line)
		}
		ran[words[1]] = true
		if ours := words[1] == "main" || strings.HasPrefix(words[1], "lxcfg/"); ours && allowed[words[1]] == "" {
			t.Errorf("%s runs code at process start: `go tool objdump -s '^%[1]s\\.init' lxcfg` shows the lines; late.Value makes a table at its first use", words[1])
		}
	}
	for name, because := range allowed {
		if !ran[name] {
			t.Errorf("%s runs no code at process start, which it should: %s", name, because)
		}
	}
}

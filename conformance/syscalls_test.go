//go:build linux

package conformance

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestPrintedCallsAreMade holds the print of `lxcfg plan --syscalls` against strace:
// what the payload does between clone3 and execve is what was printed, in order.
func TestPrintedCallsAreMade(t *testing.T) {
	requireStock(t)
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed")
	}
	idMap := with("lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536")
	asking := filepath.Join(shared, "asking") // a path without octal numbers
	if err := os.WriteFile(asking, []byte("2\ndenylist\nreboot notify\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name    string
		mend    func(string) string
		shift   int
		execute bool
	}{
		{name: "busybox as lxc-create makes it"},
		{name: "common.conf included", mend: with(common)},
		{name: "loopback switched on", mend: with("lxc.net.0.flags = up")},
		{name: "userns.conf and an id map", mend: all(first(common, userns), idMap), shift: shift},
		{name: "hooks and clocks", mend: with("lxc.hook.pre-mount = /bin/true one", "lxc.hook.mount = /bin/true", "lxc.hook.mount = /bin/true two",
			"lxc.hook.autodev = /bin/true", "lxc.hook.start = /bin/true", "lxc.hook.start-host = /bin/true", "lxc.time.offset.boot = 10s", "lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp")},
		{name: "a command below the minimal init", execute: true},
		{name: "a filter with a listener", mend: with("lxc.seccomp.profile = "+asking, "lxc.seccomp.allow_nesting = 1")},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newContainer(t, test.shift, test.mend)
			c.fresh(t)
			source := []string{"-P", c.lxcpath, "-n", containerName}
			command := []string{"--", "/bin/true"}

			show, run := []string{"plan", "--syscalls"}, []string{"start", "-F"}
			if test.execute {
				show, run = append(show, "--execute"), []string{"execute"}
			}
			plan := exec.Command(lxcfg(t), append(append(show, source...), command...)...)
			plan.Env = withoutHelpers
			listing, err := plan.Output()
			if err != nil {
				t.Fatalf("lxcfg plan --syscalls: %v", err)
			}
			printed := printedCalls(string(listing))
			if len(printed) < 20 {
				t.Fatalf("lxcfg plan --syscalls prints %d calls:\n%s", len(printed), listing)
			}

			trace := filepath.Join(t.TempDir(), "trace")
			start := isolated(append(append(run, source...), command...),
				strace, "-f", "-qq", "-v", "-s", "65535", "-e", "signal=none", "-o", trace, lxcfg(t))
			if ended := onTerminal(t, start, withoutHelpers, nil); ended.status != 0 {
				t.Fatalf("the traced launch ends with %d:\n%s", ended.status, ended.output)
			}
			text, err := os.ReadFile(trace)
			if err != nil {
				t.Fatal(err)
			}
			made := childCalls(string(text))
			if len(made) == 0 {
				t.Fatal("the trace shows no child that ends in execve")
			}
			compareCalls(t, printed, made)
		})
	}
}

// printedLine is a system call in the listing: indented, and in strace's form.
var printedLine = regexp.MustCompile(`^\s+([a-z][a-z0-9_]*)\((.*)\)(?: = <[^>]*>)?$`)

// tracedLine is a finished call of one process in the output of strace -f -o.
var tracedLine = regexp.MustCompile(`^([a-z][a-z0-9_]*)\((.*)\)\s+= (\S+)`)

// call is a system call: its name and the text of its arguments.
type call struct {
	name, arguments string
	failed          bool
}

func printedCalls(listing string) []call {
	var calls []call
	for line := range strings.Lines(listing) {
		if m := printedLine.FindStringSubmatch(strings.TrimRight(line, "\n")); m != nil {
			calls = append(calls, call{name: m[1], arguments: m[2]})
		}
	}
	return calls
}

// childCalls returns the calls of the process that the first clone3 made, up to its
// execve. Behind each of its clones stand those of the process that it made, up to
// that one's.
func childCalls(trace string) []call {
	clone := regexp.MustCompile(`clone3.*\) = (\d+)`).FindStringSubmatch(trace)
	if clone == nil {
		return nil
	}
	traced, order := tracedCalls(trace)
	var calls []call
	// The id that a clone returns is one of the container's and strace writes the
	// host's. But processes are made one after the other, and those that the program
	// forks arm their parent-death signal first.
	forked := slices.DeleteFunc(order[slices.Index(order, clone[1])+1:], func(pid string) bool {
		return len(traced[pid]) == 0 || !strings.HasPrefix(traced[pid][0].arguments, "PR_SET_PDEATHSIG")
	})
	for _, c := range traced[clone[1]] {
		calls = append(calls, c)
		if c.name == "clone" && len(forked) > 0 {
			calls = append(calls, untilExec(traced[forked[0]])...)
			forked = forked[1:]
		}
		if isExec(c) {
			return calls
		}
	}
	return nil
}

func isExec(c call) bool { return strings.HasPrefix(c.name, "execve") && !c.failed }

func untilExec(calls []call) []call {
	if i := slices.IndexFunc(calls, isExec); i >= 0 {
		return calls[:i+1]
	}
	return calls
}

// tracedCalls takes a trace apart into the calls of each process, and gives the
// processes in the order they appear. Calls that strace shows in two halves are put
// together.
func tracedCalls(trace string) (calls map[string][]call, order []string) {
	calls = map[string][]call{}
	begun := map[string]string{}
	for line := range strings.Lines(trace) {
		pid, text, _ := strings.Cut(strings.TrimRight(line, "\n"), " ")
		if _, known := calls[pid]; !known {
			calls[pid] = nil
			order = append(order, pid)
		}
		text = strings.TrimLeft(text, " ")
		if half, ok := strings.CutSuffix(text, " <unfinished ...>"); ok {
			begun[pid] = half
			continue
		}
		if strings.HasPrefix(text, "<... ") {
			_, rest, _ := strings.Cut(text, " resumed>")
			text = begun[pid] + rest
		}
		if m := tracedLine.FindStringSubmatch(text); m != nil {
			calls[pid] = append(calls[pid], call{name: m[1], arguments: m[2], failed: m[3] == "-1"})
		}
	}
	return calls, order
}

// compareCalls walks both lists. After a call that failed and was let pass, the
// program may go on further down: an optional group is left out from there.
func compareCalls(t *testing.T, printed, made []call) {
	next := 0
	for i, m := range made {
		for i > 0 && isExec(made[i-1]) && next < len(printed) && printed[next].name == "execve" {
			next++ // the next to try, when the one before cannot be executed
		}
		for i > 0 && made[i-1].failed && next < len(printed) && !sameCall(printed[next], m) {
			next++
		}
		if next == len(printed) {
			t.Fatalf("call %d of the launch, %s(%s), is not printed", i+1, m.name, m.arguments)
		}
		if !sameCall(printed[next], m) {
			t.Fatalf("call %d of the launch is\n  %s(%s)\nprinted is\n  %s(%s)", i+1, m.name, m.arguments, printed[next].name, printed[next].arguments)
		}
		next++
	}
	for _, p := range printed[next:] {
		if p.name != "execve" { // the same at the end
			t.Errorf("the launch ends before the printed %s(%s)", p.name, p.arguments)
		}
	}
}

var (
	quoted   = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	constant = regexp.MustCompile(`\b[A-Z][A-Z0-9_]{3,}\b|\b0[0-7]+\b`)
)

// sameCall reports whether a traced call is a printed one: the same name, the same
// strings in the same order, and every constant that was printed. Descriptors and
// other results are printed by name and cannot be compared.
func sameCall(printed, traced call) bool {
	if printed.name != traced.name {
		return false
	}
	strs := quoted.FindAllString(traced.arguments, -1)
	for _, s := range quoted.FindAllString(printed.arguments, -1) {
		if s == `""` { // an empty path, or a buffer the call fills
			continue
		}
		at := -1
		for i := range strs {
			if strs[i] == s {
				at = i
				break
			}
		}
		if at < 0 {
			return false
		}
		strs = strs[at+1:]
	}
	words := map[string]bool{}
	for _, word := range constant.FindAllString(quoted.ReplaceAllString(traced.arguments, ""), -1) {
		words[word] = true
	}
	for _, word := range constant.FindAllString(quoted.ReplaceAllString(printed.arguments, ""), -1) {
		if words["TIOCGPTPEER"] && strings.HasPrefix(word, "O_") {
			continue // strace prints these flags as a number
		}
		if !words[word] {
			return false
		}
	}
	return true
}

//go:build linux && (amd64 || arm64)

package reaper_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"lxcfg/launch/reaper"
)

// start runs a shell command in a session of its own below the init, which is not
// the first process of a pid namespace here. $INIT_EMULATOR runs a program of
// another processor.
func start(t *testing.T, command string) (init *exec.Cmd, output *bufio.Reader) {
	t.Helper()
	if out, err := exec.Command("env", "--block-signal", "true").CombinedOutput(); err != nil {
		t.Skipf("env(1) cannot block signals: %s", out)
	}
	data, file := image(t), filepath.Join(t.TempDir(), "init")
	held, begin, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	defer begin.Close()
	init = exec.Command("sh", "-c", `setsid sh -c "read begin <&3; exec 3<&-; $0" & echo $!; exec 3<&-; read go; exec env --block-signal `+
		os.Getenv("INIT_EMULATOR")+" "+file, command)
	init.ExtraFiles = []*os.File{held}
	in, err := init.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := init.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := init.Start(); err != nil {
		t.Fatal(err)
	}
	output = bufio.NewReader(out)
	pid, err := strconv.Atoi(line(t, output))
	if err != nil {
		t.Fatal(err)
	}
	binary.NativeEndian.PutUint32(data[reaper.CommandOffset:], uint32(pid))
	if err := os.WriteFile(file, data, 0o755); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(in, "go")
	// The command begins when the init is there: a shell would take its status.
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", init.Process.Pid))
		if string(name) == "init\n" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the init does not run, but %q", name)
		}
	}
	fmt.Fprintln(begin, "go")
	return init, output
}

func line(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	text, err := r.ReadString('\n')
	if err != nil && err != io.EOF {
		t.Fatal(err)
	}
	return strings.TrimSpace(text)
}

func TestExitStatus(t *testing.T) {
	for command, want := range map[string]int{
		"exit 0":                          0,
		"exit 7":                          7,
		"kill -KILL $$":                   128 + 9,
		"kill -TERM $$":                   128 + 15,
		"(sleep 0.2; exit 9) & exit 5":    5,
		"setsid sh -c 'exit 3' & exit 42": 42,
	} {
		init, output := start(t, command)
		_, _ = io.Copy(io.Discard, output)
		_ = init.Wait()
		if got := init.ProcessState.ExitCode(); got != want {
			t.Errorf("%q ends with %d, want %d", command, got, want)
		}
	}
}

func TestSignals(t *testing.T) {
	for name, c := range map[string]struct {
		command string
		sent    []syscall.Signal
		says    string
		status  int
	}{
		"passed on": {"trap 'echo usr1; exit 3' USR1; echo ready; while :; do sleep 0.05; done",
			[]syscall.Signal{syscall.SIGUSR1}, "usr1", 3},
		"an alarm is passed on": {"trap 'echo alarm; exit 3' ALRM; echo ready; while :; do sleep 0.05; done",
			[]syscall.Signal{syscall.SIGALRM}, "alarm", 3},
		"asked to stop": {"trap 'echo term; exit 4' TERM; echo ready; while :; do sleep 0.05; done",
			[]syscall.Signal{syscall.SIGTERM}, "term", 4},
		"asked to power off": {"trap 'echo term; exit 4' TERM; echo ready; while :; do sleep 0.05; done",
			[]syscall.Signal{syscall.SIGPWR}, "term", 4},
		"asked to stop, and does not": {"trap '' TERM; echo ready; while :; do sleep 10; done",
			[]syscall.Signal{syscall.SIGTERM}, "", 128 + 9},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			init, output := start(t, c.command)
			if got := line(t, output); got != "ready" {
				t.Fatalf("the command says %q", got)
			}
			for _, s := range c.sent {
				if err := init.Process.Signal(s); err != nil {
					t.Fatal(err)
				}
			}
			if got := line(t, output); got != c.says {
				t.Errorf("the command says %q, want %q", got, c.says)
			}
			_ = init.Wait()
			if got := init.ProcessState.ExitCode(); got != c.status {
				t.Errorf("the init ends with %d, want %d", got, c.status)
			}
		})
	}
}

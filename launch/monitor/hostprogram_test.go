//go:build linux

package monitor

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// sh runs a shell command as a launch runs a program.
func sh(m *Monitor, timeout time.Duration, command string) (string, error) {
	return m.runProgram(hostProgram{path: "/bin/sh", argv: []string{"sh", "-c", command}, env: os.Environ(), timeout: timeout})
}

func TestRunProgram(t *testing.T) {
	for _, test := range []struct {
		name, command string
		timeout       time.Duration
		status        string // in the error, empty for none
		output        string
	}{
		{name: "success", command: "echo out; echo err >&2", output: "out\nerr\n"},
		{name: "a status", command: "echo no bridge; exit 3", status: "exit status 3", output: "no bridge\n"},
		{name: "a signal", command: "kill -9 $$", status: "signal: killed"},
		{name: "nothing to read", command: "cat; echo end", output: "end\n"},
		{name: "a long output is kept from its end", command: "i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done", output: "line 2999\n"},
		{name: "a child in the background holds the output open", command: "sleep 2 & echo started", output: "started\n"},
		{name: "it takes too long, and so do its children", command: "echo waiting; sleep 100 | sleep 100", timeout: time.Second,
			status: "did not end within 1s", output: "waiting\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := newMonitor(t)
			output, err := sh(m, test.timeout, test.command)
			if !strings.HasSuffix(output, test.output) || len(output) > keptOutput {
				t.Errorf("output %q, want the end %q", output, test.output)
			}
			if test.status == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var failed *ProgramError
			if !errors.As(err, &failed) || !strings.Contains(failed.Status, test.status) || failed.Output != output {
				t.Errorf("error %v, want status %q", err, test.status)
			}
		})
	}
}

// What was printed counts, even if nobody has come to read it before the time is up.
func TestLateReaderReadsAll(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close() // a process in the background holds it open
	if err := r.SetReadDeadline(time.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.WriteString(strings.Repeat("line\n", 2000) + "the last\n"); err != nil {
		t.Fatal(err)
	}
	if text := readTail(r); len(text) != keptOutput || !strings.HasSuffix(text, "line\nthe last\n") {
		t.Errorf("%d bytes are kept, the end %q", len(text), text[max(0, len(text)-20):])
	}
}

// A signal that ends the launch ends the program it waits for; one that does not
// listen is killed at the second.
func TestProgramIsInterrupted(t *testing.T) {
	m := newMonitor(t)
	dir := t.TempDir()
	signalled := make(chan error, 1)
	go func() {
		for _, said := range []string{"listens", "asked"} {
			for _, err := os.Stat(filepath.Join(dir, said)); err != nil; _, err = os.Stat(filepath.Join(dir, said)) {
				time.Sleep(time.Millisecond)
			}
			if err := unix.Kill(os.Getpid(), unix.SIGTERM); err != nil {
				signalled <- err
				return
			}
		}
		signalled <- nil
	}()
	// It ends by itself in the end, with a status that is none of a signal's.
	_, err := sh(m, 0, "cd "+dir+"; trap 'echo >asked' TERM; echo >listens; i=0; while [ $i -lt 600 ]; do sleep 0.1; i=$((i+1)); done; echo >asked; exit 3")
	var failed *ProgramError
	if !errors.Is(err, ErrInterrupted) || errors.As(err, &failed) && strings.Contains(failed.Status, "3") {
		t.Errorf("error %v, want %v", err, ErrInterrupted)
	}
	// A signal that comes when nobody listens any more would end the tests.
	if err := <-signalled; err != nil {
		t.Error(err)
	}
}

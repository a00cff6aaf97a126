//go:build linux

package monitor

import (
	"errors"
	"os"
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
		{name: "it takes too long, and so do its children", command: "echo waiting; sleep 5 | sleep 5", timeout: 100 * time.Millisecond,
			status: "did not end within 100ms", output: "waiting\n"},
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

// A signal that ends the launch ends the program it waits for; one that does not
// listen is killed at the second.
func TestProgramIsInterrupted(t *testing.T) {
	m := newMonitor(t)
	began := time.Now()
	for _, after := range []time.Duration{100 * time.Millisecond, 300 * time.Millisecond} {
		time.AfterFunc(after, func() { _ = unix.Kill(os.Getpid(), unix.SIGTERM) })
	}
	_, err := sh(m, 0, "trap '' TERM; sleep 5; sleep 5")
	if !errors.Is(err, ErrInterrupted) {
		t.Errorf("error %v, want %v", err, ErrInterrupted)
	}
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("the program went on for %v", took)
	}
}

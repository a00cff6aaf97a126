//go:build linux

package conformance

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"lxcfg/compile/plan"
	"lxcfg/launch"
)

// killedLauncher is the word by which the test binary becomes a launcher that dies.
const killedLauncher = "launch-and-die"

// launchAndDie launches the plan in a file and kills itself when it comes to a barrier,
// by its number. Before, it takes devices that are named out of the container, as the
// kernel does when their network namespace goes: those that were made, and tests have no
// others, it would delete.
func launchAndDie(arguments []string) {
	text, err := os.ReadFile(arguments[0])
	at, numberErr := strconv.Atoi(arguments[1])
	p, planErr := plan.Read(text)
	silence, nullErr := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err := errors.Join(err, numberErr, planErr, nullErr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	barrier := 0
	_, err = launch.Start(p, launch.Options{Stdin: silence, Stdout: silence, AtBarrier: func(_ plan.Step, payload int) {
		if barrier == at {
			for _, device := range arguments[2:] {
				// It is not in the container yet, or any more.
				_ = exec.Command("nsenter", fmt.Sprintf("--net=/proc/%d/ns/net", payload), "ip", "link", "set", device, "netns", strconv.Itoa(os.Getpid())).Run()
			}
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
		barrier++
	}})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// killPlans are the launches that are killed: those of faultPlans, and every kind of
// storage.
func killPlans() []faultPlan {
	plans := slices.Clone(faultPlans)
	for _, s := range storages {
		plans = append(plans, faultPlan{name: s.name, shift: s.shift, prepare: s.prepare,
			mend: all(without("lxc.rootfs.path", "lxc.mount.entry"), with("lxc.rootfs.path = "+s.path), with(s.lines...))})
	}
	return plans
}

// settled is what is left when it is what was there before, or else stays: the kernel
// takes the last of a killed container down when it comes to it.
func settled(t *testing.T, c container, before []string) []string {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		now := ownLeftovers(t, c)
		if len(added(before, now)) == 0 || time.Now().After(deadline) {
			return now
		}
	}
}

// TestLauncherKilled kills the launcher wherever a launch changes sides. What it leaves
// then, the next start takes back, or the doctor, and says so; nothing else is left.
func TestLauncherKilled(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range killPlans() {
		t.Run(f.name, func(t *testing.T) {
			c, p := f.place(t)
			file := c.lxcpath + "/plan.json"
			source := []string{"-P", c.lxcpath, "-n", containerName}
			before := slices.Concat(ownLeftovers(t, c), tree(t, c.rootfs()))
			barrier := 0
			for ; ; barrier++ {
				killed := exec.Command(self, killedLauncher, file, strconv.Itoa(barrier))
				out, err := killed.CombinedOutput()
				if err == nil {
					break // it has no more barriers
				}
				if killed.ProcessState == nil || exitStatus(killed.ProcessState) != 128+int(syscall.SIGKILL) {
					t.Fatalf("barrier %d: the launch ends with %v: %s", barrier, err, out)
				}
				clear := append([]string{"doctor", "--clear"}, source...)
				switch {
				case barrier%2 == 1 && !f.execute:
					clear = slices.Concat([]string{"start", "-F"}, source, []string{"--", "/bin/sh", "-c", "exit 0"})
				case barrier%4 == 2: // the plan says whose they are
					clear = []string{"doctor", "--clear", "--plan", file}
				}
				said, err := exec.Command(lxcfg(t), clear...).CombinedOutput()
				var ended *exec.ExitError
				if clear[0] == "start" && err != nil || err != nil && !errors.As(err, &ended) {
					t.Errorf("barrier %d: lxcfg %s: %v: %s", barrier, clear[0], err, said)
				}
				// Before the first barrier nothing has been made.
				if made := strings.Contains(string(said), "an earlier launch of "+containerName+" was killed; taken back: "); made != (barrier > 0) {
					t.Errorf("barrier %d: lxcfg %s says %s", barrier, clear[0], said)
				}
				now := slices.Concat(settled(t, c, before), tree(t, c.rootfs()))
				for _, line := range slices.Concat(added(before, now), added(now, before)) {
					t.Errorf("barrier %d, lxcfg %s: left behind, or gone: %s", barrier, clear[0], line)
				}
			}
			if barrier < 3 {
				t.Errorf("the plan of %d steps has %d barriers", p.Len(), barrier)
			}
		})
	}
}

// TestPayloadKilled kills the payload wherever a launch changes sides. The launch fails,
// says so, and leaves nothing.
func TestPayloadKilled(t *testing.T) {
	for _, f := range killPlans() {
		t.Run(f.name, func(t *testing.T) {
			c, p := f.place(t)
			silence, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer silence.Close()
			before := slices.Concat(ownLeftovers(t, c), own(t), tree(t, c.rootfs()))
			for at := 1; ; at++ {
				barrier, killed, waits := 0, false, false
				result, err := launch.Start(p, launch.Options{Stdin: silence, Stdout: silence, AtBarrier: func(next plan.Step, payload int) {
					if barrier == at && payload > 0 && next.Phase() != plan.PhaseRunning {
						killed, waits = true, next.Side() == plan.Monitor
						_ = syscall.Kill(payload, syscall.SIGKILL)
					}
					barrier++
				}})
				if !killed {
					break
				}
				var failed *launch.StepError
				if errors.As(err, &failed) && !strings.Contains(err.Error(), "killed by SIGKILL") && failed.Errno() == 0 {
					t.Errorf("barrier %d: the launch says %v", at, err)
				} else if err == nil && waits { // else it may have been init already
					t.Errorf("barrier %d: the launch succeeds without its payload: %v", at, result.Status)
				}
				after := slices.Concat(ownLeftovers(t, c), own(t), tree(t, c.rootfs()))
				for _, line := range slices.Concat(added(before, after), added(after, before)) {
					t.Errorf("barrier %d: left behind, or gone: %s", at, line)
				}
			}
		})
	}
}

// A container that outlives its launcher keeps the next from being started, until it has
// ended. Nothing of it is killed.
func TestOrphanKeepsItsContainer(t *testing.T) {
	c := newContainer(t, 0, with("lxc.monitor.signal.pdeath = SIGCONT"))
	c.fresh(t)
	c.placeObserver(t)
	before := ownLeftovers(t, c)
	launched := exec.Command(lxcfg(t), "start", "-F", "-P", c.lxcpath, "-n", containerName, "--", "/bin/sh", "-c", "read -r word </observed/go")
	if err := launched.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = launched.Wait()
		close(ended)
	}()
	fifo := waitForObserver(c, ended)
	if fifo == nil {
		t.Fatal("the container has ended")
	}
	init := findInit(c)
	_ = launched.Process.Kill()
	<-ended
	start := func() (string, error) {
		said, err := exec.Command(lxcfg(t), "start", "-F", "-P", c.lxcpath, "-n", containerName, "--", "/bin/true").CombinedOutput()
		return string(said), err
	}
	if said, err := start(); err == nil || !strings.Contains(said, fmt.Sprintf("process %d (sh) of the container still runs", init)) {
		t.Errorf("beside a container that runs: %v, it says %s", err, said)
	}
	fmt.Fprintln(fifo, "goodbye")
	fifo.Close()
	if said, err := start(); err != nil || !strings.Contains(said, "was killed; taken back: ") {
		t.Errorf("after the container has ended: %v, it says %s", err, said)
	}
	for _, line := range added(before, settled(t, c, before)) {
		t.Errorf("left behind: %s", line)
	}
}

//go:build linux

package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestControl has lxcfg's own verbs work on containers of LXC as on those of lxcfg.
func TestControl(t *testing.T) {
	requireStock(t)
	for _, l := range []launcher{inBackground(stock(t)), inBackground(ours(t))} {
		t.Run(l.name, func(t *testing.T) {
			s := booted(t, l, nil)
			lxcfg := func(status int, pattern string, words ...string) {
				t.Helper()
				words = append([]string{words[0], "-P", s.lxcpath}, words[1:]...)
				cmd := exec.Command(lxcfg(t), words...)
				said, _ := cmd.CombinedOutput()
				if got := exitStatus(cmd.ProcessState); got != status || !regexp.MustCompile(pattern).Match(said) {
					t.Errorf("lxcfg %q ends with %d and says\n%s\nwant %d and %q", words, got, said, status, pattern)
				}
			}
			pid := fmt.Sprint(s.init(t))
			lxcfg(0, `^Name: +`+containerName+`\nState: +RUNNING\nPID: +`+pid+`\n$`, "info", containerName)
			lxcfg(0, `"state": "RUNNING",\n +"init_pid": `+pid, "info", containerName, "--format", "json")
			lxcfg(0, `(?m)^`+containerName+` +RUNNING +`+pid+`$`, "list")
			lxcfg(1, `there is no container "no-such"`, "info", "no-such")
			lxcfg(0, `^$`, "wait", "-s", "running|stopped", containerName)
			lxcfg(1, `is not STOPPED within 1s`, "wait", "-s", "STOPPED", "-t", "1", containerName)
			lxcfg(2, `"BUSY" is no state`, "wait", "-s", "BUSY", containerName)
			s.useConsole(t)
			lxcfg(0, `^$`, "freeze", containerName)
			s.expect(t, 0, `^FROZEN\n$`, "lxc-info", "-s", "-H")
			lxcfg(0, `State: +FROZEN`, "info", containerName)
			lxcfg(0, `^$`, "unfreeze", containerName)
			lxcfg(0, `State: +RUNNING`, "info", containerName)
			lxcfg(0, `^$`, "stop", "-r", containerName)
			s.awaitBoot(t)
			lxcfg(0, `^$`, "stop", "-t", "30", containerName)
			s.awaitEnd(t)
			lxcfg(0, `State: +STOPPED`, "info", containerName)
			lxcfg(2, `is not running`, "stop", containerName)
			lxcfg(1, `is not running`, "freeze", containerName)
			lxcfg(0, `^$`, "list", "--running")
			lxcfg(0, `^$`, "wait", "-s", "STOPPED", containerName)
		})
	}
	out, err := exec.Command(lxcfg(t), "list", "-P", t.TempDir(), "--format", "json").Output()
	var list struct{ Containers []struct{ Name string } }
	if err != nil || json.Unmarshal(out, &list) != nil || len(list.Containers) > 0 || !strings.Contains(string(out), `"containers": []`) {
		t.Errorf("the list of an empty directory is %s, %v", out, err)
	}
	if help, _ := exec.Command(lxcfg(t), "help").Output(); !slices.ContainsFunc(strings.Split(string(help), "\n"), func(l string) bool { return strings.Contains(l, "unfreeze") }) {
		t.Errorf("help does not list the verbs:\n%s", help)
	}
}

// useConsole types on the container's first tty, where busybox's init has a shell wait for
// a key, and leaves it.
func (s started) useConsole(t *testing.T) {
	t.Helper()
	master, slave, err := openTerminal()
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	cmd := exec.Command(lxcfg(t), "console", "-P", s.lxcpath, "-t", "0", containerName)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	var mu sync.Mutex
	var shown bytes.Buffer
	go func() { // ends when the last process has closed the terminal
		buf := make([]byte, 1024)
		for {
			n, err := master.Read(buf)
			mu.Lock()
			shown.Write(buf[:n])
			mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	shows := func(text string) func() bool {
		return func() bool {
			mu.Lock()
			defer mu.Unlock()
			return strings.Contains(shown.String(), text)
		}
	}
	eventually(t, "lxcfg console is connected", shows("connected to tty 0"))
	for try := 0; !shows("the answer is 42")(); try++ {
		if try == 50 {
			t.Fatalf("the console shows %q", shown.String())
		}
		if _, err := master.WriteString("\recho the answer is $((6*7))\r"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(200 * time.Millisecond)
	}
	if _, err := master.WriteString("\x01q"); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("lxcfg console: %v", err)
	}
}

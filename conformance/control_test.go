//go:build linux

package conformance

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestControl has lxcfg's own verbs work on containers of LXC as on those of lxcfg.
func TestControl(t *testing.T) {
	requireStock(t)
	for _, l := range []launcher{inBackground(stock(t)), inBackground(ours(t))} {
		t.Run(l.name, func(t *testing.T) {
			s := booted(t, l, nil)
			binary := lxcfg(t)
			lxcfg := func(status int, pattern string, words ...string) {
				t.Helper()
				words = append([]string{words[0], "-P", s.lxcpath}, words[1:]...)
				cmd := exec.Command(binary, words...)
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
			c := talk(t, exec.Command(binary, "console", "-P", s.lxcpath, "-t", "0", containerName))
			c.await("connected to tty 0")
			c.ask("\recho the answer is $((6*7))\r", "the answer is 42")
			c.leave("\x01q")
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

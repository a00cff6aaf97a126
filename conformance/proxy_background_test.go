//go:build linux

package conformance

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// TestProxyOfAContainerInTheBackground has a proxy decide for a container that runs in the
// background, and for programs that lxc-attach and lxcfg attach bring there with the container's filter: the
// monitor takes their listeners over (command 13 of the socket).
func TestProxyOfAContainerInTheBackground(t *testing.T) {
	requireStock(t)
	refuse := func(c notified) ([]byte, bool) { return c.reply(0, unix.EDQUOT, 0), false }
	_, attach := attachers(t)
	const makes = `mkdir /tmp/a 2>/dev/null; echo $?`
	var told [2][]string
	for i, l := range []launcher{inBackground(stock(t)), inBackground(ours(t))} {
		t.Run(l.name, func(t *testing.T) {
			socket := t.TempDir() + "/proxy"
			p := listen(t, "unix:"+socket, refuse)
			c := notifying(t, asksOnce, "unix:"+socket)
			c.fresh(t)
			s := start(t, l, c, "/bin/sh", "-c", `trap "mkdir /tmp/a 2>/tmp/said; echo up >/booted" USR1; echo up >/booted; while :; do sleep 0.1; done`)
			s.awaitBoot(t)
			init := s.init(t)
			for range 3 {
				s.expect(t, 0, `^1\n$`, "lxc-attach", "--", "/bin/sh", "-c", makes)
				if got := attach.run(t, s, "", nil, "/bin/sh", "-c", makes); got.output != "1\n" {
					t.Errorf("lxcfg attach: %+v", got)
				}
				if err := unix.Kill(init, unix.SIGUSR1); err != nil {
					t.Fatal(err)
				}
				s.awaitBoot(t)
			}
			s.expect(t, 0, ``, "lxc-stop", "-k")
			s.awaitEnd(t)
			p.end()
			for _, line := range p.told {
				told[i] = append(told[i], regexp.MustCompile(`^call \d+: .*`).ReplaceAllString(line, "call"))
			}
			if calls := len(p.calls()); calls != 9 {
				t.Errorf("the proxy was asked about %d calls:\n%s", calls, fmt.Sprint(p.told))
			}
		})
	}
	if diff := cmp.Diff(told[0], told[1]); diff != "" {
		t.Errorf("the proxy (-stock +lxcfg):\n%s", diff)
	}
}

package rules

import (
	"fmt"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/grammar/diag"
)

// seccompRules are about lxc.seccomp. What a policy gets wrong is found by its own
// grammar and compiler.
func seccompRules() []Rule {
	return []Rule{
		{
			Code: "seccomp/cookie-without-proxy", Severity: diag.Warning, Effect: diag.SilentlyDifferent, Missing: true,
			Title: "a cookie that is sent to nobody",
			Doc:   "The cookie is sent to the proxy that lxc.seccomp.notify.proxy names. Without one nobody gets it.",
			Bad:   "lxc.seccomp.notify.cookie = web\n",
			Good:  "lxc.seccomp.notify.proxy = unix:/run/proxy.sock\nlxc.seccomp.notify.cookie = web\n",
			check: cookieWithoutProxy,
		},
		{
			Code: "seccomp/abstract-proxy", Severity: diag.Warning, Effect: diag.SilentlyDifferent,
			Title: "an abstract socket that LXC gets wrong",
			Doc:   "LXC up to 7.0 leaves out the last character of an abstract name when it connects: for `unix:@proxy` it looks for @prox. lxcfg connects to the name as it is written.",
			Bad:   "lxc.seccomp.notify.proxy = unix:@proxy\n",
			Good:  "lxc.seccomp.notify.proxy = unix:/run/proxy.sock\n",
			check: abstractProxy,
		},
	}
}

func abstractProxy(c *config.Config, report report) {
	if name, abstract := strings.CutPrefix(c.Seccomp.NotifyProxy.V, "unix:@"); abstract {
		report(c.Seccomp.NotifyProxy.Origin, fmt.Sprintf("LXC connects to @%s", name[:len(name)-1]),
			"It leaves out the last character of an abstract name. Use a socket in the file system, `unix:/SOCKET`, or write a character more for LXC.")
	}
}

func cookieWithoutProxy(c *config.Config, report report) {
	if s := &c.Seccomp; s.NotifyCookie.V != "" && s.NotifyProxy.V == "" {
		report(s.NotifyCookie.Origin, "the cookie is sent to nobody",
			"Name the proxy, `lxc.seccomp.notify.proxy = unix:/SOCKET`, or remove the line.")
	}
}

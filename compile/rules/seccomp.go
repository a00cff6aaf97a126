package rules

import (
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
	}
}

func cookieWithoutProxy(c *config.Config, report report) {
	if s := &c.Seccomp; s.NotifyCookie.V != "" && s.NotifyProxy.V == "" {
		report(s.NotifyCookie.Origin, "the cookie is sent to nobody",
			"Name the proxy, `lxc.seccomp.notify.proxy = unix:/SOCKET`, or remove the line.")
	}
}

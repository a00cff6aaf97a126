package seccomp

import "lxcfg/grammar/diag"

// Codes documents what the grammar says of policies. LXC reads a policy when it
// starts the container.
func Codes() []diag.Row {
	refused := []diag.Row{
		{
			Code: "seccomp/no-version", Title: "a policy that does not start with its version",
			Doc: "The first word of a policy is 1 or 2. Blank lines may stand before it, comments and a byte order mark may not.",
			Bad: "lxc.seccomp.profile = /etc/lxc/policy\n-- /etc/lxc/policy --\n# web\n2\ndenylist\nmount\n", Good: "lxc.seccomp.profile = /etc/lxc/policy\n-- /etc/lxc/policy --\n2\ndenylist\n# web\nmount\n",
		},
		{
			Code: "seccomp/no-style", Title: "a policy that does not say what it lists",
			Doc: "The line behind the version says `allowlist`, what may be called, or `denylist`, what may not. LXC before 4.0 knows `whitelist` and `blacklist` only, and version 1 only the first.",
			Bad: "lxc.seccomp.profile = /etc/lxc/policy\n-- /etc/lxc/policy --\n2\ndenied\nmount\n", Good: "lxc.seccomp.profile = /etc/lxc/policy\n-- /etc/lxc/policy --\n2\ndenylist\nmount\n",
		},
		{
			Code: "seccomp/debug", Title: "the word debug in the style of a policy",
			Doc: "LXC once took the word to print what it loads. It refuses it now.",
			Bad: "2\ndenylist debug\nmount\n", Good: "2\ndenylist\nmount\n",
		},
		{
			Code: "seccomp/behind-style", Title: "text behind the style of a policy",
			Doc: "Behind a blank LXC expects an action for all calls that no rule names. A comment, or nothing but the blank, is none.",
			Bad: "2\ndenylist # no comments here\nmount\n", Good: "2\ndenylist\n# comments here\nmount\n",
		},
		{
			Code: "seccomp/no-number", Title: "a line of version 1 without a number",
			Doc: "Version 1 lists numbers of system calls, one a line, without blank lines and comments.",
			Bad: "1\nallowlist\nread\n", Good: "2\nallowlist\nread\n",
		},
		{
			Code: "seccomp/section", Title: "a section for no architecture",
			Doc: "`[x86_64]` lets the rules below count only on machines that run its programs, and `[all]` ends that. LXC refuses names it does not know, names in mixed case, and text behind the bracket.",
			Bad: "2\ndenylist\n[amd64]\nmount\n", Good: "2\ndenylist\n[x86_64]\nmount\n",
		},
		{
			Code: "seccomp/action", Title: "an action that LXC does not know",
			Doc: "Behind the name of a call stands what happens: `kill`, `errno NUMBER`, `allow`, `trap`, or `notify` since LXC 4.0.",
			Bad: "2\ndenylist\nmount deny\n", Good: "2\ndenylist\nmount errno 1\n",
		},
		{
			Code: "seccomp/errno", Title: "an error without a number",
			Doc: "LXC takes error numbers from 0 to 4094, not their names: EPERM is 1.",
			Bad: "2\ndenylist\nmount errno EPERM\n", Good: "2\ndenylist\nmount errno 1\n",
		},
		{
			Code: "seccomp/leading-blank", Title: "blanks before the name of a call",
			Doc: "LXC takes the name to end at the first blank, so with one before it the name is empty, and the name itself is read as an action.",
			Bad: "2\ndenylist\n  mount errno 1\n", Good: "2\ndenylist\nmount errno 1\n",
		},
		{
			Code: "seccomp/tab", Title: "a tab behind the name of a call",
			Doc: "Only blanks separate. A tab is part of the name, and what follows the next blank is read as an action.",
			Bad: "2\ndenylist\nmount\terrno 1\n", Good: "2\ndenylist\nmount errno 1\n",
		},
		{
			Code: "seccomp/condition", Title: "a condition that compares nothing",
			Doc: "A condition is `[INDEX,VALUE,OPERATOR]`, or `[INDEX,VALUE,&=,MASK]`: an argument from 0 to 5, a number, and how they are compared.",
			Bad: "2\ndenylist\nioctl errno 1 [1,TIOCSTI,==]\n", Good: "2\ndenylist\nioctl errno 1 [1,0x5412,==]\n",
		},
	}
	passed := []diag.Row{
		{
			Code: "seccomp/action-prefix", Title: "a longer word read as an action",
			Doc: "LXC compares the first letters of an action only: `killall` is `kill`.",
			Bad: "2\ndenylist\nmount killall\n", Good: "2\ndenylist\nmount kill\n",
		},
		{
			Code: "seccomp/errno-range", Title: "an error number read as another",
			Doc: "LXC reads decimal numbers and keeps 16 bits of them: 65537 is 1, and 0x10 is 0.",
			Bad: "2\ndenylist\nmount errno 65537\n", Good: "2\ndenylist\nmount errno 1\n",
		},
		{
			Code: "seccomp/condition-ignored", Title: "text between conditions",
			Doc: "LXC passes over what stands between two conditions, and over the seventh and later ones: system calls have six arguments.",
			Bad: "2\ndenylist\nioctl errno 1 [0,1,==] and [1,0x5412,==]\n", Good: "2\ndenylist\nioctl errno 1 [0,1,==][1,0x5412,==]\n",
		},
	}
	for i := range refused {
		refused[i].Verdicts = []diag.Verdict{diag.Failing}
	}
	for i := range passed {
		passed[i].Verdicts = []diag.Verdict{diag.Differing}
	}
	return append(refused, passed...)
}

package grammar

import "lxcfg/grammar/diag"

// Codes documents what the grammar says of lines, whatever their keys mean.
func Codes() []diag.Row {
	return []diag.Row{
		{
			Code: "syntax/missing-equals", Verdicts: []diag.Verdict{diag.Refused}, Title: "a setting without an equals sign",
			Doc: "A line that starts with `lxc.` is `key = value`. Without the sign LXC refuses the whole file; lxc-create has been known to delete the rootfs it had just made.",
			Bad: "lxc.cap.drop  sys_module\n", Good: "lxc.cap.drop = sys_module\n",
		},
		{
			Code: "syntax/ignored-line", Verdicts: []diag.Verdict{diag.Differing, diag.Hint}, Title: "a line that LXC skips",
			Doc: "LXC skips every line that does not start with `lxc.`, without a word. It may be a misspelt setting, a header of a section, which a configuration does not have, " +
				"or the second half of a value: a backslash continues no line.",
			Bad: "lcx.uts.name = web\n", Good: "lxc.uts.name = web\n",
		},
		{
			Code: "syntax/bom", Verdicts: []diag.Verdict{diag.Differing}, Title: "a byte order mark",
			Doc: "LXC does not know the mark that some editors put before a text in UTF-8. The first line then does not start with `lxc.`, and is skipped.",
			Bad: "\ufefflxc.uts.name = web\n", Good: "lxc.uts.name = web\n",
		},
		{
			Code: "syntax/nul", Verdicts: []diag.Verdict{diag.Differing}, Title: "a NUL byte, where the file ends for LXC",
			Doc: "LXC handles the file as a C string: nothing behind the byte is read. A file saved as UTF-16 has one behind its first letter.",
			Bad: "lxc.uts.name = web\n\x00lxc.pty.max = 4\n", Good: "lxc.uts.name = web\nlxc.pty.max = 4\n",
		},
		{
			Code: TrailingComment, Verdicts: []diag.Verdict{diag.Differing, diag.Hint}, Title: "a comment that is part of the value",
			Doc: "Only a line that starts with # is a comment. Behind a value the text is part of the value: a host name with a comment in it, or a path that does not exist.",
			Bad: "lxc.uts.name = web # the first one\n", Good: "# the first one\nlxc.uts.name = web\n",
		},
		{
			Code: "syntax/lone-cr", Verdicts: []diag.Verdict{diag.Differing}, Title: "a carriage return in the middle of a line",
			Doc: "LXC ends a line at a carriage return as at a line feed, while editors show one line. What follows is another setting, or is skipped.",
			Bad: "lxc.group = web\rlxc.group = onboot\n", Good: "lxc.group = web\nlxc.group = onboot\n",
		},
		{
			Code: "syntax/lone-quote", Verdicts: []diag.Verdict{diag.Differing}, Title: "a quote without another one",
			Doc: "LXC takes quotes away when a value begins and ends with the same kind. A single one, or two of different kinds, are part of the value. Since LXC 2.0; to LXC 1 all quotes are part of it.",
			Bad: "lxc.uts.name = \"web\n", Good: "lxc.uts.name = \"web\"\n",
		},
		{
			Code: "syntax/not-utf8", Verdicts: []diag.Verdict{diag.Hint}, Title: "a text that is not UTF-8",
			Doc: "LXC knows no encodings: it compares and hands on bytes. A path with an umlaut in Latin-1 names another file than the same in UTF-8, which everything else writes today.",
			Bad: "lxc.group = caf\xe9\n", Good: "lxc.group = café\n",
		},
		{
			Code: "syntax/crlf", Verdicts: []diag.Verdict{diag.Hint}, Title: "lines that end as on Windows",
			Doc: "LXC since 2.0 ends a line at a carriage return as well, so nothing is wrong with it. Older ones take it for part of the value, and in hooks, fstab files and seccomp policies it does harm.",
			Bad: "lxc.uts.name = web\r\n", Good: "lxc.uts.name = web\n",
		},
		{
			Code: "define/not-a-setting", Verdicts: []diag.Verdict{diag.Refused}, Title: "an option -s that is no setting",
			Doc: "Each option `-s` of lxc-start and of lxcfg takes one setting, `lxc.KEY=VALUE`. LXC does not start with another.",
			Bad: "# lxcfg show -s uts.name=web\n", Good: "# lxcfg show -s lxc.uts.name=web\n", Command: "show", Options: "-s uts.name=web",
		},
		{
			Code: "pve/unreadable-line", Verdicts: []diag.Verdict{diag.Differing}, Title: "a line that Proxmox passes over",
			Doc: "A configuration of Proxmox consists of `key: value` from the first column on, of comments and of sections. Proxmox warns about other lines and passes over them.",
			Bad: "arch: amd64\nhostname web\n", Good: "arch: amd64\nhostname: web\n", Options: "--dialect pve",
		},
		{
			Code: "value/fstab", Verdicts: []diag.Verdict{diag.Differing}, Title: "a line of an fstab that is read otherwise than it looks",
			Doc:  "LXC reads the file that `lxc.mount.fstab` names with getmntent(3): a line ends at 4095 bytes or a NUL byte, and a carriage return is part of the last field.",
			Bad:  "lxc.mount.fstab = /etc/lxc/fstab\n-- /etc/lxc/fstab --\nproc proc proc nodev\r\n",
			Good: "lxc.mount.fstab = /etc/lxc/fstab\n-- /etc/lxc/fstab --\nproc proc proc nodev 0 0\n",
		},
	}
}

package seccomp

import "lxcfg/grammar/diag"

// Codes documents what the compiler says of policies.
func Codes() []diag.Row {
	return []diag.Row{
		{
			Code: "seccomp/unknown-call", Verdicts: []diag.Verdict{diag.Differing}, Title: "a rule about no system call",
			Doc: "LXC passes over a rule whose name no machine knows: a denied call stays permitted. Only blanks separate, so a tab, a carriage return or a comment right behind the name makes another name of it.",
			Bad: "2\ndenylist\nmuont errno 1\n", Good: "2\ndenylist\nmount errno 1\n",
		},
		{
			Code: "seccomp/same-as-default", Verdicts: []diag.Verdict{diag.Failing}, Title: "a rule that changes nothing",
			Doc: "libseccomp refuses a rule that does what happens to every other call, and LXC then does not start the container.",
			Bad: "2\ndenylist\nmount allow\n", Good: "2\ndenylist\nmount errno 1\n",
		},
		{
			Code: "seccomp/contradiction", Verdicts: []diag.Verdict{diag.Differing, diag.Failing}, Title: "two actions for one call",
			Doc: "Of two rules without conditions the first counts, and one without conditions takes the place of all with conditions. Of two with the same conditions libseccomp refuses the second, and the container does not start; " +
				"so it does with a rule that another one, with more conditions, is a part of. Of rules with different conditions that hold at once, the one with the narrower limit counts, and the one about the later argument.",
			Bad: "2\ndenylist\nmount errno 1\nmount kill\n", Good: "2\ndenylist\nmount errno 1\n",
		},
		{
			Code: "seccomp/condition-twice", Verdicts: []diag.Verdict{diag.Failing}, Title: "an argument that is compared twice",
			Doc: "libseccomp takes one comparison of each argument in a rule, and LXC does not start with two.",
			Bad: "2\ndenylist\nioctl errno 1 [1,1,>=][1,5,<=]\n", Good: "2\ndenylist\nioctl errno 1 [1,5,<=]\n",
		},
		{
			Code: "seccomp/too-long", Verdicts: []diag.Verdict{diag.Failing}, Title: "a filter that is too long for the kernel",
			Doc:       "The kernel takes 4096 instructions. Rules with conditions cost most.",
			Command:   "plan",
			NoExample: "The shortest policy that is too long has hundreds of rules.",
		},
		{
			Code: "seccomp/unsupported", Verdicts: []diag.Verdict{diag.Failing}, Title: "a machine without a table of system calls",
			Doc:       "lxcfg makes filters for the architectures that LXC knows: x86, Arm, MIPS, POWER, s390, RISC-V and LoongArch. On other machines a container with a policy is not started, because it would run without the filter.",
			Command:   "plan",
			NoExample: "It depends on the machine.",
		},
	}
}

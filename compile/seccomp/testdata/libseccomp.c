/* Builds with libseccomp the filter that a policy describes, for comparison.
 *
 * Standard input: "default ACTION", then lines "NAME ACTION [INDEX OP VALUE MASK]…"
 * with actions as numbers and operators as libseccomp's enum. The rules are added
 * for x86-64, x32 and x86, as LXC adds them. Standard output: the program, eight
 * bytes an instruction.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t arches[] = {SCMP_ARCH_X86, SCMP_ARCH_X32, SCMP_ARCH_X86_64};

int main(void)
{
	char line[1024];
	unsigned rest;
	scmp_filter_ctx contexts[3];

	if (scanf("default %u\n", &rest) != 1)
		return 2;
	for (int i = 0; i < 3; i++) {
		contexts[i] = seccomp_init(rest);
		if (!contexts[i])
			return 2;
		if (arches[i] != seccomp_arch_native()) {
			seccomp_arch_add(contexts[i], arches[i]);
			seccomp_arch_remove(contexts[i], seccomp_arch_native());
		}
	}
	while (fgets(line, sizeof line, stdin)) {
		struct scmp_arg_cmp conditions[6];
		unsigned count = 0, action;
		char *name = strtok(line, " \n"), *word;

		if (!name)
			continue;
		action = strtoul(strtok(NULL, " \n"), NULL, 0);
		while ((word = strtok(NULL, " \n"))) {
			conditions[count].arg = strtoul(word, NULL, 0);
			conditions[count].op = strtoul(strtok(NULL, " \n"), NULL, 0);
			conditions[count].datum_a = strtoull(strtok(NULL, " \n"), NULL, 0);
			conditions[count].datum_b = strtoull(strtok(NULL, " \n"), NULL, 0);
			if (conditions[count].op == SCMP_CMP_MASKED_EQ) {
				/* the mask comes first here */
				scmp_datum_t value = conditions[count].datum_a;
				conditions[count].datum_a = conditions[count].datum_b;
				conditions[count].datum_b = value;
			}
			count++;
		}
		/* libseccomp takes the native number and translates it */
		int nr = seccomp_syscall_resolve_name(name);
		if (nr == __NR_SCMP_ERROR)
			continue;
		for (int i = 0; i < 3; i++) {
			/* negative: not there, but for the services that x86 bundles */
			int here = seccomp_syscall_resolve_name_arch(arches[i], name);
			if (here < 0 && !(arches[i] == SCMP_ARCH_X86 && here <= -100 && here >= -300))
				continue;
			int ret = seccomp_rule_add_exact_array(contexts[i], action, nr, count, conditions);
			if (ret < 0) {
				fprintf(stderr, "%s on %#x: %s\n", name, arches[i], strerror(-ret));
				return 3;
			}
		}
	}
	for (int i = 0; i < 2; i++)
		if (seccomp_merge(contexts[2], contexts[i]))
			return 2;
	return seccomp_export_bpf(contexts[2], 1) ? 2 : 0;
}

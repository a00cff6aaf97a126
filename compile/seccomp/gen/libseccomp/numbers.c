/* Prints the system calls that libseccomp knows: ABI, name and number. */
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>

enum { X32_BIT = 0x40000000 };

static const struct abi {
	const char *name;
	uint32_t token;
	int first, last, bit;
} abis[] = {
	{"x86_64", SCMP_ARCH_X86_64, 0, 999, 0},
	{"x32", SCMP_ARCH_X32, 0, 999, X32_BIT},
	{"x86", SCMP_ARCH_X86, 0, 999, 0},
	{"arm64", SCMP_ARCH_AARCH64, 0, 999, 0},
	{"arm", SCMP_ARCH_ARM, 0, 999, 0},
	{"arm", SCMP_ARCH_ARM, 0xf0000, 0xf00ff, 0}, /* __ARM_NR_BASE */
	{"mips", SCMP_ARCH_MIPS, 4000, 4999, 0},
	{"mips64", SCMP_ARCH_MIPS64, 5000, 5999, 0},
	{"mips64n32", SCMP_ARCH_MIPS64N32, 6000, 6999, 0},
	{"ppc", SCMP_ARCH_PPC, 0, 999, 0},
	{"ppc64", SCMP_ARCH_PPC64, 0, 999, 0},
	{"s390", SCMP_ARCH_S390, 0, 999, 0},
	{"s390x", SCMP_ARCH_S390X, 0, 999, 0},
	{"riscv64", SCMP_ARCH_RISCV64, 0, 999, 0},
};

int main(void)
{
	const struct scmp_version *version = seccomp_version();

	printf("version %u.%u.%u\n", version->major, version->minor, version->micro);
	for (size_t i = 0; i < sizeof abis / sizeof *abis; i++) {
		for (int n = abis[i].first; n <= abis[i].last; n++) {
			char *name = seccomp_syscall_resolve_num_arch(abis[i].token, n | abis[i].bit);

			if (name)
				printf("%s %s %d\n", abis[i].name, name, n);
			free(name);
		}
	}
	return 0;
}

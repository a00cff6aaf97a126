/* The filters that libseccomp makes of policies, for comparison.
 *
 * Standard input is one request after the other:
 *
 *	policy DEFAULT ARCH...		the native architecture first, as SCMP_ARCH_*
 *	rule NAME ACTION [INDEX OP VALUE MASK]...
 *	number NUMBER ACTION
 *	end
 *
 * Actions are numbers, operators those of enum scmp_compare. Calls are added as LXC
 * adds them: to the native architecture and to each other one that has a number
 * for the name.
 *
 * The answer is "program LENGTH SIZE", that many instructions of eight bytes and so
 * many bytes of libseccomp's own description of the filter; "refused" and the
 * reason; or "crashed" when libseccomp does not survive. After "time" instead of
 * "end" it is "time BUILD LOAD", in nanoseconds. A request of lines "code CODE JT
 * JF K" and "time" is a finished program: "time 0 LOAD".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_ARCHES = 4, MOST_CODE = 4097 };

static uint32_t arches[MOST_ARCHES];
static scmp_filter_ctx contexts[MOST_ARCHES];
static int arch_count;
static struct sock_filter code[MOST_CODE];
static int code_length;

static void refuse(const char *what, int err)
{
	printf("refused %s: %s\n", what, strerror(-err));
	fflush(stdout);
	_exit(0);
}

static void begin(char *words)
{
	uint32_t action = strtoul(strtok(words, " \n"), NULL, 0);
	char *word;

	for (arch_count = 0; (word = strtok(NULL, " \n")); arch_count++) {
		scmp_filter_ctx *ctx = &contexts[arch_count];

		arches[arch_count] = strtoul(word, NULL, 0);
		*ctx = seccomp_init(action);
		if (arches[arch_count] != seccomp_arch_native()) {
			/* gone first: an order of bytes that is not the native one */
			seccomp_arch_remove(*ctx, seccomp_arch_native());
			seccomp_arch_add(*ctx, arches[arch_count]);
		}
	}
}

static void add_rule(char *words)
{
	struct scmp_arg_cmp conditions[6];
	unsigned count = 0;
	char *name = strtok(words, " \n"), *word;
	uint32_t action = strtoul(strtok(NULL, " \n"), NULL, 0);

	while ((word = strtok(NULL, " \n"))) {
		struct scmp_arg_cmp *c = &conditions[count++];
		scmp_datum_t value, mask;

		c->arg = strtoul(word, NULL, 0);
		c->op = strtoul(strtok(NULL, " \n"), NULL, 0);
		value = strtoull(strtok(NULL, " \n"), NULL, 0);
		mask = strtoull(strtok(NULL, " \n"), NULL, 0);
		c->datum_a = c->op == SCMP_CMP_MASKED_EQ ? mask : value;
		c->datum_b = c->op == SCMP_CMP_MASKED_EQ ? value : 0;
	}
	if (seccomp_syscall_resolve_name_arch(arches[0], name) == __NR_SCMP_ERROR)
		return;
	for (int i = 0; i < arch_count; i++) {
		/* A rule is given by the number of this machine and translated. */
		int nr = seccomp_syscall_resolve_name(name), ret;

		if (seccomp_syscall_resolve_name_arch(arches[i], name) < 0)
			continue;
		ret = seccomp_rule_add_exact_array(contexts[i], action, nr, count, conditions);
		if (ret < 0)
			refuse(name, ret);
	}
}

/* What an export function writes for the filter. */
static char *exported(int (*export)(const scmp_filter_ctx, int), size_t *size)
{
	int fd = memfd_create("filter", 0), err = export(contexts[0], fd);

	if (err)
		refuse("export", err);
	*size = lseek(fd, 0, SEEK_END);
	return mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
}

/* Takes a request apart and has libseccomp add what it says. */
static void build(char *request)
{
	char *line, *rest = request;
	int err;

	while ((line = strsep(&rest, "\n"))) {
		struct sock_filter *in = &code[code_length];

		if (!strncmp(line, "policy ", 7))
			begin(line + 7);
		else if (!strncmp(line, "rule ", 5))
			add_rule(line + 5);
		else if (!strncmp(line, "number ", 7)) {
			char *end;
			int nr = strtol(line + 7, &end, 0);

			err = seccomp_rule_add(contexts[0], strtoul(end, NULL, 0), nr, 0);
			if (err < 0)
				refuse("number", err);
		} else if (sscanf(line, "code %hu %hhu %hhu %u", &in->code, &in->jt, &in->jf, &in->k) == 4)
			code_length++;
	}
	for (int i = 1; i < arch_count; i++)
		if ((err = seccomp_merge(contexts[0], contexts[i])))
			refuse("merge", err);
}

static void answer(char *request)
{
	char *program, *description;
	size_t program_size, description_size;

	build(request);
	program = exported(seccomp_export_bpf, &program_size);
	description = exported(seccomp_export_pfc, &description_size);
	printf("program %zu %zu\n", program_size / 8, description_size);
	fwrite(program, 1, program_size, stdout);
	fwrite(description, 1, description_size, stdout);
	fflush(stdout);
	_exit(0);
}

static long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000L + t.tv_nsec;
}

/* What a child tells that has loaded a filter and may make no more calls. */
struct told {
	volatile int done;
	long built, loaded;
};

/* How long it takes to make a program, and to have the kernel take it. */
static void measure(char *request, struct told *told)
{
	size_t size;
	long start = now();
	struct sock_fprog program;

	build(request);
	program = (struct sock_fprog){code_length, code};
	if (arch_count) {
		program.filter = (struct sock_filter *)exported(seccomp_export_bpf, &size);
		program.len = size / 8;
		told->built = now() - start;
	}
	start = now();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
		refuse("load", -errno);
	told->loaded = now() - start;
	told->done = 1;
	for (;;)
		;
}

int main(void)
{
	static char request[1 << 20];
	struct told *told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char line[1024];
	size_t length = 0;

	while (fgets(line, sizeof line, stdin)) {
		int status;

		if (strcmp(line, "end\n") && strcmp(line, "time\n")) {
			if (length + strlen(line) >= sizeof request)
				return 2;
			strcpy(request + length, line);
			length += strlen(line);
			continue;
		}
		bool timed = !strcmp(line, "time\n");
		pid_t pid = fork();
		if (pid == 0) {
			alarm(2); /* it may loop for ever */
			if (timed)
				measure(request, told);
			answer(request);
		}
		while (timed && !told->done && !waitpid(pid, &status, WNOHANG))
			usleep(100);
		if (told->done) {
			kill(pid, SIGKILL);
			printf("time %ld %ld\n", told->built, told->loaded);
		}
		waitpid(pid, &status, 0);
		if (!told->done && !WIFEXITED(status))
			puts("crashed");
		fflush(stdout);
		*told = (struct told){0};
		length = 0;
	}
	return 0;
}

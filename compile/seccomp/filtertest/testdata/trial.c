/* Makes system calls below a filter whose returns are all error numbers.
 *
 * Standard input: "LENGTH COUNT", the instructions (four numbers each), the calls
 * (seven numbers each). Standard output: the error number of each call.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct call {
	unsigned long number, args[6];
};

/* What the child tells: it cannot make a call that is not answered by the filter. */
struct told {
	volatile int done;
	int errnos[];
};

int main(void)
{
	unsigned length, count;
	struct sock_filter *filter;
	struct call *calls;
	struct told *told;
	pid_t pid;

	if (scanf("%u %u", &length, &count) != 2)
		return 2;
	filter = calloc(length, sizeof *filter);
	calls = calloc(count, sizeof *calls);
	for (unsigned i = 0; i < length; i++)
		if (scanf("%hu %hhu %hhu %u", &filter[i].code, &filter[i].jt, &filter[i].jf, &filter[i].k) != 4)
			return 2;
	for (unsigned i = 0; i < count; i++) {
		if (scanf("%lu", &calls[i].number) != 1)
			return 2;
		for (int j = 0; j < 6; j++)
			if (scanf("%lu", &calls[i].args[j]) != 1)
				return 2;
	}
	told = mmap(NULL, sizeof *told + count * sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid = fork();
	if (pid == 0) {
		struct sock_fprog program = {length, filter};

		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
			_exit(3);
		for (unsigned i = 0; i < count; i++) {
			unsigned long *a = calls[i].args;

			errno = 0;
			syscall(calls[i].number, a[0], a[1], a[2], a[3], a[4], a[5]);
			told->errnos[i] = errno;
		}
		told->done = 1;
		for (;;)
			;
	}
	while (!told->done) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return 3;
		usleep(1000);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	for (unsigned i = 0; i < count; i++)
		printf("%d\n", told->errnos[i]);
	return 0;
}

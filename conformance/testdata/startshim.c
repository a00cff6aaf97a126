/*
 * Makes a program that links liblxc start containers by executing lxc-start, or
 * lxc-execute, whichever is first in PATH: LD_PRELOAD=startshim.so PROGRAM.
 *
 * Each container that liblxc hands out has pointers to the functions start and startl.
 * Debian's test programs hold a copy of the library, so a function of another name in
 * front of it is never called. What those pointers lead to is overwritten instead with
 * a jump to the functions below, which do what the ones of liblxc do as far as their
 * caller sees: with want_daemonize they return when the container runs, without it when
 * it has ended.
 *
 * The configuration may have been changed in memory, so it is stored in a file that
 * lxc-start is told.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <lxc/lxccontainer.h>

#define MOST_ARGUMENTS 64

/* execute runs a program and returns its wait status, -1 when it cannot be had. */
static int execute(char **argv)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		unsetenv("LD_PRELOAD");
		execvp(argv[0], argv);
		fprintf(stderr, "startshim: execute %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	if (pid < 0)
		return -1;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

/* start_by_program is lxc_container.start. */
static bool start_by_program(struct lxc_container *c, int useinit, char *const argv[])
{
	char config[] = "/tmp/startshim.XXXXXX";
	char *line[MOST_ARGUMENTS];
	int n = 0, fd = mkstemp(config), status;

	if (fd < 0)
		return false;
	close(fd);
	if (!c->save_config(c, config)) {
		unlink(config);
		return false;
	}
	line[n++] = useinit ? "lxc-execute" : "lxc-start";
	line[n++] = "-n";
	line[n++] = c->name;
	line[n++] = "-P";
	line[n++] = (char *)c->get_config_path(c);
	line[n++] = "-f";
	line[n++] = config;
	if (c->daemonize)
		line[n++] = "-d";
	else if (!useinit)
		line[n++] = "-F";
	if (c->pidfile) {
		line[n++] = "-p";
		line[n++] = c->pidfile;
	}
	line[n++] = "--";
	for (int i = 0; argv && argv[i] && n < MOST_ARGUMENTS - 1; i++)
		line[n++] = argv[i];
	line[n] = NULL;

	status = execute(line);
	unlink(config);
	if (status < 0)
		return false;
	/* What lxc-execute ends with is the command's status. */
	c->error_num = useinit && !c->daemonize ? status : WEXITSTATUS(status);
	return WIFEXITED(status) && (useinit && !c->daemonize ? WEXITSTATUS(status) != 127 : WEXITSTATUS(status) == 0);
}

/* startl_by_program is lxc_container.startl. */
static bool startl_by_program(struct lxc_container *c, int useinit, ...)
{
	char *argv[MOST_ARGUMENTS];
	int n = 0;
	va_list words;

	va_start(words, useinit);
	while (n < MOST_ARGUMENTS - 1 && (argv[n] = va_arg(words, char *)))
		n++;
	va_end(words);
	argv[n] = NULL;
	return start_by_program(c, useinit, n ? argv : NULL);
}

/* lead overwrites the beginning of a function with a jump to another one. */
static void lead(void *from, void *to)
{
#if defined(__x86_64__)
	unsigned char jump[12] = {0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xe0}; /* mov to, %rax; jmp *%rax */
	memcpy(jump + 2, &to, sizeof(to));
#elif defined(__aarch64__)
	unsigned char jump[16] = {0x50, 0, 0, 0x58, 0, 0x02, 0x1f, 0xd6}; /* ldr x16, .+8; br x16; to */
	memcpy(jump + 8, &to, sizeof(to));
#else
#error "how does this machine jump?"
#endif
	long page = sysconf(_SC_PAGESIZE);
	char *begin = (char *)((uintptr_t)from & ~(uintptr_t)(page - 1));

	if (mprotect(begin, 2 * page, PROT_READ | PROT_WRITE | PROT_EXEC) < 0) {
		perror("startshim: mprotect");
		_exit(127);
	}
	memcpy(from, jump, sizeof(jump));
	mprotect(begin, 2 * page, PROT_READ | PROT_EXEC);
	__builtin___clear_cache(begin, begin + 2 * page);
}

/* Any container has the functions: one that does not exist is asked. */
__attribute__((constructor)) static void redirect(void)
{
	struct lxc_container *(*make)(const char *, const char *) = dlsym(RTLD_DEFAULT, "lxc_container_new");
	int (*put)(struct lxc_container *) = dlsym(RTLD_DEFAULT, "lxc_container_put");
	struct lxc_container *c;

	if (!make || !put)
		return; /* it has nothing to do with containers */
	c = make("startshim", "/run/startshim");
	if (!c) {
		fprintf(stderr, "startshim: liblxc hands out no container\n");
		_exit(127);
	}
	lead((void *)c->start, (void *)start_by_program);
	lead((void *)c->startl, (void *)startl_by_program);
	put(c);
}

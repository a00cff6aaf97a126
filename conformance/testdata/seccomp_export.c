/* Preloaded into lxc-start: writes the program of its seccomp filter, which
 * libseccomp has made of the policy, to the file that LXCFG_SECCOMP_EXPORT names.
 *
 * The filter's context is the first that LXC makes. It is complete when LXC lets go
 * of it, whether or not the container was started.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdlib.h>
#include <unistd.h>

static scmp_filter_ctx first;

scmp_filter_ctx seccomp_init(uint32_t action)
{
	scmp_filter_ctx (*init)(uint32_t) = dlsym(RTLD_NEXT, "seccomp_init"), ctx = init(action);

	if (!first)
		first = ctx;
	return ctx;
}

void seccomp_release(scmp_filter_ctx ctx)
{
	void (*release)(scmp_filter_ctx) = dlsym(RTLD_NEXT, "seccomp_release");
	const char *name = getenv("LXCFG_SECCOMP_EXPORT");

	if (ctx == first && name) {
		int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

		seccomp_export_bpf(ctx, fd);
		close(fd);
		first = NULL;
	}
	release(ctx);
}

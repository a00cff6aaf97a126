/* Asks liblxc about configurations.
 *
 * Arguments: the keys to ask for. Standard input: names of files, one a line, each
 * with the -s options to apply behind it, separated by the character 0x1f.
 * Standard output, for each file: "accept" or "reject" on a line; then, when it
 * was accepted, for each key that has a value "KEY" and the value's lines, each
 * behind a tab; then an empty line.
 *
 * With the arguments --time N FILE it loads the file N times instead and prints
 * how long a processor works on one load on average, in nanoseconds.
 */
#include <lxc/lxccontainer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void show(struct lxc_container *c, const char *key)
{
	int length = c->get_config_item(c, key, NULL, 0);
	char *value, *line, *rest;

	if (length <= 0 || !(value = calloc(1, length + 1)))
		return;
	c->get_config_item(c, key, value, length + 1);
	printf("%s\n", key);
	for (rest = value; (line = strsep(&rest, "\n"));)
		if (rest || *line)
			printf("\t%s\n", line);
	free(value);
}

/* Times load_config alone: the configuration is cleared before each load, as
 * lxc-start does, while the clock stands. */
static int time_loads(long n, const char *name)
{
	struct lxc_container *c = lxc_container_new("judge", "/nonexistent");
	struct timespec from, to;
	double sum = 0;

	for (long i = 0; c && i < n; i++) {
		c->clear_config(c);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
		if (!c->load_config(c, name))
			return 1;
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
		sum += (to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec);
	}
	if (!c)
		return 2;
	printf("%.0f\n", sum / n);
	lxc_container_put(c);
	return 0;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Applies an option -s KEY=VALUE as lxc-start does. */
static bool define(struct lxc_container *c, char *option)
{
	char *value, *end;

	while (blank(*option))
		option++;
	value = strchr(option, '=');
	if (strncmp(option, "lxc.", 4) != 0 || !value)
		return false;
	for (end = value; end > option && blank(end[-1]);)
		end--;
	*end = '\0';
	for (value++; blank(*value);)
		value++;
	for (end = value + strlen(value); end > value && blank(end[-1]);)
		end--;
	*end = '\0';
	if (end - value > 1 && (*value == '"' || *value == '\'') && end[-1] == *value) {
		end[-1] = '\0';
		value++;
	}
	return c->set_config_item(c, option, value);
}

int main(int argc, char **argv)
{
	char *name = NULL;
	size_t size = 0;
	ssize_t length;

	if (argc == 4 && !strcmp(argv[1], "--time"))
		return time_loads(atol(argv[2]), argv[3]);
	while ((length = getline(&name, &size, stdin)) > 0) {
		struct lxc_container *c;
		char *options = name;
		bool accepted;

		name[length - 1] = '\0';
		c = lxc_container_new("judge", "/nonexistent");
		if (!c)
			return 2;
		accepted = c->load_config(c, strsep(&options, "\x1f"));
		while (accepted && options)
			accepted = define(c, strsep(&options, "\x1f"));
		printf("%s\n", accepted ? "accept" : "reject");
		for (int i = 1; accepted && i < argc; i++)
			show(c, argv[i]);
		printf("\n");
		fflush(stdout);
		lxc_container_put(c);
	}
	free(name);
	return 0;
}

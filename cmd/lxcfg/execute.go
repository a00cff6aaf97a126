package main

func executeCommand() command {
	return command{
		name: "execute", usage: sourceUsage + " [OPTION]… [-- COMMAND…]", summary: "run a command in a container, below a minimal init", run: runExecute,
		detail: "The init is lxcfg's: the container needs no file of it. It waits for every process of the container, passes signals on to the command, and " +
			"ends all of them when it is asked to end: at once with SIGTERM, after a second with SIGKILL. Without a command on the command line it is lxc.execute.cmd. " +
			"Those of standard input, output and error that are terminals become the container's console; others are the command's own. " +
			"The exit status is the command's, 128 and the signal's number when it was killed by one, and 125 when the launch failed, " +
			"also because the command cannot be executed.",
	}
}

func runExecute(a *app, c command, args []string) int {
	var o common
	var lo launchOptions
	t := target{execute: true}
	opts := append(append(t.options(), o.options()...), lo.options()...)
	if a.wantsHelp(c, opts, args) {
		return exitOK
	}
	words, argv, err := opts.parse(args)
	here := thisHost()
	if err == nil {
		t.argv = argv
		err = t.resolve(words, here.lxcPath)
	}
	if err != nil {
		return a.usageError(c, err)
	}
	return a.planAndLaunch(here, t, o, lo)
}

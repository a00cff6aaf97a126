package main

// controlCommands are the verbs of every day, on containers that lxcfg or LXC has started:
// they speak to the monitor over its command socket.
func controlCommands() []command {
	const name = "[-n] NAME [-P LXCPATH] [OPTION]…"
	return []command{
		{
			name: "list", usage: "[-P LXCPATH] [OPTION]…", summary: "list containers, whoever has started them", run: runList,
			detail: "The containers of a directory, with their states and the process ids of their inits.",
		},
		{
			name: "info", usage: name, summary: "tell what a container does", run: runInfo,
			detail: "The state as LXC calls it, and the process id of the container's init. The exit status is 1 when there is no such container.",
		},
		{
			name: "stop", usage: name, summary: "stop a container, or have it reboot", run: runStop,
			detail: "The container's init is sent lxc.signal.halt, or lxc.signal.reboot with -r. When it has not stopped in time it is killed. " +
				"The exit status is 2 when the container does not run.",
		},
		{
			name: "wait", usage: "-s STATE " + name, summary: "wait until a container is in a state", run: runWait,
			detail: "A container that has no monitor is STOPPED. The exit status is 1 when the time has passed before.",
		},
		attachCommand(),
		{
			name: "console", usage: name, summary: "use a terminal of a container", run: runConsole,
			detail: "Ctrl+a q leaves it. The console itself, -t 0, shows what it shows to everybody, and several can use it at once.",
		},
		{
			name: "freeze", usage: name, summary: "stop all processes of a container for a while", run: runFreeze,
			detail: "They are stopped by the freezer of the container's cgroup, and go on where they were with `lxcfg unfreeze`.",
		},
		{
			name: "unfreeze", usage: name, summary: "let the processes of a frozen container go on", run: runUnfreeze,
			detail: "See `lxcfg freeze`.",
		},
	}
}

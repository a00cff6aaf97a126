package main

import (
	"fmt"
	"os"
	"strings"
)

// runInside is the demo's init: it tells what a process in the container sees.
func (a *app) runInside() int {
	host, err := os.Hostname()
	if err != nil {
		host = err.Error()
	}
	fmt.Fprintf(a.stdout, "process    pid %d, uid %d, gid %d, host name %q\n", os.Getpid(), os.Getuid(), os.Getgid(), host)
	fmt.Fprintf(a.stdout, "environ    %s\n", strings.Join(os.Environ(), " "))
	a.tell("uid map", "/proc/self/uid_map", func(line string) bool { return true })
	a.tell("status", "/proc/self/status", func(line string) bool {
		return strings.HasPrefix(line, "Cap") || strings.HasPrefix(line, "NoNewPrivs") || strings.HasPrefix(line, "Seccomp:")
	})
	var namespaces []string
	for _, ns := range []string{"user", "mnt", "pid", "uts", "ipc", "net", "cgroup"} {
		if link, err := os.Readlink("/proc/self/ns/" + ns); err == nil {
			namespaces = append(namespaces, link)
		}
	}
	fmt.Fprintf(a.stdout, "namespaces %s\n", strings.Join(namespaces, " "))
	a.tell("cgroup", "/proc/self/cgroup", func(line string) bool { return strings.HasPrefix(line, "0:") })
	a.tellMounts()
	for _, dir := range []string{"/", "/dev"} {
		if names, err := dirNames(dir); err == nil {
			fmt.Fprintf(a.stdout, "%-10s %s\n", dir, strings.Join(names, " "))
		}
	}
	return exitOK
}

// tell prints the lines of a file that are wanted.
func (a *app) tell(label, file string, wanted func(string) bool) {
	data, err := os.ReadFile(file)
	if err != nil {
		fmt.Fprintf(a.stdout, "%-10s %v\n", label, err)
		return
	}
	for line := range strings.Lines(string(data)) {
		if line = strings.Join(strings.Fields(line), " "); wanted(line) {
			fmt.Fprintf(a.stdout, "%-10s %s\n", label, line)
			label = ""
		}
	}
}

// tellMounts prints the mount table: where, what, how.
func (a *app) tellMounts() {
	data, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		fmt.Fprintf(a.stdout, "%-10s %v\n", "mounts", err)
		return
	}
	label := "mounts"
	for line := range strings.Lines(string(data)) {
		before, after, ok := strings.Cut(line, " - ")
		fields, super := strings.Fields(before), strings.Fields(after)
		if !ok || len(fields) < 6 || len(super) < 1 {
			continue
		}
		fmt.Fprintf(a.stdout, "%-10s %-34s %-8s %s\n", label, fields[4], super[0], fields[5])
		label = ""
	}
}

// dirNames lists a directory, sorted.
func dirNames(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

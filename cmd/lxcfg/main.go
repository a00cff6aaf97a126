// The runtime would keep its cgroup's limit open, and read it again and again, to size
// itself for a container. A launcher lives too short for that, or waits.
//go:debug containermaxprocs=0
//go:debug updatemaxprocs=0

// Lxcfg is a compiler, validator and launcher for LXC container configurations.
package main

import (
	"fmt"
	"os"
	"runtime"
)

// Exit statuses of lxcfg's own commands.
const (
	exitOK       = 0
	exitFindings = 1   // the answer is "no": findings, or nothing that can be launched
	exitUsage    = 2   // the command line is wrong, or a file cannot be read or written
	exitLaunch   = 125 // the launch failed; other statuses of start and execute are the container's
)

// app is what a command may use of the world.
type app struct {
	stdin  *os.File
	stdout *os.File
	stderr *os.File

	program  string        // how messages begin
	silent   bool          // nothing is said
	onError  func(string)  // is told each message as well; nil: nobody
	describe func(options) // takes the options of a command that is not to be run; see pages
	daemon   *background   // the process itself, when it was started to stay in the background
}

// command is one verb of lxcfg.
type command struct {
	name    string
	summary string // one line for the overview
	usage   string // what follows the name
	detail  string // what there is to know, in sentences
	run     func(a *app, c command, args []string) int
}

// group is commands of one purpose.
type group struct {
	title    string
	commands []command
}

// groups is the table of contents.
func groups() []group {
	return []group{
		{"Configurations", []command{lintCommand(), fmtCommand(), migrateCommand(), showCommand(), securityCommand(), idmapCommand(), keysCommand(), explainCommand()}},
		{"Plans", []command{planCommand(), diffCommand(), doctorCommand(), factsCommand()}},
		{"Containers", append([]command{startCommand(), executeCommand()}, controlCommands()...)},
		{"In LXC's place", []command{personalityCommand(personalities()[0]), personalityCommand(personalities()[1])}},
		{"lxcfg itself", []command{demoCommand(), completionCommand(), manCommand(), versionCommand()}},
	}
}

// commands are those of all groups.
func commands() (all []command) {
	for _, g := range groups() {
		all = append(all, g.commands...)
	}
	return all
}

func main() {
	growStack()
	a := &app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, program: "lxcfg"}
	p, standsIn := personalityOf(os.Args[0])
	args, err := a.arrive(os.Args[1:])
	switch {
	case err != nil && standsIn:
		a.error(err)
		os.Exit(1)
	case err != nil:
		a.error(err)
		os.Exit(exitLaunch)
	case standsIn && a.daemon == nil:
		os.Exit(a.personality(p, args))
	}
	os.Exit(a.main(args))
}

// main finds the command and runs it.
func (a *app) main(args []string) int {
	if len(args) == 0 {
		a.overview(a.stderr)
		return exitUsage
	}
	switch args[0] {
	case insideArg:
		return a.runInside()
	case "help", "-h", "--help":
		if len(args) == 1 {
			a.overview(a.stdout)
			return exitOK
		}
		args = []string{args[1], "--help"}
	case "--version":
		args = []string{"version"}
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return c.run(a, c, args[1:])
		}
	}
	a.errorWithHint(fmt.Sprintf("there is no command %q", args[0]), suggestCommand(args[0]))
	return exitUsage
}

// growStack takes a stack that is deep enough for what a command does in one step, here
// where there is next to nothing on it. Go would double it on the way, and move what is
// there: for that it reads tables about each function on the stack, from as many places
// in the program's file, and a run of two milliseconds notices.
//
//go:noinline
func growStack() {
	var room [12 << 10]byte
	runtime.KeepAlive(&room)
}

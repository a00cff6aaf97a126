//go:build !elsewhere

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/compile"
	lxcsocket "lxcfg/launch/command"
	"lxcfg/launch/ondisk"
)

// standIn is one run of a personality. Its methods are the stages of LXC's program in
// LXC's order, because the order decides what an exit status tells: a running
// container, for one, is told before a mistake in a -s option.
type standIn struct {
	app         *app
	personality personality
	request     *request
	host        *host
	target      target
	reading     common
	log         *journal
	loaded      *compile.Loaded
	pidFile     string
	ownPidFile  bool // it was not there before
	listen      compile.Listen
}

// exitFailure is the status of everything that goes wrong before a container starts.
const exitFailure = 1

// errRunning says that there is nothing to start. What scripts look for is said in LXC's
// words, here and below, capitals included.
var errRunning = errors.New("Container is already running")

// personality does what the program of LXC does with a command line.
func (a *app) personality(p personality, args []string) int {
	a.program = p.program
	if err := p.byEnvironment(); err != nil {
		a.error(err)
		return exitFailure
	}
	r, err := p.parse(args)
	switch {
	case errors.Is(err, errHelp):
		p.help(a.stderr)
		return exitOK
	case errors.Is(err, errShortUsage):
		p.shortUsage(a.stderr)
		return exitOK
	case errors.Is(err, errVersion):
		fmt.Fprintf(a.stdout, "%s.0\n", p.version)
		return exitOK
	case err != nil:
		a.errorWithHint(err.Error(), fmt.Sprintf("`%s --help` lists the options.", p.program))
		return exitFailure
	}
	if p.inBackground(r) && a.daemon == nil {
		return p.toBackground(a, r, args)
	}
	s := &standIn{app: a, personality: p, request: r, listen: a.listening(target{execute: p.execute})}
	if r.closeFDs {
		// Nobody else is executed with what the caller has left open: init is in no case.
		if err := unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC); err != nil {
			a.error(fmt.Errorf("close what the caller has left open: %w", err))
			return exitFailure
		}
	}
	for _, stage := range s.stages() {
		if err := stage(); errors.Is(err, errRunning) && !p.execute {
			a.error(err)
			return exitOK
		} else if err != nil {
			s.tell(err)
			s.dropPidFile()
			return exitFailure
		}
	}
	return s.start()
}

// toBackground has the container started by a process that stays, which says of itself
// what there is to say. It has the command line again, and the version that was not on it.
func (p *personality) toBackground(a *app, r *request, args []string) int {
	if p.stated {
		args = append([]string{"--" + versionOption, p.version.String()}, args...)
	}
	lxcPath := r.lxcPath
	if lxcPath == "" {
		lxcPath = trimSlashes(systemConf().LXCPath)
	}
	return a.toBackground(lxcPath, r.name, append([]string{p.program}, args...))
}

// stages are what comes before the launch, in LXC's order.
func (s *standIn) stages() []func() error {
	return []func() error{s.openLog, s.findContainer, s.readConfiguration, s.checkRunning, s.checkSettings, s.ensurePidFile, s.checkComplete}
}

// tell prints what went wrong; findings have been printed already.
func (s *standIn) tell(err error) {
	if !errors.Is(err, errFindings) {
		s.app.error(err)
	}
}

// openLog begins to log where the command line says.
func (s *standIn) openLog() error {
	r := s.request
	s.app.program += ": " + r.name
	s.app.silent = r.quiet
	s.host = thisHost()
	if r.lxcPath == "" {
		r.lxcPath = trimSlashes(s.host.lxcPath)
	}
	var err error
	s.log, err = s.app.openJournal(s.personality, r)
	return err
}

// findContainer looks whether there are containers, and waits until nobody else changes
// this one.
func (s *standIn) findContainer() error {
	r := s.request
	if !s.personality.execute {
		// LXC asks whether the directory is there, not whether it can be read.
		if err := unix.Access(r.lxcPath, unix.F_OK); err != nil {
			return fmt.Errorf("You lack access to %s: %w", r.lxcPath, err)
		}
	}
	if r.name == "" || strings.ContainsRune(r.name, 0) {
		return errors.New("the name of a container has a letter at least")
	}
	return nil
}

// checkComplete refuses a container that is not all there.
func (s *standIn) checkComplete() error {
	r := s.request
	err := ondisk.Complete(r.lxcPath, r.name)
	switch {
	case errors.Is(err, ondisk.ErrBeingCreated):
		return fmt.Errorf("Ongoing container creation detected: %w", err)
	case errors.Is(err, ondisk.ErrHalfCreated):
		return fmt.Errorf("%w: remove it with `lxc-destroy -P %s -n %s`, or, to use what there is, the file %s",
			err, r.lxcPath, r.name, ondisk.PartialFile(r.lxcPath, r.name))
	}
	return err
}

// checkRunning asks the monitor of the container, when it has one.
func (s *standIn) checkRunning() error {
	r := s.request
	state, err := lxcsocket.Peer{LXCPath: r.lxcPath, Container: r.name}.State()
	switch {
	case errors.Is(err, unix.EPERM):
		return fmt.Errorf("Insufficient privileges to control %s: it runs, and somebody else has started it", r.name)
	case err != nil:
		return err
	case state != lxcsocket.Stopped:
		return errRunning
	}
	return nil
}

// checkSettings refuses what is wrong on the command line, and chooses where to log.
func (s *standIn) checkSettings() error {
	if err := s.refuse(isDefine); err != nil {
		return err
	}
	return s.log.configure(s.loaded.Config.Log)
}

// ensurePidFile makes the pidfile, so that a path that cannot be written is told before
// anything is started. A container in the background runs in another directory.
func (s *standIn) ensurePidFile() error {
	name := s.request.pidFile
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	s.ownPidFile = err == nil
	if errors.Is(err, fs.ErrExist) {
		f, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|unix.O_NONBLOCK, 0o600)
	}
	if err == nil {
		f.Close()
		s.pidFile, err = filepath.EvalSymlinks(name)
	}
	if err == nil {
		s.pidFile, err = filepath.Abs(s.pidFile)
	}
	if err != nil {
		return fmt.Errorf("Failed to ensure pidfile '%s': %w", name, err)
	}
	return nil
}

// dropPidFile takes the pidfile away again when nothing comes to be started.
func (s *standIn) dropPidFile() {
	if s.ownPidFile {
		_ = os.Remove(s.pidFile)
	}
}

//go:build !elsewhere

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"lxcfg/grammar/diag"
	"lxcfg/launch/ondisk"
)

// errFindings says that a configuration has mistakes, which have been printed.
var errFindings = errors.New("the configuration has mistakes")

// readConfiguration loads the configuration, and before one that an option names the
// container's own: it has to be valid as well.
func (s *standIn) readConfiguration() error {
	r := s.request
	unlock, err := ondisk.Lock(r.lxcPath, r.name)
	if err != nil {
		return err
	}
	defer unlock()
	s.reading = common{color: "auto", dialect: "auto", version: s.personality.version, stated: s.personality.stated}
	own := filepath.Join(r.lxcPath, r.name, "config")
	if r.rcfile != "" {
		if err := s.load(own, nil); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("the container's own configuration is read before %s: %w", r.rcfile, err)
		}
		if err := s.load(r.rcfile, r.settings()); err != nil {
			return fmt.Errorf("Failed to load rcfile: %w", err)
		}
		return nil
	}
	err = s.load(own, r.settings())
	if errors.Is(err, fs.ErrNotExist) {
		return s.withoutConfiguration(err)
	}
	return err
}

// load reads a configuration and refuses what LXC would refuse to load.
func (s *standIn) load(file string, settings []string) error {
	r := s.request
	s.target = target{name: r.name, lxcPath: r.lxcPath, file: file, defines: settings, argv: r.command, execute: s.personality.execute, now: true}
	s.target.listen = s.listen
	text, err := s.app.readConfig(file)
	if err != nil {
		return err
	}
	s.target.text = &text
	if s.loaded, err = s.app.load(s.target, s.reading); err != nil {
		return err
	}
	return s.refuse(func(f diag.Diagnostic) bool { return f.Effect == diag.RejectedAtLoad && !isDefine(f) })
}

// isDefine tells whether a finding is about an option of the command line.
func isDefine(f diag.Diagnostic) bool { return strings.HasPrefix(f.Subject.File, "<define:") }

// refuse prints those errors of the configuration that are meant.
func (s *standIn) refuse(meant func(diag.Diagnostic) bool) error {
	list := filter(launchFindings(s.loaded), func(f diag.Diagnostic) bool { return f.Severity == diag.Error && meant(f) })
	if len(list) == 0 {
		return nil
	}
	return s.report(list)
}

// report prints findings that end the run.
func (s *standIn) report(list diag.List) error {
	s.log.findings(list)
	if !s.app.silent {
		if err := s.app.printFindings(s.app.stderr, list, s.reading, s.loaded.Text); err != nil {
			return err
		}
	}
	return errFindings
}

// withoutConfiguration is what happens to a container that has none. The LXC of before
// 3.0 ran a command with the host's files then, and drew the line at the host's init.
func (s *standIn) withoutConfiguration(missing error) error {
	command := s.request.command
	switch {
	case !s.personality.manners().volatile:
		if s.personality.execute {
			return fmt.Errorf("Executing a container with no configuration file may crash the host: %w", s.target.explain(missing))
		}
		return fmt.Errorf("No container config specified: %w", s.target.explain(missing))
	case s.personality.execute && len(command) == 0:
		return errors.New("missing command to execute")
	case len(command) == 0 || command[0] == "/sbin/init":
		return errors.New("Executing '/sbin/init' with no configuration file may crash the host")
	}
	nothing := ""
	s.target.text = &nothing
	var err error
	s.loaded, err = s.app.load(s.target, s.reading)
	return err
}

//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"lxcfg/compile/plan"
	"lxcfg/launch/remains"
)

// apparmorFS is where the kernel takes and shows AppArmor policies.
const apparmorFS = "/sys/kernel/security/apparmor"

// loadProfile loads the container's own profile and makes its policy namespace.
func (m *Monitor) loadProfile(step string, op plan.AppArmorProfile) error {
	// A profile of this name that is in use belongs to a container of the same name
	// in the same directory: it may be replaced but not taken away. One that nobody
	// uses is left of a launcher that was killed.
	inUse := profileInUse(op.Name)
	if !inUse {
		if err := m.note(remains.Profile, op.Name, op.Namespace); err != nil {
			return err
		}
		m.later(step, undo{How: undoProfile, Words: []string{op.Name, op.Namespace}})
	}
	if op.Namespace != "" {
		if err := os.Mkdir(namespaceDir(op.Namespace), 0o755); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
	}
	_, err := m.runProgram(hostProgram{
		path: op.Parser, argv: []string{"apparmor_parser", "--replace", "--skip-cache"}, env: os.Environ(), input: op.Text, timeout: m.HelperTimeout,
	})
	if err != nil {
		return explainRule(err, op.Text)
	}
	return nil
}

// removeProfile takes a container's profile away, and its policy namespace, if it has one.
func removeProfile(name, namespace string) error {
	err := ignoreMissing(writeFile(filepath.Join(apparmorFS, ".remove"), name))
	if namespace != "" {
		err = errors.Join(err, ignoreMissing(os.Remove(namespaceDir(namespace))))
	}
	return err
}

func namespaceDir(namespace string) string {
	return filepath.Join(apparmorFS, "policy/namespaces", namespace)
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// profileInUse reports whether a process runs under a profile.
func profileInUse(name string) bool {
	files, _ := filepath.Glob("/proc/[0-9]*/attr/apparmor/current")
	for _, file := range files {
		label, err := os.ReadFile(file)
		if err == nil && (strings.HasPrefix(string(label), name+" (") || strings.HasPrefix(string(label), name+"//")) {
			return true
		}
	}
	return false
}

// explainRule adds the text that apparmor_parser complains about: it counts lines
// that nobody sees.
func explainRule(err error, text string) error {
	var failed *ProgramError
	if !errors.As(err, &failed) {
		return err
	}
	_, after, found := strings.Cut(failed.Output, " line ")
	if !found {
		return err
	}
	n, _ := strconv.Atoi(after[:len(after)-len(strings.TrimLeft(after, "0123456789"))])
	if lines := strings.Split(text, "\n"); n >= 1 && n <= len(lines) {
		return fmt.Errorf("%w; that line is %q", err, strings.TrimSpace(lines[n-1]))
	}
	return err
}

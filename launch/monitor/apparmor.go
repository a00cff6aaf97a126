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
)

// apparmorFS is where the kernel takes and shows AppArmor policies.
const apparmorFS = "/sys/kernel/security/apparmor"

// loadProfile loads the container's own profile and makes its policy namespace.
func (m *Monitor) loadProfile(step string, op plan.AppArmorProfile) error {
	// A profile of this name that is in use belongs to a container of the same name
	// in the same directory: it may be replaced but not taken away. One that nobody
	// uses is left of a launcher that was killed.
	inUse := profileInUse(op.Name)
	if op.Namespace != "" {
		dir := filepath.Join(apparmorFS, "policy/namespaces", op.Namespace)
		if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
		if !inUse {
			m.later(step, func() error { return ignoreMissing(os.Remove(dir)) })
		}
	}
	if !inUse {
		m.later(step, func() error { return ignoreMissing(writeFile(filepath.Join(apparmorFS, ".remove"), op.Name)) })
	}
	_, err := m.runProgram(hostProgram{
		path: op.Parser, argv: []string{"apparmor_parser", "--replace", "--skip-cache"}, env: os.Environ(), input: op.Text, timeout: m.HelperTimeout,
	})
	if err != nil {
		return explainRule(err, op.Text)
	}
	return nil
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

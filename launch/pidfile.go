//go:build linux

package launch

import (
	"os"
	"strconv"
)

// writePIDFile writes the monitor's process id, without an end of line, as LXC does.
func writePIDFile(name string) error {
	if name == "" {
		return nil
	}
	return os.WriteFile(name, []byte(strconv.Itoa(os.Getpid())), 0o600)
}

// removePIDFile takes the file away, when it is still this monitor's.
func removePIDFile(name string) {
	if name == "" {
		return
	}
	if text, err := os.ReadFile(name); err == nil && string(text) == strconv.Itoa(os.Getpid()) {
		_ = os.Remove(name)
	}
}

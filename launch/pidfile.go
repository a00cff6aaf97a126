//go:build linux

package launch

import (
	"os"
	"strconv"
	"strings"
)

// writePIDFile writes the monitor's process id, without an end of line, as LXC does since
// 3.1.
func writePIDFile(name string, line bool) error {
	if name == "" {
		return nil
	}
	text := strconv.Itoa(os.Getpid())
	if line {
		text += "\n"
	}
	return os.WriteFile(name, []byte(text), 0o600)
}

// removePIDFile takes the file away, when it is still this monitor's.
func removePIDFile(name string) {
	if name == "" {
		return
	}
	if text, err := os.ReadFile(name); err == nil && strings.TrimSpace(string(text)) == strconv.Itoa(os.Getpid()) {
		_ = os.Remove(name)
	}
}

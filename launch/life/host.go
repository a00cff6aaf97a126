//go:build linux

package life

import (
	"strings"

	"golang.org/x/sys/unix"

	"lxcfg/launch/command"
)

// host is what the command socket has the monitor do.
type host Life

// Item is what a key of the configuration is set to: line by line, when it was set
// several times.
func (h *host) Item(key string) (string, bool) {
	if h.items == nil {
		return "", false
	}
	var values []string
	for _, item := range h.items() {
		if item[0] == key {
			values = append(values, item[1])
		}
	}
	return strings.Join(values, "\n"), len(values) > 0
}

// Lend lends a terminal.
func (h *host) Lend(number int) (fd int, l command.Loan, ok bool) {
	if number == 0 {
		if h.console == nil {
			return -1, l, false
		}
		master, slave, err := h.console.Lend()
		return master, command.Loan{Slave: slave}, err == nil
	}
	if h.ttys == nil {
		return -1, l, false
	}
	master, number, ok := h.ttys.Lend(number)
	if !ok {
		return -1, l, false
	}
	fd, err := unix.FcntlInt(uintptr(master), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		h.ttys.Return(number)
		return -1, l, false
	}
	return fd, command.Loan{Number: number}, true
}

// Return takes a terminal back.
func (h *host) Return(l command.Loan) {
	if l.Number == 0 {
		h.console.Return(l.Slave)
		return
	}
	h.ttys.Return(l.Number)
}

// Resized says that a terminal the console is connected to has another size.
func (h *host) Resized() {
	if h.console != nil {
		h.console.Resize()
	}
}

// ConsoleLog reads what the console has shown lately.
func (h *host) ConsoleLog(read, forget bool, most uint64) (text []byte, kept bool) {
	if h.buffer == nil {
		return nil, false
	}
	if read {
		text = h.buffer.Take(most)
	}
	if forget {
		h.buffer.Forget()
	}
	return text, true
}

// AddListener takes over the listener of a program that was attached with a filter.
func (h *host) AddListener(fd int) error {
	if h.filters == nil {
		return unix.EINVAL
	}
	return h.filters.AddListener(fd)
}

// AddDeviceRule lets the container use a device, or not.
func (h *host) AddDeviceRule(r command.DeviceRule) error {
	if h.filters == nil {
		return unix.EINVAL
	}
	return h.filters.AddDeviceRule(r)
}

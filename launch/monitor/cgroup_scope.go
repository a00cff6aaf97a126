//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"os"
	"path"
	"strings"
	"time"

	"lxcfg/compile/plan"
	"lxcfg/launch/dbus"
)

// The user's systemd on the message bus (org.freedesktop.systemd1(5)).
const (
	systemdName    = "org.freedesktop.systemd1"
	systemdPath    = "/org/freedesktop/systemd1"
	systemdManager = "org.freedesktop.systemd1.Manager"
)

// systemdTimeout is how long it may take to answer: as long as its own tools wait.
const systemdTimeout = 25 * time.Second

// startScope has systemd make a scope and move the monitor into it. The scope goes
// when its last process has gone, so there is nothing to undo.
func (m *Monitor) startScope(op plan.CgroupScope) error {
	conn, err := dbus.Dial(op.Bus, dbus.Wait{Most: systemdTimeout, Stopped: m.signals.interruption})
	if err != nil {
		return err
	}
	defer conn.Close()
	var rule dbus.Body
	rule.String("type='signal',sender='" + systemdName + "',path='" + systemdPath + "',interface='" + systemdManager + "',member='JobRemoved'")
	calls := [...]dbus.Call{
		{Destination: "org.freedesktop.DBus", Path: "/org/freedesktop/DBus", Interface: "org.freedesktop.DBus", Member: "AddMatch", Body: rule},
		{Destination: systemdName, Path: systemdPath, Interface: systemdManager, Member: "Subscribe"},
	}
	for _, call := range calls {
		if _, err := conn.Call(call); err != nil {
			return fmt.Errorf("ask the user's systemd: %w", err)
		}
	}
	unit, job, err := m.requestScope(conn, op)
	if err != nil {
		return err
	}
	if err := awaitJob(conn, unit, job); err != nil {
		return err
	}
	return m.findScope(unit)
}

// requestScope asks for the first scope whose name is free.
func (m *Monitor) requestScope(conn *dbus.Conn, op plan.CgroupScope) (unit, job string, err error) {
	for n := range maxSuffix + 1 {
		unit = fmt.Sprintf("%s-%d.scope", escapeUnit(op.Unit), n)
		var body dbus.Body
		body.String(unit)
		body.String("fail")
		body.Properties(
			dbus.Property{Name: "Description", Value: "Container " + strings.TrimPrefix(op.Unit, "lxc-")},
			dbus.Property{Name: "PIDs", Value: []uint32{uint32(os.Getpid())}},
			dbus.Property{Name: "Delegate", Value: true},
			// A scope whose process was killed is not kept for anybody to look at.
			dbus.Property{Name: "CollectMode", Value: "inactive-or-failed"},
		)
		body.NoUnits()
		job, err = conn.Call(dbus.Call{Destination: systemdName, Path: systemdPath, Interface: systemdManager, Member: "StartTransientUnit", Body: body})
		var refused *dbus.Error
		if errors.As(err, &refused) && refused.Name == systemdName+".UnitExists" {
			continue
		}
		if err != nil {
			return unit, "", fmt.Errorf("have the user's systemd make the scope %s: %w", unit, err)
		}
		return unit, job, nil
	}
	return "", "", fmt.Errorf("every name for the container's scope is taken, up to %s", unit)
}

// awaitJob waits until systemd has done what it was asked for.
func awaitJob(conn *dbus.Conn, unit, job string) error {
	result := ""
	err := conn.Signal("JobRemoved", func(a dbus.Arguments) bool {
		a.Uint32() // the job's number
		path := a.Text()
		a.Text() // the unit
		result = a.Text()
		return path == job
	})
	if err != nil {
		return fmt.Errorf("wait for the scope %s: %w", unit, err)
	}
	if result != "done" {
		return fmt.Errorf("the user's systemd did not start the scope %s: %s; `systemctl --user status` and `journalctl --user` may tell why", unit, result)
	}
	return nil
}

// findScope looks where the monitor is now.
func (m *Monitor) findScope(unit string) error {
	data, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(data)) {
		if at, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "0::"); ok && path.Base(at) == unit {
			m.scope = at
			return nil
		}
	}
	return fmt.Errorf("the user's systemd made the scope %s but did not move lxcfg into it", unit)
}

// escapeUnit makes a name fit for a unit (systemd.unit(5)): every byte but letters,
// digits and a few others is written as its number.
func escapeUnit(name string) string {
	var text strings.Builder
	for i := range len(name) {
		switch c := name[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '-', c == '.', c == ':':
			text.WriteByte(c)
		default:
			fmt.Fprintf(&text, `\x%02x`, c)
		}
	}
	return text.String()
}

//go:build linux

package monitor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
)

// The user's systemd on the message bus (org.freedesktop.systemd1(5)).
const (
	systemdName    = "org.freedesktop.systemd1"
	systemdPath    = "/org/freedesktop/systemd1"
	systemdManager = "org.freedesktop.systemd1.Manager"
)

// systemdTimeout is how long it may take to answer: as long as its own tools wait.
const systemdTimeout = 25 * time.Second

// scopeBus is a connection to the user's message bus, and what it has said about
// systemd's jobs.
type scopeBus struct {
	ctx  context.Context
	conn *dbus.Conn
	jobs chan *dbus.Signal
}

// startScope has systemd make a scope and move the monitor into it. The scope goes
// when its last process has gone, so there is nothing to undo.
func (m *Monitor) startScope(op plan.CgroupScope) error {
	ctx, cancel := context.WithTimeout(context.Background(), systemdTimeout)
	defer cancel()
	defer m.signals.onInterruption(cancel)()
	unit, err := makeScope(ctx, op)
	if interrupted := m.signals.interruption(); interrupted != nil {
		return interrupted
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the user's systemd does not answer within %v: %w", systemdTimeout, unix.ETIMEDOUT)
	}
	if err != nil {
		return err
	}
	return m.findScope(unit)
}

func makeScope(ctx context.Context, op plan.CgroupScope) (unit string, err error) {
	b, err := dialScopeBus(ctx, op.Bus)
	if err != nil {
		return "", err
	}
	defer b.conn.Close()
	unit, job, err := b.request(op)
	if err != nil {
		return "", err
	}
	return unit, b.await(unit, job)
}

// dialScopeBus connects to the bus at a socket and has it tell of systemd's jobs.
func dialScopeBus(ctx context.Context, socket string) (*scopeBus, error) {
	conn, err := dbus.Connect("unix:path="+dbus.EscapeBusAddressValue(socket), dbus.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("connect to the message bus at %s: %w", socket, err)
	}
	b := &scopeBus{ctx: ctx, conn: conn, jobs: make(chan *dbus.Signal, 64)}
	conn.Signal(b.jobs)
	err = conn.AddMatchSignalContext(ctx, dbus.WithMatchSender(systemdName), dbus.WithMatchObjectPath(systemdPath),
		dbus.WithMatchInterface(systemdManager), dbus.WithMatchMember("JobRemoved"))
	if err == nil {
		err = b.systemd("Subscribe").Err
	}
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("ask the user's systemd: %w", err)
	}
	return b, nil
}

// systemd calls a method of the user's systemd.
func (b *scopeBus) systemd(method string, args ...any) *dbus.Call {
	return b.conn.Object(systemdName, systemdPath).CallWithContext(b.ctx, systemdManager+"."+method, 0, args...)
}

// request asks for the first scope whose name is free.
func (b *scopeBus) request(op plan.CgroupScope) (unit string, job dbus.ObjectPath, err error) {
	type property struct {
		Name  string
		Value dbus.Variant
	}
	type auxiliary struct {
		Name       string
		Properties []property
	}
	properties := []property{
		{"Description", dbus.MakeVariant("Container " + strings.TrimPrefix(op.Unit, "lxc-"))},
		{"PIDs", dbus.MakeVariant([]uint32{uint32(os.Getpid())})},
		{"Delegate", dbus.MakeVariant(true)},
		// A scope whose process was killed is not kept for anybody to look at.
		{"CollectMode", dbus.MakeVariant("inactive-or-failed")},
	}
	for n := range maxSuffix + 1 {
		unit = fmt.Sprintf("%s-%d.scope", escapeUnit(op.Unit), n)
		err = b.systemd("StartTransientUnit", unit, "fail", properties, []auxiliary(nil)).Store(&job)
		var refused dbus.Error
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

// await waits until systemd has done what it was asked for.
func (b *scopeBus) await(unit string, job dbus.ObjectPath) error {
	for {
		select {
		case <-b.ctx.Done():
			return fmt.Errorf("wait for the scope %s: %w", unit, b.ctx.Err())
		case removed, open := <-b.jobs:
			if !open {
				return fmt.Errorf("wait for the scope %s: the message bus hung up", unit)
			}
			// JobRemoved tells the job's number, its path, the unit and the result.
			if len(removed.Body) < 4 || removed.Body[1] != job {
				continue
			}
			if result := removed.Body[3]; result != "done" {
				return fmt.Errorf("the user's systemd did not start the scope %s: %v; `systemctl --user status` and `journalctl --user` may tell why", unit, result)
			}
			return nil
		}
	}
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

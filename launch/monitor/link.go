//go:build linux

package monitor

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/netlink"
	"lxcfg/launch/remains"
)

// makeVeth makes a pair, the container's end at once where it belongs: a link that is
// moved there later waits for an RCU grace period.
func (m *Monitor) makeVeth(step string, op plan.Veth) error {
	c, err := m.outside()
	if err != nil {
		return err
	}
	mtu, err := m.mtu(op.MTU)
	if err != nil {
		return err
	}
	end := netlink.NewLink{
		Name: op.Host, MTU: mtu, RxQueues: op.TxQueues, TxQueues: op.RxQueues,
		Kind: netlink.Veth{Peer: netlink.NewLink{Name: op.Name, Namespace: m.child.PID, MTU: mtu, RxQueues: op.RxQueues, TxQueues: op.TxQueues}},
	}
	if err := drawHighAddress(&end.Address); err != nil {
		return err
	}
	if end.Name == "" {
		err = createNamed(c, &end, "veth")
	} else if err = m.noteLink(remains.Link, end.Name); err == nil {
		if err = c.Create(end); err != nil {
			err = errors.Join(err, m.withdrawLink(remains.Link, end.Name))
		}
	}
	if err != nil {
		return err
	}
	name := "drawn"
	if op.Host != "" {
		name = "fixed"
	}
	m.later(step, undo{How: undoEnd, Words: []string{end.Name, name}})
	l, err := c.LinkByName(end.Name)
	if err == nil {
		m.keepEnd(op.NIC, l)
	}
	return err
}

// drawHighAddress draws a hardware address. A bridge takes the lowest of its ports
// for its own, so the host's ends have high ones: a container must not lend the bridge
// its address, which would change when it goes.
func drawHighAddress(a *netlink.HardwareAddr) error {
	if _, err := unix.Getrandom(a[1:], 0); err != nil {
		return fmt.Errorf("draw a hardware address: %w", err)
	}
	a[0] = 0xfe
	return nil
}

// createNamed makes a link under a name that nobody has.
func createNamed(c *netlink.Conn, l *netlink.NewLink, prefix string) (err error) {
	const tries = 8
	for range tries {
		if l.Name, err = randomName(prefix); err != nil {
			return err
		}
		if err = c.Create(*l); !errors.Is(err, unix.EEXIST) {
			return err
		}
	}
	return err
}

// deleteEnd takes a pair away. One of a container that has run goes with its network
// namespace, some milliseconds after it; to wait for that is left to those that
// would be in the way of the next launch.
func (m *Monitor) deleteEnd(name string, fixed bool) error {
	if m.launched && !fixed {
		return nil
	}
	c, l, err := m.hostLink(plan.HostLink{Name: name})
	if err == nil {
		err = c.Delete(l)
	}
	if gone(err) {
		return nil
	}
	return err
}

func (m *Monitor) makeMacvlan(step string, op plan.Macvlan) error {
	mode, ok := map[string]netlink.MacvlanMode{
		"private": netlink.MacvlanPrivate, "vepa": netlink.MacvlanVEPA, "bridge": netlink.MacvlanBridge, "passthru": netlink.MacvlanPassthru,
	}[op.Mode]
	if !ok {
		return fmt.Errorf("%q is no mode of a macvlan", op.Mode)
	}
	return m.makeChild(step, op.Parent, op.Name, op.MTU, netlink.Macvlan{Mode: mode})
}

func (m *Monitor) makeIPvlan(step string, op plan.IPvlan) error {
	mode, ok := map[string]netlink.IPvlanMode{"l2": netlink.IPvlanL2, "l3": netlink.IPvlanL3, "l3s": netlink.IPvlanL3S}[op.Mode]
	if !ok {
		return fmt.Errorf("%q is no mode of an ipvlan", op.Mode)
	}
	isolation, ok := map[string]netlink.IPvlanIsolation{
		"bridge": netlink.IPvlanBridge, "private": netlink.IPvlanPrivate, "vepa": netlink.IPvlanVEPA,
	}[op.Isolation]
	if !ok {
		return fmt.Errorf("%q is no isolation of an ipvlan", op.Isolation)
	}
	return m.makeChild(step, op.Parent, op.Name, op.MTU, netlink.IPvlan{Mode: mode, Isolation: isolation})
}

func (m *Monitor) makeVLAN(step string, op plan.VLAN) error {
	return m.makeChild(step, op.Parent, op.Name, op.MTU, netlink.VLAN{ID: op.ID})
}

// makeChild makes a link on a link of the host, in the container at once. It goes
// with the container's network namespace, but not at once, and until then the next
// launch could not have the same VLAN or address on that link: so it is deleted.
func (m *Monitor) makeChild(step, parent, name string, size plan.MTU, kind netlink.Kind) error {
	c, on, err := m.hostLink(plan.HostLink{Name: parent})
	if err != nil {
		return err
	}
	mtu, err := m.mtu(size)
	if err != nil {
		return err
	}
	if err := c.Create(netlink.NewLink{Name: name, Kind: kind, Parent: on.Index, Namespace: m.child.PID, MTU: mtu}); err != nil {
		return err
	}
	_, made, err := m.insideLink(name)
	if err != nil {
		return err
	}
	m.later(step, undo{How: undoInside, Link: &made})
	return nil
}

// deleteInside deletes a link in the container, unless the container has.
func (m *Monitor) deleteInside(l netlink.Link) error {
	c, err := m.inside()
	if err == nil {
		err = c.Delete(l)
	}
	if gone(err) {
		return nil
	}
	return err
}

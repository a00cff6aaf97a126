//go:build linux

package monitor

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/netlink"
	"lxcfg/launch/remains"
)

// attachToBridge makes the host's end of a pair a port of a bridge. It stops to be
// one when it goes.
func (m *Monitor) attachToBridge(op plan.BridgePort) error {
	_, bridge, err := m.hostLink(plan.HostLink{Name: op.Bridge})
	if err != nil {
		return err
	}
	return m.changeEnd(op.NIC, netlink.Change{Master: bridge.Index})
}

// changeEnd changes the host's end of a pair.
func (m *Monitor) changeEnd(nic uint32, change netlink.Change) error {
	c, end, err := m.hostLink(plan.HostLink{NIC: nic})
	if err != nil {
		return err
	}
	return c.Set(end, change)
}

// admitVLANs says which VLANs pass the port of a bridge.
func (m *Monitor) admitVLANs(op plan.BridgeVLAN) error {
	c, port, err := m.hostLink(plan.HostLink{NIC: op.NIC})
	if err != nil {
		return err
	}
	remove := op.Remove
	if op.RemoveOf != "" {
		bridge, err := c.LinkByName(op.RemoveOf)
		if err != nil {
			return err
		}
		if !bridge.VLANFiltering {
			return fmt.Errorf("the bridge %s does not tell VLANs apart: `ip link set %s type bridge vlan_filtering 1`", op.RemoveOf, op.RemoveOf)
		}
		if remove = bridge.DefaultPVID; remove == op.Untagged {
			remove = 0
		}
	}
	if remove != 0 {
		if err := c.DeleteVLAN(port, remove); err != nil {
			return err
		}
	}
	if op.Untagged != 0 {
		if err := c.AddVLAN(port, op.Untagged, false); err != nil {
			return err
		}
	}
	for _, id := range op.Tagged.All() {
		if err := c.AddVLAN(port, id, true); err != nil {
			return err
		}
	}
	return nil
}

// attachToOpenVSwitch has ovs-vsctl(8) make the host's end of a pair a port. Its
// database keeps the port when the link goes, so it is told to forget it.
func (m *Monitor) attachToOpenVSwitch(step string, op plan.OpenVSwitchPort) error {
	_, end, err := m.hostLink(plan.HostLink{NIC: op.NIC})
	if err != nil {
		return err
	}
	path, err := lookPath("ovs-vsctl")
	if err != nil {
		return err
	}
	words := []string{"add-port", op.Bridge, end.Name}
	if settings := op.Settings(); len(settings) > 0 {
		words = append(append(words, "--", "set", "port", end.Name), settings...)
	}
	if err := m.note(remains.Port, op.Bridge, end.Name); err != nil {
		return err
	}
	m.later(step, undo{How: undoOpenVSwitch, Words: []string{path, op.Bridge, end.Name}})
	return m.runOpenVSwitch(path, words...)
}

// runOpenVSwitch runs ovs-vsctl(8).
func (m *Monitor) runOpenVSwitch(path string, words ...string) error {
	_, err := m.runHelper(path, append([]string{"ovs-vsctl"}, words...)...)
	return err
}

// deletePort has Open vSwitch forget a port.
func (m *Monitor) deletePort(path, bridge, name string) error {
	return m.runOpenVSwitch(path, "--if-exists", "del-port", bridge, name)
}

// setEndSysctl writes a setting of the host's end of a pair.
func (m *Monitor) setEndSysctl(op plan.HostLinkSysctl) error {
	_, end, err := m.hostLink(plan.HostLink{NIC: op.NIC})
	if err != nil {
		return err
	}
	err = writeFile(filepath.Join("/proc/sys/net", op.Family, "conf", end.Name, op.Setting), op.Value)
	if op.SkipMissing && errors.Is(err, unix.ENOENT) {
		return nil
	}
	return err
}

// addHostRoute adds a route of the host. Routes over the host's end of a pair go with
// it, others are taken back.
func (m *Monitor) addHostRoute(step string, op plan.HostRoute) error {
	to, err := netip.ParsePrefix(op.To)
	if err != nil {
		return err
	}
	return m.onHostLink(step, op.Link, remains.Route, op.To, func(c *netlink.Conn, l netlink.Link) error {
		return c.AddRoute(netlink.Route{To: to, Link: l, LinkScope: true})
	})
}

// deleteRoute takes such a route away.
func deleteRoute(c *netlink.Conn, l netlink.Link, destination string) error {
	to, err := netip.ParsePrefix(destination)
	if err != nil {
		return err
	}
	return c.DeleteRoute(netlink.Route{To: to, Link: l, LinkScope: true})
}

// answerFor has the host answer on a link for an address that is the container's, or
// its gateway's.
func (m *Monitor) answerFor(step string, op plan.ProxyNeighbour) error {
	ip, err := netip.ParseAddr(op.Address)
	if err != nil {
		return err
	}
	return m.onHostLink(step, op.Link, remains.Proxy, op.Address, func(c *netlink.Conn, l netlink.Link) error { return c.AddProxy(l, ip) })
}

// deleteProxy has the host no longer answer for an address.
func deleteProxy(c *netlink.Conn, l netlink.Link, address string) error {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return err
	}
	return c.DeleteProxy(l, ip)
}

// onHostLink does something to a link of the host, and takes it back at the end where
// the link is not the container's own.
func (m *Monitor) onHostLink(step string, on plan.HostLink, kind remains.Kind, what string, do func(*netlink.Conn, netlink.Link) error) error {
	c, l, err := m.hostLink(on)
	if err != nil {
		return err
	}
	if on.Name == "" {
		return do(c, l)
	}
	if err := m.noteLink(kind, on.Name, what); err != nil {
		return err
	}
	if err := do(c, l); err != nil {
		return errors.Join(err, m.withdrawLink(kind, on.Name, what))
	}
	m.later(step, undo{How: undoOnLink, Link: &l})
	return nil
}

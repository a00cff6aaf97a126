//go:build linux

package monitor

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"lxcfg/compile/plan"
	"lxcfg/launch/netlink"
	"lxcfg/launch/payload"
)

// network is what the monitor knows of the container's interfaces.
type network struct {
	outside *netlink.Conn           // of the host's network namespace, nil until it is needed
	inside  *netlink.Conn           // of the container's, nil until it is needed
	ends    map[uint32]netlink.Link // host's ends of pairs, by the number of the interface
	links   map[string]netlink.Link // links in the container, by name
}

// outside is a socket of the host's network namespace.
func (m *Monitor) outside() (*netlink.Conn, error) {
	if m.network.outside == nil {
		c, err := netlink.Open()
		if err != nil {
			return nil, err
		}
		m.network.outside = c
	}
	return m.network.outside, nil
}

// inside is the socket of the container's network namespace that the payload has
// opened. The namespace lives for as long as it is kept.
func (m *Monitor) inside() (*netlink.Conn, error) {
	if m.network.inside != nil {
		return m.network.inside, nil
	}
	d, err := payload.Receive(m.fds)
	switch {
	case err != nil:
		return nil, err
	case d.Tag != payload.SendsNetlink || len(d.Files) != 1:
		d.Close()
		return nil, errors.New("the payload did not send a netlink socket")
	}
	m.network.inside, err = netlink.Adopt(d.Files[0])
	return m.network.inside, err
}

// closeNetwork lets go of both sockets. With the second, the container's network
// namespace goes, and with that whatever is in it still.
func (m *Monitor) closeNetwork() {
	for _, c := range [...]*netlink.Conn{m.network.outside, m.network.inside} {
		if c != nil {
			c.Close()
		}
	}
	m.network = network{}
}

// hostLink finds a link on the host: one that is named, or the host's end of a pair.
func (m *Monitor) hostLink(l plan.HostLink) (*netlink.Conn, netlink.Link, error) {
	c, err := m.outside()
	if err != nil {
		return nil, netlink.Link{}, err
	}
	if l.Name != "" {
		found, err := c.LinkByName(l.Name)
		return c, found, err
	}
	end, ok := m.network.ends[l.NIC]
	if !ok {
		return nil, end, fmt.Errorf("the plan makes no pair for interface %d", l.NIC)
	}
	return c, end, nil
}

// keepEnd remembers the host's end of a pair.
func (m *Monitor) keepEnd(nic uint32, end netlink.Link) {
	if m.network.ends == nil {
		m.network.ends = make(map[uint32]netlink.Link)
	}
	m.network.ends[nic] = end
}

// insideLink finds a link in the container. It is asked for once: nothing of the
// container runs yet that could rename it.
func (m *Monitor) insideLink(name string) (*netlink.Conn, netlink.Link, error) {
	c, err := m.inside()
	if err != nil {
		return nil, netlink.Link{}, err
	}
	if l, known := m.network.links[name]; known {
		return c, l, nil
	}
	l, err := c.LinkByName(name)
	if err != nil {
		return nil, l, err
	}
	if m.network.links == nil {
		m.network.links = make(map[string]netlink.Link)
	}
	m.network.links[name] = l
	return c, l, nil
}

// mtu is the number of bytes that an MTU comes to, 0 for the kernel's choice.
func (m *Monitor) mtu(of plan.MTU) (uint32, error) {
	if of.Of == "" {
		return of.Bytes, nil
	}
	_, l, err := m.hostLink(plan.HostLink{Name: of.Of})
	return l.MTU, err
}

// randomName draws the name of a link as LXC does: a prefix and letters or digits.
func randomName(prefix string) (string, error) {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	const drawn = 6
	name := []byte(prefix)
	for len(name) < len(prefix)+drawn {
		var b [1]byte
		if _, err := unix.Getrandom(b[:], 0); err != nil {
			return "", fmt.Errorf("draw a name: %w", err)
		}
		if int(b[0]) < 256/len(letters)*len(letters) { // else some letters would come more often
			name = append(name, letters[int(b[0])%len(letters)])
		}
	}
	return string(name), nil
}

// gone reports whether a link could not be found because it is no more.
func gone(err error) bool { return errors.Is(err, unix.ENODEV) }

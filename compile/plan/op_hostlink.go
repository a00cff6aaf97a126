package plan

import (
	"fmt"
	"strings"
)

// HostLink is a link on the host: one that is named, or the host's end of the pair
// of an interface, whose name may be drawn at the launch only.
type HostLink struct {
	NIC  uint32 `json:"nic"`            // whose interface it is for
	Name string `json:"name,omitempty"` // empty: the host's end of its pair
}

func (l HostLink) describe() string {
	if l.Name != "" {
		return l.Name
	}
	return fmt.Sprintf("the host's end of interface %d", l.NIC)
}

// object names what a step does about a link, "0", "0 10.0.3.5" or "eth0 10.0.3.5".
func (l HostLink) object(what ...string) string {
	at := nicObject(l.NIC)
	if l.Name != "" {
		at = l.Name
	}
	return strings.Join(append([]string{at}, what...), " ")
}

// BridgePort makes the host's end of a pair a port of a bridge.
type BridgePort struct {
	NIC    uint32 `json:"nic"`
	Bridge string `json:"bridge"`
}

func (BridgePort) Kind() Kind       { return "bridge-port" }
func (o BridgePort) Object() string { return nicObject(o.NIC) }
func (o BridgePort) Describe() string {
	return fmt.Sprintf("attach the host's end of interface %d to the bridge %s", o.NIC, o.Bridge)
}
func (o BridgePort) Row() Row {
	return Row{"port", HostLink{NIC: o.NIC}.describe() + " → " + o.Bridge, nil}
}
func (o BridgePort) Summary() (Topic, string) { return TopicNetwork, "on the bridge " + o.Bridge }
func (o BridgePort) Requires() []Requirement {
	return []Requirement{{Need: NeedBridge, Object: o.Bridge}}
}

// BridgeVLAN says which VLANs a port of a bridge belongs to.
type BridgeVLAN struct {
	NIC      uint32       `json:"nic"`
	Remove   uint16       `json:"remove,omitempty"`    // the VLAN the bridge gives every new port
	RemoveOf string       `json:"remove_of,omitempty"` // that of a bridge that is not there before the launch
	Untagged uint16       `json:"untagged,omitempty"`  // that of untagged packets, 0 for none beside the bridge's own
	Tagged   List[uint16] `json:"tagged,omitzero"`
}

func (BridgeVLAN) Kind() Kind       { return "bridge-vlan" }
func (o BridgeVLAN) Object() string { return nicObject(o.NIC) }
func (o BridgeVLAN) Describe() string {
	var words []string
	if o.Remove != 0 {
		words = append(words, fmt.Sprintf("not VLAN %d", o.Remove))
	}
	if o.Untagged != 0 {
		words = append(words, fmt.Sprintf("VLAN %d untagged", o.Untagged))
	}
	if o.RemoveOf != "" {
		words = append(words, "not the VLAN that "+o.RemoveOf+" gives every port")
	}
	for _, id := range o.Tagged.All() {
		words = append(words, fmt.Sprintf("VLAN %d", id))
	}
	return fmt.Sprintf("let through at the port of interface %d: %s", o.NIC, strings.Join(words, ", "))
}

// OpenVSwitchPort makes the host's end of a pair a port of an Open vSwitch bridge, by
// ovs-vsctl(8), which remembers it until it is told to forget it.
type OpenVSwitchPort struct {
	NIC    uint32       `json:"nic"`
	Bridge string       `json:"bridge"`
	Mode   string       `json:"vlan_mode,omitempty"` // "access", "trunk" or "native-untagged", empty without VLANs
	Tag    string       `json:"tag,omitempty"`       // number of the VLAN of untagged packets
	Trunks List[uint16] `json:"trunks,omitzero"`
}

func (OpenVSwitchPort) Kind() Kind       { return "openvswitch-port" }
func (o OpenVSwitchPort) Object() string { return nicObject(o.NIC) }
func (o OpenVSwitchPort) Describe() string {
	text := fmt.Sprintf("have ovs-vsctl attach the host's end of interface %d to the bridge %s", o.NIC, o.Bridge)
	if settings := o.Settings(); len(settings) > 0 {
		text += ", " + strings.Join(settings, " ")
	}
	return text
}
func (o OpenVSwitchPort) Row() Row {
	return Row{"port", HostLink{NIC: o.NIC}.describe() + " → " + o.Bridge, append([]string{"by ovs-vsctl"}, o.Settings()...)}
}
func (o OpenVSwitchPort) Summary() (Topic, string) {
	return TopicNetwork, "on the Open vSwitch bridge " + o.Bridge
}
func (o OpenVSwitchPort) Requires() []Requirement {
	return []Requirement{{Need: NeedProgram, Object: "ovs-vsctl"}, {Need: NeedBridge, Object: o.Bridge}}
}

// Settings are the columns of the port as `ovs-vsctl set port` takes them, none
// without VLANs.
func (o OpenVSwitchPort) Settings() []string {
	if o.Mode == "" {
		return nil
	}
	settings := []string{"vlan_mode=" + o.Mode}
	if o.Tag != "" {
		settings = append(settings, "tag="+o.Tag)
	}
	if o.Trunks.Len() > 0 {
		ids := make([]string, 0, o.Trunks.Len())
		for _, id := range o.Trunks.All() {
			ids = append(ids, fmt.Sprint(id))
		}
		settings = append(settings, "trunks="+strings.Join(ids, ","))
	}
	return settings
}

// HostLinkSysctl writes a setting of the host's end of a pair, below
// /proc/sys/net/FAMILY/conf.
type HostLinkSysctl struct {
	NIC         uint32 `json:"nic"`
	Family      string `json:"family"` // "ipv4" or "ipv6"
	Setting     string `json:"setting"`
	Value       string `json:"value"`
	SkipMissing bool   `json:"skip_missing,omitempty"` // a kernel without IPv6 has nothing to be set
}

func (HostLinkSysctl) Kind() Kind { return "host-sysctl" }
func (o HostLinkSysctl) Object() string {
	return HostLink{NIC: o.NIC}.object(o.Family + "/" + o.Setting)
}
func (o HostLinkSysctl) Describe() string {
	return fmt.Sprintf("set the %s sysctl %s of the host's end of interface %d to %s", o.Family, o.Setting, o.NIC, o.Value)
}

// HostLinkUp switches the host's end of a pair on.
type HostLinkUp struct {
	NIC uint32 `json:"nic"`
}

func (HostLinkUp) Kind() Kind       { return "host-up" }
func (o HostLinkUp) Object() string { return nicObject(o.NIC) }
func (o HostLinkUp) Describe() string {
	return fmt.Sprintf("switch the host's end of interface %d on", o.NIC)
}

// HostRoute adds a route of the host to a network behind a link.
type HostRoute struct {
	Link HostLink `json:"link"`
	To   string   `json:"to"` // "10.0.3.0/24"
}

func (HostRoute) Kind() Kind       { return "host-route" }
func (o HostRoute) Object() string { return o.Link.object(o.To) }
func (o HostRoute) Describe() string {
	return fmt.Sprintf("route %s of the host over %s", o.To, o.Link.describe())
}

// ProxyNeighbour has the host answer on a link for an address that is elsewhere
// (arp(7): proxy ARP, and NDP for IPv6).
type ProxyNeighbour struct {
	Link    HostLink `json:"link"`
	Address string   `json:"address"`
}

func (ProxyNeighbour) Kind() Kind       { return "proxy-neighbour" }
func (o ProxyNeighbour) Object() string { return o.Link.object(o.Address) }
func (o ProxyNeighbour) Describe() string {
	return fmt.Sprintf("answer for %s on %s", o.Address, o.Link.describe())
}

// NetScript runs lxc.net.[i].script.up on the host, or, when the container goes,
// lxc.net.[i].script.down.
type NetScript struct {
	NIC         uint32       `json:"nic"`
	When        string       `json:"when"`      // "up" or "down"
	Script      string       `json:"script"`    // as sh(1) takes it: it may hold arguments
	Arguments   List[string] `json:"arguments"` // behind them
	Environment List[string] `json:"environment,omitzero"`
	Told        List[Told]   `json:"told,omitzero"`
	Peer        bool         `json:"peer,omitempty"` // the name of the host's end of the pair is one more argument, and the value of NetPeer
}

// NetPeer is the variable that tells a script the name of the host's end of a pair. It
// stands empty in a plan.
const NetPeer = "LXC_NET_PEER"

func (NetScript) Kind() Kind       { return "net-script" }
func (o NetScript) Object() string { return fmt.Sprintf("%d %s", o.NIC, o.When) }
func (o NetScript) Describe() string {
	text := "run " + o.command()
	if o.When == "down" {
		text += " when the container has ended"
	}
	return text
}
func (o NetScript) Row() Row {
	when := "once the interface is made"
	if o.When == "down" {
		when = "when the container has ended"
	}
	return Row{"run", o.command(), []string{when}}
}
func (o NetScript) Summary() (Topic, string) { return TopicPrograms, o.Script }
func (o NetScript) Masked() Op               { o.Environment = maskVariables(o.Environment); return o }
func (o NetScript) Requires() []Requirement {
	return []Requirement{{Need: NeedCommand, Object: o.Script, Makes: o.When == "up"}}
}

// command is what is run, as a person would type it.
func (o NetScript) command() string {
	words := append([]string{o.Script}, o.Arguments.items...)
	if o.Peer {
		words = append(words, "HOST-END")
	}
	return strings.Join(words, " ")
}

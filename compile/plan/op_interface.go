package plan

import "fmt"

// InterfaceHWAddr sets the hardware address of an interface of the container.
type InterfaceHWAddr struct {
	Interface string `json:"interface"`
	Address   string `json:"address"` // "00:16:3e:xx:xx:xx": each x is a digit that is drawn at the launch
}

func (InterfaceHWAddr) Kind() Kind       { return "interface-hwaddr" }
func (o InterfaceHWAddr) Object() string { return o.Interface }
func (o InterfaceHWAddr) Describe() string {
	text := fmt.Sprintf("give %s the hardware address %s", o.Interface, o.Address)
	for i := range o.Address {
		if o.Address[i] == 'x' {
			return text + " (each x is drawn at the launch)"
		}
	}
	return text
}

// InterfaceAddress gives an interface of the container an address.
type InterfaceAddress struct {
	Interface string `json:"interface"`
	Address   string `json:"address"`             // "10.0.3.5/24"
	Broadcast string `json:"broadcast,omitempty"` // of IPv4
}

func (InterfaceAddress) Kind() Kind       { return "interface-address" }
func (o InterfaceAddress) Object() string { return o.Interface + " " + o.Address }
func (o InterfaceAddress) Describe() string {
	text := fmt.Sprintf("give %s the address %s", o.Interface, o.Address)
	if o.Broadcast != "" {
		text += ", broadcast " + o.Broadcast
	}
	return text
}
func (o InterfaceAddress) Summary() (Topic, string) {
	return TopicNetwork, o.Interface + " " + o.Address
}

// InterfaceUp switches an interface of the container on.
type InterfaceUp struct {
	Interface string `json:"interface"`
}

func (InterfaceUp) Kind() Kind         { return "interface-up" }
func (o InterfaceUp) Object() string   { return o.Interface }
func (o InterfaceUp) Describe() string { return fmt.Sprintf("switch %s on", o.Interface) }

// InterfaceRoute adds a route of the container over one of its interfaces. With
// neither Gateway nor GatewayOf the network is on the interface's link.
type InterfaceRoute struct {
	Interface string `json:"interface"`
	To        string `json:"to"` // "0.0.0.0/0" is every network
	Gateway   string `json:"gateway,omitempty"`
	GatewayOf string `json:"gateway_of,omitempty"` // the first address of a link of the host, which is not there before the launch
	OnLink    bool   `json:"on_link,omitempty"`    // its scope is the link: what comes behind may have it as its gateway
}

func (InterfaceRoute) Kind() Kind       { return "interface-route" }
func (o InterfaceRoute) Object() string { return o.Interface + " " + o.To }
func (o InterfaceRoute) Describe() string {
	to := o.To
	if to == "0.0.0.0/0" || to == "::/0" {
		to = "every other network (" + to + ")"
	}
	switch {
	case o.Gateway != "":
		return fmt.Sprintf("reach %s by %s via the gateway %s", to, o.Interface, o.Gateway)
	case o.GatewayOf != "":
		return fmt.Sprintf("reach %s by %s via the address that %s has at the launch", to, o.Interface, o.GatewayOf)
	}
	return fmt.Sprintf("reach %s by %s", to, o.Interface)
}
func (o InterfaceRoute) Summary() (Topic, string) {
	if o.Gateway == "" {
		return TopicNetwork, ""
	}
	return TopicNetwork, "gateway " + o.Gateway
}

package compile

import "fmt"

// compileNetwork covers the networks that need no device: none shares the
// host's, empty has the loopback device of a new namespace.
func (c *compiler) compileNetwork() {
	for _, nic := range c.config.Network.NICs {
		switch nic.Type.V {
		case "none", "empty", "":
		default:
			c.refuse(nic.Type.Origin, "launch/unsupported", fmt.Sprintf("lxcfg cannot make a network of type %q yet", nic.Type.V),
				"The types empty and none are supported so far.")
		}
	}
}

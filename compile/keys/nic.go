package keys

import (
	"fmt"
	"net/netip"

	"lxcfg/compile/config"
	"lxcfg/grammar"
)

// nicType wipes the interface before it sets the type, as LXC does since 4.0.7,
// and wipes it for an empty value too.
func nicType(l grammar.Language[string]) *field {
	return nicField("", l.Name, l.Syntax, LastWins,
		func(n *config.NIC, in input) *grammar.ValueError {
			v, err := l.Parse(in.value)
			switch {
			case err != nil:
				n.BadType = true
				return err
			case in.version < V4_0:
				n.Type = config.Of(v, in.origin)
				return nil
			}
			wiped := n.Settings - 1 // but for this line
			*n = config.NIC{Index: n.Index, At: in.origin, Type: config.Of(v, in.origin)}
			if wiped > 0 {
				return &grammar.ValueError{Range: in.origin.Range(), Code: "wiped", Kept: true,
					Summary: fmt.Sprintf("%s wipes what %d lines above set for the interface", in.origin.Key, wiped),
					Detail:  "Write the type before the other settings of the interface."}
			}
			return nil
		},
		func(n *config.NIC) { *n = config.NIC{Index: n.Index} },
		func(n *config.NIC, emit func(string, string, config.Origin)) {
			if n.Type.Set {
				emit("", n.Type.V, n.Type.Origin)
			}
		})
}

// nicGateway is a gateway. What a line says is laid over what the lines above
// said: dev stays under an address, and an empty value takes only an address away.
func nicGateway(l grammar.Language[config.Gateway], at func(*config.NIC) *config.Value[config.Gateway]) *field {
	return nicField("", l.Name, l.Syntax, LastWins,
		func(n *config.NIC, in input) *grammar.ValueError {
			v, err := l.Parse(in.value)
			if err == nil {
				v.Dev = v.Dev || at(n).V.Dev
				*at(n) = config.Of(v, in.origin)
			}
			return err
		},
		func(n *config.NIC) {
			g := at(n)
			g.V.Address = netip.Addr{}
			g.Set = g.V.Auto || g.V.Dev
		},
		func(n *config.NIC, emit func(string, string, config.Origin)) {
			if g := at(n); g.Set {
				emit("", l.Format(g.V), g.Origin)
			}
		})
}

// nicScalar is a key of one interface with one value; kind is the type the
// interface must be of, empty for any.
func nicScalar[T any](kind string, l grammar.Language[T], at func(*config.NIC) *config.Value[T]) *field {
	f := nicField(kind, l.Name, l.Syntax, LastWins,
		func(n *config.NIC, in input) *grammar.ValueError {
			v, err := l.Parse(in.value)
			if kept(err) {
				*at(n) = config.Of(v, in.origin)
			}
			return err
		},
		func(n *config.NIC) { *at(n) = config.Value[T]{} },
		func(n *config.NIC, emit func(string, string, config.Origin)) {
			if v := at(n); v.Set {
				emit("", l.Format(v.V), v.Origin)
			}
		})
	f.earlier = func(c *config.Config, in input) (config.Origin, bool) {
		if n := c.Network.Find(in.index); n != nil {
			return at(n).Origin, at(n).Set
		}
		return config.Origin{}, false
	}
	f.spelled = func(c *config.Config, in input) string { return l.Format(at(c.Network.Find(in.index)).V) }
	return f
}

// nicList is a key of one interface that collects.
func nicList[T any](kind string, l grammar.Language[T], at func(*config.NIC) *config.Items[T]) *field {
	return nicField(kind, l.Name, l.Syntax, Appends,
		func(n *config.NIC, in input) *grammar.ValueError {
			v, err := l.Parse(in.value)
			if kept(err) {
				*at(n) = append(*at(n), config.Of(v, in.origin))
			}
			return err
		},
		func(n *config.NIC) { *at(n) = nil },
		func(n *config.NIC, emit func(string, string, config.Origin)) {
			for _, v := range *at(n) {
				emit("", l.Format(v.V), v.Origin)
			}
		})
}

func nicField(kind, language, syntax string, repeat Repeat, set func(*config.NIC, input) *grammar.ValueError,
	clear func(*config.NIC), show func(*config.NIC, func(string, string, config.Origin))) *field {
	return &field{
		language: language, syntax: syntax, repeat: repeat,
		set: func(c *config.Config, in input) *grammar.ValueError {
			n := c.Network.Add(in.index)
			if kind != "" && n.Type.V != kind {
				return &grammar.ValueError{Range: in.origin.Range(), Summary: fmt.Sprintf("%s is for interfaces of type %s only", in.origin.Key, kind),
					Detail: fmt.Sprintf("Write `lxc.net.%d.type = %s` before this line, or remove the line.", in.index, kind)}
			}
			if n.Settings == 0 {
				n.At = in.origin
			}
			n.Settings++
			return set(n, in)
		},
		clear: func(c *config.Config, in input) *grammar.ValueError {
			n := c.Network.Find(in.index)
			if n == nil {
				return &grammar.ValueError{Range: in.origin.Range(), Summary: fmt.Sprintf("there is no interface %d to clear a setting of", in.index),
					Detail: "Remove the line."}
			}
			clear(n)
			if n.Settings == 0 {
				n.At = in.origin
			}
			return nil
		},
		show: func(c *config.Config, emit func(string, string, config.Origin)) {
			for i := range c.Network.NICs {
				show(&c.Network.NICs[i], emit)
			}
		},
	}
}

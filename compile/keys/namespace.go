package keys

import (
	"fmt"
	"slices"

	"lxcfg/compile/config"
	"lxcfg/grammar"
)

// namespaceKeys is the section on namespaces, clocks and the session keyring.
func namespaceKeys() []Key {
	return []Key{
		{
			Name: "lxc.namespace.clone", Since: V3_0, Launch: Steps(),
			Without: "all that the kernel has: user only with lxc.idmap, time only with lxc.time.offset, net unless every interface is of type none",
			Doc:     "The namespaces the container gets of its own, instead of LXC's choice. It excludes lxc.namespace.keep.",
			Example: "lxc.namespace.clone = mnt pid uts ipc net",
			field: exclusive(words(grammar.NamespaceWords, func(c *config.Config) *config.Items[string] { return &c.Namespaces.Clone }),
				cloneAndKeep, func(c *config.Config) (config.Origin, bool) { return firstOf(c.Namespaces.Keep) }),
		},
		{
			Name: "lxc.namespace.keep", Since: V3_0, Launch: Steps(),
			Without: "none is kept",
			Doc:     "The namespaces the container shares with who starts it; it gets all others, a user namespace included. It excludes lxc.namespace.clone.",
			Example: "lxc.namespace.keep = user net",
			field: exclusive(words(grammar.NamespaceWords, func(c *config.Config) *config.Items[string] { return &c.Namespaces.Keep }),
				cloneAndKeep, func(c *config.Config) (config.Origin, bool) { return firstOf(c.Namespaces.Clone) }),
		},
		{
			Name: "lxc.namespace.share.[ns]", Since: V3_0, Launch: Steps(),
			Without: "a namespace of its own",
			Doc:     "Joins a namespace of a running container, of a process given by its pid, or of a file such as /proc/PID/ns/net.",
			Example: "lxc.namespace.share.net = gateway",
			field:   sharedNamespaces(),
		},
		{
			Name: "lxc.time.offset.boot", Since: V5_0, Launch: Steps(),
			Without: "the host's clock",
			Changes: []Change{{V6_0, "A negative number takes only the unit s."}},
			Doc:     "The offset of the container's boot clock to the host's (time_namespaces(7)).",
			Example: "lxc.time.offset.boot = 2h",
			field:   clockOffset(func(c *config.Config) *config.Value[config.TimeOffset] { return &c.Namespaces.OffsetBoot }),
		},
		{
			Name: "lxc.time.offset.monotonic", Since: V5_0, Launch: Steps(),
			Without: "the host's clock",
			Changes: []Change{{V6_0, "A negative number takes only the unit s."}},
			Doc:     "The offset of the container's monotonic clock to the host's (time_namespaces(7)).",
			Example: "lxc.time.offset.monotonic = 10s",
			field:   clockOffset(func(c *config.Config) *config.Value[config.TimeOffset] { return &c.Namespaces.OffsetMonotonic }),
		},
		{
			Name: "lxc.keyring.session", Since: V4_0, Default: "0", Launch: Steps(),
			Doc:     "1 keeps the caller's session keyring, 0 gives the container a new one. The manual page has it the other way round.",
			Example: "lxc.keyring.session = 1",
			field:   scalar(grammar.Bool, func(c *config.Config) *config.Value[bool] { return &c.Namespaces.KeyringSession }),
		},
	}
}

// clockOffset keeps the two slots of an offset apart, as LXC does: a value in
// seconds leaves the nanoseconds of an earlier line, and the other way round.
func clockOffset(at func(*config.Config) *config.Value[config.TimeOffset]) *field {
	f := scalar(grammar.ClockOffset, at)
	f.earlier = nil // both lines may count
	f.set = func(c *config.Config, in input) *grammar.ValueError {
		v, err := grammar.ClockOffset.Parse(in.value)
		if err != nil {
			return err
		}
		merged := at(c).V
		if merged.Fraction = v.Fraction; v.Fraction {
			merged.Nanoseconds = v.Nanoseconds
		} else {
			merged.Seconds = v.Seconds
		}
		*at(c) = config.Of(merged, in.origin)
		return nil
	}
	return f
}

// sharedNamespaces is the family lxc.namespace.share.
func sharedNamespaces() *field {
	return &field{
		language: grammar.SharedNamespace.Name, syntax: grammar.SharedNamespace.Syntax, repeat: Replaces,
		set: func(c *config.Config, in input) *grammar.ValueError {
			if err := knownNamespace(in); err != nil {
				return err
			}
			if c.Namespaces.Share == nil {
				c.Namespaces.Share = make(map[string]config.Value[string])
			}
			v, err := grammar.SharedNamespace.Parse(in.value)
			c.Namespaces.Share[in.part] = config.Of(v, in.origin)
			return err
		},
		clear: func(c *config.Config, in input) *grammar.ValueError {
			if err := knownNamespace(in); err != nil {
				return err
			}
			delete(c.Namespaces.Share, in.part)
			return nil
		},
		show: func(c *config.Config, emit func(string, string, config.Origin)) {
			for _, ns := range grammar.NamespaceNames() {
				if v, ok := c.Namespaces.Share[ns]; ok {
					emit(ns, v.V, v.Origin)
				}
			}
		},
	}
}

func knownNamespace(in input) *grammar.ValueError {
	if slices.Contains(grammar.NamespaceNames(), in.part) {
		return nil
	}
	return &grammar.ValueError{Range: in.origin.Range(), Summary: fmt.Sprintf("%q is no namespace", in.part),
		Detail: "Write one of user, mnt, pid, uts, ipc, net, cgroup or time behind lxc.namespace.share, in lower case."}
}

package seccomp_test

import (
	"slices"

	"lxcfg/compile/seccomp"
	policy "lxcfg/grammar/seccomp"
)

// What a policy says of a call, read from its rules one by one: the simplest
// evaluator there can be. Where rules that match have different actions it does not
// choose.

// said lists what may happen to a call of an architecture: the actions of the
// rules that match, or the default. Which calls a rule is about, the caller says
// by the rules it gives.
func said(rules []policy.Rule, rest policy.Action, bits int, args [6]uint64) []uint32 {
	var list []uint32
	for _, r := range rules {
		if matches(r, bits, args) {
			list = append(list, returned(r.Action))
		}
	}
	if list == nil {
		list = append(list, returned(rest))
	}
	return list
}

func matches(r policy.Rule, bits int, args [6]uint64) bool {
	return !slices.ContainsFunc(r.Conditions, func(c policy.Condition) bool { return !holds(c, bits, args[c.Index]) })
}

func holds(c policy.Condition, bits int, arg uint64) bool {
	value, mask := c.Value, c.Mask
	if bits == 32 {
		arg, value, mask = uint64(uint32(arg)), uint64(uint32(value)), uint64(uint32(mask))
	}
	switch c.Op {
	case policy.Equal:
		return arg == value
	case policy.NotEqual:
		return arg != value
	case policy.Less:
		return arg < value
	case policy.LessEqual:
		return arg <= value
	case policy.Greater:
		return arg > value
	case policy.GreaterEqual:
		return arg >= value
	}
	return arg&mask == value&mask
}

// about gives the rules of a policy about a number of an architecture, those of
// services behind a bundling call with the condition that selects them.
func about(p *policy.Policy, arches []string, name string, number uint32) []policy.Rule {
	var list []policy.Rule
	for _, r := range p.Rules {
		if p.Version == 1 {
			if r.Number == number && name == arches[0] {
				list = append(list, r)
			}
			continue
		}
		if r.Section != "all" && !slices.Contains(arches, r.Section) {
			continue
		}
		if n, ok := seccomp.Number(name, r.Call.String); ok && n == number {
			list = append(list, r)
		}
		if bundle, service, ok := seccomp.Bundled(name, r.Call.String); ok && bundle == number && len(r.Conditions) == 0 {
			r.Conditions = []policy.Condition{{Index: 0, Op: policy.Equal, Value: service}}
			list = append(list, r)
		}
	}
	return list
}

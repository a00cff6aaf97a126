package seccomp

import (
	"cmp"
	"slices"

	"lxcfg/grammar/seccomp"
)

// table is what a policy says about the calls of one architecture, by number.
type table struct {
	arch  architecture
	calls []*callRules
	index map[uint32]*callRules // by number
	tests int                   // of all calls
}

// asks reports whether the call is sent to a listener for some arguments; the rest is
// what happens when no rule holds.
func (k *callRules) asks(rest seccomp.Action) bool {
	if k.whole != nil {
		return k.whole.Action.Kind == seccomp.Notify
	}
	return rest.Kind == seccomp.Notify || slices.ContainsFunc(k.listed, func(r *seccomp.Rule) bool { return r.Action.Kind == seccomp.Notify })
}

// full reports whether no filter of the kernel's length can hold more.
func (t *table) full() bool { return t.tests > maxProgram }

// callRules is everything about one system call: a rule that decides for all
// arguments, or tests.
type callRules struct {
	number uint32
	name   string
	whole  *seccomp.Rule
	some   tree
	listed []*seccomp.Rule // those with tests, as far as they count, in the order of lines
}

// tables sorts the rules that concern the machine by architecture and system call,
// and reports those that libseccomp refuses or that say nothing.
func (c *compiler) tables() []*table {
	tables := make([]*table, len(c.arches))
	for i, a := range c.arches {
		most := min(len(c.policy.Rules), len(calls))
		tables[i] = &table{arch: a, calls: make([]*callRules, 0, most), index: make(map[uint32]*callRules, most)}
	}
	for i := range c.policy.Rules {
		r := &c.policy.Rules[i]
		if !c.applies(r) {
			continue
		}
		call, _ := find(r.Call.String)
		for _, t := range tables {
			if !t.full() {
				c.addRule(t, r, call)
			}
		}
	}
	for _, t := range tables {
		slices.SortFunc(t.calls, func(x, y *callRules) int { return cmp.Compare(x.number, y.number) })
	}
	return tables
}

// addRule puts a rule to the calls that it is about: the one of its name, and what
// bundles it with others, whose arguments are out of a filter's reach.
func (c *compiler) addRule(t *table, r *seccomp.Rule, call *systemCall) {
	if c.policy.Version == 1 {
		c.contradiction(t, r, t.add(r.Number, t.arch.nameOf(r.Number), r))
		return
	}
	if call == nil {
		return
	}
	if number, ok := t.arch.numberOf(call); ok {
		c.contradiction(t, r, t.add(number, call.name, r))
	}
	if bundle, service, ok := t.arch.bundled(call.name); ok && len(r.Conditions) == 0 {
		if number, ok := t.arch.number(bundle); ok {
			through := *r
			through.Conditions = []seccomp.Condition{{Index: 0, Op: seccomp.Equal, Value: service, Range: r.Range}}
			t.add(number, bundle, &through)
		}
	}
}

// outcome is what became of a rule that is added: it counts, or another one, which
// does something else, is in the way.
type outcome struct {
	clash *seccomp.Rule // libseccomp refuses the rule, because of this one
	hides *seccomp.Rule // libseccomp passes over the rule, because of this one
	gone  *seccomp.Rule // this one counts no more
	grown bool          // the rule adds to what others say
}

// add puts a rule to its call.
func (t *table) add(number uint32, name string, r *seccomp.Rule) (o outcome) {
	k := t.index[number]
	if k == nil {
		k = &callRules{number: number, name: name}
		t.index[number] = k
		t.calls = append(t.calls, k)
	}
	n := t.arch.chain(r)
	covered := slices.IndexFunc(k.listed, func(old *seccomp.Rule) bool { return t.arch.covers(old, r) })
	switch {
	case k.whole != nil: // it holds for all arguments, and came first
		if k.whole.Action != r.Action {
			o.hides = k.whole
		}
	case n == nil:
		o.gone = k.some.other(r.Action)
		k.whole, k.some, k.listed = r, nil, nil
	case covered >= 0:
		if old := k.listed[covered]; old.Action != r.Action {
			o.hides = old
		}
	default:
		k.drop(t.arch, r)
		o = k.some.add(n)
		if o.grown {
			o.hides = nil // it counts where the other does not
			t.tests++
			k.listed = append(k.listed, r)
		}
	}
	return o
}

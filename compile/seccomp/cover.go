package seccomp

import (
	"cmp"
	"slices"

	"lxcfg/grammar/seccomp"
)

// libseccomp leaves out a rule that another one makes needless. It decides so by
// the tests, which matters to rules with other actions: they contradict one that is
// there, and not one that was left out.

// covers reports whether a rule makes a longer one needless: the longer one makes
// the same comparisons, one after the other, behind further ones. What they have in
// common at the beginning, the tree joins. A rule that does something else makes it
// needless too, when nothing follows: it is asked first.
func (a architecture) covers(short, long *seccomp.Rule) bool {
	if len(short.Conditions) >= len(long.Conditions) {
		return false
	}
	few, many := a.compared(short), a.compared(long)
	last := len(many) - len(few)
	for i := 1; i <= last; i++ {
		if slices.Equal(few, many[i:i+len(few)]) && (short.Action == long.Action || i == last) {
			return true
		}
	}
	return false
}

// compared are the comparisons of a rule by argument, without their places in the
// file.
func (a architecture) compared(r *seccomp.Rule) []seccomp.Condition {
	list := slices.DeleteFunc(slices.Clone(r.Conditions), a.alwaysHolds)
	for i := range list {
		c := &list[i]
		*c = seccomp.Condition{Index: c.Index, Op: c.Op, Value: c.Value, Mask: c.Mask}
		if c.Op != seccomp.MaskedEqual {
			c.Mask = ^uint64(0)
		}
		if a.bits == 32 {
			c.Value, c.Mask = uint64(uint32(c.Value)), uint64(uint32(c.Mask))
		}
		c.Value &= c.Mask
	}
	slices.SortFunc(list, func(x, y seccomp.Condition) int { return cmp.Compare(x.Index, y.Index) })
	return list
}

// alwaysHolds reports whether a condition compares no bit.
func (a architecture) alwaysHolds(c seccomp.Condition) bool {
	return c.Op == seccomp.MaskedEqual && (c.Mask == 0 || a.bits == 32 && uint32(c.Mask) == 0)
}

// drop takes the rules out that a new one makes needless.
func (k *callRules) drop(a architecture, by *seccomp.Rule) {
	needless := func(old *seccomp.Rule) bool { return old.Action == by.Action && a.covers(by, old) }
	if !slices.ContainsFunc(k.listed, needless) {
		return
	}
	k.listed = slices.DeleteFunc(k.listed, needless)
	k.some = nil
	for _, r := range k.listed {
		k.some.add(a.chain(r))
	}
}

package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// BPF is one instruction of a classic BPF program (linux/filter.h).
type BPF struct {
	Code uint16 `json:"code"`
	JT   uint8  `json:"jt"`
	JF   uint8  `json:"jf"`
	K    uint32 `json:"k"`
}

// Seccomp loads a filter for system calls (seccomp(2)).
type Seccomp struct {
	Policy string             `json:"policy"`           // the policy file it was compiled from
	Filter List[BPF]          `json:"filter"`           // the program itself
	Tables List[SeccompTable] `json:"tables"`           // what it does, for people, the native architecture first
	Notify bool               `json:"notify,omitempty"` // open a listener (SECCOMP_FILTER_FLAG_NEW_LISTENER)
}

// SeccompTable is what a filter does to the calls of one architecture. A call of
// an architecture that has no table is killed.
type SeccompTable struct {
	Arch  string            `json:"arch"`           // in LXC's words, "x86_64"
	Rules List[SeccompRule] `json:"rules,omitzero"` // by number
	Rest  string            `json:"rest"`           // what happens to calls that no rule holds for
}

// SeccompRule is what a filter does to a call. One with several rules is treated by
// the first that holds.
type SeccompRule struct {
	Call   string `json:"call"` // its name
	Number uint32 `json:"number"`
	When   string `json:"when,omitempty"` // for which arguments; empty: for all
	Action string `json:"action"`         // "allow", "error 1"
}

func (Seccomp) Kind() Kind       { return "seccomp" }
func (o Seccomp) Object() string { return o.Policy }
func (o Seccomp) Describe() string {
	return fmt.Sprintf("load the seccomp filter of %s: rules about %s", o.Policy, strings.Join(o.details(), ", "))
}
func (o Seccomp) Row() Row { return Row{"seccomp", o.Policy, o.details()} }

// details says how much there is in the filter.
func (o Seccomp) details() []string {
	var words []string
	for i, t := range o.Tables.items {
		count := fmt.Sprintf("%d of %s", t.calls(), t.Arch)
		if i == 0 {
			count = counted(t.calls(), "call") + " of " + t.Arch
		}
		words = append(words, count)
	}
	words = append(words, counted(o.Filter.Len(), "instruction"))
	if o.Notify {
		words = append(words, "a listener")
	}
	return words
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

func (o Seccomp) Summary() (Topic, string) {
	if o.Tables.Len() == 0 {
		return TopicConfined, "seccomp"
	}
	native := o.Tables.At(0)
	return TopicConfined, fmt.Sprintf("seccomp: rules about %s, %s for the others", counted(native.calls(), "call"), native.Rest)
}

// calls is how many calls have rules.
func (t SeccompTable) calls() int {
	numbers := make(map[uint32]bool, t.Rules.Len())
	for _, r := range t.Rules.items {
		numbers[r.Number] = true
	}
	return len(numbers)
}

// Lines tells a table in lines: the calls that are treated alike whatever their
// arguments, by action, and then each call whose arguments count. Of numbers that
// follow each other the first and the last are named.
func (t SeccompTable) Lines() []string {
	var actions, lines []string
	alike := make(map[string][]SeccompRule)
	for _, r := range t.Rules.items {
		if r.When != "" {
			continue
		}
		if alike[r.Action] == nil {
			actions = append(actions, r.Action)
		}
		alike[r.Action] = append(alike[r.Action], r)
	}
	for _, action := range actions {
		lines = append(lines, action+": "+runs(alike[action]))
	}
	for _, r := range t.Rules.items {
		if r.When != "" {
			lines = append(lines, fmt.Sprintf("%s: %s (%d) when %s", r.Action, r.Call, r.Number, r.When))
		}
	}
	return append(lines, t.Rest+": every other call")
}

// runs lists calls by number: "read … lseek (0-8), ioctl (16)".
func runs(rules []SeccompRule) string {
	var words []string
	for len(rules) > 0 {
		n := 1
		for n < len(rules) && rules[n].Number == rules[n-1].Number+1 {
			n++
		}
		if n < 3 {
			n = 1
			words = append(words, fmt.Sprintf("%s (%d)", rules[0].Call, rules[0].Number))
		} else {
			words = append(words, fmt.Sprintf("%s … %s (%d-%d)", rules[0].Call, rules[n-1].Call, rules[0].Number, rules[n-1].Number))
		}
		rules = rules[n:]
	}
	return strings.Join(words, ", ")
}

func (o Seccomp) Changes(before Op, _ bool) []string {
	was := before.(Seccomp)
	if isNew(was, o) {
		return nil
	}
	words := nowWas("the seccomp policy", was.Policy, o.Policy, "none")
	words = append(words, effectChanges(was.effects(), o.effects())...)
	if was.Notify != o.Notify {
		words = append(words, map[bool]string{true: "the seccomp filter has a listener now", false: "the seccomp filter has no listener any more"}[o.Notify])
	}
	if len(words) == 0 {
		return []string{"the seccomp rules are the same, and their program is another"}
	}
	return words
}

// everyOther stands for the calls without rules.
const everyOther = "every other call"

// effects says what happens to each call that has rules, by name and architecture.
func (o Seccomp) effects() map[string]map[string]string {
	all := make(map[string]map[string]string)
	say := func(call, arch, what string) {
		if all[call] == nil {
			all[call] = make(map[string]string)
		}
		if said := all[call][arch]; said != "" {
			what = said + ", " + what
		}
		all[call][arch] = what
	}
	for _, t := range o.Tables.items {
		for _, r := range t.Rules.items {
			what := r.Action
			if r.When != "" {
				what += " when " + r.When
			}
			say(r.Call, t.Arch, what)
		}
		say(everyOther, t.Arch, t.Rest)
	}
	return all
}

// effectChanges tells each call that is treated otherwise than it was. An
// architecture is told only when another one is treated differently.
func effectChanges(before, after map[string]map[string]string) []string {
	names := make(map[string]bool)
	for _, m := range [...]map[string]map[string]string{before, after} {
		for name := range m {
			names[name] = true
		}
	}
	var words []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		arches := make(map[string][]string) // by what is to be said
		for arch := range unionKeys(before[name], after[name]) {
			for _, w := range nowWas("", before[name][arch], after[name][arch], "no rule") {
				arches[w] = append(arches[w], arch)
			}
		}
		for _, said := range slices.Sorted(maps.Keys(arches)) {
			who := "seccomp: " + name
			if len(arches) > 1 {
				slices.Sort(arches[said])
				who += " of " + strings.Join(arches[said], " and ")
			}
			words = append(words, strings.TrimSpace(who+said))
		}
	}
	return words
}

func unionKeys(a, b map[string]string) map[string]bool {
	keys := make(map[string]bool)
	for k := range a {
		keys[k] = true
	}
	for k := range b {
		keys[k] = true
	}
	return keys
}

// SeccompListener takes over the listener of a filter and hands each call that the
// filter asks about to a program that decides: LXC's seccomp proxy.
type SeccompListener struct {
	Proxy  string `json:"proxy,omitempty"`  // its socket, "unix:/run/proxy" or "unix:@name" for an abstract one; empty: nobody decides
	Cookie string `json:"cookie,omitempty"` // a text that goes with each call
}

func (SeccompListener) Kind() Kind     { return "seccomp-listener" }
func (SeccompListener) Object() string { return "notify" }
func (o SeccompListener) Describe() string {
	if o.Proxy == "" {
		return "take over the filter's listener: calls that it asks about wait, because there is no proxy"
	}
	text := "take over the filter's listener, and have " + o.Proxy + " decide about its calls"
	if o.Cookie != "" {
		text += ", with a cookie"
	}
	return text
}
func (o SeccompListener) Masked() Op {
	if o.Cookie != "" {
		o.Cookie = Mask
	}
	return o
}
func (o SeccompListener) Row() Row {
	if o.Proxy == "" {
		return Row{"listen", "to the seccomp filter", []string{"calls that it asks about wait: there is no proxy"}}
	}
	row := Row{"listen", "to the seccomp filter", []string{o.Proxy + " decides"}}
	if o.Cookie != "" {
		row.Details = append(row.Details, "with a cookie")
	}
	return row
}
func (o SeccompListener) Summary() (Topic, string) {
	if o.Proxy == "" {
		return TopicConfined, "calls wait for a seccomp proxy that is not named"
	}
	return TopicConfined, "some calls are decided by " + o.Proxy
}

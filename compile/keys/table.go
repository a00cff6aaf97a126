package keys

import (
	"iter"
	"slices"
	"strings"

	"lxcfg/compile/config"
	"lxcfg/grammar"
	"lxcfg/grammar/late"
)

// All returns the table, sorted by name.
func All() []*Key {
	return slices.SortedFunc(slices.Values(rows.Get()), func(a, b *Key) int { return strings.Compare(a.Name, b.Name) })
}

// rows are the rows, section by section, where the sections have made them: they are
// large. They are made at the first use: a launch from a plan file needs none.
var rows = late.Value[[]*Key]{Make: func() []*Key {
	all := make([]*Key, 0, 128)
	for _, section := range [...][]Key{archKeys(), utsKeys(), initKeys(), namespaceKeys(), idmapKeys(), rootfsKeys(), mountKeys(), devKeys(),
		consoleKeys(), networkKeys(), cgroupKeys(), capKeys(), securityKeys(), seccompKeys(), signalKeys(), limitKeys(),
		environmentKeys(), hookKeys(), logKeys(), startKeys(), monitorKeys(), includeKeys()} {
		for i := range section {
			all = append(all, &section[i])
		}
	}
	return all
}}

// Match is a key found by the name a file gives it.
type Match struct {
	Key   *Key
	Part  string // the free part of a family
	Index uint32 // of a network interface
}

// Lookup finds the row of a name as written in a file, ok false for none. Names
// of older LXC are not found: see LookupLegacy.
func Lookup(name string) (m Match, ok bool) {
	if rest, isNet := strings.CutPrefix(name, "lxc.net."); isNet {
		return lookupNet(rest)
	}
	x := index.Get()
	if k := x.exact[name]; k != nil {
		return Match{Key: k}, true
	}
	// A family's free part may hold dots: lxc.sysctl.net.ipv4.ip_forward.
	for end := range min(len(name), x.longestFamily) {
		if name[end] != '.' {
			continue
		}
		if k := x.families[name[:end+1]]; k != nil {
			m, ok = Match{Key: k, Part: name[end+1:]}, true
		}
	}
	return m, ok
}

// names finds the rows by the names in files, which are looked up line by line.
type names struct {
	exact         map[string]*Key // names without a pattern
	families      map[string]*Key // by what stands before the free part: "lxc.sysctl."
	interfaces    map[string]*Key // by what stands behind lxc.net.[i]
	longestFamily int
}

// index is made at the first use, as the rows are.
var index = late.Value[*names]{Make: func() *names {
	x := &names{exact: make(map[string]*Key, len(rows.Get())), families: make(map[string]*Key), interfaces: make(map[string]*Key)}
	for _, k := range rows.Get() {
		if sub, isNet := strings.CutPrefix(k.Name, "lxc.net.[i]"); isNet {
			x.interfaces[sub] = k
		} else if family, _, isFamily := strings.Cut(k.Name, "["); isFamily {
			x.families[family] = k
			x.longestFamily = max(x.longestFamily, len(family))
		} else {
			x.exact[k.Name] = k
		}
	}
	return x
}}

// lookupNet finds lxc.net.[i] and what is below it.
func lookupNet(rest string) (Match, bool) {
	digits, _, hasSub := strings.Cut(rest, ".")
	if !hasSub {
		number, ok := wholeNetIndex(digits)
		return Match{Key: index.Get().interfaces[""], Index: number}, ok
	}
	number, ok := netIndex(digits)
	if !ok {
		return Match{}, false
	}
	k := index.Get().interfaces[rest[len(digits):]]
	return Match{Key: k, Index: number}, k != nil
}

// wholeNetIndex reads the index of lxc.net.[i] without anything behind it. There
// LXC takes 0x for hexadecimal and a leading zero for octal; an index beyond all
// interfaces is none's.
func wholeNetIndex(digits string) (uint32, bool) {
	n, err := grammar.Uint32.Parse(grammar.Text{String: digits})
	if !kept(err) || digits == "" || digits[0] < '0' || digits[0] > '9' {
		return 0, false
	}
	return n, true
}

// maxNetIndex is the largest index LXC takes for an interface.
const maxNetIndex = 2147483646

// netIndex reads the index of an interface: decimal, whatever zeros it starts with.
func netIndex(digits string) (uint32, bool) {
	if digits == "" {
		return 0, false
	}
	n := uint64(0)
	for _, c := range []byte(digits) {
		if c < '0' || c > '9' || n > maxNetIndex {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}
	return uint32(n), n <= maxNetIndex
}

// Names yields every name a file may use, patterns filled with an example index,
// for suggestions.
func Names() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, k := range All() {
			if !yield(strings.Replace(k.Name, "[i]", "0", 1)) {
				return
			}
		}
	}
}

// Show lists what a configuration says, in the order of the table: what was set,
// and the defaults of LXC that a line could change.
func Show(c *config.Config) []Setting {
	var out []Setting
	c.Network.Sort()
	for _, k := range All() {
		set := false
		k.show(c, func(part, value string, o config.Origin) {
			set = true
			out = append(out, Setting{Key: o.Key, Value: value, Origin: o})
		})
		if !set && k.Default != "" && !strings.Contains(k.Name, "[") {
			out = append(out, Setting{Key: k.Name, Value: k.Default, Default: true})
		}
	}
	return out
}

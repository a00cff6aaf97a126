package keys

import (
	"fmt"
	"slices"

	"lxcfg/compile/config"
	"lxcfg/grammar"
	"lxcfg/grammar/diag"
)

// field ties a key to its place in the Config: how a value gets there, what an
// empty one does, and how what is there is printed.
type field struct {
	language string
	syntax   string
	repeat   Repeat
	set      func(*config.Config, input) *grammar.ValueError
	clear    func(*config.Config, input) *grammar.ValueError
	show     func(c *config.Config, emit func(part, value string, o config.Origin))
	earlier  func(*config.Config, input) (at config.Origin, set bool) // the last line that gave the value, or an item of the list
	spelled  func(*config.Config, input) string                       // the value as it is; nil for a list

	lxc1      diag.Effect         // what LXC 1 does with a wrong value, empty: what today's does
	olderThan Version             // the first LXC that reads the values as today's does, 0 for all
	modern    func(string) string // writes a value of an older one as today's reads it

	newWords []string // words of the language that came later than the key
	newSince Version
}

// input is one setting on its way into the Config.
type input struct {
	value  grammar.Text
	text   string // the value as written, before an older LXC's reading of it
	origin config.Origin
	part   string // the free part of a family's key
	index  uint32 // of a network interface
	env    func(string) (string, bool)

	version   Version // the LXC to judge by
	positions positions
}

// scalar is a key with one value, which the last line gives.
func scalar[T any](l grammar.Language[T], at func(*config.Config) *config.Value[T]) *field {
	return &field{
		language: l.Name, syntax: l.Syntax, repeat: LastWins,
		set: func(c *config.Config, in input) *grammar.ValueError {
			v, err := l.Parse(in.value)
			if kept(err) {
				*at(c) = config.Of(v, in.origin)
			}
			return err
		},
		clear: func(c *config.Config, _ input) *grammar.ValueError {
			*at(c) = *at(config.New()) // what LXC assumes without a line
			return nil
		},
		show: func(c *config.Config, emit func(string, string, config.Origin)) {
			if v := at(c); v.Set {
				emit("", l.Format(v.V), v.Origin)
			}
		},
		earlier: func(c *config.Config, _ input) (config.Origin, bool) { return at(c).Origin, at(c).Set },
		spelled: func(c *config.Config, _ input) string { return l.Format(at(c).V) },
	}
}

// kept reports whether LXC keeps a value.
func kept(err *grammar.ValueError) bool { return err == nil || err.Kept }

// emptyMeans gives an empty value a meaning of its own, where LXC has one that is
// neither "unset" nor the default.
func (f *field) emptyMeans(clear func(*config.Config, input) *grammar.ValueError) *field {
	f.clear = clear
	return f
}

// neverEmpty refuses an empty value, as LXC does for a few keys.
func (f *field) neverEmpty() *field {
	return f.emptyMeans(func(_ *config.Config, in input) *grammar.ValueError {
		return &grammar.ValueError{Range: in.value.Range, Summary: fmt.Sprintf("%s cannot be empty", in.origin.Key),
			Detail: "Remove the line to leave the setting at its default."}
	})
}

// passesOver is for the few keys of numbers whose setter in LXC returns errno when
// the value is no number, which is 0 then: the line is passed over in silence.
func (f *field) passesOver() *field {
	set := f.set
	f.set = func(c *config.Config, in input) *grammar.ValueError {
		err := set(c, in)
		if !kept(err) {
			_, notANumber := grammar.Uint32.Parse(in.value)
			err.Ignored = !kept(notANumber) && !grammar.SetsErrno(in.value.String)
		}
		return err
	}
	return f
}

// list is a key that collects one item a line.
func list[T any](l grammar.Language[T], at func(*config.Config) *config.Items[T]) *field {
	return &field{
		language: l.Name, syntax: l.Syntax, repeat: Appends,
		set: func(c *config.Config, in input) *grammar.ValueError {
			v, err := l.Parse(in.value)
			if kept(err) {
				items := at(c)
				*items = append(*items, config.Of(v, in.origin))
			}
			return err
		},
		clear: func(c *config.Config, _ input) *grammar.ValueError {
			*at(c) = nil
			return nil
		},
		show: func(c *config.Config, emit func(string, string, config.Origin)) {
			for _, v := range *at(c) {
				emit("", l.Format(v.V), v.Origin)
			}
		},
		earlier: lastOf(at),
	}
}

// lastOf is where the last item of a list was written.
func lastOf[T any](at func(*config.Config) *config.Items[T]) func(*config.Config, input) (config.Origin, bool) {
	return func(c *config.Config, _ input) (config.Origin, bool) {
		items := *at(c)
		if len(items) == 0 {
			return config.Origin{}, false
		}
		return items[len(items)-1].Origin, true
	}
}

// words is a key that collects the words of its lines. What stands before a wrong
// word counts, as in LXC.
func words[T any](l grammar.Language[[]T], at func(*config.Config) *config.Items[T]) *field {
	f := &field{
		language: l.Name, syntax: l.Syntax, repeat: Appends,
		set: func(c *config.Config, in input) *grammar.ValueError {
			list, err := l.Parse(in.value)
			items := at(c)
			for _, v := range list {
				*items = append(*items, config.Of(v, in.origin))
			}
			return err
		},
		clear: func(c *config.Config, _ input) *grammar.ValueError {
			*at(c) = nil
			return nil
		},
		earlier: lastOf(at),
	}
	f.show = func(c *config.Config, emit func(string, string, config.Origin)) {
		for _, v := range *at(c) {
			emit("", l.Format([]T{v.V}), v.Origin)
		}
	}
	return f
}

// clearsOnly is a key that stands for a whole group and can only empty it.
func clearsOnly(clear func(*config.Config, input)) *field {
	return &field{
		language: "nothing", syntax: "empty", repeat: ClearsOnly,
		set: func(_ *config.Config, in input) *grammar.ValueError {
			return &grammar.ValueError{Range: in.value.Range,
				Summary: fmt.Sprintf("%s takes no value", in.origin.Key),
				Detail:  "The key stands for all keys of its group: an empty value clears them. Write one of them in full."}
		},
		clear: func(c *config.Config, in input) *grammar.ValueError {
			clear(c, in)
			return nil
		},
		show: func(*config.Config, func(string, string, config.Origin)) {},
	}
}

// pairs is a family whose values are text. With unique names the last line counts.
func pairs(unique bool, at func(*config.Config) *config.Items[config.Pair]) *field {
	repeat := Appends
	if unique {
		repeat = Replaces
	}
	return &field{
		language: grammar.String.Name, syntax: grammar.String.Syntax, repeat: repeat,
		set: func(c *config.Config, in input) *grammar.ValueError {
			if err := needsName(in); err != nil {
				return err
			}
			v := config.Pair{Name: in.part, Value: in.value.String}
			if unique {
				putUnique(in, at(c), v, pairName)
				return nil
			}
			*at(c) = append(*at(c), config.Of(v, in.origin))
			return nil
		},
		clear: func(c *config.Config, in input) *grammar.ValueError {
			if unique {
				removeUnique(in, at(c), pairName)
				return nil
			}
			*at(c) = slices.DeleteFunc(*at(c), func(v config.Value[config.Pair]) bool { return v.V.Name == in.part })
			return nil
		},
		show: func(c *config.Config, emit func(string, string, config.Origin)) {
			for _, v := range *at(c) {
				emit(v.V.Name, v.V.Value, v.Origin)
			}
		},
	}
}

func pairName(p config.Pair) string { return p.Name }

// needsName refuses a family's key without its free part.
func needsName(in input) *grammar.ValueError {
	if in.part != "" {
		return nil
	}
	return &grammar.ValueError{Range: in.value.Range, Summary: fmt.Sprintf("%q names nothing behind its last dot", in.origin.Key),
		Detail: "Write the name behind the dot."}
}

package keys

import (
	"slices"

	"lxcfg/compile/config"
)

// positions finds the items of families that have one item a name, by the key in
// full: a search through all of them at each line would take a large file too long.
// An entry may be out of date once its whole family was cleared.
type positions map[string]int

// putUnique sets the item of a name, at its old place if there is one.
func putUnique[T any](in input, items *config.Items[T], v T, name func(T) string) {
	i, known := in.positions[in.origin.Key]
	if known && i < len(*items) && name((*items)[i].V) == in.part {
		(*items)[i] = config.Of(v, in.origin)
		return
	}
	in.positions[in.origin.Key] = len(*items)
	*items = append(*items, config.Of(v, in.origin))
}

// removeUnique takes the item of a name away, if there is one.
func removeUnique[T any](in input, items *config.Items[T], name func(T) string) {
	if _, known := in.positions[in.origin.Key]; !known {
		return
	}
	*items = slices.DeleteFunc(*items, func(v config.Value[T]) bool { return name(v.V) == in.part })
	delete(in.positions, in.origin.Key)
	for i, v := range *items {
		in.positions[v.Origin.Key] = i
	}
}

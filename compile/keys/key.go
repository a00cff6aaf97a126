// Package keys is the table of LXC's configuration keys: one row a key, one file
// a section of lxc.container.conf(5). Everything lxcfg knows of a key is in its
// row: how its values are written, how repeated lines add up, which LXC knows it,
// what it is called in older ones, what it means, where in the Config it goes,
// and what a launch makes of it.
package keys

import "lxcfg/compile/config"

// Key is one row of the table.
type Key struct {
	// Name is the key's name today. [i] stands for the index of a network
	// interface, [name] for the free part of a family.
	Name    string
	Since   Version // first LXC that knows the name
	Removed Version // first LXC that does not know it any more, 0 for none
	Default string  // what LXC assumes without a line, as it would be written
	Without string  // what happens without a line, in words, where no line could say it
	Changes []Change
	Doc     string // what it does, in sentences
	Example string // a line that sets it
	Launch  Launch
	*field
}

// Language returns the name of the key's value language.
func (k *Key) Language() string { return k.language }

// Syntax returns the grammar of its values in short.
func (k *Key) Syntax() string { return k.syntax }

// Repeat returns what a second line with the key does.
func (k *Key) Repeat() Repeat { return k.repeat }

// Repeat says what a second line with the same key does.
type Repeat string

// The ways lines add up.
const (
	LastWins   Repeat = "the last line counts; an empty value unsets"
	Appends    Repeat = "every line adds; an empty value clears the list"
	Replaces   Repeat = "the last line with the same name counts; an empty value removes it"
	Accumulate Repeat = "every word adds or replaces one of its family; an empty value clears all"
	ClearsOnly Repeat = "takes an empty value only, which clears the whole group"
	Acts       Repeat = "is carried out where it stands"
)

// Launch says what a launch makes of a key. Every row states it.
type Launch struct {
	steps bool
	none  string
}

// Steps marks a key that the compiler makes steps of.
func Steps() Launch { return Launch{steps: true} }

// NoSteps marks a key that a launch has nothing to do for, with the reason.
func NoSteps(reason string) Launch { return Launch{none: reason} }

// Stated reports whether the row says anything.
func (l Launch) Stated() bool { return l.steps || l.none != "" }

// Reason says why a key makes no steps, empty when it does.
func (l Launch) Reason() string { return l.none }

// Setting is a value as it was resolved.
type Setting struct {
	Key     string // canonical spelling, index and family name filled in
	Value   string // in LXC's canonical spelling
	Origin  config.Origin
	Default bool // nobody set it
}

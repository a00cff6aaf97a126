// Package config is the typed, resolved configuration of one container: every
// include followed, every repeated key folded, every value in a type that
// cannot hold a wrong one, and each with the line it comes from.
//
// compile/keys fills it, compile turns it into a plan, compile/rules looks for
// mistakes in it. One file a section of lxc.container.conf(5).
package config

// Value is one setting. The zero Value was never set: V is then the default
// that LXC uses, where the type has one.
type Value[T any] struct {
	V      T
	Origin Origin
	Set    bool
}

// Of returns a value set at an origin.
func Of[T any](v T, origin Origin) Value[T] { return Value[T]{V: v, Origin: origin, Set: true} }

// Default returns a value that nobody set.
func Default[T any](v T) Value[T] { return Value[T]{V: v} }

// Items is a setting that collects: one entry a line, or a word of a line.
type Items[T any] []Value[T]

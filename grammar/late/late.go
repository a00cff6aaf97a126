// Package late holds values that are made at their first use: tables and parsers
// that many commands do without.
package late

import "sync"

// Value is a value that is made once, at its first use. A package-level variable of
// one is laid out by the linker. What sync.OnceValue returns would be put together
// when the process starts, in every package that has one, for every command.
type Value[T any] struct {
	Make func() T // must not ask for the value
	once sync.Once
	made T
}

// Get returns the value. Several goroutines may ask at once.
func (v *Value[T]) Get() T {
	v.once.Do(func() { v.made = v.Make() })
	return v.made
}

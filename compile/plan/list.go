package plan

import (
	"encoding/json"
	"iter"
	"reflect"
	"slices"
)

// List is a sequence that nobody can change after it was made: the slice it
// holds is its own copy and is never handed out. Ops are built from it, which
// is how a Plan stays immutable without being copied at every reading.
type List[T any] struct{ items []T }

// ListOf returns the list of the given items.
func ListOf[T any](items ...T) List[T] {
	if len(items) == 0 {
		return List[T]{} // no items and an absent list are the same list
	}
	return List[T]{slices.Clone(items)}
}

// Len returns the number of items.
func (l List[T]) Len() int { return len(l.items) }

// At returns item i. It panics when i is out of range, as indexing does.
func (l List[T]) At(i int) T { return l.items[i] }

// All yields the items with their index, in order.
func (l List[T]) All() iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		for i, item := range l.items {
			if !yield(i, item) {
				return
			}
		}
	}
}

// Slice returns a copy of the items, which the caller may change.
func (l List[T]) Slice() []T { return slices.Clone(l.items) }

// MarshalJSON writes the list as a JSON array, an empty one as [].
func (l List[T]) MarshalJSON() ([]byte, error) {
	if len(l.items) == 0 {
		return []byte("[]"), nil
	}
	return json.Marshal(l.items)
}

// UnmarshalJSON reads a JSON array with the strictness of the plan format:
// unknown fields of the items are refused.
func (l *List[T]) UnmarshalJSON(data []byte) error {
	var items []T
	if err := decodeStrict(data, &items); err != nil {
		return err
	}
	if len(items) == 0 {
		items = nil // [] and an absent list are the same list
	}
	l.items = items
	return nil
}

// itemType is the type of the items, for code that reads types.
func (l List[T]) itemType() reflect.Type { return reflect.TypeFor[T]() }

// values returns the items, for code that does not know their type.
func (l List[T]) values() []reflect.Value {
	items := make([]reflect.Value, len(l.items))
	for i := range l.items {
		items[i] = reflect.ValueOf(l.items[i])
	}
	return items
}

// pick returns the list of the items at some indices.
func (l List[T]) pick(indices []int) any {
	picked := make([]T, 0, len(indices))
	for _, i := range indices {
		picked = append(picked, l.items[i])
	}
	return ListOf(picked...)
}

// IsZero reports whether the list is empty, for json's omitzero.
func (l List[T]) IsZero() bool { return len(l.items) == 0 }
